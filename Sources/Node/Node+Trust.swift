// SPDX-License-Identifier: Apache-2.0

public import Exchange
import Register
import Sealing
public import Standards
import Storage

extension Node {
    /// Reads a signed directory entry that could be imported. Changes nothing.
    /// - Throws: `.schema`, `.badSignature`, `.wrongState` for this node's own, `.exerciseMismatch`, `.permission`.
    public func readEntry(_ jws: [UInt8], officer: String?) throws(ComityError) -> DirectoryEntry {
        try authorise(officer, .trust, to: "import the keys of other States")
        let entry = try DirectoryEntry(verifying: jws)
        guard entry.state != state else { throw ComityError(.wrongState, "This is the entry of \(state) itself.") }
        guard entry.exercise == exercise else {
            throw ComityError(
                .exerciseMismatch,
                exercise
                    ? "\(entry.state) is a real node and this one is in exercise mode."
                    : "\(entry.state) is a node in exercise mode and this one is real.",
                why: "Exercises and real work never mix.")
        }
        return entry
    }

    /// Imports a peer's signed directory entry. Nothing is sent to it or believed from it until it is confirmed. A later entry with the
    /// keys that are here changes the facts, and the trust stays; the same entry again changes nothing.
    /// - Throws: `.schema`, `.badSignature`, `.exerciseMismatch`, `.alreadyExists` when the keys of a confirmed entry would be replaced,
    ///   `.wrongState` for an entry that is not newer than the one with the same keys.
    /// - Parameter officer: who imports it; nil is the node's owner on the command line.
    public func addPeer(_ jws: [UInt8], by officer: String? = nil) async throws(ComityError) -> Peer {
        let entry = try readEntry(jws, officer: officer)
        let now = try now()
        let added = try event(
            .peerAdded, file: nil, by: officer ?? "node",
            detail: ["state": .string(entry.state.description), "fingerprint": .string(entry.fingerprint)])
        let peer = Peer(entry: entry, jws: jws, trust: .unconfirmed, addedAt: now, confirmedAt: nil, confirmedBy: nil)
        let own = try self.entry()
        let result = try await store.commit { writer in
            // A key belongs to one State. Otherwise acts of one could be laid at the door of another.
            for other in try writer.reader.peers().map(\.entry) + [own] where other.state != entry.state && Self.sharesKey(other, entry) {
                throw ComityError(
                    .verificationFailed, "The entry of \(entry.state) carries a key or certificate of \(other.state).",
                    why: "Two States never share a key; one of the entries is not what it says.",
                    next: "Do not use it. Ask \(entry.state) by telephone.")
            }
            if let known = try writer.reader.peer(entry.state) {
                if known.entry == entry, known.trust != .revoked { return known }
                if known.trust == .revoked {
                    guard try !([known.entry] + writer.reader.formerEntries()).contains(where: { Self.sharesKey($0, entry) }) else {
                        throw ComityError(
                            .revokedKey, "The entry carries a key of \(entry.state) that was revoked here.",
                            next: "Ask \(entry.state) for an entry with new keys.")
                    }
                    try writer.retire(known)
                } else if known.entry.hasIdentity(of: entry) {
                    let changed = try Self.changes(known.entry, entry)
                    let renewed = Peer(
                        entry: entry, jws: jws, trust: known.trust, addedAt: known.addedAt, confirmedAt: known.confirmedAt,
                        confirmedBy: known.confirmedBy)
                    try writer.save(renewed)
                    try writer.append(
                        RegisterEvent(
                            id: added.id, event: .peerAdded, file: nil, at: added.at, by: added.by,
                            detail: added.detail.merging(["change": .string("facts"), "changed": .array(changed.map(JSONValue.string))]) {
                                $1
                            }))
                    try Self.noteNumbers(renewed, &writer)
                    return renewed
                } else if let uses = entry.succeeded(known.entry), !uses.isEmpty {
                    return try Self.succeed(known, by: entry, jws, uses, added, &writer)
                }
                guard known.trust != .confirmed else {
                    let keys = known.entry.authority.id == entry.authority.id ? "with other keys" : "as \(known.entry.authority.id)"
                    throw ComityError(
                        .alreadyExists, "\(entry.state) is \(known.trust.rawValue) here \(keys).",
                        why: "A confirmed entry is not replaced silently.",
                        next:
                            "Compare the fingerprints by telephone; comity trust revoke \(entry.state) first if the old keys are no longer good."
                    )
                }
            }
            try writer.save(peer)
            try writer.append(added)
            return peer
        }
        peers.forget()
        return result.value
    }

