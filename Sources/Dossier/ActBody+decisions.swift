// SPDX-License-Identifier: Apache-2.0

public import Standards

extension ActBody {
    /// Accepts the request, or an extension.
    public struct Accept: ActContent {
        public let note: String?
        /// The new end, when an extension is accepted; it may be earlier than the one asked for.
        public let until: Instant?

        public init(note: String? = nil, until: Instant? = nil) {
            self.note = note
            self.until = until
        }

        public func fault(in act: Act) -> String? { Bounds.optional(note, "note") }
    }

    /// Conditions that the requesting State must accept.
    public struct OfferConditions: ActContent {
        public let conditions: [String]
        public let note: String?
        /// When the file is looked at again, accepted or not.
        public let reviewBy: Instant?

        public init(conditions: [String], note: String? = nil, reviewBy: Instant? = nil) {
            self.conditions = conditions
            self.note = note
            self.reviewBy = reviewBy
        }

        public func fault(in act: Act) -> String? { Bounds.list(conditions, "conditions", 1...64) ?? Bounds.optional(note, "note") }
    }

    /// Turns down what waits for an answer.
    public struct Decline: ActContent {
        public let reason: String
        /// Id of the act that is turned down, where several may wait: an amendment.
        public let about: UUIDv7?

        public init(reason: String, about: UUIDv7? = nil) {
            self.reason = reason
            self.about = about
        }

        public func fault(in act: Act) -> String? { Bounds.text(reason, "reason") }
    }

    /// Refuses, or refuses a part. The grounds are ids of the law; the text gives the reasons. That neither is missing is a rule,
    /// not a matter of shape: `Dossier.mayTake` says so with the article.
    public struct Refusal: ActContent {
        public let grounds: [String]
        public let text: String
        /// What exactly is refused, when it is a part.
        public let parts: [String]?

        public init(grounds: [String], text: String, parts: [String]? = nil) {
            self.grounds = grounds
            self.text = text
            self.parts = parts
        }

        public func fault(in act: Act) -> String? {
            if act.kind == .partlyRefuse, parts?.isEmpty ?? true { return "it does not say which part is refused." }
            return Bounds.list(grounds, "grounds", 0...16, limit: 120) ?? Bounds.optional(text, "text")
                ?? Bounds.list(parts ?? [], "parts", 0...64)
        }
    }

    /// Puts off until a review date.
    public struct Postpone: ActContent {
        public let grounds: [String]
        public let text: String
        public let reviewBy: Instant

        public init(grounds: [String], text: String, reviewBy: Instant) {
            self.grounds = grounds
            self.text = text
            self.reviewBy = reviewBy
        }

        public func fault(in act: Act) -> String? {
            if reviewBy <= act.at { return "the review date is not later than the postponement." }
            return Bounds.list(grounds, "grounds", 0...16, limit: 120) ?? Bounds.optional(text, "text")
        }
    }

    /// An order was issued, a court seized or a custodian served.
    public struct Execute: ActContent {
        /// Who ordered it, and the number of the order.
        public let authority: String
        public let order: String?
        public let served: Instant?
        public let note: String?

        public init(authority: String, order: String? = nil, served: Instant? = nil, note: String? = nil) {
            self.authority = authority
            self.order = order
            self.served = served
            self.note = note
        }

        public func fault(in act: Act) -> String? {
            Bounds.text(authority, "authority", limit: 400) ?? Bounds.optional(order, "order", limit: 400) ?? Bounds.optional(note, "note")
        }
    }

    /// How the execution came out.
    public struct Complete: ActContent {
        public enum Result: String, Sendable, Codable, CaseIterable {
            case full, partial
            case notExecutable = "not-executable"
        }

        public let outcome: Result
        /// Coded reasons, when something is missing.
        public let reasons: [String]?
        public let note: String?

        public init(outcome: Result, reasons: [String]? = nil, note: String? = nil) {
            self.outcome = outcome
            self.reasons = reasons
            self.note = note
        }

        public func fault(in act: Act) -> String? {
            if outcome != .full, (reasons?.isEmpty ?? true) && (note?.isEmpty ?? true) { return "it does not say what is missing and why." }
            return Bounds.list(reasons ?? [], "reasons", 0...32, limit: 120) ?? Bounds.optional(note, "note")
        }
    }

    /// How far the work is.
    public struct Report: ActContent {
        public let status: String
        public let expected: Instant?

        public init(status: String, expected: Instant? = nil) {
            self.status = status
            self.expected = expected
        }

        public func fault(in act: Act) -> String? { Bounds.text(status, "status") }
    }

    /// Hands the file on to another authority of the same State.
    public struct Transfer: ActContent {
        /// Id of that authority in the State's directory entry.
        public let authority: String
        public let reason: String

        public init(authority: String, reason: String) {
            self.authority = authority
            self.reason = reason
        }

        public func fault(in act: Act) -> String? { Bounds.text(authority, "authority", limit: 120) ?? Bounds.text(reason, "reason") }
    }

    /// Ends the work on a file.
    public struct Close: ActContent {
        public let outcome: Outcome
        public let note: String?
        /// Until when the file is kept, by the rule of the State that closes.
        public let retainUntil: Instant?

        public init(outcome: Outcome, note: String? = nil, retainUntil: Instant? = nil) {
            self.outcome = outcome
            self.note = note
            self.retainUntil = retainUntil
        }

        public func fault(in act: Act) -> String? { outcome == .running ? "a closed file is not running." : Bounds.optional(note, "note") }
    }

    /// Asks for, or sets, a later end.
    public struct Extend: ActContent {
        public let until: Instant
        public let reason: String?

        public init(until: Instant, reason: String? = nil) {
            self.until = until
            self.reason = reason
        }

        public func fault(in act: Act) -> String? {
            until <= act.at ? "the new end is not later than the act." : Bounds.optional(reason, "reason")
        }
    }

    /// Names the request of another file on which this one depends: what holds a preservation, keeps the promise of an
    /// emergency, or converts intelligence into evidence.
    public struct LinkedRequest: ActContent {
        public let file: UUIDv7
        public let ref: FileReference
        public let note: String?

        public init(file: UUIDv7, ref: FileReference, note: String? = nil) {
            self.file = file
            self.ref = ref
            self.note = note
        }

        public func fault(in act: Act) -> String? { file == act.file ? "it names its own file." : Bounds.optional(note, "note") }
    }

    /// Lets go of what was kept.
    public struct Release: ActContent {
        public enum Cause: String, Sendable, Codable, CaseIterable {
            /// The time is over and nothing holds it.
            case lapsed
            /// The request that held it was decided.
            case decided
            /// The requesting State withdrew, closed or agreed.
            case agreed
            /// A court or the law of the State ordered it.
            case ordered
        }

        public let cause: Cause
        public let effective: Instant
        public let note: String?

        public init(cause: Cause, effective: Instant, note: String? = nil) {
            self.cause = cause
            self.effective = effective
            self.note = note
        }

        public func fault(in act: Act) -> String? { Bounds.optional(note, "note") }
    }
}
