// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Hummingbird
import Law
import Node
import Standards
import Web

/// The whole text of a draft as the act will carry it, and the decision that is due: submit, approve, give back, send.
struct AnswersPage {
    let page: DraftPage

    private var strings: Strings { page.strings }
    private var view: DraftView { page.view }
    private var scene: Scene { page.scene }

    /// - Parameters:
    ///   - problems: fields of the decision that were not filled in: anchor and words.
    ///   - comment: what was typed, when the page is shown again.
    func response(problems: [(anchor: String, text: String)] = [], comment: String = "") throws(ComityError) -> Response {
        let words = strings(title)
        var fields = page.frame(here: nil).merging(decision) { $1 }
        fields["heading"] = words
        fields["answers"] = sections
        fields["others"] = others
        fields["hasOthers"] = !others.isEmpty
        fields["proof"] = proof
        fields["hash"] = view.hash
        fields["version"] = "\(view.version)"
        fields["problems"] = problems.map { ["anchor": $0.anchor, "text": $0.text] as Fields }
        fields["hasProblems"] = !problems.isEmpty
        for anchor in ["read", "comment"] {
            let problem = problems.first { $0.anchor == anchor }
            fields["\(anchor)Error"] = problem != nil
            fields["\(anchor)Problem"] = problem?.text ?? ""
        }
        fields["comment"] = PageText.verbatim(comment)
        return try scene.pages.show(
            "request-answers", fields, scene, title: problems.isEmpty ? words : strings("problem.title", ["what": words]), here: "",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    private var title: String {
        switch view.state {
        case .authorised: "answers.title.approved"
        case .review, .translation: scene.may(.approve) ? "answers.title.review" : "answers.title"
        default: "answers.title"
        }
    }

    private var sections: [Fields] {
        let answers = AnswerText(choices: page.choices)
        return page.sections.map { section in
            let rows = section.fields.map { field -> Fields in
                let value = view.content[field.name]
                let isSaid = value.map { !$0.isEmpty } ?? false
                return [
                    "label": field.label(strings), "isSaid": isSaid, "value": value.map { answers.fields(field, $0) } ?? [:] as Fields,
                    "path": "\(page.path)/\(section.id)#\(field.name)",
                    "change": strings("answers.change.what", ["field": field.label(strings)]),
                    "mayChange": page.isOpen && scene.may(.draft),
                ]
            }
            return ["id": section.id, "title": strings("section.\(section.id)"), "rows": rows]
        }
    }

    /// What the form does not know: it goes with the request all the same.
    private var others: [Fields] {
        let known = Set(page.sections.flatMap(\.members))
        let raw = ValueView(scene: scene)
        return (view.content.object ?? [:]).filter { !known.contains($0.key) && $0.key != "type" && !$0.value.isEmpty }
            .sorted { $0.key < $1.key }.prefix(50).map { ["label": raw.label($0.key), "value": raw.fields($0.value)] }
    }

    private var proof: [Fields] {
        func line(_ key: String, _ value: String) -> Fields { ["label": strings("answers.\(key)"), "value": Text.safe(value, limit: 200)] }
        func moment(_ at: Instant) -> String { scene.times.text(scene.times.local(at)) }
        var lines = [line("author", "\(view.author), \(moment(view.created))")]
        if !view.writers.isEmpty { lines.append(line("writers", view.writers.joined(separator: strings("list.and")))) }
        lines.append(line("version", "\(view.version)"))
        if let by = view.approvedBy, let at = view.approvedAt { lines.append(line("approved", "\(by), \(moment(at))")) }
        return lines
    }

    /// What this officer may do now; the use cases decide again.
    private var decision: Fields {
        let isReview = view.state == .review || view.state == .translation
        let isOwn = view.wasWritten(by: scene.session.officer)
        let musts = view.findings.count(where: \.blocks) + (view.form?.unread.count ?? 0)
        let to = view.recipients[0]
        let state = scene.names.phrase(to)
        return [
            "canSubmit": page.isOpen && scene.may(.draft) && view.isComplete, "cannotSubmit": page.isOpen && !view.isComplete,
            "musts": strings("answers.submit.not", ["count": scene.figures.count(musts)]),
            "isTranslation": view.state == .translation && scene.may(.draft),
            "canApprove": view.state == .review && scene.may(.approve) && !isOwn && view.isComplete,
            "isOwn": isReview && isOwn, "isReview": isReview, "cannotApprove": isReview && !isOwn && !scene.may(.approve),
            "canReturn": isReview && scene.may(.approve), "canTakeBack": isReview && scene.may(.draft),
            "signSays": scene.phrase(
                "answers.sign.says",
                [
                    "authority": .outside(view.content.at("authority.name")?.string ?? scene.node.configuration.authority.name),
                    "state": state,
                ]),
            "canSend": view.state == .authorised && scene.may(.send), "cannotSend": view.state == .authorised && !scene.may(.send),
            "sendSays": scene.phrase("answers.send.says", ["state": state]),
            "sendWords": strings(
                "answers.send.do", ["state": scene.names.name(to).isEmpty ? to.description : Text.safe(scene.names.name(to))]),
        ]
    }
}
