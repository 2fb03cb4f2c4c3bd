// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
public import Law
public import Standards
import Storage

/// The check of an incoming request: what the machine found, and what persons decided so far.
public struct Triage: Sendable {
    /// A question of the check. `ground` carries the id of the ground.
    public enum Question: Sendable, Hashable {
        case authenticity, completeness, competence
        case ground(String)

        /// As it stands in the register: `authenticity`, or `ground:ID`.
        public var name: String {
            switch self {
            case .authenticity: "authenticity"
            case .completeness: "completeness"
            case .competence: "competence"
            case .ground(let id): "ground:\(id)"
            }
        }

        public init?(_ name: String) {
            switch name {
            case "authenticity": self = .authenticity
            case "completeness": self = .completeness
            case "competence": self = .competence
            case _ where name.hasPrefix("ground:") && name.count > 7: self = .ground(String(name.dropFirst(7)))
            default: return nil
            }
        }
    }

    /// What a person answered. Nothing is answered before somebody does.
    public struct Note: Sendable, Codable, Equatable {
        /// `yes`, `no` or `unclear`.
        public let answer: String
        public let reason: String
        public let by: String
        public let at: Instant
    }

    public static let answers = ["yes", "no", "unclear"]

    public let authenticity: Authenticity
    /// What the rules of this node say about the contents.
    public let completeness: [Finding]
    /// What they say about who may ask, for what, under which instrument.
    public let competence: [Finding]
    /// Grounds for refusing or postponing, usable ones first, each once.
    public let grounds: [GroundLine]
    /// The newest answer to each question, by its name.
    public let notes: [String: Note]
    /// The decision on a sensitive ground, recorded by the act `screen`.
    public let screen: ActBody.Screen.Decision?
    /// The request itself names a sensitive ground that nobody has decided.
    public let screenOpen: Bool
    public let consulted: Bool
    public let calledBack: Bool

    /// Of the first four parts of the check, those in which every question is answered.
    public var partsDone: Int {
        Self.partsDone(notes: Set(notes.keys), usable: grounds.filter { !$0.forbidden }.map(\.id))
    }

    fileprivate static func partsDone(notes: Set<String>, usable: [String]) -> Int {
        let single = [Question.authenticity, .completeness, .competence].count { notes.contains($0.name) }
        return single + (usable.allSatisfy { notes.contains(Question.ground($0).name) } ? 1 : 0)
    }
}

/// How far the check of a request is: what a line of a list says of it, without what the rules found.
public struct TriageProgress: Sendable, Equatable {
    /// As `Triage.partsDone`.
    public let partsDone: Int
    /// Somebody has answered a question.
    public let isStarted: Bool
    public let indicators: [Authenticity.Indicator]
}

extension Node {
    /// The check of an incoming request as it stands.
    /// - Throws: `.permission` for somebody who does not see content; `.wrongState` for a file of this State.
    public func triage(_ ref: FileReference, officer: String?) throws(ComityError) -> Triage {
        let dossier = try dossier(ref, officer: officer)
        try requireIncoming(dossier)
        let findings = try fileView(ref, officer: officer).findings
        let phases = rulePhases
        let apart = findings.filter { [.competence, .route, .dual].contains(phases[$0.rule] ?? .contents) }
        return Triage(
            authenticity: try authenticity(ref, officer: officer),
            completeness: findings.filter { finding in !apart.contains { $0 == finding } }, competence: apart,
            grounds: grounds(of: dossier), notes: try triageNotes(dossier.id),
            screen: dossier.course.screen, screenOpen: dossier.course.screenOpen, consulted: dossier.course.consulted,
            calledBack: dossier.course.calledBack)
    }

    /// How far the checks of incoming requests are; without those that are not incoming.
    /// - Throws: `.permission` for somebody who does not see content.
    public func triageProgress(_ refs: [FileReference], officer: String?) throws(ComityError) -> [FileReference: TriageProgress] {
        try authorise(officer, .readContent, to: "examine requests")
        return try store.read { reader in
            var keys = KeysOfStates(reader)
            var progress: [FileReference: TriageProgress] = [:]
            for ref in refs {
                guard let row = try reader.file(ref), row.side == .requested else { continue }
                let dossier = try Self.dossier(row.id, reader)
                let notes = Set(Self.triageNotes(try reader.events(of: row.id)).keys)
                progress[ref] = TriageProgress(
                    partsDone: Triage.partsDone(notes: notes, usable: grounds(of: dossier).filter { !$0.forbidden }.map(\.id)),
                    isStarted: !notes.isEmpty, indicators: try authenticity(of: dossier, reader, &keys, most: 1).indicators)
            }
            return progress
        }
    }

    /// The grounds of a file for every use, usable ones first, each once.
    private func grounds(of dossier: Dossier) -> [GroundLine] {
        var seen: Set<String> = []
        let all = GroundUse.allCases.flatMap { use in
            let offered = dossier.grounds(for: use, law: law, party: party)
            return offered.filter { !$0.forbidden } + offered.filter(\.forbidden)
        }.filter { seen.insert($0.id).inserted }
        return (all.filter { !$0.forbidden } + all.filter(\.forbidden)).map { GroundLine($0) }
    }

