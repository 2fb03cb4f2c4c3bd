// SPDX-License-Identifier: Apache-2.0

public import Standards

/// What an officer writes for the next one.
public struct HandoverNotes: Sendable, Codable, Equatable {
    /// What is open and cannot wait.
    public var situation: String
    /// What happened in this shift.
    public var background: String
    /// The officer's own view.
    public var assessment: String
    /// What the next officer should do first.
    public var recommendation: String

    /// Most characters of each part.
    public static let longest = 20_000

    public init(situation: String = "", background: String = "", assessment: String = "", recommendation: String = "") {
        self.situation = situation
        self.background = background
        self.assessment = assessment
        self.recommendation = recommendation
    }

    var parts: [String] { [situation, background, assessment, recommendation] }
    public var isEmpty: Bool { parts.allSatisfy { $0.allSatisfy(\.isWhitespace) } }
}

/// What two officers sign: its bytes are hashed, and the hash stands in the register.
public struct HandoverText: Sendable, Codable, Equatable {
    /// Counts of the shift as the register had them when the text was signed.
    public struct Figures: Sendable, Codable, Equatable {
        public let actsIn: Int
        public let actsOut: Int
        public let decisions: Int
        public let calls: Int
        public let quarantined: Int
        /// Acts and packages that were owed to peers.
        public let owed: Int
        /// Calls that were still to be made.
        public let callBacks: Int
    }

    /// A time limit of the next shift.
    public struct Due: Sendable, Codable, Equatable {
        public let ref: FileReference
        public let due: Instant
        public let says: String
        /// The next step of the file.
        public let step: String
    }

    public let v: Int
    public let state: StateCode
    public let authority: String
    public let exercise: Bool
    public let shift: UUIDv7
    public let officer: String
    public let began: Instant
    public let written: Instant
    public let notes: HandoverNotes
    public let figures: Figures
    public let due: [Due]
}

/// A handover: in hand, signed by one officer, or by both.
public struct Handover: Sendable {
    /// Id of the shift that it ends.
    public let shift: UUIDv7
    /// Who hands over, and the pseudonym that is shown.
    public let officer: String
    public let name: String
    public let began: Instant
    /// What is being written, or was signed.
    public let notes: HandoverNotes?
    public let saved: Instant?
    /// What was signed; nil before that.
    public let text: HandoverText?
    /// SHA-256 of the bytes that were signed, in hexadecimal digits.
    public let hash: String?
    public let signed: Instant?
    /// Who took over, and the pseudonym that is shown.
    public let taker: String?
    public let takerName: String?
    public let taken: Instant?
    /// The bytes still hash to what was registered.
    public let isIntact: Bool
}
