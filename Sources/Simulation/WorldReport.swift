// SPDX-License-Identifier: Apache-2.0

import Standards

/// What happened in a world, in figures.
public struct WorldReport: Sendable, Codable, Equatable {
    /// Times from the signature to the registered receipt, milliseconds.
    public struct Delivery: Sendable, Codable, Equatable {
        public let acts: Int
        public let half: Int64
        public let ninetyFive: Int64
        public let ninetyNine: Int64
        public let longest: Int64
    }

    public let command: String
    public let seed: UInt64
    public let nodes: Int
    /// Days of the world until the last event.
    public let days: Int
    /// Of everything that happened, in its order.
    public let digest: String
    public let events: Int
    public let files: Int
    /// Acts that their authors had on disk.
    public let acts: Int
    public let normal: Delivery
    public let emergencies: Delivery
    public let sends: Int
    public let retries: Int
    public let duplicates: Int
    /// Acts that a peer refused for good, and files in which that happened among honest States.
    public let refused: Int
    public let torn: Int
    /// Answers other than a receipt, by code.
    public let failures: [String: Int]
    /// Messages that were not believed, by code; of these, those of honest States.
    public let quarantines: [String: Int]
    public let honestQuarantines: [String: Int]
    public let badReceipts: Int
    public let bytes: Int
    public let bytesPerNode: Int
    public let syncsPerNode: Int
    public let largestRegister: Int64
    /// Time limits of an eighth of the closed files.
    public let deadlinesKept: Int
    public let deadlinesMissed: Int
    /// How often two sides were compared, and clocks with a slow model.
    public let compared: Int
    public let clocksCompared: Int
    public let clocksModelled: Int
    public let crashes: Int
    public let unwritten: Int
    public let diskErrors: Int
    public let partitions: Int
    public let clockJumps: Int
    public let losses: Int
    public let recoveries: Int
    public let laterCopies: Int
    public let hostileStates: Int
    public let attacks: Int
    public let withheldReceipts: Int
    public let revocations: Int
    public let splitViews: Int
    public let splitViewsFound: Int

    init(_ world: World) {
        let tally = world.tally
        func delivery(_ delays: WorldTally.Delays) -> Delivery {
            Delivery(
                acts: delays.total, half: delays.within(0.5), ninetyFive: delays.within(0.95), ninetyNine: delays.within(0.99),
                longest: delays.longest)
        }
        command = world.plan.command
        seed = world.plan.seed
        nodes = world.plan.nodes
        days = Int(world.now / Span.day)
        digest = world.trace.digest
        events = tally.events
        files = tally.files
        acts = tally.acts
        normal = delivery(tally.normal)
        emergencies = delivery(tally.emergency)
        sends = tally.sends
        retries = tally.retries
        duplicates = tally.duplicates
        refused = tally.refused
        torn = tally.torn.count
        failures = tally.failures
        quarantines = tally.quarantines
        honestQuarantines = tally.honestQuarantines
        badReceipts = tally.badReceipts
        bytes = tally.bytes
        bytesPerNode = tally.bytes / max(1, world.plan.nodes)
        syncsPerNode = tally.syncs / max(1, world.plan.nodes)
        largestRegister = world.nodes.map(\.register.size).max() ?? 0
        deadlinesKept = tally.met
        deadlinesMissed = tally.late
        compared = tally.compared
        clocksCompared = tally.clocksCompared
        clocksModelled = tally.clocksModelled
        crashes = tally.crashes
        unwritten = tally.unwritten
        diskErrors = tally.diskErrors
        partitions = tally.partitions
        clockJumps = tally.clockJumps
        losses = tally.losses
        recoveries = tally.recoveries
        laterCopies = tally.laterCopies
        hostileStates = world.hostile.count
        attacks = tally.attacks
        withheldReceipts = tally.withheld
        revocations = tally.revocations
        splitViews = tally.splits
        splitViewsFound = tally.exposed.count
    }

    /// The table that people read.
    public var table: String {
        func codes(_ counts: [String: Int]) -> String {
            counts.isEmpty ? "none" : counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        func times(_ delivery: Delivery) -> String {
            "\(delivery.acts) acts; half in \(Self.time(delivery.half)), 95 % in \(Self.time(delivery.ninetyFive)), "
                + "99 % in \(Self.time(delivery.ninetyNine)), longest \(Self.time(delivery.longest))"
        }
        let rows: [(String, String)] = [
            ("world", "\(nodes) nodes, \(days) days, seed \(seed)"),
            ("acts", "\(acts) in \(files) files, \(events) events"),
            ("delivery", times(normal)),
            ("emergencies", times(emergencies)),
            ("messages", "\(sends) sent, \(retries) of them again, \(duplicates) known already, \(Self.size(bytes))"),
            ("a node", "\(Self.size(bytesPerNode)), \(syncsPerNode) syncs; the largest register has \(largestRegister) entries"),
            ("answers", codes(failures)),
            ("quarantines", codes(quarantines)),
            ("of honest States", codes(honestQuarantines)),
            ("refused for good", "\(refused) acts; \(torn) files of honest States"),
            ("deadlines", "\(deadlinesKept) kept, \(deadlinesMissed) missed, in an eighth of the closed files"),
            ("compared", "\(compared) times both sides, \(clocksCompared) clocks, \(clocksModelled) of them with the slow model"),
            ("machines", "\(crashes) crashes, \(unwritten) acts never written, \(diskErrors) failed syncs, \(clockJumps) clocks turned"),
            ("lines", "\(partitions) partitions"),
            ("backups", "\(losses) put back, \(recoveries) registers made whole, \(laterCopies) of them from a later copy"),
            (
                "hostile",
                "\(hostileStates) States, \(attacks) attacks, \(withheldReceipts) receipts withheld, \(badReceipts) false ones found, \(revocations) keys revoked"
            ),
            ("two histories", "\(splitViews) shown, \(splitViewsFound) found"),
            ("digest", digest),
            ("again", command),
        ]
        return rows.map { "\($0.0.padded(17)) \($0.1)" }.joined(separator: "\n")
    }

    private static func time(_ milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<(2 * Span.minute): "\(milliseconds / 1000) s"
        case ..<(2 * Span.hour): "\(milliseconds / Span.minute) min"
        case ..<(3 * Span.day): "\(milliseconds / Span.hour) h"
        default: "\(milliseconds / Span.day) d"
        }
    }

    private static func size(_ bytes: Int) -> String { bytes < 10 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB" }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
