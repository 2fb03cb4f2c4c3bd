// SPDX-License-Identifier: Apache-2.0

import Exchange
import Standards
import Storage
import Synchronization

/// Rounds that are under way, and peers that rest because they did not answer.
///
/// Owns `state` under one lock. Guarantees: at most one round for each peer and kind; a peer that does not answer is knocked at once in each
/// pause, not once for each act that is owed to it.
final class Rounds: Sendable {
    struct Key: Hashable, Sendable {
        let peer: StateCode
        let kind: OwedDelivery.Kind
    }

    private struct State {
        var underWay: Set<Key> = []
        var meeting: Set<StateCode> = []
        var toMeet: Set<StateCode> = []
        /// Peers that called since their last round began: they are there.
        var heard: Set<StateCode> = []
        var rests: [StateCode: (until: Int64, failures: Int)] = [:]
    }

    private let state = Mutex(State())

    /// A round that may begin; it has to be ended then.
    struct Start {
        /// Also what waits for its next try.
        let isImpatient: Bool
    }

    /// - Returns: nil when no round may begin now.
    func begin(_ key: Key, now: Int64) -> Start? {
        state.withLock { state in
            let isHeard = state.heard.contains(key.peer)
            if !isHeard, let rest = state.rests[key.peer], rest.until > now,
                rest.until - now <= RetrySchedule.pause(after: .max, spread: 1)
            {
                return nil
            }
            guard state.underWay.insert(key).inserted else { return nil }
            if key.kind == .act { state.heard.remove(key.peer) }
            return Start(isImpatient: isHeard)
        }
    }

    /// The peer called: what is owed to it is tried at once.
    func heard(_ peers: some Sequence<StateCode>) { state.withLock { $0.heard.formUnion(peers) } }

    func end(_ key: Key, _ brought: Delivery.Brought, now: Int64, spread: Double) {
        state.withLock { state in
            state.underWay.remove(key)
            if brought.isOver {
                let failures = brought.delivered ? 1 : (state.rests[key.peer]?.failures ?? 0) + 1
                state.rests[key.peer] = (now + RetrySchedule.pause(after: failures, spread: spread), failures)
            } else if brought.delivered {
                state.rests[key.peer] = nil
            }
        }
    }

    /// Who has seen a checkpoint of this register gets its entries too.
    func planMeetings(_ peers: some Sequence<StateCode>) { state.withLock { $0.toMeet.formUnion(peers) } }

    /// Meetings that begin now, one at a time with each peer; they have to be ended.
    func beginMeetings() -> Set<StateCode> {
        state.withLock { state in
            let now = state.toMeet.subtracting(state.meeting)
            state.toMeet.subtract(now)
            state.meeting.formUnion(now)
            return now
        }
    }

    func endMeeting(_ peer: StateCode) { state.withLock { _ = $0.meeting.remove(peer) } }
}

extension Delivery {
    /// How often those are met to whom something was brought, or who brought something.
    private static let meetPause = Duration.seconds(1)

    /// Works off what is due, until told to stop: at once what this process comes to owe, and after each pause what another one does.
    public func run(pause: Duration = .milliseconds(500)) async {
        let wake = node.store.owing
        await withDiscardingTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: Self.meetingPause)
                    if !Task.isCancelled { await self.meetAll() }
                }
            }
            group.addTask { await self.runPulls() }
            group.addTask {
                while !Task.isCancelled {
                    await self.bringNotices()
                    try? await Task.sleep(for: Self.noticePause)
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: pause)
                    wake.call()
                }
            }
            group.addTask { await self.runMeetings(wake) }
            for await _ in wake.calls() {
                if Task.isCancelled { break }
                for (kind, rows) in [(OwedDelivery.Kind.act, OutboxRow.Kind.act), (.package, .package)] {
                    for peer in (try? node.store.read { try $0.peersOwed(rows) }) ?? [] {
                        let key = Rounds.Key(peer: peer, kind: kind)
                        guard let start = rounds.begin(key, now: Node.realMilliseconds()) else { continue }
                        // Each peer by itself: a slow one holds up nobody else, and packages, which can take hours, hold up no act.
                        group.addTask { await self.round(key, start, wake) }
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func round(_ key: Rounds.Key, _ start: Rounds.Start, _ wake: WakeUp) async {
        let rows = (try? node.store.read { try $0.waiting(for: key.peer) }) ?? []
        let brought = await bring(rows, [key.kind], impatient: start.isImpatient)
        rounds.end(key, brought, now: Node.realMilliseconds(), spread: Double.random(in: 0..<1))
        guard brought.delivered else { return }
        rounds.planMeetings([key.peer])
        // What came to be owed at the very end of the round.
        wake.call()
    }

    /// Who was given a receipt has seen a checkpoint: it gets the entries too. And it is there: what is owed to it is brought now. A peer
    /// that does not answer holds up no other.
    private func runMeetings(_ wake: WakeUp) async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let met = node.meetings.take()
                if !met.isEmpty {
                    rounds.heard(met)
                    rounds.planMeetings(met)
                    wake.call()
                }
                for state in rounds.beginMeetings() {
                    group.addTask {
                        await self.meet(state)
                        self.rounds.endMeeting(state)
                    }
                }
                try? await Task.sleep(for: Self.meetPause)
            }
        }
    }
}
