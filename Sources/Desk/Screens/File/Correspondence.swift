// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards
import Web

/// What was said in a file, in the order it was said: questions with their answers, consultations, reports, and the notes of
/// this node, which are not sent.
struct Correspondence {
    static let limit = 50
    private static let kinds: Set<ActKind> = [.ask, .answer, .consult, .report, .statusQuery, .seekConsent, .feedback, .evaluate]

    let scene: Scene
    let view: FileView
    let notes: [Node.FileNote]

    private var strings: Strings { scene.strings }

    var count: Int { view.acts.count { Self.kinds.contains($0.kind) } }

    /// The answer to each question act, by position, and the positions of answers that belong to one.
    private var pairs: (answers: [Int: Int], taken: Set<Int>) {
        var answers: [Int: Int] = [:]
        var taken: Set<Int> = []
        for (index, act) in view.acts.enumerated() where act.kind == .ask && act.effect == .applied {
            let found = view.acts.indices.dropFirst(index + 1).first {
                view.acts[$0].kind == .answer && view.acts[$0].effect == .applied && view.acts[$0].from != act.from && !taken.contains($0)
            }
            if let found {
                answers[index] = found
                taken.insert(found)
            }
        }
        return (answers, taken)
    }

    var fields: Fields {
        let (answers, taken) = pairs
        var lines: [(at: Instant, fields: Fields)] = []
        for (index, act) in view.acts.enumerated() where Self.kinds.contains(act.kind) && !taken.contains(index) {
            lines.append((act.at, act.kind == .ask ? questions(act, answers[index].map { view.acts[$0] }) : said(act)))
        }
        for note in notes {
            lines.append(
                (note.at, base(note.at, officer: note.by).merging(["isNote": true, "text": Text.lines(note.text)]) { $1 }))
        }
        let shown = lines.sorted { $0.at < $1.at }.suffix(Self.limit).map(\.fields)
        return [
            "letters": Array(shown), "hasLetters": !shown.isEmpty, "notesPath": "/files/\(view.ref)/notes",
            "isCut": lines.count > Self.limit, "mayNote": scene.may(.answer) && !view.contentWithheld,
            "letterCount": scene.figures.count(shown.count),
        ]
    }

    private func base(_ at: Instant, officer: String) -> Fields {
        [
            "at": scene.times.fields(at, theirs: scene.names.zone(view.counterpart)), "officer": Text.safe(officer, limit: 80),
            "isNote": false, "isQuestions": false, "isSaid": false, "hasDetails": false,
        ]
    }

    private func head(_ act: FileView.ActLine) -> Fields {
        base(act.at, officer: act.officer).merging([
            "says": scene.phrase(Timeline.key(act, view), ["who": scene.names.phrase(act.from)]),
            "path": "/files/\(view.ref)/acts/\(act.id)", "isOurs": act.from == scene.node.state,
            "isOvertaken": act.effect == .overtaken, "sideIcon": act.from == scene.node.state ? "out" : "in",
            "side": strings(act.from == scene.node.state ? "act.side.ours" : "act.side.theirs"),
        ]) { $1 }
    }

    private func said(_ act: FileView.ActLine) -> Fields {
        let details = ActWords(scene: scene).details(act.kind, act.body)
        return head(act).merging(["isSaid": true, "details": details, "hasDetails": !details.isEmpty]) { $1 }
    }

    private func questions(_ act: FileView.ActLine, _ answer: FileView.ActLine?) -> Fields {
        let questions = act.body["questions"]?.array?.compactMap(\.string) ?? []
        let answers = answer?.body["answers"]?.array?.compactMap(\.string) ?? []
        let open = answer == nil && act.effect == .applied
        let rows = zip(1..., questions).prefix(64).map { number, question -> Fields in
            let text = number <= answers.count ? answers[number - 1] : nil
            return [
                "number": scene.figures.count(number), "question": Text.lines(question), "hasAnswer": text != nil,
                "answer": Text.lines(text ?? ""), "isOpen": open,
            ]
        }
        var fields = head(act).merging([
            "isQuestions": true, "questions": rows, "isOpen": open,
            "isOursToAnswer": open && act.from != scene.node.state && scene.may(.answer),
            "answerPath": "/files/\(view.ref)/acts/answer", "hasAnswer": answer != nil,
        ]) { $1 }
        // More answers than questions: the rest stands below.
        fields["extra"] = answers.dropFirst(questions.count).map { Text.lines($0) }
        if let answer {
            fields["answered"] = scene.phrase("letters.answered", ["who": scene.names.phrase(answer.from)])
            fields["answeredAt"] = scene.times.fields(answer.at, theirs: nil)
            fields["answeredBy"] = Text.safe(answer.officer, limit: 80)
        }
        return fields
    }
}
