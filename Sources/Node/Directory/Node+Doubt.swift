// SPDX-License-Identifier: Apache-2.0

import Dossier
public import Exchange
import Sealing
public import Standards
import Storage

/// An act that was registered while its key was doubtful.
public struct DoubtfulAct: Sendable, Codable, Equatable {
    public let ref: FileReference
    public let act: UUIDv7
    public let kind: String
    /// As the act says, and when it was registered here: only the second cannot be forged by whoever has the key.
    public let at: Instant
    public let registered: Instant
}

/// What a peer says about a key.
public struct KeyWarning: Sendable, Codable, Equatable {
    /// Who says it.
    public let from: StateCode
    /// Whose key, which, and from when on.
    public let of: StateCode
    public let key: String
    public let since: Instant
    public let says: String
    public let at: Instant
    /// This node believes the key still.
    public let isBelieved: Bool
}

/// Keys that are doubtful from a time on: another State's, or one of this node.
extension Node {
    /// What became of a revocation.
    public struct Revocation: Sendable {
        public let peer: Peer
        /// Acts signed with the key that were registered here since, oldest first.
        public let acts: [DoubtfulAct]
        /// Peers that are told.
        public let told: [StateCode]
    }

    /// Stops believing a peer's keys, now, and tells the other peers from when on they are doubtful. What was registered here before stays
    /// believed.
    /// - Parameters:
    ///   - reason: in words; nil when none was given.
    ///   - since: from when on the keys are doubtful, not in the future; nil is now.
    /// - Throws: `.usage`, `.notFound`, `.permission`.
    public func revoke(_ state: StateCode, by officer: String, reason: String? = nil, since: Instant? = nil) async throws(ComityError)
        -> Revocation
    {
        _ = try require(officer, .trust, to: "revoke keys of other States")
        let now = try now()
        try Self.checkSince(since, now)
        guard let entry = try store.read({ try $0.peer(state) })?.entry else { throw Self.noPeer(state) }
        var detail: [String: JSONValue] = ["state": .string(state.description), "key": .string(entry.signingKey.keyID)]
        if let since { detail["since"] = .string(since.description) }
        if let reason { detail["reason"] = .string(reason) }
        let revoked = try event(.peerRevoked, file: nil, by: officer, detail: detail)
        let told = try listPeers().filter { $0.trust == .confirmed && $0.entry.state != state }.map(\.entry.state)
        let notices = try told.map { peer throws(ComityError) in
            try warning(to: peer, about: entry.signingKey.keyID, of: state, since: since ?? now, reason, at: now)
        }
        let peer = try await store.commit { writer in
            guard let known = try writer.reader.peer(state) else { throw Self.noPeer(state) }
            let peer = Peer(
                entry: known.entry, jws: known.jws, trust: .revoked, addedAt: known.addedAt, confirmedAt: known.confirmedAt,
                confirmedBy: known.confirmedBy)
            try writer.save(peer)
            try writer.forgetNumbers(of: state, since: since ?? now)
            try writer.append(revoked)
            for notice in notices { try writer.insert(notice) }
            return peer
        }.value
        peers.forget()
        return Revocation(peer: peer, acts: try doubtfulActs(of: state, since: since ?? now), told: told)
    }

    /// The same without what follows from it.
    public func revokePeer(_ state: StateCode, by officer: String, reason: String? = nil, since: Instant? = nil) async throws(ComityError)
        -> Peer
    {
        try await revoke(state, by: officer, reason: reason, since: since).peer
    }

    /// Says that this node's own signing key is doubtful from a time on: registered, and told to all peers in a notice that the root key
    /// signs. They show it to their officers. The key signs on until it is replaced.
    public func doubtOwnKey(by officer: String, reason: String?, since: Instant?) async throws(ComityError) -> (
        acts: [DoubtfulAct], told: [StateCode]
    ) {
        _ = try require(officer, .trust, to: "say that a key of this node is doubtful")
        let now = try now()
        try Self.checkSince(since, now)
        let key = try doubtfulKey(since ?? now)
        var detail: [String: JSONValue] = ["key": .string(key), "since": .string((since ?? now).description)]
        if let reason { detail["reason"] = .string(reason) }
        let doubted = try event(.keyDoubtful, file: nil, by: officer, detail: detail)
        let told = try listPeers().filter { $0.trust == .confirmed }.map(\.entry.state)
        let notices = try told.map { peer throws(ComityError) in
            try warning(to: peer, about: key, of: state, since: since ?? now, reason, at: now)
        }
        _ = try await store.commit { writer in
            try writer.append(doubted)
            for notice in notices { try writer.insert(notice) }
        }
        return (try doubtfulActs(of: state, since: since ?? now, key: key), told)
    }

    /// The key that was in force at a moment: one that was replaced since is the doubtful one, and not its successor.
    private func doubtfulKey(_ since: Instant) throws(ComityError) -> String {
        let entry = try entry()
        let former = entry.former(.signing).first { $0.at.milliseconds - Self.overlap > since.milliseconds }.flatMap {
            try? VerifyingKey(text: $0.former)
        }
        return former?.keyID ?? entry.signingKey.keyID
    }

