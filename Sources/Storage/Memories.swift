// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
import Register
public import Standards
internal import Synchronization

/// Directory entries whose signature was verified before, by their bytes: the same bytes verify again.
///
/// Owns `known`, under one lock. Guarantees: holds at most `most` entries.
final class EntryMemory: Sendable {
    /// Bytes that are told apart by their end, where the signature is, and compared whole.
    private struct Signed: Hashable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) { for byte in bytes.suffix(32) { hasher.combine(byte) } }
    }

    private static let most = 1000
    private let known = Mutex<[Signed: DirectoryEntry]>([:])

    /// A signed directory entry.
    /// - Throws: what `DirectoryEntry.init(verifying:)` throws; a failure is not remembered.
    func entry(verifying jws: [UInt8]) throws -> DirectoryEntry {
        let signed = Signed(bytes: jws)
        if let entry = known.withLock({ $0[signed] }) { return entry }
        let entry = try DirectoryEntry(verifying: jws)
        known.withLock { known in
            if known.count >= Self.most { known = [:] }
            known[signed] = entry
        }
        return entry
    }
}

/// The newest head that was read: a note whose signature held for a key holds again.
///
/// Owns `known`, under one lock.
final class HeadMemory: Sendable {
    private let known = Mutex<(key: NoteVerifier, head: PublishedHead)?>(nil)

    func head(_ note: String, signedBy key: NoteVerifier) throws(ComityError) -> PublishedHead {
        if let known = known.withLock({ $0 }), known.head.note == note, known.key == key { return known.head }
        let head = PublishedHead(checkpoint: try Checkpoint(note, signedBy: key), note: note)
        known.withLock { $0 = (key, head) }
        return head
    }
}

/// Files that were folded before. The fold is a function of the acts, and the hash of an act is that of its content: the same
/// hashes in the same order give the same file, and a file to which acts came since is folded on.
///
/// Owns `state`, under one lock. Guarantees: holds files of at most `most` acts together.
final class DossierMemory: Sendable {
    private struct State {
        var files: [UUIDv7: (hashes: [Hash], dossier: Dossier)] = [:]
        /// Acts in `files`.
        var acts = 0
    }

    private static let most = 20_000
    private let state = Mutex(State())

    /// - Parameters:
    ///   - hashes: of the acts that count.
    ///   - read: reads some of these acts, by their places.
    /// - Throws: what `read` and `Dossier.init(folding:)` throw; a failure is not remembered.
    func dossier(of file: UUIDv7, _ hashes: [Hash], read: (Range<Int>) throws -> [Act]) throws -> Dossier {
        let known = state.withLock { $0.files[file] }
        if let known, known.hashes == hashes { return known.dossier }
        func hashed(_ places: Range<Int>) throws -> [Dossier.HashedAct] {
            zip(try read(places), hashes[places]).map { .init(act: $0, hash: $1.bytes) }
        }
        let dossier: Dossier
        if let known, known.hashes.count < hashes.count, known.hashes.elementsEqual(hashes.prefix(known.hashes.count)),
            let folded = try Self.fold(on: known.dossier, hashed(known.hashes.count..<hashes.count))
        {
            dossier = folded
        } else {
            dossier = try Dossier(folding: hashed(0..<hashes.count))
        }
        state.withLock { state in
            if let former = state.files.removeValue(forKey: file) { state.acts -= former.hashes.count }
            if state.acts + hashes.count > Self.most { (state.files, state.acts) = ([:], 0) }
            state.files[file] = (hashes, dossier)
            state.acts += hashes.count
        }
        return dossier
    }

    /// Nil when one of these crosses what was there.
    private static func fold(on known: Dossier, _ acts: [Dossier.HashedAct]) throws(ComityError) -> Dossier? {
        var dossier = known
        for act in acts {
            guard let next = try dossier.adding(act) else { return nil }
            dossier = next
        }
        return dossier
    }
}
