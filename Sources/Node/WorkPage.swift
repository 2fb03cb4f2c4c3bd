// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Standards
import Storage

/// The lists of the worklist, each with an address of its own.
public enum WorkView: String, Sendable, Codable, CaseIterable {
    /// Open files and drafts of an emergency.
    case emergency
    /// Requests from other States that no person here has acknowledged.
    case unacknowledged
    /// The pressing clock ends within 24 hours.
    case due24h = "due-24h"
    /// The pressing clock has ended.
    case overdue
    case waitingForUs = "waiting-for-us"
    case waitingForThem = "waiting-for-them"
    /// Data are let go within 14 days.
    case preservationsExpiring = "preservations-expiring"
    /// Open, and assigned to the officer or written by the officer.
    case mine
    /// Open, from other States.
    case incoming
    /// Open, made here; drafts too.
    case outgoing
    case drafts
    case closed
    case all

    /// Milliseconds ahead within which a preservation counts as expiring.
    static let expiring: Int64 = 14 * 86_400_000
    static let day: Int64 = 86_400_000

    /// The bits of the rows it lists; none for those that time or an officer decides.
    var bits: Worklist.Bits {
        switch self {
        case .emergency: .emergency
        case .unacknowledged: .unacknowledged
        case .waitingForUs: .us
        case .waitingForThem: .them
        case .incoming: .incoming
        case .outgoing: .outgoing
        case .drafts: .draft
        case .closed: .closed
        case .due24h, .overdue, .preservationsExpiring, .mine, .all: []
        }
    }

    /// The stretch in which the pressing clock ends, milliseconds since 1970.
    func due(at now: Int64) -> ClosedRange<Int64>? {
        switch self {
        case .overdue: Int64.min...now
        case .due24h: (now + 1)...(now + Self.day)
        default: nil
        }
    }

    /// The stretch in which the data would be let go.
    func lapses(at now: Int64) -> ClosedRange<Int64>? { self == .preservationsExpiring ? (now + 1)...(now + Self.expiring) : nil }
}

/// What to leave out of a list; nil leaves nothing out.
public struct WorkFilter: Sendable, Equatable {
    public enum Sort: String, Sendable, Codable, CaseIterable {
        /// The most pressing first.
        case due
        /// The last changed first.
        case changed
        case reference
    }

    public var type: FileType?
    public var counterpart: StateCode?
    public var side: Side?
    public var state: FileState?
    /// States of which it must be in one; empty leaves nothing out.
    public var states: Set<FileState> = []
    /// The officer who has it in hand.
    public var assigned: String?
    /// Words of the title or the reference, in any order; accents and ends of words may be missing.
    public var text: String?
    public var sort: Sort

    public init(
        type: FileType? = nil, counterpart: StateCode? = nil, side: Side? = nil, state: FileState? = nil, assigned: String? = nil,
        text: String? = nil, sort: Sort = .due
    ) {
        self.type = type
        self.counterpart = counterpart
        self.side = side
        self.state = state
        self.assigned = assigned
        self.text = text
        self.sort = sort
    }
}

/// A page of a list.
public struct WorkPage: Sendable, Codable {
    /// Counting stops here.
    public static let mostCounted = 10_000
    public static let maximumLimit = 200

    public let items: [QueueItem]
    /// Where the next page begins, and where the one before ends: `after` of the next call. Nil at the end of the list.
    public let next: String?
    public let previous: String?
    /// How many rows the list has on all pages together, at most `mostCounted`.
    public let total: Int
    /// It has more than `total`.
    public let isMore: Bool
}

/// A place in a list as text: `a1795000000000_XA-2026-PRE-000042-L` is after that row of that sort key, `b…` before it.
enum WorkCursor {
    static func text(_ row: WorkRow, _ sort: WorkQuery.Sort, before: Bool) -> String {
        "\(before ? "b" : "a")\(Reader.key(of: row, sort: sort))_\(row.ref)"
    }

    /// - Throws: `.usage`.
    static func place(_ text: String) throws(ComityError) -> WorkQuery.Place {
        let parts = text.dropFirst().split(separator: "_", maxSplits: 1)
        guard let first = text.first, first == "a" || first == "b", parts.count == 2, let key = Int64(parts[0]),
            let ref = try? FileReference(String(parts[1]))
        else {
            throw ComityError(
                .usage, "“\(Text.safe(text, limit: 60))” is not a place in a list.", next: "Begin with the first page, without it.")
        }
        return WorkQuery.Place(key: key, ref: ref.description, isBefore: first == "b")
    }
}
