// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Who is called, in this order, when nobody reacts.
public enum DutyLayer: String, Sendable, Codable, CaseIterable {
    case primary, second, supervisor, head

    /// The layer that a level of an escalation means by the role it tells; nil for a role that is on no roster.
    public init?(tells role: String) {
        switch role {
        case "duty_officer": self = .primary
        case "second_officer": self = .second
        case "supervisor": self = .supervisor
        case "head": self = .head
        default: return nil
        }
    }
}

/// An officer whom others may name: put on the roster, given a file.
public struct Colleague: Sendable, Equatable {
    public let officer: String
    /// The pseudonym that is shown.
    public let name: String
    public let role: String
}

/// A line of the roster.
public struct RosterLine: Sendable, Equatable {
    public let id: UUIDv7
    public let layer: DutyLayer
    public let officer: String
    /// The pseudonym that is shown.
    public let name: String
    public let start: Instant
    public let end: Instant
    /// Counts instead of the ordinary line of the same layer.
    public let isOverride: Bool
}

/// Who answers for the desk at this moment.
public struct OnDuty: Sendable, Equatable {
    public let officer: String
    /// The pseudonym that is shown.
    public let name: String
    /// When the roster relieves the officer; nil where it says nothing.
    public let until: Instant?
    /// Since when, when the officer took the duty; nil when only the roster says so.
    public let since: Instant?

    /// The officer took the duty; otherwise only the roster names somebody.
    public var isTaken: Bool { since != nil }
}

/// The limits of a roster.
public enum RosterLimits {
    /// A line of the roster lasts at most this long, milliseconds.
    public static let longest: Int64 = 31 * 86_400_000
    /// How many days a line may be repeated at once.
    public static let days = 1...31
    /// How far ahead a line may begin, milliseconds.
    public static let ahead: Int64 = 400 * 86_400_000
}
