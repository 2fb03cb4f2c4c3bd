// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
public import Standards
public import Storage
public import Transport

/// Test calls on the 24/7 channel, and the small signed notices with which they travel.
extension Node {
    /// How long a ring is tried to be brought to the other node.
    static let ringPatience: Int64 = 10 * 60_000

    /// Rings the node of a State: registered, and owed to it. A person there answers.
    /// - Throws: `.permission`, `.notFound`; `.wrongState` while the last one is still open.
    public func ring(_ state: StateCode, by officer: String) async throws(ComityError) -> RingRow {
        _ = try require(officer, .answer, to: "make a test call")
        _ = try confirmedPeer(state)
        let (now, real) = (try now(), Self.realMilliseconds())
        let id = newID(at: now)
        let notice = DirectoryNotice(id: id, kind: .ring, from: self.state, to: state, at: now, exercise: exercise)
        let jws = try notice.signed(by: keys.signing)
        let ring = RingRow(id: id, state: state, isIncoming: false, officer: officer, at: now)
        let event = try event(
            .ringSent, file: nil, by: officer, detail: ["state": .string(state.description), "ring": .string(id.description)])
        _ = try await store.commit { writer in
            try writer.insert(ring)
            try writer.insert(NoticeRow(id: id, peer: state, jws: jws, next: real, until: real + Self.ringPatience))
            try writer.append(event)
        }
        return ring
    }

    /// Records a test call by telephone that somebody made.
    /// - Parameters:
    ///   - number: which was called.
    ///   - answeredAfter: nil when nobody answered.
    ///   - name: who answered.
    /// - Throws: `.usage` for a number that is not of the entry, or an answer without a name; `.permission`, `.notFound`.
    public func ringByTelephone(_ state: StateCode, number: String, answeredAfter: ISODuration?, name: String?, by officer: String)
        async throws(ComityError) -> RingRow
    {
        _ = try require(officer, .answer, to: "record a test call")
        let entry = try confirmedPeer(state).entry
        func plain(_ number: String) -> String { number.filter { $0.isASCII && $0.isNumber } }
        guard entry.numbers.contains(where: { plain($0) == plain(number) }) else {
            throw ComityError(
                .usage, "\(Text.safe(number, limit: 40)) is not a number of the entry of \(state).",
                why: "A test call tries what the directory says.",
                next: entry.numbers.isEmpty
                    ? "The entry has no number; ask \(state) for one." : "It has \(entry.numbers.joined(separator: ", ")).")
        }
        let who = name.map { Text.safe($0, limit: 120) } ?? ""
        guard answeredAfter == nil || !who.isEmpty else {
            throw ComityError(.usage, "Who answered is not said.", next: "Add --by NAME.")
        }
        let now = try now()
        let id = newID(at: now)
        let began = now.adding(milliseconds: -(answeredAfter?.milliseconds ?? 0))
        let ring = RingRow(
            id: id, state: state, isIncoming: false, number: number, officer: officer, at: began, reached: nil,
            answered: answeredAfter == nil ? nil : now, by: answeredAfter == nil ? nil : who)
        var detail: [String: JSONValue] = [
            "state": .string(state.description), "ring": .string(id.description), "number": .string(number),
        ]
        let sent = RegisterEvent(id: newID(at: now), event: .ringSent, file: nil, at: now, by: officer, detail: detail)
        detail["seconds"] = .integer((answeredAfter?.milliseconds ?? 0) / 1000)
        detail["name"] = .string(who)
        let answered = RegisterEvent(id: newID(at: now), event: .ringAnswered, file: nil, at: now, by: officer, detail: detail)
        _ = try await store.commit { writer in
            try writer.insert(ring)
            try writer.append(sent)
            if answeredAfter != nil { try writer.append(answered) }
        }
        return ring
    }

    /// Test calls that came and wait for somebody, oldest first.
    public func openRings(officer: String?) throws(ComityError) -> [RingRow] {
        try authorise(officer, .readRegister, to: "see test calls")
        return try store.read { try $0.openRings() }
    }

    /// Test calls with a State, or all, the newest first.
    public func rings(with state: StateCode? = nil, limit: Int = 20, officer: String?) throws(ComityError) -> [RingRow] {
        try authorise(officer, .readRegister, to: "see test calls")
        return try store.read { try $0.rings(with: state, limit: limit) }
    }

