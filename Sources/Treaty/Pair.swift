// SPDX-License-Identifier: Apache-2.0

import Law
public import Standards

/// Whether a treaty is in force between two States on a day, and what else matters between them.
public struct Pair: Sendable, Encodable {
    /// Another instrument that binds both.
    public struct Other: Sendable, Encodable, Equatable {
        public let instrument: String
        public let title: String
        public let since: Instant
        public let note: String
    }

    public let left: StateCode
    public let right: StateCode
    public let asOf: CalendarDay
    public let knownBy: CalendarDay
    public let inForce: Bool
    /// Since when it is, or from when on it will be; nil where that is not known.
    public let since: CalendarDay?
    public let until: CalendarDay?
    public let approximate: Bool
    /// In sentences: why, or why not.
    public let why: [String]
    /// Declarations and reservations of each, and objections between the two.
    public let declarations: [TreatyRecord]
    public let others: [Other]
    /// States whose other treaties are not recorded in this program.
    public let unrecorded: [StateCode]
}

extension Treaty {
    /// - Throws: `.usage` for a State and itself, `.notFound`.
    public func pair(_ left: StateCode, _ right: StateCode, in status: TreatyStatus) throws(ComityError) -> Pair {
        guard left != right else { throw ComityError(.usage, "\(left) and \(right) are the same State.") }
        let one = try standing(left, status)
        let two = try standing(right, status)
        let binding = [one, two].map { standing in standing.bonds.first { $0.binds(on: status.asOf) } ?? standing.bonds.last }
        let bonds = binding.compactMap { $0 }
        let inForce = one.isParty && two.isParty
        let both = bonds.count == 2
        var why: [String] = []
        if let assumption = status.assumption { why.append(assumption) }
        if !status.entry.inForce {
            why.append(
                status.entry.day.map { "It enters into force on \($0)." }
                    ?? "It is not in force: \(status.entry.missing) of \(status.entry.needed) instruments are missing.")
        }
        for standing in [one, two] where !standing.isParty { why.append(Self.why(standing, status)) }
        let ids = Set((one.declarations + two.declarations).map(\.id))
        let declarations = (one.declarations + two.declarations).filter { record in
            record.action != .objection || record.of.map(ids.contains) ?? false
        }
        var others: [Pair.Other] = []
        if let first = law.state(left), let second = law.state(right) {
            for bond in first.bonds where bond.instrument != rules.instrument {
                let shared = second.bonds.filter { $0.instrument == bond.instrument }.map { max($0.from, bond.from) }.min()
                guard let since = shared, day(of: since) <= status.asOf else { continue }
                others.append(
                    .init(
                        instrument: bond.instrument, title: law.instrument(bond.instrument)?.title ?? bond.instrument, since: since,
                        note: bond.note))
            }
        }
        return Pair(
            left: left, right: right, asOf: status.asOf, knownBy: status.knownBy, inForce: inForce,
            since: both ? bonds.map(\.from).max() : nil, until: bonds.compactMap(\.until).min(),
            approximate: bonds.contains(where: \.approximate), why: why, declarations: declarations, others: others,
            unrecorded: [left, right].filter { law.state($0)?.bonds.isEmpty ?? true })
    }

    func standing(_ code: StateCode, _ status: TreatyStatus) throws(ComityError) -> Standing {
        let known = try participants.find(code.description)
        guard let standing = status.standing(known.code) else { throw ComityError(.notFound, "\(code) has no standing.") }
        return standing
    }

    private static func why(_ standing: Standing, _ status: TreatyStatus) -> String {
        if let bond = standing.bonds.last, bond.from > status.asOf { return "It binds \(standing.name) from \(bond.from) on." }
        if let until = standing.bonds.last?.until { return "\(standing.name) has left it; it was bound until the day before \(until)." }
        if standing.deposit != nil { return "\(standing.name) has deposited its instrument." }
        if !standing.approvedAtHome.isEmpty || !standing.announced.isEmpty {
            return "\(standing.name) has approved or announced it; no deposit is known, and only a deposit binds."
        }
        return standing.signature != nil
            ? "\(standing.name) has signed; no deposit is known, and a signature does not bind."
            : "\(standing.name) has not signed, as far as is known."
    }
}
