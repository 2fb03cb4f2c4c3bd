// SPDX-License-Identifier: Apache-2.0

package import Standards

/// Ways in for the fuzz targets (`Fuzz/`) to what is read in memory; the product does not use them.
package enum FuzzDoors {
    /// Reads a manifest, and again what it would be written as.
    package static func manifest(_ bytes: [UInt8]) throws(ComityError) {
        let lines = try BagManifest.parse(bytes, name: "manifest")
        let text = lines.map { BagManifest.line(path: $0.path, sha256: $0.sha256) }.joined()
        let again = try BagManifest.parse(Array(text.utf8), name: "manifest")
        precondition(again.map(\.path) == lines.map(\.path) && again.map(\.sha256) == lines.map(\.sha256))
    }

    /// Reads the archive of a package, judges it, and says whether it is valid: nobody but its sender can make one that is.
    @discardableResult
    package static func package(_ archive: [UInt8]) -> PackageVerdict {
        var evidence = PackageEvidence()
        let tar = TarReader(MemorySource(archive), maximumEntries: 1000)
        do throws(ComityError) {
            while let entry = try tar.next() {
                let path = entry.path.split(separator: "/", maxSplits: 1).last.map(String.init) ?? ""
                guard entry.kind == .file, !evidence.has(path) else { continue }
                try evidence.take(path, announced: entry.size, offset: entry.offset) { (buffer) throws(ComityError) -> Int in
                    try tar.read(into: buffer)
                }
            }
        } catch { evidence.findings.add(.archiveMalformed, error.what) }
        return PackageJudge.judge(evidence, trusted: { _ in nil }, allowUnknownSigner: true)
    }
}
