// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
public import Standards
import Storage

/// An entry of the register as a program sees it: that something was registered, not what was written in it.
public struct EntryLine: Sendable, Codable {
    public let index: Int64
    /// `act` or `event`.
    public let type: String
    /// Id of the act or event.
    public let id: UUIDv7
    /// Kind of the act or event.
    public let name: String
    /// The file or draft it belongs to.
    public let ref: FileReference?
    public let at: Instant
    /// Pseudonym of the officer, or `node`.
    public let by: String
    /// SHA-256 of the payload of the act, or of the event.
    public let hash: String
    /// What an event is about; never sent.
    let detail: [String: JSONValue]

    private enum CodingKeys: String, CodingKey { case index, type, id, name, ref, at, by, hash }

    /// - Throws: `.storage` when what the entry is of is gone.
    init(_ row: ProgramEntryRow, _ reader: Reader) throws {
        index = row.index
        type = row.kind
        hash = row.content.description
        if let stub = try reader.proofStub(UUIDv7(row.ref)) {
            id = stub.id
            name = stub.kind
            ref = try stub.file.flatMap { try reader.removedFile(id: $0)?.ref }
            at = stub.at
            by = stub.from
            detail = [:]
        } else if row.kind == "act" {
            guard let stored = try reader.act(row.ref) else { throw ComityError(.storage, "The act of entry \(row.index) is gone.") }
            let act = try Node.hashed(stored).act
            id = act.id
            name = act.kind.rawValue
            ref = try reader.file(id: act.file)?.ref
            at = act.at
            by = act.by.officer
            detail = [:]
        } else {
            guard let bytes = try reader.eventBytes(at: row.index) else {
                throw ComityError(.storage, "The event of entry \(row.index) is gone.")
            }
            let event = try IJSON.decode(RegisterEvent.self, from: bytes, limit: 1 << 20)
            id = event.id
            name = event.event.rawValue
            at = event.at
            by = event.by
            detail = event.detail
            ref = try event.detail["ref"]?.string.flatMap { try? FileReference($0) } ?? event.file.flatMap { try reader.file(id: $0)?.ref }
        }
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        index = try values.decode(Int64.self, forKey: .index)
        type = try values.decode(String.self, forKey: .type)
        id = try values.decode(UUIDv7.self, forKey: .id)
        name = try values.decode(String.self, forKey: .name)
        ref = try values.decodeIfPresent(FileReference.self, forKey: .ref)
        at = try values.decode(Instant.self, forKey: .at)
        by = try values.decode(String.self, forKey: .by)
        hash = try values.decode(String.self, forKey: .hash)
        detail = [:]
    }

    /// A text of what the event is about, for the answer to whoever made it.
    public func text(_ name: String) -> String? { detail[name]?.string }
}

/// A message that was not believed, as a program sees it.
public struct QuarantineLine: Sendable, Codable {
    public let id: Int64
    public let code: String
    public let says: String
    /// Who delivered it, by the TLS certificate.
    public let peer: String
    public let at: Instant
    public let sha256: String
    public let size: Int

    init(_ row: QuarantineRow) {
        id = row.id
        code = row.code
        says = row.says
        peer = row.peer
        at = row.at
        sha256 = row.sha256
        size = row.size
    }
}

extension Node {
    /// Messages that were not believed after a number, in order.
    public func quarantineLines(after number: Int64, limit: Int, officer: String?) throws(ComityError) -> [QuarantineLine] {
        Array(try quarantined(officer: officer).lazy.filter { $0.id > number }.prefix(limit).map { QuarantineLine($0) })
    }

    /// Entries of the register from an index on, in order, for whoever may read the register; nil is the node's owner.
    /// - Parameter limit: 1 to 201: a page and one more, which says whether there is another page.
    public func registerLines(from index: Int64, limit: Int, officer: String?) throws(ComityError) -> [EntryLine] {
        try authorise(officer, .readRegister, to: "read the register")
        return try store.read { reader in
            try reader.entries(from: index, limit: min(max(limit, 1), WorkPage.maximumLimit + 1)).map { try EntryLine($0, reader) }
        }
    }

    /// The signed bytes of an act of a file, exactly as made or received, for whoever may read what was written in it.
    /// - Throws: `.notFound`, `.permission`.
    public func signedAct(_ id: UUIDv7, of ref: FileReference, officer: String?) throws(ComityError) -> [UInt8] {
        try requireContent(of: ref, officer: officer, to: "read what was written in a file")
        let found = try store.read { reader -> [UInt8]? in
            guard let file = try reader.file(ref), let stored = try reader.act(id), stored.file == file.id else {
                return nil
            }
            return stored.jws
        }
        guard let found else {
            throw ComityError(.notFound, "There is no act \(id) in \(ref).", next: "The page of the file lists its acts.")
        }
        return found
    }
}
