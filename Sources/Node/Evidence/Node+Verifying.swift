// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
public import Sealing
public import Standards
import Storage

extension Node {
    /// Checks a package with this node's key and directory. Says nothing of the file it belongs to.
    public func verify(packageAt path: String, progress: (@Sendable (Int64, Int64) throws(ComityError) -> Void)? = nil) throws(ComityError)
        -> PackageVerdict
    {
        try settled(try PackageVerifier.verify(path: path, identities: keys.identities, trusted: senderKeys, progress: progress))
    }

    /// The keys of the sender whose signing key has this id, when it is this node or a confirmed peer.
    public func trustedKey(_ keyID: String) -> (any SenderKeys)? {
        if let own = try? entry(), own.hasSigned(keyID) { return own.asSigned(by: keyID) }
        guard let peer = peers.peer(keyID: keyID), peer.trust == .confirmed else { return nil }
        return peer.entry.asSigned(by: keyID)
    }

    /// Verifies the package that arrived and answers with the act *receive*. Nothing is recorded as received unless it
    /// verified and belongs to this file.
    /// - Throws: `.verificationFailed` with the verdict's sentence.
    public func receiveEvidence(
        _ ref: FileReference, package digest: String?, officer: String,
        progress: (@Sendable (Int64, Int64) throws(ComityError) -> Void)? = nil
    ) async throws(ComityError) -> (step: StepResult, verdict: PackageVerdict) {
        let (package, verdict) = try await verifyEvidence(ref, package: digest, officer: officer, progress: progress)
        let body = ActBody.Receive(package: package, exhibits: verdict.exhibits.count)
        return (try await take(.receive, on: ref, officer: officer, body: try ActBody.json(body)), verdict)
    }

    /// Verifies the package that arrived and keeps what was found. No receipt goes out.
    /// - Returns: the digest of the package, and a verdict that it is valid.
    /// - Throws: `.verificationFailed` with the verdict's sentence.
    private func verifyEvidence(
        _ ref: FileReference, package digest: String?, officer: String, progress: (@Sendable (Int64, Int64) throws(ComityError) -> Void)?
    ) async throws(ComityError) -> (package: String, verdict: PackageVerdict) {
        _ = try require(officer, .answer, to: "receive evidence")
        let arrived = try arrivedPackage(ref, package: digest)
        let dossier = try dossier(ref)
        let path = arrived.path
        let verdict = try await Self.aside { [self] () throws(ComityError) in try verify(packageAt: path, progress: progress) }
        let belongs = self.belongs(verdict, arrived.package, to: dossier)
        let looked = try event(
            .verified, file: dossier.id, by: officer,
            detail: [
                "package": .string(arrived.package.digest), "valid": .bool(verdict.isValid && belongs),
                "sentence": .string(Text.safe(verdict.sentence, limit: 500)), "tool": .string(Version.tool), "remeasured": .bool(true),
            ])
        let record = try PackageRecord(verdict: verdict, belongs: belongs, at: try now(), by: officer).bytes
        // That it was looked at is registered first, whatever comes of it: an act of receipt never stands without it.
        _ = try await store.commit { writer in
            try writer.append(looked)
            try writer.setRecord(ofPackage: arrived.package.digest, record)
        }
        guard verdict.isValid, belongs else {
            throw ComityError(
                .verificationFailed, verdict.isValid ? "This is not the package that was announced for this file." : verdict.sentence,
                why: verdict.findings.prefix(5).joined(separator: "; "),
                next: "Do not use it. Tell the other State and ask for a new package.")
        }
        return (arrived.package.digest, verdict)
    }

