// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Glibc
import Register
public import Sealing
public import Standards
import Storage

/// What can be done with a backup where there is no node: check it, and make a node of it.
public enum Backup {
    /// Reads all of a backup and checks it: every hash; that the database opens, is whole, and has the register of the manifest; that
    /// the checkpoint is signed by the key in the backup. The database and the keys lie in a scratch folder meanwhile, mode 0700.
    /// - Parameter scratch: a folder for the scratch folder; nil is the system's for temporary files.
    /// - Throws: `.cannotDecrypt`, `.schema`, `.verificationFailed` naming the first wrong member.
    public static func verify(
        _ archive: String, _ openers: [any AgeOpener], scratch: String? = nil,
        progress: SealingProgress = { (_, _) throws(ComityError) in }
    ) throws(ComityError) -> BackupManifest {
        let scratch = scratch ?? NSTemporaryDirectory()
        let room = try UnfinishedFolder(in: scratch.hasSuffix("/") ? String(scratch.dropLast()) : scratch)
        defer { room.discard() }
        let manifest = try BackupArchive.read(
            archive, openers,
            keep: { path in
                path == "node.json" || path == BackupLimits.database || path.hasPrefix("keys/") ? room.path + "/" + path : nil
            }, progress)
        try examine(room.path, manifest)
        return manifest
    }

    /// Makes a node of a backup, whole or not at all. Its register is held until the peers were asked (``RegisterHold``).
    /// - Parameter path: a folder that is absent or empty, and no link.
    /// - Throws: `.alreadyExists`, and what ``verify(_:_:scratch:progress:)`` throws.
    public static func restore(
        _ archive: String, _ openers: [any AgeOpener], to path: String,
        progress: SealingProgress = { (_, _) throws(ComityError) in }
    ) throws(ComityError) -> BackupManifest {
        let target = URL(fileURLWithPath: path).standardizedFileURL
        try requireFree(target.path)
        let room = try UnfinishedFolder(in: target.deletingLastPathComponent().path)
        defer { room.discard() }
        let manifest = try BackupArchive.read(archive, openers, keep: { room.path + "/" + $0 }, progress)
        try examine(room.path, manifest)
        do {
            for name in ["packages/out", "packages/in"] {
                try FileManager.default.createDirectory(
                    atPath: room.path + "/" + name, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch { throw ComityError(.storage, "The folder cannot be made: \(error.localizedDescription)") }
        try DatabaseCopy(path: room.path + "/" + BackupLimits.database).prepareRestored(hold(manifest))
        // An empty folder gives way; rename does not replace one with content.
        rmdir(target.path)
        _ = try room.publish(as: target.lastPathComponent)
        return manifest
    }

    private static func hold(_ manifest: BackupManifest) -> RegisterHold {
        RegisterHold(
            .restored,
            says: "it was restored from the backup of \(manifest.time), and other States may hold later acts of it.",
            next:
                "Ask them with comity audit recover. When there is no other State, or none answers: comity audit resume --reason \"…\" --as OFFICER.",
            since: Instant(milliseconds: Node.realMilliseconds()))
    }

    private static func requireFree(_ path: String) throws(ComityError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR, (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty == true else {
            throw ComityError(
                .alreadyExists, "\(Text.safe(path, limit: 300)) is not an empty folder.",
                why: "A backup is restored beside what is there, never over it.", next: "Name a folder that does not exist.")
        }
    }

    /// What lies in the scratch folder is the node that the manifest says.
    private static func examine(_ path: String, _ manifest: BackupManifest) throws(ComityError) {
        func wrong(_ member: String, _ says: String) -> ComityError {
            BackupArchive.wrong(member, ComityError(.verificationFailed, says))
        }
        let folder = NodeFolder(path)
        let configuration: NodeConfiguration
        let key: NoteVerifier
        do throws(ComityError) { configuration = try folder.readConfiguration() } catch { throw BackupArchive.wrong("node.json", error) }
        guard configuration.state.description == manifest.state, configuration.authority.id == manifest.authority else {
            throw wrong("node.json", "It is the configuration of another node.")
        }
        do throws(ComityError) {
            key = try NodeKeys.read(from: folder.keysPath, configuration: configuration).register.verifier
        } catch { throw BackupArchive.wrong("keys", error) }
        guard key.description == manifest.registerKey else { throw wrong("keys/register.key", "It is not the key of the manifest.") }
        let database = DatabaseCopy(path: path + "/" + BackupLimits.database)
        do throws(ComityError) {
            let integrity = try database.integrity()
            guard integrity == "ok" else { throw ComityError(.verificationFailed, integrity) }
            let measure = try database.measure(signedBy: key)
            guard measure.size == manifest.registerSize, measure.root.description == manifest.root else {
                throw ComityError(.verificationFailed, "Its register is not the one of the manifest.")
            }
            guard measure.head?.note == manifest.checkpoint, measure.head?.checkpoint.root == measure.rootAtHead else {
                throw ComityError(.verificationFailed, "The signed checkpoint is not one of its register.")
            }
        } catch { throw BackupArchive.wrong(BackupLimits.database, error) }
    }
}
