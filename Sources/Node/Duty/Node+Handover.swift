// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
public import Standards
import Storage

extension Node {
    /// The handover of the shift that lasts, whatever is there of it; nil while nobody has the duty.
    /// - Parameter officer: somebody who reads files; nil is the node's owner.
    public func handoverInHand(officer: String?) throws(ComityError) -> Handover? {
        try authorise(officer, .readContent, to: "read a handover")
        return try store.read { reader in
            try reader.openShift().map { shift in
                try handover(try reader.handover(shift.id) ?? HandoverRow(shift: shift.id, officer: shift.officer), shift, reader)
            }
        }
    }

    /// A handover that two officers signed.
    /// - Throws: `.notFound`, `.permission`.
    public func handover(_ shift: UUIDv7, officer: String?) throws(ComityError) -> Handover {
        try authorise(officer, .readContent, to: "read a handover")
        return try store.read { reader in
            guard let row = try reader.handover(shift), row.taken != nil, let shift = try reader.shift(shift) else {
                throw ComityError(.notFound, "There is no such handover.", next: "Choose one from the list of handovers.")
            }
            return try handover(row, shift, reader)
        }
    }

    /// Handovers that two officers signed, the newest first.
    public func handovers(limit: Int = 100, officer: String?) throws(ComityError) -> [Handover] {
        try authorise(officer, .readContent, to: "read handovers")
        return try store.read { reader in
            try reader.handovers(limit: limit).compactMap { row in
                try reader.shift(row.shift).map { try handover(row, $0, reader) }
            }
        }
    }

    /// Keeps what the officer on duty has written so far. It is no signature and stands in no register.
    public func saveHandover(_ notes: HandoverNotes, officer: String) async throws(ComityError) {
        let (shift, now) = (try ownShift(officer), try now())
        try Self.check(notes)
        let row = HandoverRow(shift: shift.id, officer: officer, notes: try IJSON.encode(notes), saved: now)
        try await keep(row, shift)
    }

    /// Signs the handover: text, figures and time limits as they are now. It waits until another officer takes over; until then
    /// the duty stays where it is.
    /// - Throws: `.usage` for a text that says nothing.
    public func signHandover(_ notes: HandoverNotes, officer: String) async throws(ComityError) {
        let (shift, now) = (try ownShift(officer), try now())
        try Self.check(notes)
        guard !notes.isEmpty else {
            throw ComityError(
                .usage, "The handover says nothing.", why: "The next officer knows only what stands here.",
                next: "Write at least what is open, or that nothing is.")
        }
        let log = try shiftLog(officer: officer)
        let text = HandoverText(
            v: 1, state: state, authority: configuration.authority.id, exercise: exercise, shift: shift.id, officer: officer,
            began: local(shift.began), written: now, notes: notes,
            figures: .init(
                actsIn: log.actsIn, actsOut: log.actsOut, decisions: log.decisions, calls: log.calls, quarantined: log.quarantined,
                owed: try peerHealth(officer: officer).reduce(0) { $0 + $1.acts + $1.packages },
                callBacks: try callBacksPending(officer: officer).count),
            due: try dueNextShift(officer: officer).compactMap { item in
                item.clock.map { .init(ref: item.ref, due: local($0.due), says: $0.says, step: item.next.step) }
            })
        let bytes = try IJSON.encode(text)
        let row = HandoverRow(
            shift: shift.id, officer: officer, notes: try IJSON.encode(notes), saved: now, bytes: bytes, hash: Hash.of(bytes).description,
            signed: now)
        try await keep(row, shift)
    }

    /// Takes the own signature back, to write on. What was written stays.
    public func reopenHandover(officer: String) async throws(ComityError) {
        let shift = try ownShift(officer)
        guard let row = try store.read({ try $0.handover(shift.id) }) else { return }
        try await keep(HandoverRow(shift: shift.id, officer: officer, notes: row.notes, saved: row.saved), shift)
    }

    /// The second signature: another officer takes over. The shift ends and the next begins, in one transaction with the event.
    /// - Parameters:
    ///   - hash: of the text that the officer has read; one that was changed since is not signed.
    ///   - code: what the code generator of the account shows now. An account without one signs by its session alone.
    ///   - address: where the officer comes from, for the pauses after failures.
    /// - Throws: `.wrongState` when there is nothing to take over; `.permission` for the same officer or a wrong code; `.throttled`.
    public func takeOver(officer: String, hash: String, code: String?, address: String?) async throws(ComityError) {
        _ = try require(officer, .answer, to: "take the duty")
        let now = try now()
        guard let shift = try store.read({ try $0.openShift() }), let row = try store.read({ try $0.handover(shift.id) }),
            row.signed != nil
        else {
            throw ComityError(.wrongState, "There is no handover to take over.", next: "Ask the officer on duty to sign it first.")
        }
        guard shift.officer != officer else {
            throw ComityError(
                .permission, "Nobody takes over from oneself.", why: "Two officers sign a handover.",
                next: "Ask the next officer to sign in and take over.")
        }
        guard row.hash == hash else {
            throw ComityError(.wrongState, "The handover was changed since you read it.", next: "Read it again, then take over.")
        }
        let proof = try await proofToTakeOver(officer, code, address: address)
        let next = newID(at: now)
        let event = try event(
            .handedOver, file: nil, by: officer,
            detail: [
                "shift": .string(shift.id.description), "next": .string(next.description), "from": .string(shift.officer),
                "to": .string(officer), "hash": .string(hash), "with": .string(proof?.name ?? "session"),
            ])
        let realNow = realTime.now()
        _ = try await store.commit { writer in
            guard try writer.reader.openShift() == shift, try writer.reader.handover(shift.id) == row else { throw Self.dutyMoved }
            if let proof {
                try Self.use(proof, of: officer, at: realNow, &writer)
                try Self.forgive(account: officer, address: address, &writer, now: realNow)
            }
            try writer.save(
                HandoverRow(
                    shift: row.shift, officer: row.officer, notes: row.notes, saved: row.saved, bytes: row.bytes, hash: row.hash,
                    signed: row.signed, taker: officer, taken: now, event: event.id.description), began: shift.began)
            try writer.endShift(shift.id, at: now)
            try writer.beginShift(next, officer: officer, at: now)
            try writer.append(event)
        }
    }