    /// Starts to verify a package, beside the pages; no receipt goes out.
    /// - Returns: the task.
    public func startVerifying(_ ref: FileReference, package digest: String, officer: String) async throws(ComityError) -> UUIDv7 {
        _ = try require(officer, .answer, to: "verify evidence")
        _ = try package(digest, of: ref)
        _ = try arrivedPackage(ref, package: digest)
        return try await start(.verify, ref: ref, subject: digest, officer: officer) { [self] progress in
            let found = try await verifyEvidence(ref, package: digest, officer: officer) { progress.report($0, $1) }
            return .object(["package": .string(digest), "exhibits": .integer(Int64(found.verdict.exhibits.count))])
        }
    }

    /// Starts to verify and receive a package, beside the pages.
    /// - Returns: the task.
    public func startReceiving(_ ref: FileReference, package digest: String, officer: String) async throws(ComityError) -> UUIDv7 {
        _ = try require(officer, .answer, to: "receive evidence")
        _ = try package(digest, of: ref)
        let arrived = try arrivedPackage(ref, package: digest)
        guard arrived.package.stage == .complete else {
            throw ComityError(.wrongState, "This package was received already.", next: "Look at its page.")
        }
        return try await start(.receive, ref: ref, subject: digest, officer: officer) { [self] progress in
            let received = try await receiveEvidence(ref, package: digest, officer: officer) { progress.report($0, $1) }
            return .object([
                "package": .string(digest), "exhibits": .integer(Int64(received.verdict.exhibits.count)),
                "prepared": .bool(received.step.isPrepared),
            ])
        }
    }

    /// A receipt that names a package says that this node has it and verified it; without the record of that, nobody may say so.
    /// - Parameter act: a `receive`; one that names no package is about something else.
    /// - Throws: `.notFound` for a package that did not come in this file, `.wrongState` for one that is not here whole or that nobody
    ///   verified, `.verificationFailed` for one that did not verify, `.malformedInput` for another number of exhibits.
    static func requireVerified(_ act: Act, of ref: FileReference, _ reader: Reader) throws {
        guard let digest = act.body["package"]?.string else { return }
        let why = "A receipt says that this node has the package and verified it."
        guard let package = try reader.package(digest), package.file == act.file, !package.outgoing else {
            throw ComityError(
                .notFound, "No package with this hash came in \(ref).", why: why, next: "Compare the hash with the act that supplied it.")
        }
        guard [.complete, .received].contains(package.stage) else {
            throw ComityError(
                .wrongState, "The package is still arriving.", why: why, next: "Keep this node serving, then verify and receive it.")
        }
        let next = "Verify and receive it in one step: comity evidence receive \(ref) --package \(digest.prefix(12)), or on its page."
        guard let record = try reader.record(ofPackage: digest).map({ try PackageRecord.read($0) }), let isValid = record.isValid else {
            throw ComityError(.wrongState, "Nobody has verified the package.", why: why, next: next)
        }
        guard isValid else {
            throw ComityError(
                .verificationFailed, record.sentence, why: record.findings.prefix(5).joined(separator: "; "),
                next: "Do not use it. Tell the other State and ask for a new package.")
        }
        let exhibits = act.body["exhibits"]?.integer ?? 0
        guard record.exhibits.count == PackageRecord.most || exhibits == record.exhibits.count else {
            throw ComityError(
                .malformedInput, "The receipt says \(exhibits) exhibits, and \(record.exhibits.count) were verified.", next: next)
        }
    }

    /// The statement is the one that was announced, is about this file, from the other State of the file, and signed with that State's key.
    func belongs(_ verdict: PackageVerdict, _ package: PackageRow, to dossier: Dossier) -> Bool {
        guard let statement = verdict.statement, verdict.digest == package.digest, case .trusted(let kid) = verdict.signer,
            let sender = dossier.counterparts(of: party).map(\.state).first(where: { $0.description == statement.from })
        else { return false }
        return statement.file == dossier.id && statement.to == state.description && peers.peer(sender)?.entry.hasSigned(kid) == true
    }
}

extension Node.StepResult {
    /// It waits for a second person.
    public var isPrepared: Bool { if case .prepared = self { true } else { false } }
}
