// SPDX-License-Identifier: Apache-2.0

public import Exchange
import Register
public import Standards
import Storage
import Transport

/// What goes to and fro about the directory: entries that are fetched, notices that are brought.
extension Delivery {
    /// Pause between two rounds of notices.
    static let noticePause = Duration.seconds(2)
    private static let retry: Int64 = 5_000
    /// An entry that was fetched less long ago is not fetched again when its State is met.
    private static let askAgain: Int64 = 60_000
    private static let retryLater: Int64 = 300_000

    /// Fetches the newest entry of a confirmed peer from its own node. Facts and keys that follow the ones here, signed by their
    /// predecessors, are taken over; anything else is refused as when it is imported.
    /// - Returns: what the entry here is now, and whether it changed.
    public func fetchEntry(of state: StateCode) async throws(ComityError) -> (peer: Peer, isNew: Bool) {
        let peer = try node.confirmedPeer(state)
        let reply = try await line(to: peer).ask(.entry as DirectoryCall)
        guard reply.status == 200, reply.body.count <= DirectoryEntry.limit else {
            throw ComityError(.peerRefused, "\(state) does not give its entry (HTTP status \(reply.status)).")
        }
        let entry = try DirectoryEntry(verifying: reply.body)
        guard entry.state == state else { throw ComityError(.verificationFailed, "\(state) gave an entry of \(entry.state).") }
        let isNew = entry != peer.entry
        let known = isNew ? try await node.addPeer(reply.body) : peer
        let now = try node.now().milliseconds
        _ = try await node.store.commit { try $0.noteAsked(state, at: now) }
        return (known, isNew)
    }

    /// The same when a peer is met: a peer of an older version, or an entry that cannot be taken, is no failure of the meeting.
    func refreshEntry(of state: StateCode) async {
        guard let now = try? node.now().milliseconds,
            let (isHeld, asked) = try? node.store.read({ (try $0.registerHold() != nil, try $0.entryChecks()[state]?.asked ?? 0) }),
            !isHeld,
            !(0..<Self.askAgain).contains(now - asked)
        else { return }
        _ = try? await fetchEntry(of: state)
    }

    /// Brings the entry of this node to a peer that has not been offered it: an act under a key that the peer does not know yet would not
    /// be believed.
    func offerEntry(to state: StateCode) async {
        do throws(ComityError) {
            try node.refreshConfiguration()
            let entry = try node.directoryEntry()
            let (setting, hash) = ("entry-offered \(state)", Hash.of(entry).description)
            guard try node.store.read({ try $0.setting(setting) }) != hash else { return }
            do throws(ComityError) { _ = try await line(to: try node.confirmedPeer(state)).ask(.offer(entry)) } catch {
                // A peer of an older version takes none, and one that refuses it will refuse it again; who is away is asked again.
                guard error.code != .peerUnreachable, error.code != .permission else { return }
            }
            _ = try await node.store.commit { try $0.set(setting, hash) }
        } catch { return }
    }

    /// Brings the notices that are due. What does not reach its peer in time is given up: a test call that comes an hour late says nothing.
    public func bringNotices() async {
        let now = Node.realMilliseconds()
        guard let due = try? node.store.read({ try $0.notices() }).filter({ $0.next <= now }), !due.isEmpty else { return }
        await withTaskGroup(of: Void.self) { group in
            for (_, notices) in Dictionary(grouping: due, by: \.peer) {
                group.addTask { for notice in notices { guard await self.bring(notice) else { return } } }
            }
        }
    }

    /// - Returns: false when the peer does not answer.
    private func bring(_ notice: NoticeRow) async -> Bool {
        let now = Node.realMilliseconds()
        do throws(ComityError) {
            guard now < notice.until else { throw ComityError(.peerRefused, "It is too late.") }
            let peer = try node.confirmedPeer(notice.peer)
            // It may be signed by a key that the peer does not know yet.
            await offerEntry(to: notice.peer)
            let reply = try await line(to: peer).ask(.notice(notice.jws))
            guard reply.status == 200 else { throw ComityError(.peerUnreachable, "HTTP status \(reply.status)") }
            let at = try node.now()
            _ = try await node.store.commit { writer in
                try writer.setReached(notice.id, at: at)
                try writer.delete(notice)
            }
            return true
        } catch {
            let isFinal =
                now >= notice.until || [.schema, .badSignature, .wrongRecipient, .exerciseMismatch, .notFound].contains(error.code)
            let next = now + (notice.attempts < 20 ? Self.retry : Self.retryLater)
            _ = try? await node.store.commit { writer in
                if isFinal { try writer.delete(notice) } else { try writer.postpone(notice, next: next) }
            }
            return error.code != .peerUnreachable
        }
    }
}