    /// Whether an officer confirms with a code generator.
    public func confirmsWithCode(_ officer: String) throws(ComityError) -> Bool {
        try store.read { try $0.account(officer) }.map(Self.hasGenerator) ?? false
    }

    // MARK: Parts

    private static func hasGenerator(_ account: AccountRow) -> Bool { account.totp != nil && account.password != nil }

    /// Nil for an account without a code generator.
    private func proofToTakeOver(_ officer: String, _ code: String?, address: String?) async throws(ComityError) -> Proof? {
        guard let account = try store.read({ try $0.account(officer) }), Self.hasGenerator(account) else { return nil }
        try await countAttempt(account: officer, address: address)
        guard let proof = proof(code ?? "", account, now: realTime.now()), case .step = proof else {
            try await registerFailure(account: officer, address: address, why: "code")
            throw ComityError(
                .permission, "The code is not right.", why: "Each code counts once, also the one you signed in with.",
                next: "Wait for the next code of your code generator and type that.")
        }
        return proof
    }

    private func ownShift(_ officer: String) throws(ComityError) -> ShiftRow {
        _ = try require(officer, .answer, to: "hand over the duty")
        guard let shift = try store.read({ try $0.openShift() }) else {
            throw ComityError(.wrongState, "Nobody has the duty.", next: "Take the duty first.")
        }
        guard shift.officer == officer else {
            throw ComityError(
                .permission, "The duty is with \(shift.officer).", why: "Only the officer on duty writes the handover.",
                next: "Load the page again to see how it stands.")
        }
        return shift
    }

    private static func check(_ notes: HandoverNotes) throws(ComityError) {
        guard notes.parts.allSatisfy({ $0.count <= HandoverNotes.longest }) else {
            throw ComityError(
                .tooLarge, "A part of the handover is longer than \(HandoverNotes.longest) characters.",
                next: "Shorten it; what belongs to a file stands in that file.")
        }
    }

    private func keep(_ row: HandoverRow, _ shift: ShiftRow) async throws(ComityError) {
        _ = try await store.commit { writer in
            guard try writer.reader.openShift() == shift else { throw Self.dutyMoved }
            try writer.save(row, began: shift.began)
        }
    }

    private func handover(_ row: HandoverRow, _ shift: ShiftRow, _ reader: Reader) throws -> Handover {
        Handover(
            shift: row.shift, officer: row.officer, name: try Self.name(row.officer, reader), began: local(shift.began),
            notes: try row.notes.map { try IJSON.decode(HandoverNotes.self, from: $0, limit: 1 << 20) }, saved: row.saved.map(local),
            text: try row.bytes.map { try IJSON.decode(HandoverText.self, from: $0, limit: 4 << 20) }, hash: row.hash,
            signed: row.signed.map(local), taker: row.taker, takerName: try row.taker.map { try Self.name($0, reader) },
            taken: row.taken.map(local), isIntact: try Self.isIntact(row, reader))
    }

    /// The bytes hash to what was signed; once both have signed, to what stands in the register.
    static func isIntact(_ row: HandoverRow, _ reader: Reader) throws -> Bool {
        let hash = row.bytes.map { Hash.of($0).description }
        guard row.taken != nil else { return hash == row.hash }
        let event = try row.event.flatMap { try reader.eventBytes($0, kind: .handedOver) }.map {
            try IJSON.decode(RegisterEvent.self, from: $0, limit: 1 << 20)
        }
        return event?.event == .handedOver && event?.detail["hash"]?.string == hash
            && event?.detail["shift"]?.string == row.shift.description
    }

    /// Every handover that two officers signed is there and is what the register says.
    static func auditHandovers(_ reader: Reader) throws -> [String] {
        let rows = try reader.handovers(limit: Int.max)
        var faults = try rows.filter { try !isIntact($0, reader) }.map { "The text of the handover \($0.shift) was changed." }
        let registered = try reader.eventCounts(from: 0)[RegisterEvent.Kind.handedOver.rawValue] ?? 0
        if registered != rows.count { faults.append("\(registered) handovers were registered, and \(rows.count) are kept.") }
        return faults
    }
}