    /// A State's keys were followed by others, each signed by its predecessor: they are believed as those before, without another call.
    private static func succeed(
        _ known: Peer, by entry: DirectoryEntry, _ jws: [UInt8], _ uses: [KeyUse], _ added: RegisterEvent, _ writer: inout Writer
    ) throws -> Peer {
        let changed = try changes(known.entry, entry) + uses.map { "key.\($0.rawValue)" }
        let renewed = Peer(
            entry: entry, jws: jws, trust: known.trust, addedAt: known.addedAt, confirmedAt: known.confirmedAt,
            confirmedBy: known.confirmedBy)
        try writer.retire(known)
        try writer.save(renewed)
        try noteNumbers(renewed, &writer)
        try writer.append(
            RegisterEvent(
                id: added.id, event: .peerAdded, file: nil, at: added.at, by: added.by,
                detail: added.detail.merging(["change": .string("keys"), "changed": .array(changed.map(JSONValue.string))]) { $1 }))
        return renewed
    }

    /// What a believed entry says about numbers is known from then on.
    static func noteNumbers(_ peer: Peer, _ writer: inout Writer) throws {
        guard peer.trust == .confirmed else { return }
        try writer.noteNumbers(
            peer.entry.numbers, of: peer.entry.state, source: "the confirmed entry of \(peer.entry.issuedAt)", at: peer.entry.issuedAt)
    }

    /// The facts that an entry changes when it is imported, as its members are named; nil when it brings other keys, is for a State that
    /// is not here or not trusted any more, or is here already.
    /// - Throws: `.wrongState` when it is not newer than the entry with the same keys.
    public func factsChanged(by entry: DirectoryEntry) throws(ComityError) -> [String]? {
        guard let known = try store.read({ try $0.peer(entry.state) }), known.trust != .revoked, known.entry != entry,
            known.entry.hasIdentity(of: entry)
        else { return nil }
        return try Self.changes(known.entry, entry)
    }

    private static func changes(_ old: DirectoryEntry, _ new: DirectoryEntry) throws(ComityError) -> [String] {
        guard new.issuedAt > old.issuedAt else {
            throw ComityError(
                .wrongState, "The entry of \(new.state) is not newer than the one here.",
                why: "It was issued at \(new.issuedAt), the one here at \(old.issuedAt).", next: "Ask \(new.state) for its newest entry.")
        }
        let changes: [(String, Bool)] = [
            ("name", new.authority.name != old.authority.name), ("languages", new.authority.languages != old.authority.languages),
            ("timeZone", new.authority.timeZone != old.authority.timeZone), ("phone", new.authority.phone != old.authority.phone),
            ("email", new.authority.email != old.authority.email), ("endpoint", new.endpoint != old.endpoint),
            ("statementKey", new.statementKey != old.statementKey), ("names", new.authority.names != old.authority.names),
            ("purposes", new.authority.purposes != old.authority.purposes), ("scope", new.authority.scope != old.authority.scope),
            ("channels", new.authority.channels != old.authority.channels), ("hours", new.authority.hours != old.authority.hours),
            ("authorities", new.authorities != old.authorities), ("requirements", new.requirements != old.requirements),
            ("validity", new.validity != old.validity),
        ]
        return changes.filter(\.1).map(\.0)
    }

    private static func sharesKey(_ left: DirectoryEntry, _ right: DirectoryEntry) -> Bool {
        left.rootKey == right.rootKey || left.signingKey == right.signingKey || left.sealing == right.sealing
            || left.certificate == right.certificate || left.register.publicKey == right.register.publicKey
            || left.statementKey != nil && left.statementKey == right.statementKey
    }

    public func listPeers() throws(ComityError) -> [Peer] { try store.read { try $0.peers() } }

    /// The same for pages, at most half a second old: reading an entry checks its signature, and a page need not do that for every
    /// State of the world. Empty when the database cannot be read.
    public var knownPeers: [Peer] { peers.all() }

    /// A peer that may be written to.
    func confirmedPeer(_ state: StateCode) throws(ComityError) -> Peer {
        guard let peer = try store.read({ try $0.peer(state) }) else { throw Self.noPeer(state) }
        switch peer.trust {
        case .confirmed: return peer
        case .unconfirmed:
            throw ComityError(
                .permission, "\(state) is not confirmed.", why: "Nobody has compared its fingerprint over a second channel.",
                next: "Telephone \(state), compare, then comity trust confirm \(state) --fingerprint …")
        case .revoked: throw ComityError(.permission, "The keys of \(state) were revoked.", next: "Import and confirm a new entry.")
        }
    }

    static func noPeer(_ state: StateCode) -> ComityError {
        ComityError(.notFound, "\(state) is not in the directory of this node.", next: "Import its entry with comity trust add FILE.")
    }
}

extension DirectoryEntry {
    /// The same authority with the same keys: what a fingerprint was compared for, and what files name. A node that had no statement key
    /// may get one; it cannot lose it or get another.
    func hasIdentity(of other: DirectoryEntry) -> Bool {
        (statementKey == nil || statementKey == other.statementKey) && party == other.party && rootKey == other.rootKey
            && signingKey == other.signingKey && sealing == other.sealing
            && certificate == other.certificate && register == other.register
    }
}
