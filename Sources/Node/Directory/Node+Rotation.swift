// SPDX-License-Identifier: Apache-2.0

public import Exchange
import Foundation
import Glibc
import Sealing
public import Standards
import Storage

/// A key of this node by the calendar.
public struct KeyTerm: Sendable, Codable {
    public let use: KeyUse
    /// Thumbprint, or the key as text where it has none.
    public let key: String
    public let since: Instant
    /// When the house rules mean it to be replaced; nil: no rule speaks about it.
    public let due: Instant?
    /// The day is near, or past.
    public let isDue: Bool
}

/// Keys get successors on a calendar, each signed by its predecessor.
extension Node {
    /// Uses whose key gets a successor here. The key of the register is the register: with another key it would be another log to every
    /// witness. The certificate is pinned by peers at both ends of a connection, and statements are signed by two keys that are named
    /// together: both need a time in which two are believed, which there is not yet.
    public static let rotatable: [KeyUse] = [.signing, .root, .sealing]

    /// How long what is on its way under the former key may still be dated: a process that read the key before may sign with it.
    static let overlap: Int64 = 10 * 60_000

    /// The keys of this node that have a term, in the order in which they fall due.
    public func keyTerms() throws(ComityError) -> [KeyTerm] {
        let now = try now()
        let entry = try entry()
        let remind = houseLength("remind") ?? 0
        return Self.rotatable.map { use in
            let since = Self.begin(of: use, configuration)
            let due = houseLength("key.\(use.rawValue)").map { since.adding(milliseconds: $0) }
            let key = use == .sealing ? entry.sealing : use == .root ? entry.rootKey.keyID : entry.signingKey.keyID
            return KeyTerm(
                use: use, key: key, since: since, due: due.map(local),
                isDue: due.map { $0.milliseconds - remind <= now.milliseconds } ?? false)
        }.sorted { ($0.due?.milliseconds ?? .max) < ($1.due?.milliseconds ?? .max) }
    }

    private static func begin(of use: KeyUse, _ configuration: NodeConfiguration) -> Instant {
        let claims = (configuration.successions ?? []).map(\.claims).last { $0.use == use }
        return configuration.validity?[use]?.notBefore ?? claims?.at ?? configuration.createdAt
    }

    /// From when until when the keys are meant to be used, as the entry says it.
    func validity(of configuration: NodeConfiguration) -> [KeyUse: KeyValidity] {
        Self.rotatable.reduce(into: [:]) { found, use in
            let since = Self.begin(of: use, configuration)
            found[use] = KeyValidity(
                notBefore: since, notAfter: houseLength("key.\(use.rawValue)").map { since.adding(milliseconds: $0) })
        }
    }

