// SPDX-License-Identifier: Apache-2.0

/// What recomputing the whole register found.
public struct AuditReport: Sendable, Codable {
    public struct Fault: Sendable, Codable, Equatable {
        /// Index of the entry, or -1 when the fault is not at one entry.
        public let index: Int64
        /// Reference of the file, where one is known.
        public let file: String?
        public let says: String
    }

    public var ok: Bool { faults.isEmpty }
    /// The first bad entry: the fault with the lowest index, or the first that is at no entry.
    public var first: Fault? { faults.first { $0.index >= 0 } ?? faults.first }
    /// Why the register is held; nil while it goes on.
    public var held: String?
    /// Entries that were recovered without their content, which nobody has.
    public var lost = 0
    /// Tiles that were computed again.
    public var tiles = 0
    public var entries: Int64 = 0
    public var acts = 0
    public var events = 0
    public var checkpoints = 0
    public var receipts = 0
    /// Own acts the other State has not receipted yet: owed, not wrong.
    public var unreceipted = 0
    public var root = ""
    /// The newest signed checkpoint.
    public var head = ""
    public var faults: [Fault] = []

    private enum CodingKeys: String, CodingKey {
        case ok, entries, acts, events, checkpoints, receipts, unreceipted, lost, tiles, root, head, held, first, faults
    }

    public init() {}

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        entries = try values.decode(Int64.self, forKey: .entries)
        acts = try values.decode(Int.self, forKey: .acts)
        events = try values.decode(Int.self, forKey: .events)
        checkpoints = try values.decode(Int.self, forKey: .checkpoints)
        receipts = try values.decode(Int.self, forKey: .receipts)
        unreceipted = try values.decode(Int.self, forKey: .unreceipted)
        root = try values.decode(String.self, forKey: .root)
        head = try values.decode(String.self, forKey: .head)
        lost = try values.decodeIfPresent(Int.self, forKey: .lost) ?? 0
        tiles = try values.decodeIfPresent(Int.self, forKey: .tiles) ?? 0
        held = try values.decodeIfPresent(String.self, forKey: .held)
        faults = try values.decode([Fault].self, forKey: .faults)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(ok, forKey: .ok)
        try values.encode(entries, forKey: .entries)
        try values.encode(acts, forKey: .acts)
        try values.encode(events, forKey: .events)
        try values.encode(checkpoints, forKey: .checkpoints)
        try values.encode(receipts, forKey: .receipts)
        try values.encode(unreceipted, forKey: .unreceipted)
        try values.encode(root, forKey: .root)
        try values.encode(head, forKey: .head)
        try values.encode(lost, forKey: .lost)
        try values.encode(tiles, forKey: .tiles)
        try values.encodeIfPresent(held, forKey: .held)
        try values.encodeIfPresent(first, forKey: .first)
        try values.encode(faults, forKey: .faults)
    }
}
