// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
public import Sealing
public import Standards
import Storage

extension Node {
    /// Checks a package with this node's key and directory. Says nothing of the file it belongs to.
    public func verify(packageAt path: String, progress: (@Sendable (Int64, Int64) -> Void)? = nil) throws(ComityError) -> PackageVerdict {
        try PackageVerifier.verify(path: path, identities: [keys.sealing], trusted: trustedKey, progress: progress)
    }

    /// The signing key with this id, when it is this node's or a confirmed peer's.
    public func trustedKey(_ keyID: String) -> VerifyingKey? {
        let own = keys.signing.verifyingKey
        if own.keyID == keyID { return own }
        guard let peer = peers.peer(keyID: keyID), peer.trust == .confirmed else { return nil }
        return peer.entry.signingKey
    }

    /// Verifies the package that arrived and answers with the act *receive*. Nothing is recorded as received unless it
    /// verified and belongs to this file.
    /// - Throws: `.verificationFailed` with the verdict's sentence.
    public func receiveEvidence(
        _ ref: FileReference, package sha256: String?, officer: String, progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws(ComityError) -> (step: StepResult, verdict: PackageVerdict) {
        _ = try require(officer, .answer, to: "receive evidence")
        let arrived = try arrivedPackage(ref, package: sha256)
        let dossier = try dossier(ref)
        let path = arrived.path
        let verdict = try await Self.aside { [self] () throws(ComityError) in try verify(packageAt: path, progress: progress) }
        let belongs = self.belongs(verdict, to: dossier)
        let looked = try event(
            .verified, file: dossier.id, by: officer,
            detail: [
                "package": .string(arrived.package.sha256), "valid": .bool(verdict.isValid && belongs),
                "sentence": .string(Text.safe(verdict.sentence, limit: 500)),
            ])
        let record = try PackageRecord(verdict: verdict, belongs: belongs, at: try now(), by: officer).bytes
        // That it was looked at is registered first, whatever comes of it: an act of receipt never stands without it.
        _ = try await store.commit { writer in
            try writer.append(looked)
            try writer.setRecord(ofPackage: arrived.package.sha256, record)
        }
        guard verdict.isValid, belongs else {
            throw ComityError(
                .verificationFailed, verdict.isValid ? "The package belongs to another file." : verdict.sentence,
                why: verdict.findings.prefix(5).joined(separator: "; "),
                next: "Do not use it. Tell the other State and ask for a new package.")
        }
        let body = ActBody.Receive(package: arrived.package.sha256, exhibits: verdict.exhibits.count)
        return (try await take(.receive, on: ref, officer: officer, body: try ActBody.json(body)), verdict)
    }

    /// Starts to verify and receive a package, beside the pages.
    /// - Returns: the task.
    public func startReceiving(_ ref: FileReference, package sha256: String, officer: String) async throws(ComityError) -> UUIDv7 {
        _ = try require(officer, .answer, to: "receive evidence")
        let arrived = try arrivedPackage(ref, package: sha256)
        guard arrived.package.stage == .complete else {
            throw ComityError(.wrongState, "This package was received already.", next: "Look at its page.")
        }
        return try await start(.receive, ref: ref, subject: sha256, officer: officer) { [self] progress in
            let received = try await receiveEvidence(ref, package: sha256, officer: officer) { progress.report($0, $1) }
            return .object([
                "package": .string(sha256), "exhibits": .integer(Int64(received.verdict.exhibits.count)),
                "prepared": .bool(received.step.isPrepared),
            ])
        }
    }

    /// The statement is about this file, from the other State of the file, and signed with that State's key.
    func belongs(_ verdict: PackageVerdict, to dossier: Dossier) -> Bool {
        guard let statement = verdict.statement, case .trusted(let kid) = verdict.signer,
            let sender = dossier.counterparts(of: party).map(\.state).first(where: { $0.description == statement.from })
        else { return false }
        return statement.file == dossier.id && statement.to == state.description && peers.peer(sender)?.entry.signingKey.keyID == kid
    }
}

extension Node.StepResult {
    /// It waits for a second person.
    public var isPrepared: Bool { if case .prepared = self { true } else { false } }
}
