// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import NIOCore
import Sealing
import Standards
import Transport

/// One volume of a courier bundle: what a node owes a peer, in a file that travels on a disk or stick (docs/formats/courier.md).
///
/// A tar archive. `volume.jws` stands first: the list of everything behind it with its SHA-256, signed by the sender. Then sealed
/// messages (`acts/N.age`), receipts (`receipts/ACT.json`) and parts of packages (`parts/DIGEST/N`).
struct CourierVolume {
    static let type = "comity-courier+jws"
    static let listName = "volume.jws"
    static let suffix = ".courier"
    /// Largest signed list, in bytes.
    static let listLimit = 64 << 20
    /// Most acts and most receipts in a volume.
    static let mostMessages = 20_000

    /// What is signed.
    struct List: Codable, Sendable {
        struct Item: Codable, Sendable {
            let path: String
            /// Bytes.
            let size: Int64
            /// Lower-case hexadecimal.
            let sha256: String
        }

        let v: Int
        /// The bundle; the same in all its volumes.
        let id: UUIDv7
        let from: StateCode
        let to: StateCode
        /// From 1.
        let number: Int
        let of: Int
        let at: Instant
        let exercise: Bool
        /// Digests of packages from the other State that are here whole.
        let complete: [String]
        let items: [Item]
    }

    /// Name of the file.
    static func name(_ list: List) -> String {
        let digits = 3
        func padded(_ number: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        return "\(list.from)-\(list.to)-\(Hex.encode(list.id.bytes.suffix(4)))-\(padded(list.number))-of-\(padded(list.of))\(suffix)"
    }

    /// Something to put into a volume; its bytes are made when they are needed.
    struct Content: Sendable {
        let path: String
        let size: Int64
        let bytes: @Sendable () throws(ComityError) -> ByteBuffer
    }

    /// Writes a volume: hashes everything, signs the list, then writes; durable, or not there.
    static func write(
        _ contents: [Content], to folder: String, key: SigningKey, list: ([List.Item]) -> List, check: () throws(ComityError) -> Void
    ) throws(ComityError) -> String {
        var items: [List.Item] = []
        for content in contents {
            try check()
            let bytes = try content.bytes()
            guard Int64(bytes.readableBytes) == content.size else { throw Self.changed(content.path) }
            items.append(.init(path: content.path, size: content.size, sha256: Hex.encode(SHA256.hash(data: bytes.readableBytesView))))
        }
        let list = list(items)
        let path = "\(folder)/\(name(list))"
        let file = try DurableFileWriter(path: path)
        let tar = TarWriter(to: file)
        let modified = max(0, list.at.milliseconds / 1000)
        try tar.add(listName, try JWS.sign(payload: try IJSON.encode(list), type: type, key: key), modified: modified)
        for (content, item) in zip(contents, items) {
            try check()
            let bytes = try content.bytes()
            guard Hex.encode(SHA256.hash(data: bytes.readableBytesView)) == item.sha256 else { throw Self.changed(content.path) }
            try tar.begin(content.path, size: content.size, modified: modified)
            var failure: ComityError?
            bytes.withUnsafeReadableBytes { raw in
                do throws(ComityError) { try tar.write(raw) } catch { failure = error }
            }
            if let failure { throw failure }
        }
        try tar.finish()
        try file.commit()
        return path
    }

    private static func changed(_ path: String) -> ComityError {
        ComityError(.storage, "\(path) changed while it was being copied.", next: "Try again.")
    }

    // MARK: Reading

    /// The signed list of a volume and what follows it, entry by entry.
    let list: List
    private let tar: TarReader

    /// Opens a volume and checks whose list it is.
    /// - Parameter key: the signing key of a confirmed peer that has this id, or had it until another followed; nil for who is none.
    /// - Throws: `.schema`, `.badSignature`, `.unknownKey`, and what reading throws.
    init(path: String, key: (StateCode, _ keyID: String) -> VerifyingKey?) throws(ComityError) {
        tar = TarReader(BufferedSource(try FileSource(path: path)), maximumEntries: 4 * Self.mostMessages + 4_000_000)
        guard let first = try tar.next(), first.path == Self.listName, first.kind == .file, first.size <= Int64(Self.listLimit) else {
            throw ComityError(.schema, "\(path) is not a courier volume.", next: "Name a file that ends in \(Self.suffix).")
        }
        let jws = try JWS(parsing: Array(try Self.read(tar, first.size).readableBytesView), limit: Self.listLimit)
        let list = try IJSON.decode(List.self, from: jws.payload, limit: Self.listLimit)
        guard list.v == 1, list.number >= 1, list.number <= list.of, jws.signatures.count == 1, jws.signatures[0].type == Self.type else {
            throw ComityError(.schema, "The list of the volume \(path) is malformed.")
        }
        guard let key = key(list.from, jws.signatures[0].keyID) else {
            throw ComityError(
                .unknownKey, "\(path) says it comes from \(list.from), which is not a confirmed peer here.",
                next: "Confirm its directory entry first, or ask who gave you the disk.")
        }
        guard jws.isValid(0, with: key) else {
            throw ComityError(
                .badSignature, "The list of the volume \(path) is not signed by \(list.from).",
                next: "Do not use it. Ask \(list.from) for the bundle again.")
        }
        self.list = list
    }

    /// The next entry that the list names, with bytes that hash as it says; nil at the end.
    /// - Throws: `.verificationFailed` naming the entry; the volume is not read on.
    func next(_ index: Int) throws(ComityError) -> (item: List.Item, bytes: ByteBuffer)? {
        guard let entry = try tar.next() else {
            guard index == list.items.count else { throw damaged("it ends before entry \(index + 1) of \(list.items.count)") }
            return nil
        }
        guard index < list.items.count, case let item = list.items[index], entry.path == item.path, entry.size == item.size,
            entry.kind == .file
        else { throw damaged("its entries are not those of the signed list") }
        guard item.size <= Int64(PackageProgress.partSize) else { throw damaged("\(item.path) is too large") }
        let bytes = try Self.read(tar, item.size)
        guard Hex.encode(SHA256.hash(data: bytes.readableBytesView)) == item.sha256 else { throw damaged("\(item.path) was changed") }
        return (item, bytes)
    }

    private func damaged(_ says: String) -> ComityError {
        ComityError(
            .verificationFailed, "Volume \(list.number) of \(list.of) from \(list.from) is damaged: \(says).",
            next: "What stood before it was imported. Ask for this volume again.")
    }

    private static func read(_ tar: TarReader, _ size: Int64) throws(ComityError) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: Int(size))
        var failure: ComityError?
        while buffer.readableBytes < Int(size), failure == nil {
            let left = Int(size) - buffer.readableBytes
            let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: left) { room in
                do throws(ComityError) {
                    return try tar.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<left]))
                } catch {
                    failure = error
                    return 0
                }
            }
            if count == 0 { break }
        }
        if let failure { throw failure }
        return buffer
    }
}
