// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Law
import Register
import Sealing
import Standards

/// A world of nodes in one process and in virtual time: one queue of events, one source of chance. The same plan gives the same run.
///
/// The pure rooms are real: life cycles, crossings, clocks, the intake of messages, the order and the pauses of delivery, trees, proofs.
/// Disks, lines, machines, officers and, unless asked otherwise, signatures are models.
final class World {
    let plan: WorldPlan
    /// 2026-01-01T00:00:00Z, where every world begins.
    static let start: Int64 = 1_767_225_600_000

    var now: Int64 = 0
    var draws: Draws
    var queue = EventQueue()
    var nodes: [SimNode] = []
    var keys = KeyRing()
    /// Who has which key, and whether it is believed.
    var peers: [String: Peer] = [:]
    let maker: ActMaker
    /// Every file that was opened, by number.
    var files: [WorldFile] = []
    var fileNumbers: [UUIDv7: Int] = [:]
    var references: [FileReference: Int] = [:]
    var letters: [UUIDv7: Letter] = [:]
    var letterCount: Int32 = 0
    /// Acts for which a node gave a receipt, and to whom.
    var acknowledged: [[(act: Int32, holder: Int)]]
    /// The largest head of each register that reached anybody.
    var largest: [Head?]
    var hostile: [Int] = []
    /// Keys that were stolen, with real cryptography.
    var stolenKeys: [String: SigningKey] = [:]
    var cutGroups = 0
    var isEnding = false
    var end: Int64 { Int64(plan.days) * Span.day }
    var tally = WorldTally()
    var trace = WorldTrace()
    /// For choosing whom to ask.
    var weights: [Double] = []
    var totalWeight = 0.0

    init(_ plan: WorldPlan, law: Law, planted: Law?) throws {
        self.plan = plan
        draws = Draws(plan.seed)
        maker = try ActMaker()
        acknowledged = Array(repeating: [], count: plan.nodes)
        largest = Array(repeating: nil, count: plan.nodes)
        trace.watched = plan.watched
        try populate(law, planted: planted)
        begin()
    }

    /// Runs to the end.
    /// - Parameter progress: called once for each day of the world.
    /// - Throws: `WorldViolation` when an invariant breaks; whatever `progress` throws.
    func run(progress: (Int) throws -> Void) throws {
        let limit = end + 45 * Span.day
        while let planned = queue.next() {
            if !isEnding, planned.at >= end { try quiet() }
            guard planned.at <= limit else { break }
            now = max(now, planned.at)
            tally.events += 1
            if case .day = planned.event { try progress(Int(now / Span.day)) }
            try take(planned.event)
        }
        if !isEnding {
            now = end
            try quiet()
        }
        try checkEverything()
    }

    private func take(_ event: WorldEvent) throws {
        switch event {
        case .traffic(let node): try traffic(node)
        case .look(let node, let file, let version): try look(nodes[node], file, version)
        case .wake(let node, let peer): try wake(nodes[node], peer)
        case .arrive(let parcel): try arrive(parcel)
        case .answer(let answer): try take(answer)
        case .sync(let node, let epoch): try sync(nodes[node], epoch)
        case .crash(let node): try crash(nodes[node])
        case .restart(let node, let epoch): restart(nodes[node], epoch)
        case .loss(let node): try lose(nodes[node])
        case .recover(let node, let epoch): try recover(nodes[node], epoch)
        case .cut: cut()
        case .heal(let group): heal(group)
        case .clock(let node): turnClock(nodes[node])
        case .mischief(let node): try mischief(nodes[node])
        case .revoke(let node): try revoke(nodes[node])
        case .day: day()
        }
    }

    /// The traffic ends, the lines and machines are mended, and what is owed is delivered.
    private func quiet() throws {
        isEnding = true
        now = max(now, end)
        for node in nodes {
            node.group = 0
            node.clockOffset = 0
            node.drift = 0
            node.lastEntry = min(node.lastEntry, now)
            if !node.isUp { queue.plan(.restart(node: node.index, epoch: node.epoch), at: now + Span.minute) }
            if node.isUp, node.isHeld { queue.plan(.recover(node: node.index, epoch: node.epoch), at: now + Span.minute) }
            for (peer, lane) in node.lanes.sorted(by: { $0.key < $1.key }) where !lane.rows.isEmpty {
                plan(node, peer, at: now + Span.minute)
            }
        }
    }

    func has(_ fault: FaultKind) -> Bool { !isEnding && plan.faults.contains(fault) }

    func areConnected(_ one: Int, _ other: Int) -> Bool { nodes[one].group == nodes[other].group }

    /// What the clock of a node shows.
    func local(_ node: SimNode) -> Instant { Instant(milliseconds: Self.start + node.clock(now)) }

    /// What happened, for the digest and for whoever watches the file.
    func note(_ node: Int, _ file: Int, _ kind: TraceKind, _ detail: Int64 = 0, _ says: @autoclosure () -> String = "") {
        trace.add(now, node, file, kind, detail)
        if trace.watched == file { trace.lines.append("\(Self.time(now))  \(nodes[node].party.state)  \(kind) \(says())") }
    }

    /// `day 17 04:05:06.007`.
    static func time(_ milliseconds: Int64) -> String {
        func pad(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let within = milliseconds % Span.day
        return "day \(milliseconds / Span.day) \(pad(within / Span.hour, 2)):\(pad(within / Span.minute % 60, 2)):"
            + "\(pad(within / Span.second % 60, 2)).\(pad(within % 1000, 3))"
    }
}

/// A file as the world knows it.
struct WorldFile {
    let number: Int
    let id: UUIDv7
    let ref: FileReference
    let type: FileType
    /// The requesting State first.
    let parties: [Int]
    let isEmergency: Bool
    let openedAt: Int64
    /// An act in it was refused for good by an honest State.
    var isTorn = false
}

/// What happens, as the digest and the trace name it.
enum TraceKind: Int64 {
    case writes = 1
    case sends, arrives, accepts, refuses, duplicates, receives, retries, crashes, restarts, loses, recovers, attacks, believes, syncs
    case failsToSync = 30
}

/// The digest of everything that happened, and the lines of the file that is watched.
struct WorldTrace {
    private var first: UInt64 = 0xCBF2_9CE4_8422_2325
    private var second: UInt64 = 0x9E37_79B9_7F4A_7C15
    var watched: Int?
    var lines: [String] = []

    mutating func add(_ now: Int64, _ node: Int, _ file: Int, _ kind: TraceKind, _ detail: Int64) {
        for value in [now, Int64(node), Int64(file), kind.rawValue, detail] {
            first = (first ^ UInt64(bitPattern: value)) &* 0x0000_0100_0000_01B3
            first ^= first >> 29
            second = (second &+ first) &* 0xBF58_476D_1CE4_E5B9
            second ^= second >> 31
        }
    }

    var digest: String {
        func hex(_ word: UInt64) -> String {
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return hex(first) + hex(second)
    }
}
