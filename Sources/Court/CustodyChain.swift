// SPDX-License-Identifier: Apache-2.0

public import Sealing
public import Standards

/// Puts what is recorded of a package in order, with its gaps.
///
/// Between sealing and verifying the seal itself answers for the content; before sealing only a person can, so time there without
/// a record is a gap.
public struct CustodyChain: Sendable {
    /// Longest time between two records before the seal that is not shown as a gap: one hour.
    public static let patience: Int64 = 3_600_000

    public var sender: StateCode
    public var receiver: StateCode
    /// The node that shows the chain is the sender: what happens at the other one is not seen before its receipt.
    public var isOutgoing: Bool
    /// What the sender signed; nil while nobody could read it.
    public var statement: PackageStatement?
    /// What the register of this node says, in its order.
    public var records: [CustodyStep]

    public init(sender: StateCode, receiver: StateCode, isOutgoing: Bool, statement: PackageStatement?, records: [CustodyStep]) {
        self.sender = sender
        self.receiver = receiver
        self.isOutgoing = isOutgoing
        self.statement = statement
        self.records = records
    }

    /// The chain, also with what has not happened yet.
    public var steps: [CustodyStep] {
        let sealed = sealedStep
        func isEarly(_ step: CustodyStep) -> Bool {
            guard step.isNoted, let at = step.at, let seal = sealed?.at else { return false }
            return at < seal
        }
        let others = records.filter { $0.kind != .sealed }
        let later = Self.ordered(others.filter { !isEarly($0) })
        var steps = beforeTheSeal(others.filter(isEarly), sealed)
        steps.append(sealed ?? CustodyStep(.sealed, .waiting))
        if !later.contains(where: { $0.kind == .supplied }) { steps.append(CustodyStep(.supplied, .waiting)) }
        steps += later
        let expected: [CustodyStep.Kind] = isOutgoing ? [.received] : [.arrived, .verified, .received]
        for kind in expected where !later.contains(where: { $0.kind == kind }) { steps.append(CustodyStep(kind, .waiting)) }
        return steps
    }

    private var sealedStep: CustodyStep? {
        let record = records.first { $0.kind == .sealed }
        guard let statement else { return record }
        var step = CustodyStep(.sealed, .done, who: statement.officer, by: sender, at: statement.sealedAt)
        step.tool = statement.tool
        step.index = record?.index
        return step
    }

    private func beforeTheSeal(_ early: [CustodyStep], _ sealed: CustodyStep?) -> [CustodyStep] {
        guard let statement else { return [CustodyStep(.collected, .waiting)] + early }
        var steps: [CustodyStep] = []
        var last: CustodyStep?
        if let collected = Self.collected(statement, by: sender) {
            steps.append(collected)
            last = collected
        } else {
            steps.append(CustodyStep(.gap, .missing))
        }
        for next in early.sorted(by: { $0.at ?? .distant < $1.at ?? .distant }) + [sealed].compactMap({ $0 }) {
            if let from = last?.at, let to = next.at {
                let length = to.milliseconds - from.milliseconds
                if length > Self.patience { steps.append(CustodyStep(.gap, .missing, length: length)) }
            } else if last != nil {
                steps.append(CustodyStep(.gap, .missing))
            }
            if next.kind != .sealed { steps.append(next) }
            last = next
        }
        return steps
    }

    /// How the sender says that the exhibits were collected.
    static func collected(_ statement: PackageStatement, by sender: StateCode) -> CustodyStep? {
        guard let collected = statement.collected else { return nil }
        var step = CustodyStep(.collected, .done, who: collected.by, by: sender, at: collected.at, place: collected.place)
        step.tool = collected.tool
        return step
    }

    /// The order of the register; what was noted later stands where its own time puts it among what the same State did.
    private static func ordered(_ records: [CustodyStep]) -> [CustodyStep] {
        var steps = records.filter { !$0.isNoted }
        for note in records where note.isNoted {
            let place = steps.firstIndex { $0.by == note.by && $0.at ?? .distant > note.at ?? .distant } ?? steps.endIndex
            steps.insert(note, at: place)
        }
        return steps
    }
}

extension Instant {
    /// Later than any record.
    fileprivate static var distant: Instant { Instant(milliseconds: .max) }
}
