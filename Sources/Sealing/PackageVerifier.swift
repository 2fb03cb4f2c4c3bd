// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Checks packages. A verdict is a value that holds all reasons; an error means that no verdict was possible.
public enum PackageVerifier {
    /// Checks a sealed package, `NAME.bag.tar.age`, in one pass and constant memory.
    ///
    /// A changed chunk makes the envelope fail; it is then decrypted without authentication, only to name the exhibit that
    /// the change hits. Exhibits whose hash is that of the signed statement are reported intact all the same.
    /// - Parameters:
    ///   - identities: the private keys that may open it.
    ///   - trusted: the keys that the caller trusts, by the `kid` of the signing key; nil when it is not known.
    ///   - allowUnknownSigner: accept keys that only the package itself carries (`signingKey`, `statementKey` in `comity/signer.jws`).
    ///   - progress: bytes of the sealed file read, and in all.
    /// - Throws: `.cannotDecrypt` when no identity matches or the kind of envelope is not supported, `.notFound`,
    ///   `.permission`, `.malformedInput` when it is not a file, `.storage` when reading fails.
    public static func verify(
        path: String, identities: [any AgeOpener], trusted: (String) -> (any SenderKeys)?, allowUnknownSigner: Bool = false,
        progress: SealingProgress? = nil
    ) throws(ComityError) -> PackageVerdict {
        let file = try FileSource(path: path)
        let source = BufferedSource(file)
        let envelope: AgeEnvelope
        do { envelope = try AgeEnvelope(opening: source, with: identities) } catch {
            guard error.code == .schema || error.code == .verificationFailed else { throw error }
            return headerVerdict(error)
        }
        let chunks = try AgeChunkReader(source: source, envelope: envelope)
        let evidence = try EnvelopeExamination.run(chunks, size: file.size, progress: progress)
        return PackageJudge.judge(evidence, trusted: trusted, allowUnknownSigner: allowUnknownSigner)
    }

    /// Checks an opened bag in a folder; the same verdict, without the envelope.
    /// - Throws: `.notFound`, `.permission`, `.malformedInput` when it is not a folder, `.storage`.
    public static func verify(
        bag path: String, trusted: (String) -> (any SenderKeys)?, allowUnknownSigner: Bool = false
    ) throws(ComityError) -> PackageVerdict {
        let evidence = try FolderExamination.run(path)
        return PackageJudge.judge(evidence, trusted: trusted, allowUnknownSigner: allowUnknownSigner)
    }

    private static func headerVerdict(_ error: ComityError) -> PackageVerdict {
        var findings = PackageFindings()
        findings.add(.envelopeHeaderChanged, "\(error.what) \(error.why)")
        return PackageVerdict(
            isValid: false, sentence: "Not valid: the envelope header was changed, or this is not a package; no exhibit could be read.",
            exhibits: [], findings: findings.texts, statement: nil, digest: nil, signer: .invalid, signatures: [])
    }
}
