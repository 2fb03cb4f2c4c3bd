// SPDX-License-Identifier: Apache-2.0

public import Standards

/// A piece of the chain of custody: who answered for the exhibits, when, where, why, with what.
public struct CustodyStep: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable, Codable {
        case collected, sealed, supplied, arrived, verified, received, opened, previewed, downloaded
        /// What an officer noted that happened outside the node.
        case examined, copied, moved, stored, returned, destroyed
        case courtBundleMade = "court-bundle-made"
        /// Nobody is recorded.
        case gap
    }
    public enum State: String, Sendable, Codable {
        case done, failed
        /// Not yet.
        case waiting
        /// Nobody is recorded.
        case missing
    }

    public let kind: Kind
    public let state: State
    /// Pseudonym or office; empty when nobody is recorded, `node` for what a node did by itself.
    public var who = ""
    /// The State where it happened; nil when that is not known.
    public var by: StateCode?
    public var at: Instant?
    public var place = ""
    /// Length of a gap in milliseconds; nil when not even that is known.
    public var length: Int64?
    /// Why it was done; empty when nothing is said.
    public var why = ""
    /// Program or device, with its version; empty when none is named.
    public var tool = ""
    /// Number of the bag or seal; empty when none is named.
    public var seal = ""
    /// Numbers of the exhibits it is about; empty when it is about all.
    public var exhibits: [Int] = []
    /// Whether the exhibits were hashed again; nil when nothing is said.
    public var isRemeasured: Bool?
    /// SHA-256 that was found when a single exhibit was hashed again.
    public var sha256: String?
    /// Whether that is the SHA-256 that the statement gives.
    public var isEqual: Bool?
    /// Its entry in the register of the node that shows the chain; nil for what only the statement says.
    public var index: Int64?

    public init(
        _ kind: Kind, _ state: State, who: String = "", by: StateCode? = nil, at: Instant? = nil, place: String = "", length: Int64? = nil
    ) {
        self.kind = kind
        self.state = state
        self.who = who
        self.by = by
        self.at = at
        self.place = place
        self.length = length
    }

    /// What an officer may note.
    public static let noted: [Kind] = [.examined, .copied, .moved, .stored, .returned, .destroyed]

    public var isNoted: Bool { Self.noted.contains(kind) }

    /// It happened, and something must say so.
    public var hasHappened: Bool { state == .done || state == .failed }

    /// The same without what was written: for a reader who may see that the chain is whole, not what it is about.
    public var withoutTexts: CustodyStep {
        var step = self
        (step.place, step.why, step.tool, step.seal) = ("", "", "", "")
        return step
    }

    /// `opened, 2026-11-22T10:00:00Z`, as sentences name it.
    public var name: String { "\(kind.rawValue)\(at.map { ", \($0)" } ?? "")" }
}

extension CustodyStep: Codable {
    private enum Member: String, CodingKey {
        case kind, state, who, by, at, place, minutes, why, tool, seal, exhibits, remeasured, sha256, equal, index
    }

    /// `{kind, state, who, by?, at?, place, minutes?, why?, tool?, seal?, exhibits?, remeasured?, sha256?, equal?, index?}`.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        kind = try members.decode(Kind.self, forKey: .kind)
        state = try members.decode(State.self, forKey: .state)
        who = try members.decode(String.self, forKey: .who)
        by = try members.decodeIfPresent(String.self, forKey: .by).map { text throws(ComityError) in try StateCode(text) }
        at = try members.decodeIfPresent(Instant.self, forKey: .at)
        place = try members.decode(String.self, forKey: .place)
        length = try members.decodeIfPresent(Int64.self, forKey: .minutes).map { $0.multipliedReportingOverflow(by: 60_000).partialValue }
        why = try members.decodeIfPresent(String.self, forKey: .why) ?? ""
        tool = try members.decodeIfPresent(String.self, forKey: .tool) ?? ""
        seal = try members.decodeIfPresent(String.self, forKey: .seal) ?? ""
        exhibits = try members.decodeIfPresent([Int].self, forKey: .exhibits) ?? []
        isRemeasured = try members.decodeIfPresent(Bool.self, forKey: .remeasured)
        sha256 = try members.decodeIfPresent(String.self, forKey: .sha256)
        isEqual = try members.decodeIfPresent(Bool.self, forKey: .equal)
        index = try members.decodeIfPresent(Int64.self, forKey: .index)
    }

    /// Writes the same.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        func text(_ value: String, _ member: Member) throws { if !value.isEmpty { try members.encode(value, forKey: member) } }
        try members.encode(kind, forKey: .kind)
        try members.encode(state, forKey: .state)
        try members.encode(who, forKey: .who)
        try members.encodeIfPresent(by?.description, forKey: .by)
        try members.encodeIfPresent(at, forKey: .at)
        try members.encode(place, forKey: .place)
        try members.encodeIfPresent(length.map { $0 / 60_000 }, forKey: .minutes)
        try text(why, .why)
        try text(tool, .tool)
        try text(seal, .seal)
        if !exhibits.isEmpty { try members.encode(exhibits, forKey: .exhibits) }
        try members.encodeIfPresent(isRemeasured, forKey: .remeasured)
        try members.encodeIfPresent(sha256, forKey: .sha256)
        try members.encodeIfPresent(isEqual, forKey: .equal)
        try members.encodeIfPresent(index, forKey: .index)
    }
}
