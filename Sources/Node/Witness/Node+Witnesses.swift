// SPDX-License-Identifier: Apache-2.0

import Exchange
public import Register
public import Standards
import Storage

/// How it stands between this register and a peer, both ways.
public struct WitnessLine: Sendable, Codable, Equatable {
    /// What one register has of the other.
    public struct Seen: Sendable, Codable, Equatable {
        /// Size of the last checkpoint that was cosigned; 0 for none.
        public let size: Int64
        public let at: Instant?
        /// Entries that are mirrored.
        public let mirrored: Int64
    }

    public let state: StateCode
    /// Its checkpoints of this register are asked for.
    public let isWitness: Bool
    /// What the peer has of this register.
    public let ours: Seen
    /// What this node has of the peer's.
    public let theirs: Seen
    /// Why the last attempt failed.
    public let says: String?
    /// Number of the proof that its register showed different histories.
    public let splitView: Int64?
}

/// A register that showed different histories.
public struct SplitViewLine: Sendable, Codable, Equatable {
    public let number: Int64
    public let state: StateCode
    public let register: String
    public let found: Instant
    public let sizes: [Int64]
    /// The root that was signed at the smaller size, and the one that the larger register has there.
    public let roots: [Hash]

    /// In words.
    public var says: String {
        let roots = roots.map { String($0.description.prefix(16)) + "…" }
        return sizes[0] == sizes[1]
            ? "\(state) signed two registers of \(sizes[0]) entries, with the roots \(roots[0]) and \(roots[1])."
            : "\(state) signed a register of \(sizes[0]) entries with the root \(roots[0]) and one of \(sizes[1]) entries in which the first "
                + "\(sizes[0]) make the root \(roots[1])."
    }
}

extension Node {
    /// How it stands with each confirmed peer.
    /// - Parameter officer: somebody who reads the register; nil is the node's owner.
    public func witnessLines(officer: String?) throws(ComityError) -> [WitnessLine] {
        try authorise(officer, .readRegister, to: "see the witnesses")
        return try store.read { reader in
            let split = try Dictionary(reader.misbehaviours().map { ($0.log, $0.id) }, uniquingKeysWith: { first, _ in first })
            return try reader.peers().filter { $0.trust == .confirmed }.map { peer in
                let log = Self.log(peer.entry.register)
                let (row, cosigned) = (try reader.witness(peer.entry.state), try reader.cosigned(log))
                return WitnessLine(
                    state: peer.entry.state, isWitness: !row.isRemoved,
                    ours: .init(size: row.size, at: row.at.map { local(Instant(milliseconds: $0)) }, mirrored: row.mirrored),
                    theirs: .init(
                        size: cosigned?.checkpoint.size ?? 0, at: cosigned.map { local(Instant(milliseconds: $0.at)) },
                        mirrored: try reader.mirrorSize(log)), says: row.says, splitView: split[log])
            }
        }
    }

    /// Registers that showed different histories, the oldest first.
    public func splitViews(officer: String?) throws(ComityError) -> [SplitViewLine] {
        try authorise(officer, .readRegister, to: "see the witnesses")
        return try splitViews()
    }

    func splitViews() throws(ComityError) -> [SplitViewLine] {
        try store.read { reader in
            try reader.misbehaviours().compactMap { row in
                guard let key = row.proof.keys.first, let shown = try? row.proof.verify(signedBy: key) else { return nil }
                return SplitViewLine(
                    number: row.id, state: row.peer, register: shown.smaller.origin, found: local(row.at),
                    sizes: [shown.smaller.size, shown.larger.size], roots: [shown.smaller.root, shown.root])
            }
        }
    }

    /// The proof as JSON, for anyone who knows the key of that register.
    /// - Throws: `.notFound`, `.permission`.
    public func splitViewProof(_ number: Int64, officer: String?) throws(ComityError) -> [UInt8] {
        try authorise(officer, .readRegister, to: "see the witnesses")
        guard let row = try store.read({ try $0.misbehaviours().first { $0.id == number } }) else {
            throw ComityError(.notFound, "There is no proof \(number).", next: "comity audit witness list shows their numbers.")
        }
        return try IJSON.encode(row.proof)
    }

    /// Takes a peer as witness of this register again, or takes it off.
    /// - Throws: `.notFound`, `.permission` for a peer that is not confirmed.
    public func setWitness(_ state: StateCode, _ isWitness: Bool, by officer: String?) async throws(ComityError) {
        try authorise(officer, .trust, to: "choose witnesses")
        _ = try confirmedPeer(state)
        let changed = try event(
            .witnessChanged, file: nil, by: officer ?? "node",
            detail: ["state": .string(state.description), "change": .string(isWitness ? "added" : "removed")])
        _ = try await store.commit { writer in
            var row = try writer.reader.witness(state)
            let isNew = try !writer.reader.witnesses().contains { $0.state == state }
            guard row.isRemoved == isWitness || isNew else { return }
            row.isRemoved = !isWitness
            try writer.save(row)
            try writer.append(changed)
        }
    }

    /// What somebody on duty must know of the registers at once: this one is held, or another State showed different histories. Each
    /// says what it is and what to do. Empty for whoever may not read the register.
    public func registerAlarms(officer: String?) throws(ComityError) -> [DoctorCheck] {
        if try may(officer, .readRegister) { return try alarms() }
        return try may(officer, .administer) ? try alarms() : []
    }

    private func alarms() throws(ComityError) -> [DoctorCheck] {
        var checks: [DoctorCheck] = []
        if let hold = try store.standing() {
            checks.append(.init(name: "register", grade: .bad, says: "held: \(hold.says)", fix: hold.next))
        }
        let split = try splitViews()
        if !split.isEmpty {
            checks.append(
                .init(
                    name: "split-view", grade: .bad, says: split.map(\.says).joined(separator: " "),
                    fix: "Tell that State and all your peers; comity audit witness proof N writes the proof. Its register is not cosigned.")
            )
        }
        return try checks + keyAlarms()
    }

    /// What `comity doctor` says about the register and its witnesses.
    func witnessChecks() throws(ComityError) -> [DoctorCheck] {
        var checks = try alarms()
        let lines = try witnessLines(officer: nil).filter(\.isWitness)
        guard !lines.isEmpty else { return checks }
        let cosigning = lines.filter { $0.ours.size > 0 }
        let failing = lines.filter { $0.says != nil }
        checks.append(
            .init(
                name: "witnesses", grade: cosigning.isEmpty || !failing.isEmpty ? .warn : .ok,
                says: "\(cosigning.count) of \(lines.count) have cosigned this register"
                    + failing.map { "; \($0.state): \($0.says ?? "")" }.joined(),
                fix: cosigning.isEmpty
                    ? "While comity serve runs, they are asked every ten minutes and after each delivery."
                    : failing.isEmpty ? "" : "They are asked again by themselves."))
        return checks
    }
}