    private static func checkSince(_ since: Instant?, _ now: Instant) throws(ComityError) {
        guard since ?? now <= now else {
            throw ComityError(
                .usage, "Keys cannot be doubtful from a time in the future on.", next: "Leave out the time, or give an earlier one.")
        }
    }

    private func warning(to peer: StateCode, about key: String, of state: StateCode, since: Instant, _ reason: String?, at: Instant)
        throws(ComityError) -> NoticeRow
    {
        let id = newID(at: at)
        let notice = DirectoryNotice(
            id: id, kind: .doubtful, from: self.state, to: peer, at: at, exercise: exercise, key: key, of: state, since: since,
            says: reason.map { Text.safe($0, limit: 500) })
        let real = Self.realMilliseconds()
        return NoticeRow(
            id: id, peer: peer, jws: try notice.signed(by: state == self.state ? keys.root : keys.signing), next: real,
            until: real + 30 * 86_400_000)
    }

    /// Acts of a State that were registered here from a moment on, oldest first. For this node itself: what it signed.
    /// - Parameter key: only what the signing key with this id signed.
    public func doubtfulActs(of state: StateCode, since: Instant, key: String? = nil) throws(ComityError) -> [DoubtfulAct] {
        try store.read { reader in
            let isOwn = state == self.state
            return try reader.acts(outgoing: isOwn, with: isOwn ? nil : state, since: since).compactMap { stored in
                let act = try Self.hashed(stored).act
                if let key, try UnverifiedAct(stored.jws).jws.signatures.first?.keyID != key { return nil }
                guard act.from.state == state, let file = try reader.file(id: act.file) else { return nil }
                return DoubtfulAct(
                    ref: file.ref, act: act.id, kind: act.kind.rawValue, at: act.at, registered: local(stored.registered))
            }
        }
    }

    /// Acts of a file whose key was doubtful when they were registered: revoked here, doubted by this node itself, or by a peer of its own.
    public func doubtfulActs(in ref: FileReference) throws(ComityError) -> [DoubtfulAct] {
        let doubts = try doubts()
        guard !doubts.isEmpty else { return [] }
        return try store.read { reader in
            guard let row = try reader.file(ref) else { return [] }
            return try reader.acts(of: row.id).compactMap { stored in
                let act = try Self.hashed(stored).act
                let key = try UnverifiedAct(stored.jws).jws.signatures.first?.keyID ?? ""
                guard let since = doubts[key], stored.registered >= since else { return nil }
                return DoubtfulAct(ref: ref, act: act.id, kind: act.kind.rawValue, at: act.at, registered: local(stored.registered))
            }
        }
    }

    /// From when on keys are doubtful, by id: the earliest that was said by this node, or by a State about itself.
    func doubts() throws(ComityError) -> [String: Instant] {
        try store.read { reader in
            var found: [String: Instant] = [:]
            for event in try reader.events([.peerRevoked, .keyDoubtful, .keyWarned], limit: 1000) {
                if event.event == .keyWarned, event.detail["of"]?.string != event.detail["from"]?.string { continue }
                guard let key = event.detail["key"]?.string else { continue }
                let since = event.detail["since"]?.string.flatMap { try? Instant($0) } ?? event.at
                found[key] = min(found[key] ?? since, since)
            }
            return found
        }
    }

    /// What peers said about keys, the newest first; those of the last 90 days, and all about keys that are believed here still.
    public func keyWarnings(officer: String?) throws(ComityError) -> [KeyWarning] {
        try authorise(officer, .readRegister, to: "see warnings about keys")
        let now = try now()
        return try store.read { reader in
            let believed = Set(try reader.peers().filter { $0.trust == .confirmed }.map(\.entry.signingKey.keyID))
            return try reader.events([.keyWarned], limit: 200).compactMap { event in
                guard let from = try? StateCode(event.detail["from"]?.string ?? ""),
                    let of = try? StateCode(event.detail["of"]?.string ?? ""),
                    let key = event.detail["key"]?.string, let since = try? Instant(event.detail["since"]?.string ?? "")
                else { return nil }
                let warning = KeyWarning(
                    from: from, of: of, key: key, since: since, says: event.detail["says"]?.string ?? "", at: event.at,
                    isBelieved: believed.contains(key))
                return warning.isBelieved || now.milliseconds - event.at.milliseconds < 90 * 86_400_000 ? warning : nil
            }
        }
    }
}

extension Node {
    /// The State whose key is meant: by its code, by the id of its signing key or the first 8 or more characters of it, or by the word
    /// `signing` for this node's own; nil when there is none.
    public func stateOfKey(_ text: String) throws(ComityError) -> StateCode? {
        if text == "signing" { return state }
        let entries = try listPeers().map(\.entry) + [try entry()]
        if let code = try? StateCode(text) { return entries.first { $0.state == code }?.state }
        guard text.count >= 8 else { return nil }
        let found = entries.filter { $0.signingKey.keyID.hasPrefix(text) }
        return found.count == 1 ? found.first?.state : nil
    }
}
