// SPDX-License-Identifier: Apache-2.0

public import Standards

extension ActBody {
    /// A party signs the agreement, or an amendment to it.
    public struct Sign: ActContent {
        /// Id of the act that proposes the amendment; nil for the agreement itself.
        public let amendment: UUIDv7?
        /// SHA-256 of the text that is signed.
        public let text: String

        public init(amendment: UUIDv7?, text: String) {
            self.amendment = amendment
            self.text = text
        }

        public func fault(in act: Act) -> String? { Bounds.hash(text, "text") }
    }

    /// Proposes an amendment, which all parties must sign.
    public struct Amend: ActContent {
        public let text: String
        public let reason: String

        public init(text: String, reason: String) {
            self.text = text
            self.reason = reason
        }

        public func fault(in act: Act) -> String? { Bounds.text(text, "text") ?? Bounds.text(reason, "reason") }
    }

    /// Evidence of the team, by where it was obtained.
    public struct LogEvidence: ActContent {
        public enum Origin: String, Sendable, Codable, CaseIterable { case before, during, outside }

        public let origin: Origin
        public let items: Int
        public let description: String
        /// SHA-256 of the list.
        public let list: String?

        public init(origin: Origin, items: Int, description: String, list: String? = nil) {
            self.origin = origin
            self.items = items
            self.description = description
            self.list = list
        }

        public func fault(in act: Act) -> String? {
            if !(1...10_000_000).contains(items) { return "the number of items is impossible." }
            return Bounds.text(description, "description") ?? list.flatMap { Bounds.hash($0, "list") }
        }
    }

    /// What information was used for.
    public struct Assess: ActContent {
        public enum Use: String, Sendable, Codable, CaseIterable {
            case used, attached
            case notUsed = "not-used"
        }

        public let use: Use
        public let note: String?

        public init(use: Use, note: String? = nil) {
            self.use = use
            self.note = note
        }

        public func fault(in act: Act) -> String? { Bounds.optional(note, "note") }
    }

    /// Feedback on information, or the evaluation of a team.
    public struct Evaluation: ActContent {
        public let text: String

        public init(text: String) { self.text = text }

        public func fault(in act: Act) -> String? { Bounds.text(text, "text") }
    }
}
