// SPDX-License-Identifier: Apache-2.0

import Court
import Dossier
public import Exchange
import Register
import Sealing
public import Standards
import Storage

extension Node {
    /// Writes a received package out for a court: the opened bag, the chain of custody with its proofs, and what checks them without
    /// this program. That it is done is registered before the bundle is readable.
    /// - Parameters:
    ///   - wanted: the package, when the file has several.
    ///   - folder: where the bundle is to stand; it exists.
    ///   - withFlagged: also when an exhibit is flagged as child sexual abuse material.
    ///   - verifier: the page that checks the bundle in a browser.
    /// - Returns: the path of the bundle, and how many entries of the register are in it.
    /// - Throws: `.permission`, `.wrongState` for a package that was sealed here or is still arriving, `.refusedByRule` for a flagged
    ///   exhibit, `.verificationFailed`, `.alreadyExists`, `.storage`. No bundle is left then.
    public func makeCourtBundle(
        _ ref: FileReference, package wanted: String?, to folder: String, withFlagged: Bool, verifier: [UInt8], officer: String,
        progress: (@Sendable (Int64, Int64) throws(ComityError) -> Void)? = nil
    ) async throws(ComityError) -> (path: String, entries: Int) {
        _ = try require(officer, .openEvidence, to: "write out evidence for a court")
        try requireContent(of: ref, officer: officer, to: "write out evidence for a court")
        let path = try bundled(ref, package: wanted)
        let unfinished = try UnfinishedFolder(in: folder)
        do throws(ComityError) {
            return try await makeCourtBundle(ref, path, in: unfinished, withFlagged: withFlagged, verifier: verifier, officer, progress)
        } catch {
            // Now, not when the last who holds it lets go.
            unfinished.discard()
            throw error
        }
    }

    private func makeCourtBundle(
        _ ref: FileReference, _ path: (package: PackageRow, path: String), in unfinished: UnfinishedFolder, withFlagged: Bool,
        verifier: [UInt8], _ officer: String, _ progress: (@Sendable (Int64, Int64) throws(ComityError) -> Void)?
    ) async throws(ComityError) -> (path: String, entries: Int) {
        let dossier = try dossier(ref)
        try unfinished.requireFree(CourtBundle.folder(bag: String(path.package.name.prefix { $0 != "." })))
        try unfinished.makeFolder(CourtLayout.bag)
        let extracted = try await Self.aside { [self] () throws(ComityError) in
            try PackageOpener.extract(
                path: path.path, identities: keys.identities, to: "\(unfinished.path)/\(CourtLayout.bag)", trusted: { self.trustedKey($0) },
                allowUnknownSigner: false, progress: progress)
        }
        guard belongs(extracted.verdict, path.package, to: dossier), let statement = extracted.verdict.statement else {
            throw ComityError(
                .verificationFailed, "This is not the package that was announced for this file.",
                next: "Nothing was written. Do not use it; ask for a new package.")
        }
        if !withFlagged { try Self.refuseFlagged(statement) }
        let bag = try await Self.aside { () throws(ComityError) in try extracted.publish() }
        let name = bag.split(separator: "/").last.map(String.init) ?? ""
        try unfinished.requireFree(CourtBundle.folder(bag: name))
        let made = try event(
            .courtBundleMade, file: path.package.file, by: officer,
            detail: [
                "package": .string(path.package.digest), "name": .string(CourtBundle.folder(bag: name)), "tool": .string(Version.tool),
                "remeasured": .bool(true), "flagged": .bool(withFlagged && Self.isFlagged(statement)),
            ])
        _ = try await store.commit { try $0.append(made) }
        let bundle = try courtBundle(ref, path.package, extracted.verdict, statement, name: name, verifier: verifier, made: made)
        let finished = try await Self.aside { [keys] () throws(ComityError) in try bundle.write(to: unfinished, signedBy: keys.signing) }
        return (finished, bundle.entries.count)
    }

    /// The package that is to be written out, and where it lies.
    private func bundled(_ ref: FileReference, package wanted: String?) throws(ComityError) -> (package: PackageRow, path: String) {
        let package: PackageRow
        if wanted == nil {
            // The one that came from the other State, when the file has others too.
            let dossier = try dossier(ref)
            let incoming = try store.read { try $0.packages(of: dossier.id) }.filter { !$0.outgoing }
            package = incoming.count == 1 ? incoming[0] : try self.package(named: nil, of: ref)
        } else {
            package = try self.package(named: wanted, of: ref)
        }
        guard !package.outgoing else {
            throw ComityError(
                .wrongState, "This package is sealed to the other State.", why: "Only its key opens it.",
                next: "The State that received it makes the court bundle. Your own copies of the exhibits are where you sealed them from.")
        }
        return try arrivedPackage(ref, package: package.digest)
    }

    private static func isFlagged(_ statement: PackageStatement) -> Bool {
        statement.exhibits.contains { $0.flags?.contains(ExhibitFlag.abuse.rawValue) ?? false }
    }

