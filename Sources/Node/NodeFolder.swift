// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Glibc
import Register
import Sealing
import Standards
import Transport

/// The data folder of a node: where each thing lies.
///
/// ```
/// node.json            what this node is
/// keys/                private keys, mode 0600: root, signing, statement, sealing, register, tls; a successor has a name of its own
/// comity.sqlite        register, files, delivery
/// packages/out/        sealed here          packages/in/<digest>/   received
/// uploads/<id>/        exhibits that wait to be sealed, mode 0600
/// ```
public struct NodeFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    var configurationPath: String { path + "/node.json" }
    var keysPath: String { path + "/keys" }
    public var outgoingPackages: String { path + "/packages/out" }
    public func incomingPackage(_ digest: String) -> String { path + "/packages/in/" + digest }

    var uploads: String { path + "/uploads" }
    func upload(_ id: UUIDv7) -> String { uploads + "/" + id.description }

    /// A path of `node.json`: absolute, or relative to this folder.
    public func resolve(_ file: String) -> String { file.hasPrefix("/") ? file : path + "/" + file }

    /// Makes a new data folder with keys. `write` comes last: a folder without `node.json` is not a node.
    /// - Throws: `.alreadyExists` when something is there, `.storage` when it cannot be written.
    func create(_ keys: NodeKeys) throws(ComityError) {
        let manager = FileManager.default
        if let found = try? manager.contentsOfDirectory(atPath: path), !found.isEmpty {
            throw ComityError(
                .alreadyExists, "The folder \(path) is not empty.",
                why: found.contains("node.json") ? "There is a node in it already." : "",
                next: "Choose a new folder with --data.")
        }
        do {
            for folder in [path, keysPath, outgoingPackages, path + "/packages/in"] {
                try manager.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch { throw ComityError(.storage, "The folder \(path) cannot be made: \(error.localizedDescription)") }
        guard chmod(path, 0o700) == 0 else { throw ComityError(.storage, "The folder \(path) cannot be closed to others.") }
        try keys.write(to: keysPath)
    }

    /// Makes the folder a node.
    func write(_ configuration: NodeConfiguration, replacing: Bool = false) throws(ComityError) {
        try DurableFile.write(Array(try IJSON.pretty(configuration).utf8), to: configurationPath, mode: 0o600, replacing: replacing)
        try DurableFile.syncFolder(path)
    }

    func readConfiguration() throws(ComityError) -> NodeConfiguration {
        guard let data = FileManager.default.contents(atPath: configurationPath) else {
            throw ComityError(
                .notFound, "There is no node in \(path).", next: "Make one with comity init --data \(path), or name its folder with --data."
            )
        }
        let configuration: NodeConfiguration
        do throws(ComityError) { configuration = try IJSON.decode(NodeConfiguration.self, from: data, limit: 1 << 20) } catch {
            throw ComityError(
                error.code, "\(configurationPath) cannot be read.", why: error.what,
                next: "Mend it there, or take node.json from a backup; the folder holds nothing else that must change.")
        }
        guard configuration.v == NodeConfiguration.version else {
            throw ComityError(
                .storage, "node.json has version \(configuration.v); this program reads version \(NodeConfiguration.version).")
        }
        try configuration.requireUsable()
        return configuration
    }
}

/// The private keys of a node. Each lies in a file of its own, so that one can be moved or replaced alone.
struct NodeKeys: Sendable {
    let root: SigningKey
    let signing: SigningKey
    let statement: StatementKey
    let sealing: AgeIdentity
    let register: NoteSigner
    let registerSeed: [UInt8]
    let tls: NodeCertificate
    /// Keys that were followed by ``sealing``: what was sealed to them is still opened.
    var formerSealing: [AgeIdentity] = []

    /// All keys that open what comes, the newest first.
    var identities: [AgeIdentity] { [sealing] + formerSealing }

    static func generate(for configuration: NodeConfiguration) throws(ComityError) -> NodeKeys {
        let seed = NoteSigner.newSeed()
        let statement = try StatementKey.generate()
        return NodeKeys(
            root: .generate(), signing: .generate(), statement: statement, sealing: .generate(),
            register: try NoteSigner(name: registerName(configuration), seed: seed, statementSeed: statement.seed),
            registerSeed: seed,
            tls: try NodeCertificate(commonName: "\(configuration.state) \(configuration.authority.id)", now: configuration.createdAt))
    }

    /// Origin line of the register (C2SP: a name without spaces that is unlike any other's).
    static func registerName(_ configuration: NodeConfiguration) -> String {
        "comity/\(configuration.state)/\(configuration.authority.id)"
    }

    func write(to folder: String) throws(ComityError) {
        try DurableFile.write(Array((Base64.encode(root.rawRepresentation) + "\n").utf8), to: folder + "/root.key", mode: 0o600)
        try DurableFile.write(Array((Base64.encode(signing.rawRepresentation) + "\n").utf8), to: folder + "/signing.key", mode: 0o600)
        try Self.write(statement, to: folder)
        try DurableFile.write(Array((sealing.text + "\n").utf8), to: folder + "/sealing.key", mode: 0o600)
        try DurableFile.write(Array((Base64.encode(registerSeed) + "\n").utf8), to: folder + "/register.key", mode: 0o600)
        try DurableFile.write(Array(tls.keyPEM.utf8), to: folder + "/tls.key", mode: 0o600)
        try DurableFile.write(Array(tls.certificatePEM.utf8), to: folder + "/tls.crt", mode: 0o644)
    }

    private static func write(_ statement: StatementKey, to folder: String) throws(ComityError) {
        try DurableFile.write(Array((Base64.encode(statement.seed) + "\n").utf8), to: folder + "/statement.key", mode: 0o600)
    }

    /// Gives a node that was made before there were statement keys one, and names it in the configuration. Whatever process is first,
    /// its key counts; one that ends in between leaves a key that the next one names.
    /// - Returns: the configuration to write; nil when the node has a key already.
    static func addStatementKey(to folder: String, _ configuration: NodeConfiguration) throws(ComityError) -> NodeConfiguration? {
        guard configuration.statementKey == nil else { return nil }
        do throws(ComityError) {
            // What is not a node's folder of keys is not made one.
            if FileManager.default.fileExists(atPath: folder + "/signing.key") { try write(try .generate(), to: folder) }
        } catch  where error.code == .alreadyExists {
            // Made before, and not named yet.
        }
        guard let data = FileManager.default.contents(atPath: folder + "/statement.key"), data.count < 1024,
            let seed = Base64.decode(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw unreadable("statement.key", folder) }
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        return configuration.changed(statementKey: try StatementKey(seed: seed).keyID, at: configuration.nextChange(now: now))
    }

    /// - Throws: `.storage` when it is not the key that `node.json` names: what it signs would not be believed.
    private static func statement(_ seed: [UInt8], _ configuration: NodeConfiguration) throws(ComityError) -> StatementKey {
        let key = try StatementKey(seed: seed)
        guard configuration.statementKey == key.keyID else {
            throw ComityError(
                .storage, "The key statement.key is not the one that node.json names.",
                why: "Other States would not believe what it signs.", next: "Restore the keys folder and node.json from the same backup.")
        }
        return key
    }

    private static func unreadable(_ name: String, _ folder: String) -> ComityError {
        ComityError(.storage, "The key \(name) cannot be read in \(folder).", next: "Restore the keys folder from a backup.")
    }

    static func read(from folder: String, configuration: NodeConfiguration) throws(ComityError) -> NodeKeys {
        func text(_ name: String) throws(ComityError) -> String {
            guard let data = FileManager.default.contents(atPath: folder + "/" + name), data.count < 65536 else {
                throw unreadable(name, folder)
            }
            return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        func bytes(_ name: String) throws(ComityError) -> [UInt8] {
            guard let bytes = Base64.decode(try text(name)) else { throw ComityError(.storage, "The key \(name) in \(folder) is damaged.") }
            return bytes
        }
        func file(_ use: KeyUse) -> String { configuration.keyFiles?[use] ?? "\(use.rawValue).key" }
        let seed = try bytes("register.key")
        let statement = try statement(try bytes("statement.key"), configuration)
        return NodeKeys(
            root: try SigningKey(rawRepresentation: try bytes(file(.root))),
            signing: try SigningKey(rawRepresentation: try bytes(file(.signing))),
            statement: statement, sealing: try AgeIdentity(try text(file(.sealing))),
            register: try NoteSigner(name: registerName(configuration), seed: seed, statementSeed: statement.seed),
            registerSeed: seed,
            tls: try NodeCertificate(certificatePEM: try text("tls.crt") + "\n", keyPEM: try text("tls.key") + "\n"),
            formerSealing: formerSealing(in: folder, besides: file(.sealing)))
    }

    private static func formerSealing(in folder: String, besides current: String) -> [AgeIdentity] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0 != current && $0.hasPrefix("sealing") && $0.hasSuffix(".key")
        }
        return names.sorted(by: >).compactMap { name in
            guard let data = FileManager.default.contents(atPath: folder + "/" + name), data.count < 1024 else { return nil }
            return try? AgeIdentity(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }
}
