// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Register
import Standards

/// Audits a log that is published as C2SP tlog-tiles, in a folder or at an address: every tile of level 0 is hashed up to the root
/// of the checkpoint, tiles above it and, where they are published, entries are compared with it.
struct TileSuite {
    private let source: Source
    private let key: NoteVerifier?

    /// Where the files are.
    private enum Source {
        case folder(String)
        case address(String, HTTPClient)

        /// Nil when there is no such file.
        func read(_ name: String, limit: Int) async throws -> [UInt8]? {
            switch self {
            case .folder(let path): return FileManager.default.contents(atPath: "\(path)/\(name)").map { [UInt8]($0.prefix(limit + 1)) }
            case .address(let base, let http):
                let response = try await http.execute(HTTPClientRequest(url: "\(base)/\(name)"), timeout: .seconds(60))
                guard response.status != .notFound else { return nil }
                guard response.status == .ok else {
                    throw ComityError(.peerUnreachable, "\(base)/\(name) was answered with HTTP status \(response.status.code).")
                }
                return [UInt8](buffer: try await response.body.collect(upTo: limit + 1))
            }
        }
    }

    /// - Parameter key: key of the log, as C2SP writes it (`name+hash+key`); nil: the signature is not checked.
    static func run(_ place: String, key: String?, _ tally: inout Tally) async throws {
        let verifier = try key.map { text throws(ComityError) in try NoteVerifier(text) }
        guard place.hasPrefix("http://") || place.hasPrefix("https://") else {
            return try await TileSuite(source: .folder(place), key: verifier).audit(&tally)
        }
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            let base = place.hasSuffix("/") ? String(place.dropLast()) : place
            try await TileSuite(source: .address(base, http), key: verifier).audit(&tally)
            try await http.shutdown()
        } catch {
            try? await http.shutdown()
            throw error as? ComityError ?? ComityError(.peerUnreachable, "\(place) cannot be read: \(error).")
        }
    }

    private func audit(_ tally: inout Tally) async throws {
        guard let note = try await source.read("checkpoint", limit: SignedNote.limit) else {
            throw ComityError(.notFound, "There is no checkpoint there.", next: "Name the folder or address that holds “checkpoint”.")
        }
        let head = try Checkpoint(unverified: try SignedNote(parsing: String(decoding: note, as: UTF8.self)))
        if let key {
            let isSigned = try SignedNote(parsing: String(decoding: note, as: UTF8.self)).isSigned(by: key) && key.name == head.origin
            tally.count("checkpoint", isSigned ? nil : "it is not signed by \(key.name)")
        }
        var edge = TileEdge()
        var published = 0
        for address in TileAddress.of(size: head.size) where address.level == 0 {
            let hashes = try await tile(address)
            tally.count(address.description, hashes == nil ? "it is not there, or has not \(address.width) hashes" : nil)
            guard let hashes else { return }
            if let entries = try await source.read(address.entriesPath, limit: 256 * 65_538) {
                published += 1
                tally.count(address.entriesPath, fault(entries, hashes))
            }
            for change in edge.append(leaves: hashes) where change.address.width == TileAddress.width && change.address.level > 0 {
                let stored = try await tile(change.address)
                tally.count(change.address.description, stored == change.hashes ? nil : "it is not what the tiles below it make")
            }
        }
        for change in edge.partialTiles where change.address.level > 0 {
            let stored = try await tile(change.address)
            tally.count(change.address.description, stored == change.hashes ? nil : "it is not what the tiles below it make")
        }
        tally.count("root of \(head.size) entries", edge.root == head.root ? nil : "the tiles make another root than the checkpoint says")
        print("\(head.origin): \(head.size) entries, root \(head.root)\(published == 0 ? ", entries are not published" : "")")
    }

    /// A partial tile may be gone once the full one is there.
    private func tile(_ address: TileAddress) async throws -> [UInt8]? {
        let size = 32 * address.width
        if let bytes = try await source.read(address.description, limit: 8192) { return bytes.count == size ? bytes : nil }
        guard address.width < TileAddress.width else { return nil }
        let full = try await source.read(TileAddress(level: address.level, index: address.index).description, limit: 8192)
        return full.flatMap { $0.count == 8192 ? Array($0.prefix(size)) : nil }
    }

    /// Entries with two bytes of length before each.
    private func fault(_ entries: [UInt8], _ hashes: [UInt8]) -> String? {
        var rest = entries[...]
        for offset in stride(from: 0, to: hashes.count, by: 32) {
            guard rest.count >= 2 else { return "entries are missing" }
            let size = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            rest = rest.dropFirst(2)
            guard rest.count >= size else { return "an entry is cut off" }
            guard MerkleTree.leafHash(Array(rest.prefix(size))).bytes == Array(hashes[offset..<(offset + 32)]) else {
                return "entry \(offset / 32) of it does not hash to its leaf"
            }
            rest = rest.dropFirst(size)
        }
        return rest.isEmpty ? nil : "something follows the last entry"
    }
}