    /// A person answers a test call; with none named, all that wait.
    /// - Returns: those that were answered.
    /// - Throws: `.notFound` when none waits.
    public func answerRings(_ id: UUIDv7? = nil, by officer: String) async throws(ComityError) -> [RingRow] {
        _ = try require(officer, .answer, to: "answer a test call")
        let open = try store.read { try $0.openRings() }.filter { id == nil || $0.id == id }
        guard !open.isEmpty else { throw ComityError(.notFound, "No test call waits for an answer.") }
        let (now, real) = (try now(), Self.realMilliseconds())
        for ring in open {
            let answer = newID(at: now)
            let notice = DirectoryNotice(
                id: answer, kind: .answer, from: state, to: ring.state, at: now, exercise: exercise, about: ring.id, says: officer)
            let jws = try notice.signed(by: keys.signing)
            let event = try event(
                .ringAnswered, file: nil, by: officer,
                detail: [
                    "state": .string(ring.state.description), "ring": .string(ring.id.description),
                    "seconds": .integer(max(0, now.milliseconds - (ring.reached ?? ring.at).milliseconds) / 1000),
                ])
            _ = try await store.commit { writer in
                guard try writer.setAnswered(ring.id, at: now, by: officer) else { return }
                try writer.insert(NoticeRow(id: answer, peer: ring.state, jws: jws, next: real, until: real + 86_400_000))
                try writer.append(event)
            }
        }
        return try store.read { reader in try open.compactMap { try reader.ring($0.id) } }
    }

    public func answer(_ call: DirectoryCall, from caller: StateCode) async throws(ComityError) -> RegisterReply {
        switch call {
        case .entry:
            try refreshConfiguration()
            return RegisterReply(status: 200, mediaType: "application/jose+json", body: try directoryEntry())
        case .offer(let bytes):
            let peer = try confirmedPeer(caller)
            let entry = try DirectoryEntry(verifying: bytes)
            guard entry.state == caller else {
                throw ComityError(.keyOfAnotherState, "\(caller) brought an entry of \(entry.state).")
            }
            if entry != peer.entry, entry.issuedAt > peer.entry.issuedAt { _ = try await addPeer(bytes) }
            return RegisterReply(status: 200, mediaType: "application/json", body: Array("{\"taken\":true}".utf8))
        case .notice(let bytes):
            try await take(try DirectoryNotice(verifying: bytes, from: try confirmedPeer(caller).entry), from: caller)
            return RegisterReply(status: 200, mediaType: "application/json", body: Array("{\"taken\":true}".utf8))
        }
    }

    /// Takes a notice in; one that came before changes nothing.
    private func take(_ notice: DirectoryNotice, from caller: StateCode) async throws(ComityError) {
        let now = try now()
        guard notice.to == state, notice.from == caller else {
            throw ComityError(.wrongRecipient, "The notice is for \(notice.to), not for \(state).")
        }
        guard notice.exercise == exercise else { throw ComityError(.exerciseMismatch, "The notice is of another kind of node.") }
        guard notice.at.milliseconds <= now.milliseconds + Intake.clockTolerance else {
            throw ComityError(.impossibleTime, "The notice is dated \(notice.at); here it is \(now.utc).")
        }
        let from: JSONValue = .string(caller.description)
        let event: RegisterEvent
        switch notice.kind {
        case .ring:
            event = try self.event(.ringReceived, file: nil, by: "node", detail: ["state": from, "ring": .string(notice.id.description)])
        case .answer:
            guard let about = notice.about, let ring = try store.read({ try $0.ring(about) }), !ring.isIncoming, ring.state == caller else {
                throw ComityError(.notFound, "The answer is about a test call that this node did not make.")
            }
            event = try self.event(
                .ringAnswered, file: nil, by: "node",
                detail: [
                    "state": from, "ring": .string(about.description), "name": .string(Text.safe(notice.says ?? "", limit: 120)),
                    "seconds": .integer(max(0, now.milliseconds - ring.at.milliseconds) / 1000),
                ])
        case .doubtful:
            guard let key = notice.key, let of = notice.of, let since = notice.since else { return }
            event = try self.event(
                .keyWarned, file: nil, by: "node",
                detail: [
                    "from": from, "of": .string(of.description), "key": .string(key), "since": .string(since.description),
                    "says": .string(Text.safe(notice.says ?? "", limit: 500)),
                ])
        }
        _ = try await store.commit { writer in
            try writer.noteContact(caller, at: now.milliseconds)
            guard try writer.seeNotice(notice.id, at: now.milliseconds) else { return }
            switch notice.kind {
            case .ring:
                try writer.insert(RingRow(id: notice.id, state: caller, isIncoming: true, at: notice.at, reached: now))
            case .answer:
                // The time until the answer is measured by the clock of whoever rang.
                guard let about = notice.about, try writer.setAnswered(about, at: now, by: Text.safe(notice.says ?? "", limit: 120)) else {
                    return
                }
            case .doubtful: break
            }
            try writer.append(event)
        }
    }
}
