// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Standards

/// Why this register must not go on: another entry could contradict a checkpoint that was already signed.
///
/// While it lasts nothing is appended and no checkpoint is signed; everything can be read. It is kept in the database, so that
/// every process that uses the folder knows it.
public struct RegisterHold: Sendable, Codable, Equatable {
    public enum Cause: String, Sendable, Codable, CaseIterable {
        /// The database is older than the last checkpoint that this node published into its own folder.
        case behindPublished = "behind-published"
        /// A witness has cosigned a larger register, or another one of the same size.
        case behindWitnessed = "behind-witnessed"
        /// Two checkpoints of this register contradict each other.
        case forked
        /// The database lies elsewhere than where it was used last: a copy, or moved.
        case copied
        /// It was restored from a backup, and no witness was asked yet.
        case restored
        /// The machine's clock is before the last entry.
        case clockSetBack = "clock-set-back"
        /// Entries, tiles or checkpoints were changed or lost.
        case damaged
    }

    public let cause: Cause
    /// What was found, for people.
    public let says: String
    /// What to do.
    public let next: String
    /// When it was found, by the clock of the machine.
    public let since: Instant

    public init(_ cause: Cause, says: String, next: String, since: Instant) {
        self.cause = cause
        self.says = says
        self.next = next
        self.since = since
    }

    /// How far the machine's clock may be behind the last entry, in milliseconds: clocks are corrected by seconds, not by minutes.
    static let clockTolerance: Int64 = 5 * 60_000

    static func setBack(from last: Int64, to now: Int64) -> RegisterHold {
        RegisterHold(
            .clockSetBack,
            says:
                "the clock of this machine says \(Instant(milliseconds: now)), but the last entry was made at \(Instant(milliseconds: last)).",
            next: "Set the clock right and repeat the step. If the clock was wrong before and is right now: comity audit resume.",
            since: Instant(milliseconds: now))
    }

    /// What whoever wants to append is told.
    public var error: ComityError {
        ComityError(.registerHeld, "This node does not add to its register: \(says)", why: "It would contradict itself.", next: next)
    }
}

extension Reader {
    static let holdSetting = "register-hold"

    /// Nil while the register goes on.
    public func registerHold() throws -> RegisterHold? {
        guard let text = try setting(Self.holdSetting), !text.isEmpty else { return nil }
        return try IJSON.decode(RegisterHold.self, from: Array(text.utf8), limit: 1 << 16)
    }
}

extension Reader {
    /// The hold that is kept, or that the machine's clock makes.
    func standing(at time: Int64) throws -> RegisterHold? {
        if let hold = try registerHold() { return hold }
        let last = try Int64.fetchOne(db.cachedStatement(sql: "SELECT at FROM entry ORDER BY idx DESC LIMIT 1"))
        guard let last, time < last - RegisterHold.clockTolerance else { return nil }
        return .setBack(from: last, to: time)
    }
}

extension Store {
    /// Stops the register. The first reason stays until it is released.
    public func hold(_ hold: RegisterHold) throws(ComityError) {
        try writeSetting { reader throws in
            guard try reader.registerHold() == nil else { return nil }
            return String(decoding: try IJSON.encode(hold), as: UTF8.self)
        }
    }

    /// Lets the register go on. The caller has made sure that it extends whatever was signed.
    public func releaseHold() throws(ComityError) {
        do { try settle() } catch { throw Self.failure(error) }
        try writeSetting { _ in "" }
    }

    /// Nil while the register goes on. A clock that was set back holds it without a record: it ends when the clock is right.
    public func standing() throws(ComityError) -> RegisterHold? { try read { try $0.standing(at: clock()) } }

    private func writeSetting(_ value: (Reader) throws -> String?) throws(ComityError) {
        do {
            try pool.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    if let value = try value(Reader(db: db, cache: ActCache())) {
                        try db.execute(
                            sql: "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                            arguments: [Reader.holdSetting, value])
                    }
                    return .commit
                }
            }
        } catch let error as ComityError { throw error } catch { throw Self.failure(error) }
    }
}

extension Writer {
    /// Lets the register go on with what is appended next in this transaction.
    /// - Throws: `.changed` when it is not held for this reason any more.
    public mutating func releaseHold(_ hold: RegisterHold) throws {
        guard try reader.standing(at: time)?.cause == hold.cause else {
            throw ComityError(.changed, "The register was released, or held for another reason, in this moment.", next: "Look again.")
        }
        try endHold()
    }
}
