// SPDX-License-Identifier: Apache-2.0

public import Standards

/// A file: one request and all that follows it, computed from acts. The front door of the room.
///
/// A pure fold: the same acts give the same value on all nodes, whatever the order, delay or duplication in which they
/// arrived. Acts are taken in causal order; those that no causal path orders are taken by order number, then by the strength
/// of their kind, by party, and last by hash. Of two acts that crossed, `Crossings` says which holds.
public struct Dossier: Sendable {
    /// An act with the hash of its exact payload bytes.
    public struct HashedAct: Sendable {
        public let act: Act
        /// SHA-256 of the payload, 32 bytes.
        public let hash: [UInt8]

        public init(act: Act, hash: [UInt8]) {
            self.act = act
            self.hash = hash
        }
    }

    /// An act and what became of it.
    public struct Entry: Sendable {
        public enum Effect: String, Sendable, Codable {
            case applied
            /// It crossed another act that holds; it stays in the history and changes nothing.
            case overtaken
        }

        public let act: Act
        public let hash: [UInt8]
        public let side: Side
        public let effect: Effect
        /// State of the file after it.
        public let state: FileState
        /// The act that overtook it, when the table of crossings decided.
        public let overtakenBy: UUIDv7?
    }

    public let id: UUIDv7
    public let request: ActBody.Request
    /// What the acts alone say; `Standing` adds clocks and links.
    public let course: Course
    /// All acts, in the order of the fold.
    public let entries: [Entry]
    /// Ids of the acts that no other act follows, sorted: what the next act must name as `after`.
    public let heads: [UUIDv7]
    /// Order number of the next act.
    public let nextLamport: Int64
    /// Whatever an act follows is here and stands before it.
    private let isWhole: Bool

    /// - Throws: `.schema` when the acts do not belong to one file or none of them opens it.
    public init(folding acts: [HashedAct]) throws(ComityError) {
        let ordered = Self.ordered(acts)
        guard let first = ordered.first, first.act.kind == .request else {
            throw ComityError(.schema, "No request opens this file.")
        }
        let request = try ActBody.Request(reading: first.act.body)
        let parties = [first.act.from] + first.act.to
        let cycle = request.type.lifeCycle
        for item in ordered { try Self.requireMember(item.act, of: first.act.file, parties) }
        let crossed = Self.crossed(ordered, Crossings.of(request.type))
        var course = Course(opening: request, parties: parties)
        var entries: [Entry] = []
        entries.reserveCapacity(ordered.count)
        for (index, item) in ordered.enumerated() {
            entries.append(
                Self.entry(item, in: cycle, opener: first.act.from, overtakenBy: crossed[index].map { ordered[$0].act.id }, &course))
        }
        id = first.act.file
        self.request = request
        self.course = course
        self.entries = entries
        let followed = Set(entries.flatMap(\.act.after))
        heads = entries.map(\.act.id).filter { !followed.contains($0) }.sorted()
        nextLamport = (entries.last?.act.lamport ?? 0) + 1
        isWhole = Self.isWhole(ordered)
    }

    /// Folds on: the file with one more act, without folding the others again.
    ///
    /// Only for an act that its author wrote knowing all others: it follows every head and stands behind them all, so it crosses
    /// nothing, and what became of the others stays as it was.
    /// - Returns: what `init(folding:)` makes of all of them; nil when the act is another, and all have to be folded.
    /// - Throws: `.schema` when the act belongs to another file.
    public func adding(_ item: HashedAct) throws(ComityError) -> Dossier? {
        let act = item.act
        guard isWhole, act.lamport >= nextLamport, act.after.count == heads.count, act.after.sorted() == heads,
            !entries.contains(where: { $0.act.id == act.id })
        else { return nil }
        try Self.requireMember(act, of: id, parties)
        var course = course
        let entry = Self.entry(item, in: type.lifeCycle, opener: opening.from, overtakenBy: nil, &course)
        return Dossier(self, adding: entry, course)
    }

    private init(_ former: Dossier, adding entry: Entry, _ course: Course) {
        id = former.id
        request = former.request
        self.course = course
        entries = former.entries + [entry]
        heads = [entry.act.id]
        nextLamport = entry.act.lamport + 1
        isWhole = true
    }

    private static func requireMember(_ act: Act, of file: UUIDv7, _ parties: [Party]) throws(ComityError) {
        guard act.file == file, parties.contains(act.from), act.to.count == parties.count - 1,
            act.to.allSatisfy({ $0 != act.from && parties.contains($0) })
        else { throw ComityError(.schema, "The act \(act.id) belongs to another file.") }
    }

    /// What becomes of the next act of the fold.
    private static func entry(
        _ item: HashedAct, in cycle: LifeCycle, opener: Party, overtakenBy other: UUIDv7?, _ course: inout Course
    ) -> Entry {
        let act = item.act
        let side: Side = act.from == opener ? .requesting : .requested
        var effect = Entry.Effect.overtaken
        if other == nil, let step = cycle.transition(act.kind, by: side, from: course.state),
            course.apply(.init(kind: act.kind, side: side, party: act.from, at: act.at, id: act.id, body: act.body), step)
        {
            effect = .applied
        }
        return Entry(act: act, hash: item.hash, side: side, effect: effect, state: course.state, overtakenBy: other)
    }

    /// State of the acts alone; `Standing` adds clocks and links.
    public var state: FileState { course.state }
    public var type: FileType { request.type }
    public var ref: FileReference { request.ref }
    /// The act that opened the file.
    public var opening: Act { entries[0].act }

    /// All parties of the file: the one that opened it first, then the others in order.
    public var parties: [Party] { course.parties }

    /// All parties but this one: the recipients of its next act.
    public func counterparts(of party: Party) -> [Party] { parties.filter { $0 != party }.sorted() }

    /// The party of a State, or nil when it has no part in the file.
    public func party(of state: StateCode) -> Party? { parties.first { $0.state == state } }

    /// The side of `state`, or nil when that State has no part in the file.
    public func side(of state: StateCode) -> Side? {
        if opening.from.state == state { return .requesting }
        return opening.to.contains { $0.state == state } ? .requested : nil
    }

    /// The acts in the causal past of an act that names `after`, or nil when one of them is not here.
    public func causalPast(of after: [UUIDv7]) -> [HashedAct]? {
        let byID = Dictionary(entries.map { ($0.act.id, $0) }, uniquingKeysWith: { first, _ in first })
        var queue = after
        var past: [UUIDv7: HashedAct] = [:]
        while let id = queue.popLast() {
            guard let entry = byID[id] else { return nil }
            guard past.updateValue(HashedAct(act: entry.act, hash: entry.hash), forKey: id) == nil else { continue }
            queue += entry.act.after
        }
        return Array(past.values)
    }
}