    /// Keeps the answer of an officer to one question of the check. It is an event of this node: no other State sees it.
    /// - Parameter reason: needed for `no` on the first three questions and for `yes` or `unclear` on a ground.
    /// - Throws: `.usage` for another answer or a ground that does not stand for this file; `.permission`, `.wrongState`.
    public func answerTriage(_ ref: FileReference, _ question: Triage.Question, answer: String, reason: String, officer: String)
        async throws(ComityError)
    {
        _ = try require(officer, .answer, to: "examine a request")
        let dossier = try dossier(ref, officer: officer)
        try requireIncoming(dossier)
        guard Triage.answers.contains(answer) else {
            throw ComityError(.usage, "“\(Text.safe(answer, limit: 40))” is no answer.", next: "Answer yes, no or unclear.")
        }
        var plain = answer == "yes"
        if case .ground(let id) = question {
            plain = answer == "no"
            guard grounds(of: dossier).contains(where: { $0.id == id && !$0.forbidden }) else {
                throw ComityError(.usage, "“\(Text.safe(id, limit: 120))” is no ground in \(ref).", next: "Load the page again.")
            }
        }
        let words = reason.trimmed
        guard words.utf8.count <= 4000 else { throw ComityError(.usage, "The reason is longer than 4000 bytes.", next: "Shorten it.") }
        guard plain || !words.isEmpty else {
            throw ComityError(.usage, "This answer needs a reason.", why: "The next officer decides by it.", next: "Say why in a sentence.")
        }
        try await note(
            dossier.id,
            ["about": .string("triage"), "question": .string(question.name), "answer": .string(answer), "reason": .string(words)],
            by: officer)
    }

    /// Keeps a note about a file for this node only.
    /// - Throws: `.usage` when it is empty or longer than 4000 bytes.
    public func addNote(_ ref: FileReference, text: String, officer: String) async throws(ComityError) {
        _ = try require(officer, .answer, to: "write a note")
        let dossier = try dossier(ref, officer: officer)
        let words = text.trimmed
        guard !words.isEmpty, words.utf8.count <= 4000 else {
            throw ComityError(.usage, "A note says something in at most 4000 bytes.", next: "Write it, or shorten it.")
        }
        try await note(dossier.id, ["about": .string("note"), "text": .string(words)], by: officer)
    }

    /// A note of an officer, for this node only.
    public struct FileNote: Sendable {
        public let text: String
        public let by: String
        public let at: Instant
    }

    /// Notes of a file, oldest first.
    public func notes(_ ref: FileReference, officer: String?) throws(ComityError) -> [FileNote] {
        try requireContent(of: ref, officer: officer, to: "read what was written in a file")
        let events = try store.read { reader in
            guard let row = try reader.file(ref) else {
                guard try reader.draft(ref) != nil else { throw try Self.noFile(ref, reader) }
                throw ComityError(.wrongState, "\(ref) is a draft, which has no notes.", next: "Write them after it was sent.")
            }
            return try reader.events(of: row.id)
        }
        return events.compactMap { event in
            guard event.event == .noted, event.detail["about"]?.string == "note", let text = event.detail["text"]?.string else {
                return nil
            }
            return FileNote(text: text, by: event.by, at: event.at)
        }
    }

    private func note(_ file: UUIDv7, _ detail: [String: JSONValue], by officer: String) async throws(ComityError) {
        let noted = try event(.noted, file: file, by: officer, detail: detail)
        _ = try await store.commit { try $0.append(noted) }
    }

    private func requireIncoming(_ dossier: Dossier) throws(ComityError) {
        guard dossier.side(of: state) == .requested else {
            throw ComityError(.wrongState, "\(dossier.ref) is a request of this State.", next: "Only incoming requests are checked.")
        }
    }

    /// The newest answer to each question of a file.
    func triageNotes(_ file: UUIDv7) throws(ComityError) -> [String: Triage.Note] {
        Self.triageNotes(try store.read { try $0.events(of: file) })
    }

    private static func triageNotes(_ events: [RegisterEvent]) -> [String: Triage.Note] {
        events.reduce(into: [:]) { notes, event in
            guard event.event == .noted, event.detail["about"]?.string == "triage", let question = event.detail["question"]?.string,
                let answer = event.detail["answer"]?.string
            else { return }
            notes[question] = Triage.Note(answer: answer, reason: event.detail["reason"]?.string ?? "", by: event.by, at: event.at)
        }
    }

    private var rulePhases: [String: Rule.Phase] {
        Dictionary(
            (law.instruments.flatMap(\.rules) + law.states.flatMap(\.rules)).map { ($0.id, $0.phase) },
            uniquingKeysWith: { first, _ in first })
    }
}

extension String {
    fileprivate var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}
