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
    private static let most = 1000
    private let known = Mutex<[[UInt8]: DirectoryEntry]>([:])

    /// A signed directory entry.
    /// - Throws: what `DirectoryEntry.init(verifying:)` throws; a failure is not remembered.
    func entry(verifying jws: [UInt8]) throws -> DirectoryEntry {
        if let entry = known.withLock({ $0[jws] }) { return entry }
        let entry = try DirectoryEntry(verifying: jws)
        known.withLock { known in
            if known.count >= Self.most { known = [:] }
            known[jws] = entry
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
/// hashes in the same order give the same file.
///
/// Owns `state`, under one lock. Guarantees: holds files of at most `most` acts together.
final class DossierMemory: Sendable {
    private struct State {
        var files: [UUIDv7: (hashes: [[UInt8]], dossier: Dossier)] = [:]
        /// Acts in `files`.
        var acts = 0
    }

    private static let most = 20_000
    private let state = Mutex(State())

    /// - Throws: what `Dossier.init(folding:)` throws; a failure is not remembered.
    func dossier(of file: UUIDv7, folding acts: [Dossier.HashedAct]) throws(ComityError) -> Dossier {
        if let known = state.withLock({ $0.files[file] }), known.hashes.elementsEqual(acts, by: { $0 == $1.hash }) { return known.dossier }
        let dossier = try Dossier(folding: acts)
        let hashes = acts.map(\.hash)
        state.withLock { state in
            if let former = state.files.removeValue(forKey: file) { state.acts -= former.hashes.count }
            if state.acts + hashes.count > Self.most { (state.files, state.acts) = ([:], 0) }
            state.files[file] = (hashes, dossier)
            state.acts += hashes.count
        }
        return dossier
    }
}

extension Reader {
    /// A file folded from its acts; one that was folded from the same acts before is not folded again.
    public func dossier(of file: UUIDv7, folding acts: [Dossier.HashedAct]) throws(ComityError) -> Dossier {
        try cache.dossiers.dossier(of: file, folding: acts)
    }
}
