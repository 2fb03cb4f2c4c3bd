// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
public import Standards
import Storage

/// A telephone call, in one line.
public struct Call: Sendable, Equatable {
    public enum Result: String, Sendable, Codable, CaseIterable {
        case reached
        case notReached = "not-reached"
        case messageLeft = "message-left"
        case wrongNumber = "wrong-number"
    }

    /// Its event in the register; nil until it is logged.
    public let id: UUIDv7?
    public let at: Instant
    /// The officer who telephoned.
    public let officer: String
    /// They rang us; otherwise we rang them.
    public let isIncoming: Bool
    public let number: String
    public let person: String
    public let result: Result
    public let note: String
    /// The file or draft it was about.
    public let ref: FileReference?
    /// The message of the quarantine it was about.
    public let quarantine: Int64?

    /// - Parameters:
    ///   - id: filled in when it is logged.
    ///   - at: filled in when it is logged.
    ///   - officer: filled in when it is logged.
    public init(
        id: UUIDv7? = nil, at: Instant = Instant(milliseconds: 0), officer: String = "", isIncoming: Bool, number: String, person: String,
        result: Result, note: String, ref: FileReference? = nil, quarantine: Int64? = nil
    ) {
        self.id = id
        self.at = at
        self.officer = officer
        self.isIncoming = isIncoming
        self.number = number
        self.person = person
        self.result = result
        self.note = note
        self.ref = ref
        self.quarantine = quarantine
    }
}

/// A call that is still to be made, on the number of the directory and no other.
public struct CallBack: Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        /// Nothing of an emergency is disclosed before its sender was called back.
        case emergency(FileReference)
        /// A message that was not believed says that it comes from this State.
        case quarantined(Int64, code: String, at: Instant)
        /// Somebody wants to speak about a file.
        case file(FileReference)
    }

    public let reason: Reason
    public let state: StateCode
    /// Of the directory entry; nil when it names none.
    public let phone: String?
    /// When the entry was confirmed over a second channel.
    public let confirmed: Instant?
}

extension Node {
    /// Logs a call, in the file it was about when one is named.
    /// - Throws: `.usage` naming what is missing, `.notFound`, `.permission`.
    public func logCall(_ call: Call, officer: String) async throws(ComityError) {
        _ = try require(officer, .answer, to: "log a call")
        try Self.check(call)
        var file: UUIDv7?
        if let ref = call.ref {
            file = try store.read { reader -> UUIDv7? in
                if let row = try reader.file(ref) { return row.id }
                guard try reader.draft(ref) != nil else { throw try Self.noFile(ref, reader) }
                return nil
            }
        }
        if let quarantine = call.quarantine, try store.read({ try $0.quarantineBytes(quarantine) }) == nil {
            throw ComityError(.notFound, "There is no message \(quarantine) in quarantine.", next: "Log the call without it.")
        }
        var detail: [String: JSONValue] = [
            "direction": .string(call.isIncoming ? "in" : "out"), "number": .string(call.number), "person": .string(call.person),
            "result": .string(call.result.rawValue), "note": .string(call.note),
        ]
        if let ref = call.ref { detail["ref"] = .string(ref.description) }
        if let quarantine = call.quarantine { detail["quarantine"] = .integer(quarantine) }
        let event = try event(.called, file: file, by: officer, detail: detail)
        _ = try await store.commit { try $0.insertCall(event, ref: call.ref?.description, quarantine: call.quarantine) }
    }

    /// The telephone log, the newest first.
    /// - Parameters:
    ///   - ref: only calls about this file.
    ///   - before: only calls that stand below this one: two may be of one millisecond.
    ///   - officer: somebody who reads files; nil is the node's owner.
    public func calls(about ref: FileReference? = nil, before: UUIDv7? = nil, limit: Int = 50, officer: String?) throws(ComityError)
        -> [Call]
    {
        try authorise(officer, .readContent, to: "read the telephone log")
        return try store.read { try $0.calls(ref: ref?.description, before: before, limit: limit) }.map(Self.call)
    }

