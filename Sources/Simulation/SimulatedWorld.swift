// SPDX-License-Identifier: Apache-2.0

public import Law
import Standards

/// A world of nodes in one process: the front door of the room.
///
/// The same plan gives the same run, byte for byte. When an invariant breaks, the run ends and `WorldOutcome` says with which plan and
/// which trace it can be seen again.
public struct SimulatedWorld: Sendable {
    public let plan: WorldPlan
    private let law: Law
    private let planted: Law?

    /// - Parameter law: the rules of all nodes.
    public init(_ plan: WorldPlan, law: Law) { self.init(plan, law: law, planted: nil) }

    /// - Parameter planted: other rules for half of the nodes.
    init(_ plan: WorldPlan, law: Law, planted: Law?) {
        self.plan = plan
        self.law = law
        self.planted = planted
    }

    /// Runs the world to its end, or until an invariant breaks.
    /// - Parameter progress: called once for each day of the world with its number; what it throws ends the run.
    /// - Throws: what `progress` throws; `.failure` when the model itself cannot go on.
    public func run(progress: (Int) throws -> Void = { _ in }) throws -> WorldOutcome {
        let world = try World(plan, law: law, planted: planted)
        do {
            try world.run(progress: progress)
            return WorldOutcome(report: WorldReport(world), violation: nil, shortest: nil, trace: [])
        } catch let violation as WorldViolation {
            return WorldOutcome(report: WorldReport(world), violation: violation, shortest: nil, trace: world.trace.lines)
        }
    }

    /// Looks for a smaller world in which the same invariant breaks: fewer days, fewer nodes, fewer faults; then writes down what
    /// happened to the file concerned.
    /// - Parameters:
    ///   - outcome: of a run that broke an invariant.
    ///   - tries: how many worlds are run at most.
    public func shortest(_ outcome: WorldOutcome, tries: Int = 40, progress: (Int) throws -> Void = { _ in }) throws -> WorldOutcome {
        guard let violation = outcome.violation else { return outcome }
        var best = plan
        var found = violation
        var left = tries
        func attempt(_ plan: WorldPlan) throws -> Bool {
            guard left > 0, plan != best else { return false }
            left -= 1
            guard let other = try SimulatedWorld(plan, law: law, planted: planted).run(progress: progress).violation,
                other.invariant == violation.invariant
            else { return false }
            (best, found) = (plan, other)
            return true
        }
        func shrink(_ change: (inout WorldPlan) -> Void) throws -> Bool {
            var smaller = best
            change(&smaller)
            return try attempt(smaller)
        }
        // Nothing after the break is needed.
        _ = try shrink { $0.days = min($0.days, Int(found.at / Span.day) + 1) }
        while best.nodes > 2, try shrink({ $0.nodes = max(2, $0.nodes / 2) }) {}
        while best.days > 1, try shrink({ $0.days = max(1, $0.days / 2) }) {}
        for kind in FaultKind.allCases where best.faults.contains(kind) { _ = try shrink { $0.faults.remove(kind) } }
        while best.nodes > 2, try shrink({ $0.nodes -= max(1, $0.nodes / 4) }) {}
        while best.days > 1, try shrink({ $0.days -= max(1, $0.days / 4) }) {}
        var watched = best
        watched.watched = found.file ?? -1
        let again = try SimulatedWorld(watched, law: law, planted: planted).run(progress: progress)
        return WorldOutcome(report: outcome.report, violation: violation, shortest: best.command, trace: again.trace)
    }
}

/// What came of a run.
public struct WorldOutcome: Sendable, Codable {
    public let report: WorldReport
    /// The invariant that broke; nil when all held.
    public let violation: WorldViolation?
    /// The smallest world that was found in which it breaks too, as a command.
    public let shortest: String?
    /// What happened there to the file concerned, up to the break.
    public let trace: [String]
}