    /// Makes the successor of a key. Written to the keys first, and in force with the one atomic replacement of `node.json`: a process that
    /// dies in between leaves the old key or the new one, never something else. No other process of this node may serve meanwhile.
    /// - Parameter officer: nil is the node's owner.
    /// - Throws: `.usage` for a use without successors, `.permission`, `.storage`.
    public func rotate(_ use: KeyUse, by officer: String?) async throws(ComityError) -> KeyTerm {
        try authorise(officer, .administer, to: "replace a key of this node")
        guard Self.rotatable.contains(use) else {
            throw ComityError(
                .usage, "The key for \(use.rawValue) has no successor.",
                why: use == .register
                    ? "With another key the register would be another one to every witness." : "Peers believe one such key at a time.",
                next: "Replace one of: \(Self.rotatable.map(\.rawValue).joined(separator: ", ")).")
        }
        // A backup must not hold the file that names a key of before and the keys of afterwards; two rotations at once neither.
        let lock = open(folder.path + "/backup.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw ComityError(.storage, "The folder \(folder.path) cannot be written.") }
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw ComityError(
                .wrongState, "Another process makes a backup of this node, or replaces a key.", next: "Wait until it has ended.")
        }
        try refreshConfiguration()
        try await finishRotation(by: officer)
        let old = configuration
        let before = try directoryEntry()
        let at = old.nextChange(now: realTime.now())
        let made: (text: String, file: String, succession: Succession)
        func succession(_ former: String, _ successor: String, until: Instant, _ keys: [SigningKey]) throws(ComityError) -> Succession {
            try Succession(
                state: state, authority: old.authority.id, use: use, former: former, successor: successor, at: until, signedBy: keys)
        }
        let until = Instant(milliseconds: max(at.milliseconds, try now().milliseconds) + Self.overlap)
        switch use {
        case .signing, .root:
            let (former, next) = (use == .root ? keys.root : keys.signing, SigningKey.generate())
            made = (
                Base64.encode(next.rawRepresentation), Self.fileName(use, next.verifyingKey.text),
                try succession(former.verifyingKey.text, next.verifyingKey.text, until: until, use == .root ? [former, next] : [former])
            )
        default:
            let next = AgeIdentity.generate()
            made = (
                next.text, Self.fileName(use, next.recipient.text),
                try succession(keys.sealing.recipient.text, next.recipient.text, until: until, [keys.root])
            )
        }
        var validity = validity(of: old)
        validity[use] = KeyValidity(notBefore: at, notAfter: houseLength("key.\(use.rawValue)").map { at.adding(milliseconds: $0) })
        let new = old.changed(succession: made.succession, file: made.file, validity: validity, at: at)
        try DurableFile.write(Array((made.text + "\n").utf8), to: "\(folder.keysPath)/\(made.file)", mode: 0o600)
        try DurableFile.syncFolder(folder.keysPath)
        let newKeys = try NodeKeys.read(from: folder.keysPath, configuration: new)
        // Others must accept it: as an entry, and as one that follows the entry they have.
        let entry = try DirectoryEntry(verifying: try Self.entry(new, newKeys).signed(by: newKeys.root))
        guard try entry.succeeded(DirectoryEntry(verifying: before)) == [use] else {
            throw ComityError(.failure, "The entry with the new key does not follow the one before; nothing was changed.")
        }
        _ = try await store.commit { [state] in try $0.retireOwn(before, of: state) }
        try folder.write(new, replacing: true)
        let next = try Node(folder: folder.path)
        try await next.finishRotation(by: officer)
        guard let term = try next.keyTerms().first(where: { $0.use == use }) else { throw ComityError(.failure, "The key is gone.") }
        return term
    }

    private static func fileName(_ use: KeyUse, _ key: String) -> String {
        let plain = key.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return "\(use.rawValue)-\(plain.suffix(16)).key"
    }

    /// Registers the successions that are in `node.json` and in no event, and removes private keys that sign nothing any more. Does nothing
    /// when there is nothing to do: it runs before a node serves, and before and after a rotation.
    public func finishRotation(by officer: String? = nil) async throws(ComityError) {
        let done = try store.read { try $0.setting(Self.rotationsDone) }.flatMap { Int($0) } ?? 0
        let successions = configuration.successions ?? []
        for (place, succession) in successions.enumerated() where place >= done {
            let claims = succession.claims
            let event = try event(
                .keyRotated, file: nil, by: officer ?? "node",
                detail: [
                    "use": .string(claims.use.rawValue), "former": .string(claims.former), "successor": .string(claims.successor),
                    "until": .string(claims.at.description),
                ])
            _ = try await store.commit { writer in
                guard Int(try writer.reader.setting(Self.rotationsDone) ?? "0") == place else { return }
                try writer.append(event)
                try writer.set(Self.rotationsDone, "\(place + 1)")
            }
        }
        removeSpentKeys()
    }

    private static let rotationsDone = "rotations-registered"

    /// A key that was followed must not sign again; one that was made and never named is of nobody. What opens messages stays.
    private func removeSpentKeys() {
        for use in [KeyUse.root, .signing] {
            guard let current = configuration.keyFiles?[use] else { continue }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.keysPath)) ?? []
            for name in names
            where name != current && (name == "\(use.rawValue).key" || name.hasPrefix("\(use.rawValue)-") && name.hasSuffix(".key")) {
                unlink("\(folder.keysPath)/\(name)")
            }
        }
    }
}
