// SPDX-License-Identifier: Apache-2.0

public import Standards

/// What a State has said about itself and its law, as data: `states/XA.yaml`. A profile changes by a new file, never by code.
public struct StateProfile: Sendable {
    /// A treaty that binds the State, since when.
    public struct Bond: Sendable, Equatable {
        public let instrument: String
        public let from: Instant
        public let note: String
    }

    /// An office that may send or receive.
    public struct Authority: Sendable, Equatable {
        public let id: String
        /// For example `contact_point_24_7`, `central_authority`, `prosecutor`.
        public let kind: String
        public let name: String
        /// How to reach it: telephone, else e-mail; never empty when the directory gives either.
        public let contact: String
        public let languages: [String]
        public let roles: [String]
        /// Types it may issue; nil = by its kind.
        public let mayIssue: [String]?
        /// Further types or purposes it serves.
        public let alsoFor: [String]
        /// Categories of data it may ask for; nil = all.
        public let categories: [String]?

        /// It may issue requests of this type: by name, or else by its kind.
        public func mayIssue(_ type: RequestType) -> Bool {
            alsoFor.contains(type.id) || mayIssue.map { $0.contains(type.id) } ?? type.issuers.contains(kind)
        }
    }

    /// An offence of the law of the State.
    public struct DomesticOffence: Sendable, Equatable {
        public let ref: String
        /// Articles of the Convention it answers to.
        public let articles: [String]
        public let title: String
        public let provision: String
        public let maxPenaltyMonths: Int?
        public let text: String
    }

    /// A declaration, reservation or notification made to the depositary.
    public struct Declaration: Sendable, Equatable {
        public let article: String
        public let text: String
        public let source: String
    }

    /// How the State treats dual criminality for a type.
    public struct DualCriminality: Sendable, Equatable {
        public let required: Bool
        public let mayWaive: Bool
        public let decidedBy: String?
    }

    public let state: StateCode
    public let names: [String: String]
    public let source: String
    public let bonds: [Bond]
    /// Accepted languages by purpose.
    public let languages: [String: [String]]
    public let authorities: [Authority]
    public let offences: [DomesticOffence]
    public let declarations: [Declaration]
    public let dualCriminality: [String: DualCriminality]
    /// What this State asks beyond the instruments, as rules; they run when it is the requested State.
    public internal(set) var rules: [Rule]
    /// Working days and hours; nil when the profile names none.
    public let calendar: WorkingCalendar?
    /// The whole profile, for the `requested` and `requesting` conditions.
    public let data: JSONValue

    public func authority(_ id: String) -> Authority? { authorities.first { $0.id == id } }

    public func offence(_ ref: String) -> DomesticOffence? { offences.first { $0.ref == ref } }

    /// The State is bound by the instrument at that moment.
    public func isBound(by instrument: String, on: Instant) -> Bool {
        bonds.contains { $0.instrument == instrument && $0.from <= on }
    }
}
