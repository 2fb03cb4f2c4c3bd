// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Standards

/// A file of the demonstration as data, `Demo/files/KEY.yaml`: what is asked, and who does what when.
///
/// ```yaml
/// type: preservation
/// from: XA
/// to: XB                       # or a list
/// shows: what it is there for
/// draft: {title: …}            # the request; `to` and `type` are filled in
/// steps:
///   - {at: -P59D 10:40, by: XA-D1, do: request, second: XA-D3, took: PT40M}   # drafted, submitted, approved, sent
///   - {at: +PT35M, by: XB-D1, do: acknowledge}
///   - {at: -P20D 14:05, by: XB-L1, do: refuse, second: XB-L2, with: {grounds: […], text: …}}
/// ```
///
/// `at` is counted from the moment of the demonstration (`SceneTime`), or with `+` from the step before. `do` is a kind of
/// act, or one of the verbs of `Verb`. In drafts and bodies a text that is nothing but `@-P3D` is a time counted likewise,
/// `@at-PT5M` one counted from the step; `ref:KEY` and `id:KEY` name another file, `act:KIND` the last act of that kind in
/// this one.
struct Scene: Sendable {
    /// What a step does when it is not simply an act.
    enum Verb: String, Sendable, CaseIterable {
        case draft, revise, submit, approve, send, discard
        /// The reviewer gives the draft back with a comment.
        case returnDraft = "return-draft"
        /// Seals exhibits made on the spot, and supplies the package.
        case supply
        /// Receives the package that arrived, or what the body says.
        case receive
        /// Flips a byte in the package that arrived.
        case damage
        /// An act arrives that is signed by nobody this node knows, or by a key it revoked.
        case forge
        /// From here the State's node cannot be reached.
        case disconnect
    }

    enum Deed: Sendable, Hashable {
        case verb(Verb)
        case act(ActKind)
    }

    /// When an entry of the list of steps takes place.
    enum When: Sendable {
        case at(SceneTime)
        /// Milliseconds after the entry before.
        case after(Int64)
    }

    /// An entry of the list of steps: one step, with what is done towards it before.
    struct Entry: Sendable {
        let when: When
        let steps: [Step]
    }

    struct Step: Sendable {
        /// Milliseconds before the entry takes place.
        let lead: Int64
        let by: String
        let deed: Deed
        /// The body of the act, or what the verb needs.
        let with: JSONValue
        /// It is kept for a second person: one who approves later, or nobody yet.
        let waits: Bool
        /// The error it must end with.
        let fails: ErrorCode?
    }

    let key: String
    let type: FileType
    let from: StateCode
    let to: [StateCode]
    let shows: String
    let draft: JSONValue
    let entries: [Entry]

    var parties: [StateCode] { [from] + to }

    /// Reads all files of the demonstration, in the order of their names.
    /// - Throws: `.malformedInput` naming file and member.
    static func readAll(_ folder: String) throws(ComityError) -> [Scene] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
        var scenes: [Scene] = []
        for name in names { scenes.append(try Scene(key: String(name.dropLast(5)), try DemoText.read(folder + "/" + name))) }
        return scenes
    }

    init(key: String, _ value: JSONValue) throws(ComityError) {
        func missing(_ member: String) -> ComityError { DemoText.missing(member, of: key + ".yaml") }
        guard let type = value["type"]?.string.flatMap(FileType.init(rawValue:)) else { throw missing("type") }
        guard let from = value["from"]?.string, let draft = value["draft"]?.object else { throw missing("from or draft") }
        guard let to = value["to"]?.string.map({ [$0] }) ?? value["to"]?.array?.compactMap(\.string), !to.isEmpty else {
            throw missing("to")
        }
        self.key = key
        self.type = type
        self.from = try StateCode(from)
        var recipients: [StateCode] = []
        for text in to { recipients.append(try StateCode(text)) }
        self.to = recipients
        shows = value["shows"]?.string ?? ""
        self.draft = .object(draft.merging(["to": .array(to.map(JSONValue.string)), "type": .string(type.rawValue)]) { $1 })
        var entries: [Entry] = []
        for item in value["steps"]?.array ?? [] {
            guard let text = item["at"]?.string else { throw missing("at of a step") }
            let when: When =
                text.hasPrefix("+") ? .after(try ISODuration(String(text.dropFirst())).milliseconds) : .at(try SceneTime(text))
            entries.append(Entry(when: when, steps: try Self.steps(item, missing)))
        }
        guard !entries.isEmpty else { throw missing("steps") }
        self.entries = entries
    }

    private static func steps(_ item: JSONValue, _ missing: (String) -> ComityError) throws(ComityError) -> [Step] {
        guard let name = item["do"]?.string else { throw missing("do of a step") }
        let by = item["by"]?.string ?? ""
        let second = item["second"]?.string
        let with = item["with"] ?? .object([:])
        let took = try ISODuration(item["took"]?.string ?? "PT2H").milliseconds
        func step(_ deed: Deed, _ before: Int64, by officer: String, _ with: JSONValue = .object([:])) -> Step {
            Step(lead: before, by: officer, deed: deed, with: with, waits: false, fails: nil)
        }
        if name == "request" {
            guard let second else { throw missing("second of a request") }
            return [
                step(.verb(.draft), took, by: by), step(.verb(.submit), took / 2, by: by), step(.verb(.approve), took / 4, by: second),
                step(.verb(.send), 0, by: by),
            ]
        }
        guard let deed = Verb(rawValue: name).map(Deed.verb) ?? ActKind(rawValue: name).map(Deed.act) else { throw missing("do: \(name)") }
        var fails: ErrorCode?
        if let code = item["fails"]?.string {
            guard let known = ErrorCode(rawValue: code) else { throw missing("fails: \(code)") }
            fails = known
        }
        let prepared = Step(
            lead: second == nil ? 0 : min(took, 20 * 60_000), by: by, deed: deed, with: with,
            waits: second != nil || item["waits"]?.bool == true, fails: fails)
        return second.map { [prepared, step(.verb(.approve), 0, by: $0)] } ?? [prepared]
    }
}
