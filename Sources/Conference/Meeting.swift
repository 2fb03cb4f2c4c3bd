// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards
public import Treaty

/// A signing ceremony, or a session of the Conference of the States Parties: what was planned and published of it, as one document
/// (docs/formats/meeting.md). What happens at it (credentials, signatures, attendance) is a list of changes beside it: ``Course``.
public struct Meeting: Sendable, Equatable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case signingCeremony = "signing-ceremony"
        case conference
    }

    public struct Room: Sendable, Equatable, Codable {
        public let id: String
        public let name: String
        /// Places for delegations in a row; nil: not known.
        public let row: Int?
    }

    public struct Session: Sendable, Equatable, Codable {
        public enum Kind: String, Sendable, Codable, CaseIterable {
            case plenary, signing
            case highLevel = "high-level"
            case roundTable = "round-table"
            case sideEvent = "side-event"
            case other
        }

        public let id: String
        public let kind: Kind
        public let title: String
        public let day: CalendarDay
        /// Nil where no source gives the hour.
        public let start: Instant?
        public let end: Instant?
        /// Id of a room; nil where none is known.
        public let room: String?
        /// Codes of the languages of interpretation.
        public let languages: [String]
        public let origin: Origin
    }

    /// Where a fact of a meeting was read, and how far it was compared.
    public struct Origin: Sendable, Equatable, Codable {
        public let source: TreatyRecord.Source
        public let tag: VerificationTag
        public let note: String?
    }

    public struct Delegate: Sendable, Equatable, Codable {
        public let name: String
        /// `head-of-state`, `minister-for-foreign-affairs`, `ambassador` …: small letters and hyphens.
        public let function: String
    }

    public struct Delegation: Sendable, Equatable, Codable {
        public let participant: StateCode
        public let head: Delegate
        public let members: [Delegate]
        public let origin: Origin
    }

    public struct Document: Sendable, Equatable, Codable {
        /// For example `CTOC/COP/2026/1`.
        public let symbol: String
        public let title: String
        public let day: CalendarDay
        /// Languages in which it is there, each with the SHA-256 of the file where it is known, or an empty text.
        public let languages: [String: String]
        public let origin: Origin
    }

    /// How delegations are called and seated.
    public enum Order: Sendable, Equatable {
        /// By the name of the State, from A.
        case name
        /// By lot: everybody who has the words of the lot finds the same order.
        case lot(String)
    }

    /// Unique; small letters, digits and hyphens.
    public let id: String
    public let kind: Kind
    public let title: String
    public let place: String
    /// IANA time zone of the place.
    public let zone: String
    /// From the first to the last.
    public let days: [CalendarDay]
    /// Of fictional States.
    public let exercise: Bool
    public let retrieved: CalendarDay
    public let order: Order
    public let rooms: [Room]
    public let sessions: [Session]
    public let delegations: [Delegation]
    public let documents: [Document]
    /// The log of signatures is that of the records of the treaty for these days: of a ceremony that is over and was not held with this
    /// program.
    public let signedByRecords: Bool
    /// What is not known of it, in sentences.
    public let unknown: [String]
    public let origin: Origin

    public func delegation(of code: StateCode) -> Delegation? { delegations.first { $0.participant == code } }
    public func session(_ id: String) -> Session? { sessions.first { $0.id == id } }
    public func room(_ id: String?) -> Room? { rooms.first { $0.id == id } }
}

/// The rules for meetings, as the rule files give them.
public struct MeetingRules: Sendable {
    /// Functions whose holders sign without full powers.
    public let withoutFullPowers: Constant
    /// The languages in which a text is authentic, and documents are due.
    public let languages: Constant

    /// - Throws: `.malformedInput` naming the constant that is missing.
    public init(_ law: Law, instrument: String) throws(ComityError) {
        func constant(_ name: String, of instrument: String) throws(ComityError) -> Constant {
            guard let found = law.constant(name, of: instrument) else {
                throw ComityError(
                    .malformedInput, "The rules of \(instrument) have no constant “\(name)”.",
                    next: "Add the row to its rule files; comity law check reads them.")
            }
            return found
        }
        withoutFullPowers = try constant("no-full-powers", of: "house")
        languages = try constant("languages", of: instrument)
    }

    public func needsFullPowers(_ function: String) -> Bool { !Self.list(withoutFullPowers).contains(function) }
    public var languageCodes: [String] { Self.list(languages) }

    private static func list(_ constant: Constant) -> [String] {
        constant.value.split(separator: ",").map { String($0.drop { $0 == " " }) }
    }
}
