// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
import Sealing
public import Standards
import Storage

/// An entry of the register that belongs to a file: who did what, and where it stands.
public struct FileEntryLine: Sendable, Codable {
    /// Index in this node's register.
    public let index: Int64
    /// SHA-256 of what the entry holds, in hexadecimal.
    public let hash: String
    /// False: an event of this node, which no other State sees.
    public let isAct: Bool
    /// Kind of the act or event.
    public let what: String
    public let from: StateCode
    /// Pseudonym of the officer, or `node`.
    public let by: String
    public let at: Instant
    public let id: UUIDv7
    /// What is particular to an event; empty for acts, and where content is withheld.
    public let detail: [String: JSONValue]
    /// The States that were the first to cosign a checkpoint that covers it; empty for events.
    public let cosigners: [CosignerLine]
}

/// A signed act exactly as it is registered, with its proof.
public struct SignedActLine: Sendable, Codable {
    public let id: UUIDv7
    public let kind: String
    public let from: StateCode
    public let officer: String
    public let outgoing: Bool
    /// Index in this node's register.
    public let index: Int64
    /// SHA-256 of the payload, in hexadecimal.
    public let hash: String
    public let registered: Instant
    /// Id of the key that signed, and the algorithm.
    public let keyID: String
    public let algorithm: String
    /// What was signed.
    public let payload: JSONValue
    /// The JWS as text.
    public let jws: String
    public let deliveries: [DeliveryLine]
    /// The States that were the first to cosign a checkpoint that covers it.
    public let cosigners: [CosignerLine]
}

/// How the delivery of an act to one State stands.
public struct DeliveryLine: Sendable, Codable {
    public enum Stage: String, Sendable, Codable { case waiting, delivered, refused }

    public let state: StateCode
    public let stage: Stage
    public let attempts: Int
    /// When the node tries next, in real time; nil when nothing is owed.
    public let next: Instant?
    /// Why the last attempt failed.
    public let says: String?
    /// When the receipt was registered here.
    public let receipted: Instant?
}

extension Node {
    /// Entries of a file in the register, newest first.
    /// - Parameter page: from 1.
    /// - Throws: `.permission` for somebody who may not read the register.
    public func fileEntries(_ ref: FileReference, officer: String?, page: Int, size: Int) throws(ComityError) -> (
        lines: [FileEntryLine], total: Int
    ) {
        try authorise(officer, .readRegister, to: "read the register")
        let whole = try sight(of: officer, on: ref) == .whole
        let own = state
        return try store.read { reader in
            guard let row = try reader.file(ref) else { return ([], 0) }
            let names = try Self.witnessNames(reader)
            let entries = try reader.entries(of: row.id, limit: max(1, size), offset: max(0, page - 1) * max(1, size))
            let lines = try entries.compactMap { entry -> FileEntryLine? in
                switch entry.source {
                case .act:
                    guard let act = try reader.act(entry.id, hash: entry.content) else { return nil }
                    return FileEntryLine(
                        index: entry.index, hash: entry.content.description, isAct: true, what: act.kind.rawValue, from: act.from.state,
                        by: act.by.officer, at: act.at, id: act.id, detail: [:], cosigners: try cosigners(of: entry.index, names, reader))
                case .event:
                    guard let bytes = try reader.eventBytes(at: entry.index) else { return nil }
                    let event = try IJSON.decode(RegisterEvent.self, from: bytes, limit: 1 << 20)
                    let shown = whole || event.event != .noted
                    return FileEntryLine(
                        index: entry.index, hash: entry.content.description, isAct: false, what: event.event.rawValue, from: own,
                        by: event.by, at: event.at, id: event.id, detail: shown ? event.detail : [:], cosigners: [])
                }
            }
            return (lines, try reader.entryCount(of: row.id))
        }
    }

    /// A signed act of a file, as it was made or came.
    /// - Throws: `.notFound`; `.permission` for somebody who may not see content.
    public func signedAct(_ id: UUIDv7, on ref: FileReference, officer: String?) throws(ComityError) -> SignedActLine {
        try requireContent(of: ref, officer: officer, to: "read what was written in a file")
        return try store.read { reader in
            guard let row = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
            guard let stored = try reader.act(id) else { throw Self.noAct(id, ref) }
            let unverified = try UnverifiedAct(stored.jws)
            let act = try UnverifiedAct.registeredPayload(stored.jws)
            guard act.file == row.id else { throw Self.noAct(id, ref) }
            return SignedActLine(
                id: id, kind: act.kind.rawValue, from: act.from.state, officer: act.by.officer, outgoing: stored.outgoing,
                index: stored.index, hash: stored.hash.description, registered: stored.registered,
                keyID: unverified.jws.signatures.first?.keyID ?? "", algorithm: unverified.jws.signatures.first?.algorithm ?? "",
                payload: try IJSON.decode(JSONValue.self, from: unverified.jws.payload, limit: Act.limit),
                jws: String(decoding: stored.jws, as: UTF8.self), deliveries: try Self.deliveries(of: id, reader),
                cosigners: try cosigners(of: stored.index, try Self.witnessNames(reader), reader))
        }
    }

    /// How the delivery of an act of this node stands, a line for each State it goes to.
    public func deliveries(of act: UUIDv7, on ref: FileReference, officer: String?) throws(ComityError) -> [DeliveryLine] {
        _ = try sight(of: officer, on: ref)
        return try store.read { reader in
            guard let row = try reader.file(ref), let stored = try reader.act(act), stored.file == row.id else {
                throw Self.noAct(act, ref)
            }
            return try Self.deliveries(of: act, reader)
        }
    }

    private static func deliveries(of act: UUIDv7, _ reader: Reader) throws -> [DeliveryLine] {
        let receipts = try reader.receiptTimes(of: act)
        return try reader.outbox(.act, act.description).map { row in
            let stage: DeliveryLine.Stage =
                switch row.stage {
                case .waiting: .waiting
                case .delivered: .delivered
                case .refused: .refused
                }
            return DeliveryLine(
                state: row.peer, stage: stage, attempts: row.attempts,
                next: stage == .waiting && row.attempts > 0 ? Instant(milliseconds: row.next) : nil, says: row.says,
                receipted: receipts[row.peer])
        }
    }

    private static func noAct(_ id: UUIDv7, _ ref: FileReference) -> ComityError {
        ComityError(.notFound, "There is no act \(id) in \(ref).", next: "Open it from the page of the file.")
    }
}
