// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
import Sealing
public import Standards
import Storage

/// The register as files that any static web server can serve (C2SP tlog-tiles), in the folder `register` of the node:
///
/// ```
/// checkpoint                 the newest published head, a signed note
/// tile/LEVEL/…               hashes, 256 in a full tile of 8,192 bytes; partial ones end in .p/WIDTH
/// tile/entries/…             what the leaves are of: 00 20 and the 32 bytes of each entry
/// ```
/// They say how many entries there are, never what. Tiles are written before the checkpoint that needs them.
struct RegisterFiles {
    let path: String
    let key: NoteVerifier
    let second: NoteVerifier?

    init(_ node: Node) {
        path = node.folder.path + "/register"
        (key, second) = (node.keys.register.verifier, node.keys.register.statementVerifier)
    }

    var checkpointPath: String { path + "/checkpoint" }

    /// What was published here last; nil when nothing was.
    /// - Throws: `.schema` or `.verificationFailed` when the file is damaged or not of this register.
    func head() throws(ComityError) -> Checkpoint? {
        guard let data = FileManager.default.contents(atPath: checkpointPath) else { return nil }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ComityError(.schema, "The file \(checkpointPath) is damaged.")
        }
        return try Checkpoint(text, signedBy: key, and: second)
    }

    /// Renames the folder when what it shows is not a part of the register any more: it is kept, as evidence.
    func putAside(at time: Instant) throws(ComityError) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do { try FileManager.default.moveItem(atPath: path, toPath: "\(path)-before-\(time.milliseconds)") } catch {
            throw ComityError(
                .storage, "The folder \(path) cannot be renamed.", why: error.localizedDescription, next: "Rename it by hand.")
        }
    }

    /// Writes what `head` needs and is not here yet.
    /// - Parameter since: size of the head that is published here.
    func publish(_ head: PublishedHead, since: Int64, _ reader: Reader) throws {
        var folders: Set<String> = []
        for address in TileAddress.of(size: head.checkpoint.size, since: since) {
            guard let hashes = try reader.tile(address.level, address.index), hashes.count >= 32 * address.width else {
                throw ComityError(.verificationFailed, "The register has lost the tile \(address).", next: "Run comity audit check.")
            }
            try write(Array(hashes.prefix(32 * address.width)), to: address.description, &folders)
            guard address.level == 0 else { continue }
            let entries = try reader.contents(from: address.index << 8, limit: address.width)
            try write(entries.flatMap { [0x00, 0x20] + $0.bytes }, to: address.entriesPath, &folders)
            guard address.width == TileAddress.width else { continue }
            for path in [address.description, address.entriesPath] { try? FileManager.default.removeItem(atPath: "\(self.path)/\(path).p") }
        }
        for folder in folders.sorted() { try DurableFile.syncFolder(folder) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try DurableFile.write(Array(head.note.utf8), to: checkpointPath, mode: 0o644, replacing: true)
    }

    /// Every file that the published checkpoint needs is there and is what the register makes.
    func audit(_ store: Store) throws(ComityError) -> [AuditReport.Fault] {
        let head: Checkpoint
        do throws(ComityError) {
            guard let found = try self.head() else { return [] }
            head = found
        } catch { return [.init(index: -1, file: nil, says: "The file register/checkpoint is damaged: \(error.what)")] }
        return try store.read { reader in
            var faults: [AuditReport.Fault] = []
            for address in TileAddress.of(size: head.size) {
                guard let hashes = try reader.tile(address.level, address.index), hashes.count >= 32 * address.width else { continue }
                let first = (address.index << 8) << Int64(8 * address.level)
                let full = TileAddress(level: address.level, index: address.index)
                func check(_ bytes: [UInt8], _ name: String, _ fullName: String) {
                    // A partial tile may be gone when the full one is there.
                    let file = FileManager.default.contents(atPath: "\(path)/\(name)")
                    let found = file ?? FileManager.default.contents(atPath: "\(path)/\(fullName)")?.prefix(bytes.count)
                    guard found.map({ [UInt8]($0) }) != bytes else { return }
                    faults.append(.init(index: first, file: nil, says: "The published file register/\(name) is gone or was changed."))
                }
                check(Array(hashes.prefix(32 * address.width)), address.description, full.description)
                guard address.level == 0 else { continue }
                check(
                    try reader.contents(from: address.index << 8, limit: address.width).flatMap { [0x00, 0x20] + $0.bytes },
                    address.entriesPath, full.entriesPath)
            }
            return faults
        }
    }

    private func write(_ bytes: [UInt8], to name: String, _ folders: inout Set<String>) throws {
        let file = "\(path)/\(name)"
        let folder = String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)])
        if folders.insert(folder).inserted { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
        try DurableFile.write(bytes, to: file, mode: 0o644, replacing: true)
    }
}

extension Node {
    /// The key of the register as C2SP writes it: `NAME+HASH+KEY`.
    public var registerKey: String { keys.register.verifier.description }

    /// Signs a checkpoint over what is durable, and writes it and its tiles as files.
    /// - Throws: `.registerHeld` when what was published does not lie on the way to what is here.
    public func publishRegister() throws(ComityError) {
        guard try store.standing() == nil else { return }
        let head = try store.publish()
        let files = RegisterFiles(self)
        let last = try files.head()
        guard last?.size != head.checkpoint.size else { return }
        try check(last)
        try store.read { try files.publish(head, since: last?.size ?? 0, $0) }
    }

    /// What this folder published last is a part of the register; otherwise the register is held.
    func checkPublished() throws(ComityError) {
        guard try store.standing() == nil else { return }
        do throws(ComityError) { try check(try RegisterFiles(self).head()) } catch {
            // Held: commands say so when they want to append.
            guard error.code == .registerHeld else {
                return try hold(.damaged, "the file register/checkpoint cannot be trusted: \(error.what)")
            }
        }
    }

    private func check(_ published: Checkpoint?) throws(ComityError) {
        guard let published else { return }
        let size = try store.read { try $0.registerSize() }
        if published.size > size {
            try hold(
                .behindPublished, "it has \(size) entries, but a checkpoint of \(published.size) was published.")
        } else if try store.read({ try? $0.edge(size: published.size).root }) != published.root {
            try hold(.damaged, "its first \(published.size) entries are not those of the checkpoint that was published.")
        } else {
            return
        }
        if let error = try store.standing()?.error { throw error }
    }

    private func hold(_ cause: RegisterHold.Cause, _ says: String) throws(ComityError) {
        let next =
            cause == .damaged
            ? "Run comity audit check: it names the first bad entry. Then restore a backup."
            : "Fetch what is missing from the peers with comity audit recover. When no peer can help: comity audit resume, with a reason."
        try store.hold(RegisterHold(cause, says: says, next: next, since: Instant(milliseconds: Self.realMilliseconds())))
    }
}
