// SPDX-License-Identifier: Apache-2.0

public import Standards

extension ActBody {
    /// A person was arrested; the time for the full request starts at `at`.
    public struct Arrest: ActContent {
        public let arrested: Instant
        public let place: String
        public let note: String?

        public init(arrested: Instant, place: String, note: String? = nil) {
            self.arrested = arrested
            self.place = place
            self.note = note
        }

        public func fault(in act: Act) -> String? { Bounds.text(place, "place", limit: 400) ?? Bounds.optional(note, "note") }
    }

    /// The request goes to a court.
    public struct Commit: ActContent {
        public let court: String
        public let note: String?

        public init(court: String, note: String? = nil) {
            self.court = court
            self.note = note
        }

        public func fault(in act: Act) -> String? { Bounds.text(court, "court", limit: 400) ?? Bounds.optional(note, "note") }
    }

    /// Grants extradition, perhaps on conditions that the requesting State must accept.
    public struct Grant: ActContent {
        public let decided: Instant
        public let conditions: [String]?
        /// The person consented to the simplified way.
        public let simplified: Bool?
        public let note: String?

        public init(decided: Instant, conditions: [String]? = nil, simplified: Bool? = nil, note: String? = nil) {
            self.decided = decided
            self.conditions = conditions
            self.simplified = simplified
            self.note = note
        }

        public func fault(in act: Act) -> String? { Bounds.list(conditions ?? [], "conditions", 0...64) ?? Bounds.optional(note, "note") }
    }

    /// The requested State prosecutes instead of extraditing.
    public struct ProsecuteInstead: ActContent {
        public let authority: String
        public let reason: String

        public init(authority: String, reason: String) {
            self.authority = authority
            self.reason = reason
        }

        public func fault(in act: Act) -> String? { Bounds.text(authority, "authority", limit: 400) ?? Bounds.text(reason, "reason") }
    }

    /// Proposes a place and a time.
    public struct Schedule: ActContent {
        public let when: Instant
        /// IANA name of the zone in which the appointment is spoken of.
        public let zone: String?
        public let place: String
        public let note: String?

        public init(when: Instant, zone: String? = nil, place: String, note: String? = nil) {
            self.when = when
            self.zone = zone
            self.place = place
            self.note = note
        }

        public func fault(in act: Act) -> String? {
            Bounds.text(place, "place", limit: 400) ?? Bounds.optional(zone, "zone", limit: 64) ?? Bounds.optional(note, "note")
        }
    }

    /// A person is handed over.
    public struct Surrender: ActContent {
        public let handedOver: Instant
        public let place: String
        /// Days already spent in custody, which the other State counts.
        public let daysInCustody: Int
        /// What was handed over with the person.
        public let property: [String]?
        public let note: String?

        public init(handedOver: Instant, place: String, daysInCustody: Int, property: [String]? = nil, note: String? = nil) {
            self.handedOver = handedOver
            self.place = place
            self.daysInCustody = daysInCustody
            self.property = property
            self.note = note
        }

        public func fault(in act: Act) -> String? {
            if !(0...36_600).contains(daysInCustody) { return "the days in custody are impossible." }
            return Bounds.text(place, "place", limit: 400) ?? Bounds.list(property ?? [], "property", 0...256)
                ?? Bounds.optional(note, "note")
        }
    }

    /// Asks consent beyond the request: other offences, onward surrender.
    public struct SeekConsent: ActContent {
        public enum Subject: String, Sendable, Codable, CaseIterable {
            case otherOffence = "other-offence"
            case onwardExtradition = "onward-extradition"
        }

        public let subject: Subject
        public let reason: String

        public init(subject: Subject, reason: String) {
            self.subject = subject
            self.reason = reason
        }

        public func fault(in act: Act) -> String? { Bounds.text(reason, "reason") }
    }

    /// Records a consent: of a State to what was asked, or of a person to a transfer.
    public struct Consent: ActContent {
        public enum Giver: String, Sendable, Codable, CaseIterable { case state, person, representative }

        public let by: Giver
        public let given: Bool
        /// How it was recorded: before whom, in which language, with which explanation.
        public let record: String

        public init(by: Giver, given: Bool, record: String) {
            self.by = by
            self.given = given
            self.record = record
        }

        public func fault(in act: Act) -> String? { Bounds.text(record, "record") }
    }

    /// Summons a person to a hearing.
    public struct Summon: ActContent {
        public let served: Instant
        /// Protection, interpreter, legal aid.
        public let measures: [String]?

        public init(served: Instant, measures: [String]? = nil) {
            self.served = served
            self.measures = measures
        }

        public func fault(in act: Act) -> String? { Bounds.list(measures ?? [], "measures", 0...32) }
    }

    /// A test of the line.
    public struct Test: ActContent {
        public let passed: Bool
        public let conditions: String

        public init(passed: Bool, conditions: String) {
            self.passed = passed
            self.conditions = conditions
        }

        public func fault(in act: Act) -> String? { Bounds.text(conditions, "conditions") }
    }

    /// A hearing was held.
    public struct Hear: ActContent {
        public let began: Instant
        public let ended: Instant
        public let present: [String]

        public init(began: Instant, ended: Instant, present: [String]) {
            self.began = began
            self.ended = ended
            self.present = present
        }

        public func fault(in act: Act) -> String? {
            ended < began ? "the hearing ended before it began." : Bounds.list(present, "present", 1...64, limit: 200)
        }
    }

    /// The minutes of a hearing.
    public struct Minutes: ActContent {
        public let text: String
        public let oath: String?
        public let interruptions: [String]?

        public init(text: String, oath: String? = nil, interruptions: [String]? = nil) {
            self.text = text
            self.oath = oath
            self.interruptions = interruptions
        }

        public func fault(in act: Act) -> String? {
            Bounds.text(text, "text", limit: 200_000) ?? Bounds.optional(oath, "oath")
                ?? Bounds.list(interruptions ?? [], "interruptions", 0...64)
        }
    }
}
