// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// The step that brings a file on from some states, on one side. Talk, refusals and withdrawals are possible beside it, but nobody
    /// waits for them. `docs/formats/next-steps.md` prints the rows of every type; a test compares them.
    public struct Main: Sendable {
        /// When a row counts, beyond what the step itself requires.
        public enum Occasion: String, Sendable, CaseIterable {
            /// No place and time is proposed.
            case nothingProposed
            /// The offer names conditions that were not accepted yet.
            case conditionsOffered
            /// The other side asked to stop a payment.
            case stopRequested
            /// Data are kept, or a person is in custody.
            case somethingKept
        }

        public let states: [FileState]
        public let side: Side
        /// The first of these that is possible.
        public let kinds: [ActKind]
        public let when: Occasion?

        init(_ states: [FileState], _ side: Side, _ kinds: [ActKind], when: Occasion? = nil) {
            self.states = states
            self.side = side
            self.kinds = kinds
            self.when = when
        }
    }

    /// The rows for a state and a side, in the order in which they count.
    public func main(in state: FileState, for side: Side) -> [Main] { main.filter { $0.side == side && $0.states.contains(state) } }
}

extension SharedCycle {
    /// What most types have in common.
    /// - Parameter states: those for which the type says all itself.
    static func main(without states: Set<FileState> = []) -> [LifeCycle.Main] {
        let rows: [LifeCycle.Main] = [
            .init([.delivered, .transferred, .reopened], .requested, [.acknowledge]),
            .init([.acknowledged, .triage, .consultation], .requested, [.accept, .screen]),
            .init([.clarification], .requesting, [.answer]),
            .init([.clarification], .requested, [.answer]),
            .init([.acceptedWithConditions], .requesting, [.acceptConditions]),
            .init([.postponed], .requested, [.resume]),
            .init([.returned], .requesting, [.receive]),
            .init([.received, .refused, .withdrawn, .lapsed, .notExecutable], .requesting, [.close]),
        ]
        return rows.map { .init($0.states.filter { !states.contains($0) }, $0.side, $0.kinds, when: $0.when) }
    }

    /// An order is issued, then the result is supplied.
    static let ordered: [LifeCycle.Main] = [
        .init([.accepted, .partlyRefused], .requested, [.execute]),
        .init([.executing, .executed, .partlyExecuted], .requested, [.supply]),
    ]
    /// What is held already is supplied without an order.
    static let supplied: [LifeCycle.Main] = [
        .init([.accepted, .partlyRefused, .executing, .executed, .partlyExecuted], .requested, [.supply])
    ]
    /// An extension that was asked for is decided first.
    static func extensions(in states: [FileState]) -> [LifeCycle.Main] { [.init(states, .requested, [.accept])] }
}

extension Dossier {
    /// The step with which a party brings the file on now, or nil when it waits for another, or for nothing. By the acts alone: no roles,
    /// no law.
    /// - Parameter shown: the state that people see, where clocks and links make it another than that of the acts.
    public func mainStep(of party: Party, shown: FileState? = nil) -> ActKind? {
        guard let side = side(of: party.state) else { return nil }
        let cycle = type.lifeCycle
        for row in cycle.main(in: shown ?? state, for: side) where row.when.map(isSo) ?? true {
            for kind in row.kinds {
                guard let step = cycle.transition(kind, by: side, from: state) else { continue }
                let move = Course.Move(kind: kind, side: side, party: party, at: .distant, id: nil, body: nil)
                if step.requires.allSatisfy({ course.objection($0, move) == nil }) { return kind }
            }
        }
        return nil
    }

    private func isSo(_ occasion: LifeCycle.Main.Occasion) -> Bool {
        switch occasion {
        case .nothingProposed: course.proposedBy == nil
        case .conditionsOffered: course.offerConditions && !course.conditionsAccepted
        case .stopRequested: course.assets.values.contains(.stopRequested)
        case .somethingKept: !(course.taken[.preserve] ?? []).isEmpty || !(course.taken[.arrest] ?? []).isEmpty
        }
    }
}
