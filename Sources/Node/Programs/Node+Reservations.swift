// SPDX-License-Identifier: Apache-2.0

public import Standards
import Storage
import Synchronization

/// The answer to a request of a program, kept for whoever repeats it.
public struct ProgramAnswer: Sendable, Equatable {
    public let status: Int
    public let headers: [String: String]
    public let body: [UInt8]

    public init(status: Int, headers: [String: String], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The right to answer a request under its `Idempotency-Key`.
public struct Reservation: Sendable {
    let officer: String
    let key: String
    let holder: [UInt8]
}

/// What became of reserving a key.
public enum Reserved: Sendable {
    /// Nobody has done it: do it now.
    case yours(Reservation)
    /// It was done; this was the answer.
    case answered(ProgramAnswer)
    /// The key belongs to a request with another address or body.
    case another
    /// The same request is being worked on; ask again after so many seconds.
    case inProgress(seconds: Int)
}

/// What rides with a step of a program.
public struct Passage: Sendable {
    /// Must hold in the transaction of the step.
    public enum Condition: Sendable {
        /// It is a draft; with versions, one of them.
        case draft(FileReference, versions: [String]?)
        /// It is a file that was sent.
        case file(FileReference)
    }

    public let condition: Condition?
    public let reservation: Reservation?
    /// Makes the answer from what was registered.
    public let answer: (@Sendable ([EntryLine]) throws -> ProgramAnswer)?

    public init(
        condition: Condition? = nil, reservation: Reservation? = nil, answer: (@Sendable ([EntryLine]) throws -> ProgramAnswer)? = nil
    ) {
        self.condition = condition
        self.reservation = reservation
        self.answer = answer
    }
}

extension Node {
    /// An answer is repeated for so long, milliseconds of real time.
    public static let answersKept: Int64 = 24 * 3_600_000
    /// Who works on a request for longer may be overtaken by a repetition, milliseconds. Nothing is done twice even then.
    static let reservationLease: Int64 = 60_000

    /// Reserves a key for a request of an officer. The key is the officer's, whichever token the program shows.
    /// - Parameter request: a hash of method, address and body.
    public func reserve(_ key: String, for request: [UInt8], officer: String) async throws(ComityError) -> Reserved {
        let now = realTime.now()
        let holder = Secret.random(16)
        return try await store.commit { writer -> Reserved in
            if let known = try writer.reader.reservation(of: officer, key: key), now - known.created < Self.answersKept {
                guard known.request == request else { return .another }
                if let answer = known.answer {
                    return .answered(ProgramAnswer(status: answer.status, headers: answer.headers, body: answer.body))
                }
                guard known.until <= now else { return .inProgress(seconds: Int((known.until - now + 999) / 1000)) }
            }
            try writer.reserve(
                ReservationRow(request: request, holder: holder, until: now + Self.reservationLease, created: now), of: officer, key: key,
                expired: now - Self.answersKept)
            return .yours(Reservation(officer: officer, key: key, holder: holder))
        }.value
    }

    /// Frees a key under which nothing was done, so that the request can be mended and sent again.
    public func release(_ reservation: Reservation) async {
        _ = try? await store.commit { try $0.release(reservation.key, of: reservation.officer, holder: reservation.holder) }
    }

    /// Keeps the answer to a request that registered nothing.
    public func keep(_ answer: ProgramAnswer, for reservation: Reservation) async throws(ComityError) {
        _ = try await store.commit { writer in _ = try Self.answer(answer, reservation, writer) }
    }

    /// Takes a step for a program. The condition is judged, and the answer is kept, in the transaction of the step: when two
    /// attempts race, or the process dies, the step is taken once, and its answer is there.
    /// - Returns: what `work` returned, and the answer that was kept.
    /// - Throws: `.changed` when the condition does not hold; what `work` throws.
    public func carry<Value: Sendable>(
        _ passage: Passage, _ work: () async throws(ComityError) -> Value
    ) async throws(ComityError) -> (value: Value, answer: ProgramAnswer?) {
        let box = Box()
        let rider = CommitRider(
            before: { reader in try passage.condition.map { try Self.check($0, reader) } },
            after: { writer, entries in
                guard let make = passage.answer else { return }
                let lines = try writer.reader.entries(from: entries.lowerBound, limit: entries.count).map {
                    try EntryLine($0, writer.reader)
                }
                let answer = try make(lines)
                if let reservation = passage.reservation, try !Self.answer(answer, reservation, writer) {
                    throw ComityError(
                        .wrongState, "A repetition of this request was faster.", next: "Send it again: the answer is kept under its key.")
                }
                box.answer.withLock { $0 = answer }
            })
        let value = try await CommitRider.$current.withValue(rider) { () async -> Result<Value, ComityError> in
            do throws(ComityError) { return .success(try await work()) } catch { return .failure(error) }
        }.get()
        return (value, box.answer.withLock { $0 })
    }

    private final class Box: Sendable { let answer = Mutex<ProgramAnswer?>(nil) }

    private static func answer(_ answer: ProgramAnswer, _ reservation: Reservation, _ writer: Writer) throws -> Bool {
        try writer.answer(
            .init(status: answer.status, headers: answer.headers, body: answer.body), to: reservation.key, of: reservation.officer,
            holder: reservation.holder)
    }

    private static func check(_ condition: Passage.Condition, _ reader: Reader) throws {
        switch condition {
        case .draft(let ref, let versions):
            let draft = try openDraft(ref, reader)
            guard let versions, try !versions.contains(draft.versionTag()) else { return }
            throw ComityError(
                .changed, "\(ref) was changed after it was read.", why: "Somebody else may have written in it.",
                next: "Read it again and repeat the step on what it says now.")
        case .file(let ref):
            guard try reader.file(ref) == nil else { return }
            guard try reader.draft(ref) == nil else {
                throw ComityError(.wrongState, "\(ref) has not been sent yet.", next: "Approve and send it first.")
            }
            throw try noFile(ref, reader)
        }
    }

    /// Runs a step with what a token allows as the limit of what the role allows.
    public static func limited<Value: Sendable>(
        to caller: Caller, _ work: () async throws -> Value
    ) async rethrows -> Value {
        try await $scopes.withValue(caller.token.map { Set($0.scopes) }, operation: work)
    }
}