    private static func refuseFlagged(_ statement: PackageStatement) throws(ComityError) {
        let flagged = statement.exhibits.filter { $0.flags?.contains(ExhibitFlag.abuse.rawValue) ?? false }
        guard let first = flagged.first else { return }
        throw ComityError(
            .refusedByRule,
            "Exhibit \(first.number)\(flagged.count > 1 ? " and \(flagged.count - 1) more are" : " is") flagged: child sexual abuse material.",
            why: "A court bundle holds the exhibits in the clear.",
            next: "If the court ordered it so, add --with-flagged; that is registered.")
    }

    /// Everything of one moment of the register.
    private func courtBundle(
        _ ref: FileReference, _ package: PackageRow, _ verdict: PackageVerdict, _ statement: PackageStatement, name: String,
        verifier: [UInt8], made: RegisterEvent
    ) throws(ComityError) -> CourtBundle {
        let key = keys.register.verifier
        let own = try directoryEntry()
        let head = try store.publish()
        return try store.read { reader in
            guard let file = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
            let records = try custodyRecords(package.digest, of: file.id, reader)
            let entries = try records.map { record -> CustodyEntry in
                CustodyEntry(
                    index: record.row.index, kind: record.row.kind == "act" ? .act : .event, hash: record.record.content,
                    bytes: record.row.bytes,
                    proof: try MerkleTree.inclusionProof(index: record.row.index, size: head.checkpoint.size, reading: reader.node))
            }
            let receipts = try records.filter { $0.record.state == state }.flatMap { record -> [Receipt] in
                guard record.record.act != nil else { return [] }
                let kept = try reader.receipts(of: try UUIDv7(record.row.ref))
                return try kept.sorted { $0.key < $1.key }.map { try IJSON.decode(Receipt.self, from: $0.value, limit: Receipt.limit) }
            }
            let strip = custodyChain(package, file, statement, records).steps.filter { $0.state != .waiting }
            let export = CustodyExport(
                digest: package.digest, name: package.name, size: package.size, ref: ref.description, exercise: exercise, at: made.at,
                steps: strip,
                exhibits: verdict.exhibits.map {
                    .init(
                        number: $0.number, name: String($0.path.dropFirst("data/".count)), size: $0.size, sha256: $0.expected,
                        state: $0.state.rawValue)
                }, tool: Version.tool)
            var bundle = CourtBundle(
                name: name, digest: package.digest, ref: ref.description, state: state, at: made.at, by: made.by, exercise: exercise,
                strip: strip, entries: entries, register: (key, head.note), receipts: receipts,
                directory: [own] + (try documents(of: records, statement, reader)), export: export, verifier: verifier)
            if let (cosigned, _) = try cosignedHead(reader) {
                let size = try Checkpoint(unverified: cosigned).size
                if size <= head.checkpoint.size {
                    bundle.cosigned = (
                        cosigned.description,
                        try MerkleTree.consistencyProof(from: size, to: head.checkpoint.size, reading: reader.node)
                    )
                }
            }
            bundle.timeStamp = try reader.timeStamp(ofPackage: package.digest)?.kept?.bytes
            return bundle
        }
    }

    /// The largest checkpoint that peers have cosigned, with their lines, and their keys; nil when there is none.
    private func cosignedHead(_ reader: Reader) throws -> (note: SignedNote, witnesses: [NoteVerifier])? {
        guard let cosigned = try reader.lastCosigned() else { return nil }
        let keys = try reader.peers().map(\.entry.register.cosigner).filter(cosigned.note.isSigned)
        return keys.isEmpty ? nil : (cosigned.note.keeping(registerKeys + keys), keys)
    }

    /// Signed directory entries of the other States that the chain needs, of witnesses too: of those that are believed now, and of those replaced since
    /// whose key signed something in it.
    private func documents(of records: [CustodyRow], _ statement: PackageStatement, _ reader: Reader) throws -> [[UInt8]] {
        let states = Set(records.map(\.record.state) + [try StateCode(statement.from)])
        let witnesses = try cosignedHead(reader)?.witnesses ?? []
        let peers = try reader.peers().filter { states.contains($0.entry.state) || witnesses.contains($0.entry.register.cosigner) }
        let signers = Set(records.compactMap { $0.record.act?.jws.signatures.first?.keyID })
        let former = try reader.formerDocuments().filter { document in
            guard let entry = try? DirectoryEntry(verifying: document) else { return false }
            return signers.contains(entry.signingKey.keyID) && entry.signingKey.keyID != keys.signing.keyID
                && !peers.contains { $0.entry.signingKey == entry.signingKey }
        }
        return peers.map(\.jws) + former
    }

    /// The directory entry of a State that this node believes: its own, or a confirmed peer's.
    public func trustedEntry(_ state: StateCode) -> DirectoryEntry? {
        if state == self.state { return try? entry() }
        guard let peer = peers.peer(state), peer.trust == .confirmed else { return nil }
        return peer.entry
    }
}
