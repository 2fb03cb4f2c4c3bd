// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Law
public import Standards

/// What a form keeps of a draft beside its content.
public struct DraftForm: Sendable, Equatable, Codable {
    /// Who last changed a section, and when.
    public struct Saving: Sendable, Equatable, Codable {
        public let officer: String
        public let at: Instant

        public init(officer: String, at: Instant) {
            self.officer = officer
            self.at = at
        }
    }

    /// Text that was typed and is no value yet, such as the 31st of February: by the path of its field.
    public var unread: [String: String]
    /// The sections that their author saved and went on from.
    public var done: Set<String>
    /// By section.
    public var savings: [String: Saving]

    public init(unread: [String: String] = [:], done: Set<String> = [], savings: [String: Saving] = [:]) {
        self.unread = unread
        self.done = done
        self.savings = savings
    }

    /// Empty for a draft that came as a whole.
    init(_ kept: JSONValue?) {
        unread = (kept?["unread"]?.object ?? [:]).compactMapValues(\.string)
        done = Set((kept?["done"]?.array ?? []).compactMap(\.string))
        savings = (kept?["savings"]?.object ?? [:]).compactMapValues { saving in
            guard let officer = saving["by"]?.string, let at = saving["at"]?.string.flatMap({ try? Instant($0) }) else { return nil }
            return Saving(officer: officer, at: at)
        }
    }

    var json: JSONValue {
        let savings = savings.mapValues { JSONValue.object(["by": .string($0.officer), "at": .string($0.at.description)]) }
        return .object([
            "unread": .object(unread.mapValues(JSONValue.string)), "done": .array(done.sorted().map(JSONValue.string)),
            "savings": .object(savings),
        ])
    }

    /// A form is kept up to this many bytes of text that is no value.
    static let largest = 64 * 1024

    var size: Int {
        unread.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } + done.reduce(0) { $0 + $1.utf8.count }
            + savings.reduce(0) { $0 + $1.key.utf8.count + 80 }
    }
}

/// A request that is being written: what it says, how it stands, and what the rules say about it.
public struct DraftView: Sendable {
    public let ref: FileReference
    public let type: FileType
    public let recipients: [StateCode]
    public let content: JSONValue
    /// What the form keeps; nil for a draft that came as a whole, from a file.
    public let form: DraftForm?
    /// Local state: draft, review, translation, authorised.
    public let state: FileState
    /// Who wrote it first; is named in the act as its author.
    public let author: String
    public let created: Instant
    /// Everybody else who wrote in it.
    public let writers: [String]
    /// Counts the contents it has had, from 1.
    public let version: Int
    public let savedBy: String?
    public let savedAt: Instant?
    /// Why the reviewer gave it back.
    public let comment: String?
    public let approvedBy: String?
    public let approvedAt: Instant?
    /// SHA-256 of the content, as the register has it for a revision and an approval.
    public let hash: String
    public let findings: [Finding]
    /// The door through which the request goes to the first of its recipients.
    public let route: Assessment.Route
    public let instrument: String?

    /// Nothing that the law requires is missing or it was set aside, and every field that was typed could be read.
    public var isComplete: Bool { !findings.contains(where: \.blocks) && form?.unread.isEmpty ?? true }

    /// This officer wrote in it, and so cannot be its second person.
    public func wasWritten(by officer: String) -> Bool { author == officer || writers.contains(officer) }
}