    /// Calls that are still to be made: to the senders of emergencies, and to States in whose name a message came that was signed by
    /// a key that is not theirs.
    public func callBacksPending(officer: String?) throws(ComityError) -> [CallBack] {
        try authorise(officer, .readContent, to: "see which calls are to be made")
        return try store.read { reader in
            let peers = try reader.peers()
            func callBack(_ reason: CallBack.Reason, _ state: StateCode) -> CallBack? {
                peers.first { $0.entry.state == state }.map {
                    CallBack(
                        reason: reason, state: state, phone: $0.entry.authority.phone,
                        confirmed: $0.trust == .confirmed ? $0.confirmedAt : nil)
                }
            }
            var query = WorkQuery()
            query.anyOf = Worklist.Bits.emergency.rawValue
            query.type = .emergency
            query.side = .requested
            query.limit = Self.mostCallBacks
            let emergencies = try reader.work(query).compactMap { row -> CallBack? in
                guard let file = row.file else { return nil }
                let dossier = try Self.dossier(file, reader)
                guard !dossier.course.calledBack, dossier.open(to: .requested).contains(.callBack) else { return nil }
                return callBack(.emergency(row.ref), row.counterparts[0])
            }
            let done = try reader.quarantineCalled()
            let codes = [ErrorCode.unknownKey.rawValue, ErrorCode.revokedKey.rawValue]
            let doubtful = try reader.quarantine(codes: codes, limit: Self.mostCallBacks).filter { !done.contains($0.id) }
                .compactMap { row -> CallBack? in
                    guard let bytes = try reader.quarantineBytes(row.id), let claimed = claimedSender(bytes) else { return nil }
                    return callBack(.quarantined(row.id, code: row.code, at: local(row.at)), claimed)
                }
            return emergencies + doubtful
        }
    }

    /// The State that a message says it comes from. Nothing proves it: it only says whom to ask.
    private func claimedSender(_ sealed: [UInt8]) -> StateCode? {
        guard let act = try? Intake.open(sealed, with: keys.identities).claims() else { return nil }
        return act.from.state
    }

    private static let mostCallBacks = 20

    static func call(_ event: RegisterEvent) -> Call {
        func text(_ name: String) -> String { event.detail[name]?.string ?? "" }
        return Call(
            id: event.id, at: event.at, officer: event.by, isIncoming: text("direction") == "in", number: text("number"),
            person: text("person"),
            result: Call.Result(rawValue: text("result")) ?? .notReached, note: text("note"), ref: try? FileReference(text("ref")),
            quarantine: event.detail["quarantine"]?.integer)
    }

    private static func check(_ call: Call) throws(ComityError) {
        for (text, label, limit) in [(call.number, "number", 40), (call.person, "person", 120)] where !(1...limit).contains(text.count) {
            throw ComityError(
                .usage, text.isEmpty ? "The \(label) is missing." : "The \(label) is longer than \(limit) characters.",
                why: "Whoever reads the log must know who was called.", next: "Enter it in at most \(limit) characters.")
        }
        guard call.note.count <= 500, !call.note.contains("\n") else {
            throw ComityError(
                .usage, "The note is longer than a line of 500 characters.", next: "Shorten it; longer texts belong in the file.")
        }
    }
}

extension Node {
    /// The number of the directory for the other State of a file, to call it about that file; nil when the State is not in the
    /// directory.
    public func directoryNumber(_ ref: FileReference, officer: String?) throws(ComityError) -> CallBack? {
        try authorise(officer, .readContent, to: "see whom to call")
        return try store.read { reader in
            guard let row = try reader.workRow(ref), let peer = try reader.peer(row.counterparts[0]) else { return nil }
            return CallBack(
                reason: .file(ref), state: peer.entry.state, phone: peer.entry.authority.phone,
                confirmed: peer.trust == .confirmed ? peer.confirmedAt : nil)
        }
    }
}
