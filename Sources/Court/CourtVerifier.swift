// SPDX-License-Identifier: Apache-2.0

public import Exchange
import Sealing
public import Standards

/// Checks court bundles, with nothing but the bundle. A verdict is a value that holds all reasons; an error means that no verdict was
/// possible.
public enum CourtVerifier {
    /// Whether a folder is meant to be a court bundle, whole or not; otherwise it may be an opened bag.
    public static func isBundle(_ folder: String) -> Bool { CourtEvidence.isBundle(folder) }

    /// Keys come from the directory entries in the bundle. Whose they are nobody can prove from files: the fingerprints are in the
    /// verdict, to be compared by a second channel.
    /// - Parameters:
    ///   - folder: the bundle.
    ///   - known: the entry of a State that a node at hand has confirmed; another one in the bundle is a finding.
    /// - Throws: `.malformedInput` when it is not a folder, `.tooLarge`, `.permission`, `.storage` when reading fails.
    public static func verify(_ folder: String, known: (StateCode) -> DirectoryEntry? = { _ in nil }) throws(ComityError) -> CourtVerdict {
        let evidence = try CourtEvidence(folder)
        let reading = CourtReading(evidence)
        var verdict: PackageVerdict?
        if let bag = evidence.bags.first(where: { $0 == reading.manifest?.name }) ?? evidence.bags.first {
            let keys = reading.entries
            do throws(ComityError) {
                verdict = try PackageVerifier.verify(
                    bag: "\(folder)/\(CourtLayout.bag)/\(bag)",
                    trusted: { kid in keys.first { $0.hasSigned(kid) }?.asSigned(by: kid) })
            } catch {
                // Something that is no folder stands in the place of the bag: that is a finding, not a failure.
                guard error.code == .malformedInput || error.code == .notFound else { throw error }
            }
        }
        return CourtJudge.judge(evidence, reading, verdict, known: known)
    }
}

/// The signed list, the chain of custody and the directory entries of a bundle, as far as they can be read.
struct CourtReading: Sendable {
    private(set) var manifest: CourtManifest?
    private(set) var signature: JWS?
    private(set) var document: CustodyDocument?
    /// Those that their own root key signed.
    private(set) var entries: [DirectoryEntry] = []
    private(set) var findings = CourtFindings()

    init(_ evidence: CourtEvidence) {
        readManifest(evidence.files[CourtLayout.signature])
        readCustody(evidence.files[CourtLayout.custody])
    }

    private mutating func readManifest(_ file: FileMeasure?) {
        guard let file else { return findings.add(.bundleUnsigned, "\(CourtLayout.signature) is missing.") }
        do throws(ComityError) {
            guard let bytes = file.bytes else { throw ComityError(.tooLarge, "it is too large.") }
            let jws = try JWS(parsing: bytes, limit: CourtLayout.maximumFile)
            signature = jws
            let manifest = try IJSON.decode(CourtManifest.self, from: jws.payload, limit: CourtLayout.maximumFile)
            guard manifest.v == 1 else { throw ComityError(.schema, "its version is \(manifest.v).") }
            self.manifest = manifest
        } catch { findings.add(.bundleUnsigned, "\(CourtLayout.signature) cannot be read: \(error.what)") }
    }

    private mutating func readCustody(_ file: FileMeasure?) {
        // That it is missing is told by the signed list.
        guard let file else { return }
        do throws(ComityError) {
            guard let bytes = file.bytes else { throw ComityError(.tooLarge, "it is too large.") }
            let document = try IJSON.decode(CustodyDocument.self, from: bytes, limit: CourtLayout.maximumFile)
            guard document.v == 1 else { throw ComityError(.schema, "its version is \(document.v).") }
            self.document = document
        } catch { findings.add(.bundleChanged, "\(CourtLayout.custody) cannot be read: \(error.what)") }
        for (number, text) in (document?.directory ?? []).enumerated() {
            do throws(ComityError) {
                guard let bytes = Base64.urlDecode(text) else { throw ComityError(.schema, "it is not base64url.") }
                entries.append(try DirectoryEntry(verifying: bytes))
            } catch {
                findings.add(.directoryBad, "The directory entry \(number + 1) in \(CourtLayout.custody) cannot be believed: \(error.what)")
            }
        }
    }
}
