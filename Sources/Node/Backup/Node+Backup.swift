// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Register
public import Sealing
public import Standards
import Storage

/// A backup that was made.
public struct BackupMade: Sendable, Codable {
    /// The file.
    public let path: String
    /// Bytes of the file.
    public let size: Int64
    public let registerSize: Int64
    public let root: String
    public let members: Int
    /// False: the register is held, so that the backup could not be registered; it is whole all the same.
    public let registered: Bool
}

extension Node {
    /// Writes one sealed file with all that this node needs to live again, while the node goes on: a copy of one moment of the
    /// database, keys, configuration, packages and uploads. Registered as `backup-made`.
    /// - Parameters:
    ///   - destination: a folder that exists, not inside the data folder; the file is named in it.
    ///   - progress: told the bytes done and in all; throws to stop, and nothing is left then.
    /// - Throws: `.usage`, `.notFound`, `.alreadyExists`, `.wrongState` while another backup is being made, `.storage`.
    public func makeBackup(
        in destination: String, seal: BackupArchive.Seal, packages: Bool = true, by officer: String? = nil,
        progress: SealingProgress = { (_, _) throws(ComityError) in }
    ) async throws(ComityError) -> BackupMade {
        try authorise(officer, .administer, to: "make a backup")
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: destination, isDirectory: &isFolder), isFolder.boolValue else {
            throw ComityError(.notFound, "There is no folder \(destination).", next: "Name a folder on another disk.")
        }
        let inside = URL(fileURLWithPath: destination).resolvingSymlinksInPath().path + "/"
        guard !inside.hasPrefix(URL(fileURLWithPath: folder.path).resolvingSymlinksInPath().path + "/") else {
            throw ComityError(
                .usage, "The backup would lie inside the data folder.", why: "A broken disk would take both.",
                next: "Name a folder on another disk.")
        }
        let now = try now()
        let name = "\(state)-\(configuration.authority.id)-\(Self.compact(now))\(BackupLimits.suffix)"
        let path = (destination.hasSuffix("/") ? String(destination.dropLast()) : destination) + "/" + name
        let source = try BackupSource(folder)
        // What is durable and unsigned is signed first: the copy then has a checkpoint over all its entries.
        _ = try? store.publish()
        try store.copy(to: source.database) { done, all in
            // Pages of 4 KiB; the bytes of packages are not known yet.
            try progress(done * 4096, all * 4096 * 3)
        }
        try source.collect(packages: packages, others: namedFiles)
        let key = keys.register.verifier
        let measure = try DatabaseCopy(path: source.database).measure(signedBy: key)
        var done: Int64 = 0
        var all: Int64 = 1
        func advance(_ bytes: Int64) throws(ComityError) {
            done += bytes
            try progress(min(done, all), all)
        }
        all = source.files.reduce(0) { $0 + Self.size($1.at) } * 2
        let members = try source.measured(advance)
        let manifest = BackupManifest(
            format: BackupManifest.format, state: state.description, authority: configuration.authority.id, exercise: exercise, time: now,
            tool: Version.tool, registerSize: measure.size, root: measure.root.description, checkpoint: measure.head?.note,
            registerKey: key.description, packages: packages, members: members)
        let size = try BackupArchive.write(manifest, source, to: path, seal, advance)
        return BackupMade(
            path: path, size: size, registerSize: measure.size, root: measure.root.description, members: members.count,
            registered: try await note(
                .backupMade, by: officer,
                ["name": .string(name), "size": .integer(size), "registerSize": .integer(measure.size)]))
    }

    /// - Returns: false when the register is held: what was done stays done.
    private func note(_ kind: RegisterEvent.Kind, by officer: String?, _ detail: [String: JSONValue]) async throws(ComityError) -> Bool {
        let event = try event(kind, file: nil, by: officer ?? "node", detail: detail)
        do throws(ComityError) { _ = try await store.commit { try $0.append(event) } } catch  where error.code == .registerHeld {
            return false
        }
        return true
    }

    /// Restores a backup into a scratch folder, audits it there, removes it, and registers the result as `backup-drilled`.
    /// - Parameter scratch: a folder for the scratch folder; nil is the data folder.
    public func drill(
        _ archive: String, _ openers: [any AgeOpener], scratch: String? = nil, by officer: String? = nil,
        progress: SealingProgress = { (_, _) throws(ComityError) in }
    ) async throws(ComityError) -> BackupDrill {
        try authorise(officer, .administer, to: "try a backup")
        let room = try UnfinishedFolder(in: scratch ?? folder.path)
        defer { room.discard() }
        let start = ContinuousClock.now
        let restored = try Backup.restore(archive, openers, to: room.path + "/node", progress: progress)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard restored.state == state.description, restored.registerKey == keys.register.verifier.description else {
            throw ComityError(
                .verificationFailed, "The backup is one of \(restored.state) \(Text.safe(restored.authority, limit: 60)), not of this node."
            )
        }
        let report = try Node(folder: room.path + "/node").audit()
        var faults = report.faults.prefix(20).map(\.says)
        if report.entries != restored.registerSize || report.root != restored.root {
            faults.append("The register restored is not the one of the manifest.")
        }
        let name = URL(fileURLWithPath: archive).lastPathComponent
        let registered = try await note(
            .backupDrilled, by: officer,
            [
                "name": .string(Text.safe(name, limit: 200)), "ok": .bool(faults.isEmpty), "entries": .integer(report.entries),
                "seconds": .integer(Int64(seconds.rounded(.up))),
            ])
        return BackupDrill(
            ok: faults.isEmpty, entries: report.entries, root: report.root, seconds: seconds, faults: Array(faults), registered: registered)
    }

    /// Files of the data folder that `node.json` names beside the keys.
    private var namedFiles: [String] {
        let named = [configuration.desk.tls?.certificate, configuration.desk.tls?.key, configuration.oidc?.clientSecretFile]
        return Set((named + [configuration.timeStamping?.roots]).compactMap { $0 }).sorted().filter {
            !$0.hasPrefix("/") && !$0.hasPrefix("keys/") && !$0.split(separator: "/").contains("..") && $0 != "node.json"
        }
    }

    private static func size(_ path: String) -> Int64 {
        ((try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? NSNumber)?.int64Value ?? 0
    }

    /// `20261122T143000Z`
    private static func compact(_ instant: Instant) -> String {
        String(instant.utc.prefix { $0 != "." && $0 != "Z" }.filter { $0 != "-" && $0 != ":" }) + "Z"
    }
}

/// What a drill found.
public struct BackupDrill: Sendable, Codable {
    public let ok: Bool
    public let entries: Int64
    public let root: String
    /// How long the restoring took, without the audit.
    public let seconds: Double
    public let faults: [String]
    public let registered: Bool
}
