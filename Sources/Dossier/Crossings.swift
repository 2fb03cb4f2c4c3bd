// SPDX-License-Identifier: Apache-2.0

/// Which of two acts holds when they cross on the wire: each was written before its author knew the other, and they cannot
/// both stand in either order. The other one stays in the history, marked overtaken.
///
/// The decision depends on the kinds alone, never on which arrived first or on a hash. All kinds stand in one order of
/// strength, so no three acts can beat each other in a circle; the pairs of a type are those that its life cycle lets cross.
/// `docs/formats/crossings.md` prints the order and the pairs; a test compares them.
public struct Crossings: Sendable {
    /// Why a group of kinds holds over the groups below it.
    public struct Group: Sendable {
        public let name: String
        public let says: String
        public let kinds: [ActKind]
    }

    /// Two kinds that can cross in a type.
    public struct Pair: Sendable, Hashable {
        public let holds: ActKind
        public let overtaken: ActKind
    }

    /// Strongest first; within a group the first holds.
    public static let order: [Group] = [
        Group(
            name: "deeds", says: "What happened in the world is not undone by a paper that crossed it.",
            kinds: [
                .surrender, .return, .disclose, .supply, .minutes, .hear, .arrest, .release, .confiscate, .realise, .freeze, .stopPayment,
                .lift, .preserve, .complete, .interrupt, .summon, .test,
            ]),
        Group(
            name: "final decisions", says: "A decision with reasons stays on record; a withdrawal that crossed it changes nothing more.",
            kinds: [.refuse, .prosecuteInstead, .downgrade, .end]),
        Group(
            name: "endings", says: "Who no longer wants something is not held to it by a step that crossed.",
            kinds: [.withdraw, .close, .decline]),
        Group(
            name: "offers", says: "A new proposal must be looked at before an agreement to the old one counts.",
            kinds: [.amend, .proposeReturn, .schedule, .offerConditions]),
        Group(
            name: "decisions on the way", says: "The side that executes says how it goes on.",
            kinds: [
                .grant, .commit, .accept, .partlyRefuse, .postpone, .resume, .execute, .transfer, .hold, .callBack, .screen, .acknowledge,
                .reopen,
            ]),
        Group(
            name: "agreements", says: "An agreement counts where nothing stronger crossed it.",
            kinds: [
                .acceptConditions, .agreeReturn, .agree, .sign, .approveAgreement, .activate, .consent, .seekConsent, .extend, .convert,
                .retroactiveProcess, .certify,
            ]),
        Group(
            name: "records", says: "What is recorded about finished things can be recorded again.",
            kinds: [.receive, .assess, .feedback, .evaluate, .logEvidence, .trace, .requestStop, .announceLift, .releaseWitness, .depart]),
        Group(
            name: "talk", says: "Words that crossed a step stay readable and change nothing.",
            kinds: [.ask, .answer, .consult, .report, .statusQuery, .override]),
        Group(
            name: "time", says: "What was done in time holds over the note that time ran out.", kinds: [.lapse, .request]),
    ]

    /// Position in the order, 0 the strongest.
    static let strength: [ActKind: Int] = Dictionary(
        uniqueKeysWithValues: order.flatMap(\.kinds).enumerated().map { ($0.element, $0.offset) })

    /// The pairs of a type, strongest first.
    public let pairs: [Pair]
    private let beaten: [ActKind: Set<ActKind>]

    /// Whether an act of kind `first` overtakes a concurrent act of kind `second`.
    public func holds(_ first: ActKind, over second: ActKind) -> Bool { beaten[first]?.contains(second) ?? false }

    /// Whether anything can overtake an act of this kind.
    func canBeOvertaken(_ kind: ActKind) -> Bool { overtakable.contains(kind) }
    private let overtakable: Set<ActKind>

    /// The crossings of a type.
    public static func of(_ type: FileType) -> Crossings { tables[type] ?? Crossings(pairs: []) }

    private static let tables: [FileType: Crossings] = Dictionary(
        uniqueKeysWithValues: FileType.allCases.map { ($0, Crossings(pairs: pairs(of: $0.lifeCycle))) })

    private init(pairs: Set<Pair>) {
        func rank(_ pair: Pair) -> (Int, Int) { (Self.strength[pair.holds] ?? 0, Self.strength[pair.overtaken] ?? 0) }
        self.pairs = pairs.sorted { rank($0) < rank($1) }
        beaten = pairs.reduce(into: [:]) { $0[$1.holds, default: []].insert($1.overtaken) }
        overtakable = Set(pairs.map(\.overtaken))
    }

    /// Two kinds cross when two parties may take them in the same state, and the two orders do not both end alike.
    private static func pairs(of cycle: LifeCycle) -> Set<Pair> {
        var pairs: Set<Pair> = []
        for state in cycle.reachable {
            let open = cycle.transitions.filter { $0.from.contains(state) && $0.kind != .request }
            for (index, first) in open.enumerated() {
                for second in open[(index + 1)...] where first.kind != second.kind {
                    guard first.side != second.side || (cycle.type.allowsSeveralParties && first.side == .requested) else { continue }
                    guard !commute(first, second, from: state, cycle) else { continue }
                    let firstHolds = (strength[first.kind] ?? 0) < (strength[second.kind] ?? 0)
                    pairs.insert(
                        firstHolds ? Pair(holds: first.kind, overtaken: second.kind) : Pair(holds: second.kind, overtaken: first.kind))
                }
            }
        }
        return pairs
    }

    private static func commute(
        _ first: LifeCycle.Transition, _ second: LifeCycle.Transition, from state: FileState, _ cycle: LifeCycle
    ) -> Bool {
        // One more thing to complete is one more thing to complete, in either order.
        for (one, other) in [(first, second), (second, first)] {
            if case .complete(let open, _) = one.to, other.to == .state(open) { return true }
        }
        guard let one = through(first, then: second, from: state, cycle), let other = through(second, then: first, from: state, cycle)
        else {
            return false
        }
        return one == other
    }

    /// The states after one transition and then the kind of the other; nil when the other is not always possible.
    private static func through(
        _ first: LifeCycle.Transition, then second: LifeCycle.Transition, from state: FileState, _ cycle: LifeCycle
    ) -> Set<FileState>? {
        var found: Set<FileState> = []
        for middle in cycle.outcomes(of: first, from: state) {
            guard let next = cycle.transition(second.kind, by: second.side, from: middle) else { return nil }
            // Beside the work only a consultation is answered; an answer to a question, or to nothing, is not possible there.
            if next.requires.contains(.consultedByOther), !second.requires.contains(.consultedByOther) { return nil }
            found.formUnion(cycle.outcomes(of: next, from: middle))
        }
        return found
    }
}
