// SPDX-License-Identifier: Apache-2.0

public import Standards

/// A file: one request and all that follows it, computed from acts. The front door of the room.
///
/// A pure fold: the same acts give the same value on both nodes, whatever the order, delay or duplication in which they
/// arrived. Acts are taken in causal order; those that no causal path orders are taken by order number, then by hash.
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
        public let effect: Effect
    }

    public let id: UUIDv7
    public let request: ActBody.Request
    /// State of the acts alone; `standing` adds clocks and links.
    public let state: FileState
    /// All acts, in the order of the fold.
    public let entries: [Entry]

    /// - Throws: `.schema` when the acts do not belong to one file or none of them opens it.
    public init(folding acts: [HashedAct]) throws(ComityError) {
        let ordered = acts.sorted { left, right in
            left.act.lamport != right.act.lamport ? left.act.lamport < right.act.lamport : left.hash.lexicographicallyPrecedes(right.hash)
        }
        guard let first = ordered.first, first.act.kind == .request else {
            throw ComityError(.schema, "No request opens this file.")
        }
        let request = try ActBody.read(ActBody.Request.self, from: first.act)
        let parties: Set<Party> = [first.act.from, first.act.to]
        let cycle = request.type.lifeCycle
        var state = FileState.draft
        var entries: [Entry] = []
        var seen: Set<UUIDv7> = []
        for item in ordered where seen.insert(item.act.id).inserted {
            guard item.act.file == first.act.file, parties == [item.act.from, item.act.to] else {
                throw ComityError(.schema, "The act \(item.act.id) belongs to another file.")
            }
            let side: Side = item.act.from == first.act.from ? .requesting : .requested
            if let step = cycle.transition(item.act.kind, from: state), step.side == side {
                state = step.to
                entries.append(Entry(act: item.act, hash: item.hash, effect: .applied))
            } else {
                entries.append(Entry(act: item.act, hash: item.hash, effect: .overtaken))
            }
        }
        id = first.act.file
        self.request = request
        self.state = state
        self.entries = entries
    }

    public var type: FileType { request.type }
    public var ref: FileReference { request.ref }
    /// The act that opened the file.
    public var opening: Act { entries[0].act }

    /// The side of `state`, or nil when that State has no part in the file.
    public func side(of state: StateCode) -> Side? {
        if opening.from.state == state { return .requesting }
        return opening.to.state == state ? .requested : nil
    }

    /// Ids of the acts that no other act follows: what the next act must name as `after`.
    public var heads: [UUIDv7] {
        let followed = Set(entries.flatMap(\.act.after))
        return entries.map(\.act.id).filter { !followed.contains($0) }.sorted()
    }

    /// Order number of the next act.
    public var nextLamport: Int64 { (entries.map(\.act.lamport).max() ?? 0) + 1 }

    /// Whether an officer with `role` on `side` may take the step now.
    /// - Throws: `.wrongState` or `.permission`, saying what stands in the way and whose step it is.
    public func mayTake(_ kind: ActKind, side: Side, role: String) throws(ComityError) {
        let cycle = type.lifeCycle
        guard let owner = cycle.side(of: kind) else {
            throw ComityError(.wrongState, "A \(type.rawValue) file has no act “\(kind.rawValue)”.")
        }
        guard owner == side else {
            throw ComityError(
                .wrongState, "Only the \(owner.rawValue) State can \(kind.rawValue) here.",
                why: "This node is the \(side.rawValue) side of \(ref).")
        }
        guard let step = cycle.transition(kind, from: state) else {
            let from = cycle.transitions.filter { $0.kind == kind }.flatMap(\.from).map(\.rawValue).sorted().joined(separator: " or ")
            throw ComityError(
                .wrongState, "“\(kind.rawValue)” is not possible now: \(ref) is \(state.rawValue).", why: "It must be \(from) first.")
        }
        guard step.roles.contains(role) else {
            throw ComityError(
                .permission, "The role \(role) cannot \(kind.rawValue).",
                next: "Ask an officer with the role \(step.roles.sorted().joined(separator: " or ")).")
        }
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
