// SPDX-License-Identifier: Apache-2.0

public import Standards

/// The two sides of a file: the State that opened it, and everyone it addressed.
public enum Side: String, Sendable, Codable, CaseIterable {
    case requesting, requested

    public var other: Side { self == .requesting ? .requested : .requesting }
}

/// A State and its authority, as an act names sender and recipient.
public struct Party: Sendable, Codable, Hashable, Comparable, CustomStringConvertible {
    public let state: StateCode
    /// Id of the authority in the State's directory entry, for example `xa-247`.
    public let authority: String

    public init(state: StateCode, authority: String) {
        self.state = state
        self.authority = authority
    }

    public var description: String { "\(state) \(authority)" }

    public static func < (left: Self, right: Self) -> Bool {
        left.state != right.state ? left.state < right.state : left.authority < right.authority
    }
}

/// Traffic Light Protocol 2.0 labels (FIRST).
public enum TLP: String, Sendable, Codable, CaseIterable {
    case red = "RED"
    case amberStrict = "AMBER+STRICT"
    case amber = "AMBER"
    case green = "GREEN"
    case clear = "CLEAR"
}
