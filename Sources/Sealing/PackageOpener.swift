// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Standards

/// Opens a package into a folder: all of it, proven, or nothing.
public enum PackageOpener {
    /// Extracts to `folder/.partial-…`; only when the envelope is authentic to its end and every hash of the payload, the
    /// tag files and the statement matches is the tree made durable and renamed to `folder/NAME`.
    ///
    /// Whose signature the statement bears is not asked here (``PackageVerifier`` does), but a signature by the key that the
    /// package itself carries must be valid.
    /// - Returns: the path of the opened bag.
    /// - Throws: as ``extract(path:identities:to:trusted:allowUnknownSigner:progress:)``.
    public static func open(
        path: String, identities: [any AgeOpener], to folder: String, progress: SealingProgress? = nil
    ) throws(ComityError) -> String {
        try extract(
            path: path, identities: identities, to: folder, trusted: { _ in nil }, allowUnknownSigner: true, progress: progress
        ).publish()
    }

    /// Verifies a package and extracts it in the same pass, still under a partial name.
    /// - Parameters:
    ///   - trusted: the keys that the caller trusts, by the `kid` of the signing key; nil when it is not known.
    ///   - allowUnknownSigner: accept a key that only the package itself carries.
    /// - Throws: `.verificationFailed` naming what failed, `.cannotDecrypt`, `.alreadyExists` when `folder/NAME` exists,
    ///   `.schema` for a malformed envelope or archive, `.notFound`, `.permission`, `.storage`. Nothing is left behind then.
    public static func extract(
        path: String, identities: [any AgeOpener], to folder: String, trusted: (String) -> (any SenderKeys)?, allowUnknownSigner: Bool,
        progress: SealingProgress? = nil
    ) throws(ComityError) -> ExtractedPackage {
        let file = try FileSource(path: path)
        let reader = try AgeReader(from: file, identities: identities)
        let partial = DurableFile.partialPath(in: folder)
        guard mkdir(partial, 0o700) == 0 else { throw SystemFailure.error("create a folder in", folder) }
        do throws(ComityError) {
            var extraction = Extraction(
                tar: TarReader(reader, maximumEntries: PackageLayout.maximumEntries), partial: partial, folder: folder)
            let name = try extraction.run { (done) throws(ComityError) in try progress?(done, file.size) }
            let verdict = PackageJudge.judge(extraction.evidence, trusted: trusted, allowUnknownSigner: allowUnknownSigner)
            let missing = PackageFinding.Code.signerKeyMissing.rawValue
            let findings = verdict.findings.filter { !allowUnknownSigner || !$0.hasPrefix(missing) }
            guard findings.isEmpty, verdict.statement != nil else {
                throw ComityError(
                    .verificationFailed, "The package \(path) was not opened. \(verdict.sentence)",
                    why: findings.prefix(5).joined(separator: "\n"),
                    next: "Nothing was extracted. Ask the sender for the package again.")
            }
            return ExtractedPackage(verdict: verdict, partial: partial, final: "\(folder)/\(name)")
        } catch {
            DurableFile.removeTree(partial)
            throw error
        }
    }

    private struct Extraction {
        let tar: TarReader
        let partial: String
        let folder: String
        var evidence = PackageEvidence()
        var folders: Set<String>

        init(tar: TarReader, partial: String, folder: String) {
            self.tar = tar
            self.partial = partial
            self.folder = folder
            folders = [partial]
        }

        /// Returns the name of the bag's folder.
        mutating func run(_ progress: (Int64) throws(ComityError) -> Void) throws(ComityError) -> String {
            var top: String?
            while let entry = try next() {
                let parts = entry.path.split(separator: "/", maxSplits: 1)
                let name = String(parts[0])
                if top == nil {
                    guard !name.hasPrefix(".") else { throw TarHeader.bad("the name of the bag begins with a dot") }
                    guard (try? FileStamp.of("\(folder)/\(name)")) == nil else {
                        throw SystemFailure.error("create", "\(folder)/\(name)", errno: EEXIST)
                    }
                    top = name
                }
                guard name == top, parts.count == 2 || entry.kind == .folder else {
                    throw TarHeader.bad("\(entry.path) stands outside the folder of the bag")
                }
                if entry.kind == .file { try extract(entry, String(parts[1]), progress) }
            }
            guard let top else { throw ComityError(.schema, "The package is empty.") }
            return top
        }

        private func next() throws(ComityError) -> TarEntry? { try tar.next() }

        private mutating func extract(_ entry: TarEntry, _ path: String, _ progress: (Int64) throws(ComityError) -> Void)
            throws(ComityError)
        {
            let target = "\(partial)/\(path)"
            try PlainFileSink.createFolders(above: target, known: &folders)
            let sink = try PlainFileSink(path: target)
            let tar = tar
            do throws(ComityError) {
                try evidence.take(path, announced: entry.size, offset: entry.offset, copy: sink) { (buffer) throws(ComityError) -> Int in
                    try progress(tar.position)
                    return try tar.read(into: buffer)
                }
            } catch {
                guard error.code == .verificationFailed else { throw error }
                throw ComityError(
                    .verificationFailed, "\(path) could not be opened: \(error.what)", why: error.why,
                    next: "Nothing was extracted. Verify the package to learn what was changed.")
            }
            try sink.end()
        }
    }
}

/// A package that was verified and extracted, and has no name yet. Letting go of it without ``publish()`` removes it.
public final class ExtractedPackage: @unchecked Sendable {
    /// Of what was extracted.
    public let verdict: PackageVerdict
    private let final: String
    private var partial: String?

    fileprivate init(verdict: PackageVerdict, partial: String, final: String) {
        self.verdict = verdict
        self.partial = partial
        self.final = final
    }

    deinit { if let partial { DurableFile.removeTree(partial) } }

    /// Makes the tree durable and gives it its name. Once.
    /// - Returns: the path of the opened bag.
    /// - Throws: `.alreadyExists`, `.storage`; nothing is left then.
    public func publish() throws(ComityError) -> String {
        guard let partial else { throw ComityError(.failure, "\(final) was published twice.") }
        try DurableFile.syncTree(partial)
        try DurableFile.publish(tree: partial, as: final)
        self.partial = nil
        return final
    }
}
