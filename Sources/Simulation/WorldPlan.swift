// SPDX-License-Identifier: Apache-2.0

public import Standards

/// What goes wrong in a world.
public enum FaultKind: String, Sendable, Codable, CaseIterable {
    /// Messages and answers are lost.
    case drop
    /// Messages take minutes or hours, so that others overtake them.
    case delay
    /// Messages arrive twice.
    case duplicate
    /// Groups of States cannot reach the others for hours or days.
    case partition
    /// Processes end at any point; what was not synced is lost.
    case crash
    /// A sync fails, and with it all that waited for it.
    case disk
    /// A node comes back from an older backup.
    case restore
    /// Clocks drift, and jump.
    case clock
    /// States forge, replay, equivocate, withhold receipts, use keys that were revoked.
    case hostile
}

/// A fault built into the nodes on purpose, to show that the world finds it. Not reachable from the command line.
enum PlantedFault: String, Sendable, CaseIterable {
    /// The receipt leaves before the act is synced.
    case receiptBeforeSync
    /// An act that is known is taken for a new one.
    case missingDedupe
    /// Every act that arrives is taken to have been written after all that was known here: no crossing is seen.
    case wrongCrossing
    /// A key that was revoked is believed.
    case doubtfulKey
    /// Half of the States count time while a question is open.
    case clockNotPaused
    /// What comes after an act that has to wait is sent before it.
    case orderLostOnRetry
    /// Receipts are believed without looking at the proof.
    case receiptUnchecked
    /// A register that was restored from a backup goes on at once.
    case noHoldAfterRestore
    /// Emergencies wait behind everything else.
    case emergencyWaits
}

/// Everything that determines a run: the same plan gives the same run, byte for byte.
public struct WorldPlan: Sendable, Equatable {
    public static let nodeLimit = 193
    public static let dayLimit = 3_650

    /// 2 to 193.
    public var nodes: Int
    /// Days of traffic, 1 to 3,650; then the world is left alone until everything has been delivered.
    public var days: Int
    public var seed: UInt64
    public var faults: Set<FaultKind>
    /// Requests that a node opens on an average day, 0.1 to 50.
    public var load: Double
    /// Ed25519, age and signed notes in place of their model.
    public var realCrypto: Bool
    var planted: PlantedFault?
    /// Only this file is written into the trace: its number.
    var watched: Int?

    /// - Throws: `.usage` for a world that cannot be.
    public init(
        nodes: Int = 193, days: Int = 365, seed: UInt64, faults: Set<FaultKind> = Set(FaultKind.allCases), load: Double = 2.4,
        realCrypto: Bool = false
    ) throws(ComityError) {
        guard (2...Self.nodeLimit).contains(nodes) else {
            throw ComityError(.usage, "A world has 2 to \(Self.nodeLimit) nodes; \(nodes) were asked for.")
        }
        guard (1...Self.dayLimit).contains(days) else {
            throw ComityError(.usage, "A world lasts 1 to \(Self.dayLimit) days; \(days) were asked for.")
        }
        guard load >= 0.1, load <= 50 else { throw ComityError(.usage, "A node opens 0.1 to 50 requests a day, not \(load).") }
        self.nodes = nodes
        self.days = days
        self.seed = seed
        self.faults = faults
        self.load = load
        self.realCrypto = realCrypto
    }

    /// Reads `all`, `none`, or names separated by commas.
    /// - Throws: `.usage`, naming what there is.
    public static func faults(_ text: String) throws(ComityError) -> Set<FaultKind> {
        if text == "all" { return Set(FaultKind.allCases) }
        if text == "none" { return [] }
        var found: Set<FaultKind> = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let kind = FaultKind(rawValue: String(name)) else {
                throw ComityError(
                    .usage, "“\(Text.safe(String(name), limit: 40))” is no fault.",
                    next: "Faults are all, none, or some of \(FaultKind.allCases.map(\.rawValue).joined(separator: ",")).")
            }
            found.insert(kind)
        }
        return found
    }

    /// The faults as the command line takes them.
    public var faultList: String {
        if faults.isEmpty { return "none" }
        if faults.count == FaultKind.allCases.count { return "all" }
        return FaultKind.allCases.filter(faults.contains).map(\.rawValue).joined(separator: ",")
    }

    /// One line that repeats the run.
    public var command: String {
        "comity simulate --nodes \(nodes) --days \(days) --seed \(seed) --faults \(faultList) --load \(load)"
            + (realCrypto ? " --real-crypto" : "")
    }
}
