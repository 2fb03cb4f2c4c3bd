// SPDX-License-Identifier: Apache-2.0

import Exchange
import Register
public import Standards
import Storage
import Transport

/// What one peer may take of this node: calls in a minute, and room in the quarantine.
enum PeerLimits {
    /// Messages of one peer that the quarantine keeps in a day.
    static let messages = 1000
    /// Bytes of them.
    static let bytes: Int64 = 64 << 20
    /// In milliseconds.
    static let day: Int64 = 86_400_000
}

extension Node {
    /// Lets a peer make another call, while it has one left.
    /// - Throws: `.throttled`. The fact is in quarantine, once an hour for each peer.
    public func admit(_ caller: StateCode) async throws(ComityError) {
        let verdict = calls.take(caller.description)
        guard !verdict.isAllowed else { return }
        let error = ComityError(
            .throttled, "\(caller) made more than \(calls.perMinute) calls in a minute; what came beyond was refused unread.",
            next: "Nothing is lost: what was refused is sent again by itself. Go on after \(verdict.seconds) s.")
        await keepFact(error, from: caller)
        throw error
    }

    public func refuseOversized(from caller: StateCode) async {
        await keepFact(ComityError(.tooLarge, "A message larger than \(Intake.limit) bytes was refused unread."), from: caller)
    }

    /// Keeps what was not believed, with the event. From a peer that has filled its room for today only the fact is kept.
    /// - Parameter key: what the message says, however it was sealed: the same with the same code is kept once.
    func quarantine(_ message: [UInt8], key: Hash, _ error: ComityError, from caller: StateCode) async throws(ComityError) {
        let now = try now()
        let day = now.adding(milliseconds: -PeerLimits.day)
        let (messages, bytes) = try store.read { try $0.quarantined(from: caller.description, since: day) }
        guard messages < PeerLimits.messages, bytes + Int64(message.count) <= PeerLimits.bytes else {
            return await keepFact(
                ComityError(
                    .throttled,
                    "\(caller) sent more that was not believed than the quarantine keeps in a day (\(PeerLimits.messages) messages or \(PeerLimits.bytes >> 20) MiB); the rest was refused and not kept."
                ), from: caller)
        }
        try await keep(message, key: key, error, from: caller, at: now)
    }

    /// Of a message that was never read, or is not kept, only the fact is: once an hour for each peer and code.
    private func keepFact(_ error: ComityError, from caller: StateCode) async {
        guard let now = try? now() else { return }
        let key = Hash.of(Array("\(error.code.rawValue) \(caller) \(now.milliseconds / 3_600_000)".utf8))
        if (try? store.read { try $0.isQuarantined(key.description) }) == true { return }
        try? await keep([], key: key, error, from: caller, at: now)
    }

    private func keep(_ message: [UInt8], key: Hash, _ error: ComityError, from caller: StateCode, at now: Instant)
        async throws(ComityError)
    {
        let hash = key.description
        let event = try event(
            .quarantined, file: nil, by: "node",
            detail: ["code": .string(error.code.rawValue), "peer": .string(caller.description), "sha256": .string(hash)])
        _ = try await store.commit { writer in
            if try writer.quarantine(
                code: error.code.rawValue, says: error.what, peer: caller.description, at: now, sha256: hash, bytes: message)
            {
                try writer.append(event)
            }
        }
    }
}
