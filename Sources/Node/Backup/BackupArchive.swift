// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Sealing
import Standards

/// A backup as a file: an age file around a tar archive whose first member is the manifest.
public enum BackupArchive {
    /// To whom it is sealed. There is none in the clear: the private keys of the node are in it.
    public enum Seal: Sendable {
        case recipients([AgeRecipient])
        case passphrase(AgePassphrase)
    }

    static func write(
        _ manifest: BackupManifest, _ source: BackupSource, to path: String, _ seal: Seal, _ progress: (Int64) throws(ComityError) -> Void
    ) throws(ComityError) -> Int64 {
        let file = try DurableFileWriter(path: path)
        let age =
            switch seal {
            case .recipients(let recipients): try AgeWriter(to: file, recipients: recipients)
            case .passphrase(let passphrase): try AgeWriter(to: file, passphrase: passphrase)
            }
        let tar = TarWriter(to: age)
        let modified = manifest.time.milliseconds / 1000
        try tar.add(BackupManifest.path, try IJSON.encode(manifest), modified: modified)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        for (member, place) in zip(manifest.members, source.files) {
            try tar.begin(member.path, size: member.size, modified: modified)
            let input = try FileSource(path: place.at)
            var hash = SHA256()
            var left = member.size
            while left > 0 {
                let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(buffer.count), left))])
                let count = try input.read(into: room)
                guard count > 0 else { throw changed(member.path) }
                let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                hash.update(bufferPointer: piece)
                try tar.write(piece)
                left -= Int64(count)
                try progress(Int64(count))
            }
            guard Hex.encode(hash.finalize()) == member.sha256 else { throw changed(member.path) }
        }
        try tar.finish()
        try age.finish()
        let size = file.count
        try file.commit()
        return size
    }

    private static func changed(_ member: String) -> ComityError {
        ComityError(.changed, "The file \(member) changed while it was copied.", next: "Make the backup again.")
    }

    /// Reads all of it and compares every member with the manifest.
    /// - Parameters:
    ///   - keep: where a member is to be written, with its folders; nil: it is only hashed.
    ///   - progress: told the bytes of content done and in all; throws to stop.
    /// - Throws: `.cannotDecrypt`, `.schema` for what is no backup, `.verificationFailed` naming the first wrong member.
    static func read(
        _ path: String, _ openers: [any AgeOpener], keep: (String) -> String?,
        _ progress: (Int64, Int64) throws(ComityError) -> Void
    ) throws(ComityError) -> BackupManifest {
        let tar = TarReader(try AgeReader(from: try FileSource(path: path), identities: openers))
        let manifest = try readManifest(tar)
        let all = manifest.content
        var done: Int64 = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        for member in manifest.members {
            do throws(ComityError) {
                guard let entry = try tar.next() else { throw ComityError(.verificationFailed, "The archive ends before it.") }
                guard entry.path == member.path, entry.kind == .file else {
                    throw ComityError(.verificationFailed, "“\(Text.safe(entry.path, limit: 200))” stands in its place.")
                }
                // Beside the database lies nothing that SQLite would take for a part of it, and nothing hidden.
                guard member.path == BackupLimits.database || !member.path.hasPrefix(BackupLimits.database), !member.path.hasPrefix(".")
                else {
                    throw ComityError(.verificationFailed, "No backup has a file of this name.")
                }
                guard entry.size == member.size else {
                    throw ComityError(.verificationFailed, "It has \(entry.size) bytes and should have \(member.size).")
                }
                var file: DurableFileWriter?
                if let place = keep(member.path) {
                    try makeFolders(above: place)
                    file = try DurableFileWriter(path: place)
                }
                var hash = SHA256()
                while true {
                    let count = try tar.read(into: buffer)
                    if count == 0 { break }
                    let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                    hash.update(bufferPointer: piece)
                    try file?.write(piece)
                    done += Int64(count)
                    try progress(done, all)
                }
                guard Hex.encode(hash.finalize()) == member.sha256 else {
                    throw ComityError(.verificationFailed, "Its bytes are not those that were backed up.")
                }
                try file?.commit()
            } catch {
                guard [.verificationFailed, .schema].contains(error.code) else { throw error }
                throw wrong(member.path, error)
            }
        }
        if let more = try tar.next() { throw wrong(more.path, ComityError(.verificationFailed, "The manifest does not name it.")) }
        return manifest
    }

    static func wrong(_ member: String, _ error: ComityError) -> ComityError {
        ComityError(
            .verificationFailed, "The backup is damaged at \(Text.safe(member, limit: 200)): \(error.what)", why: error.why,
            next: "Take another copy of it, or an older backup.")
    }

    private static func readManifest(_ tar: TarReader) throws(ComityError) -> BackupManifest {
        guard let entry = try tar.next(), entry.path == BackupManifest.path, entry.kind == .file, entry.size <= BackupManifest.limit else {
            throw ComityError(
                .schema, "This is no backup of a node.", why: "Its first member is not \(BackupManifest.path).",
                next: "Name a file that comity backup create wrote.")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(entry.size))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = try tar.read(into: buffer)
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        let manifest = try IJSON.decode(BackupManifest.self, from: bytes, limit: BackupManifest.limit)
        guard manifest.format == BackupManifest.format else {
            throw ComityError(
                .schema, "The backup is of the format “\(Text.safe(manifest.format, limit: 40))”.",
                why: "This program reads \(BackupManifest.format).", next: "Use the version of Comity that made it.")
        }
        return manifest
    }

    private static func makeFolders(above path: String) throws(ComityError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw ComityError(.storage, "The folder \(folder) cannot be made: \(error.localizedDescription)") }
    }
}
