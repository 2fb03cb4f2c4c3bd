// SPDX-License-Identifier: Apache-2.0

public import Standards

/// What the sender signs about a package: `comity/statement.jws`, a JWS of type `comity-package+jws` over this as I-JSON.
public struct PackageStatement: Codable, Sendable, Equatable {
    /// One exhibit as it was sealed.
    public struct Exhibit: Codable, Sendable, Equatable {
        /// 1-based, in the order of the archive.
        public let number: Int
        /// Below the bag's folder; begins with `data/`.
        public let path: String
        /// Bytes.
        public let size: Int64
        /// Lower-case hexadecimal.
        public let sha256: String
        /// What the sender says of it: `privileged`, `minors`, `abuse`; nil when nothing is said.
        public var flags: [String]? = nil
    }

    /// How the exhibits came into the hands of the sender, in the sender's words.
    public struct Collection: Codable, Sendable, Equatable {
        /// Who collected them (pseudonym or office).
        public let by: String
        /// When.
        public let at: Instant?
        /// Where.
        public let place: String
        /// With which program or device; empty when none is named.
        public let tool: String

        /// All values at once; see the properties.
        public init(by: String, at: Instant?, place: String, tool: String) {
            self.by = by
            self.at = at
            self.place = place
            self.tool = tool
        }
    }

    /// Version of this shape: 1.
    public let v: Int
    /// The package.
    public let id: UUIDv7
    /// The file (dossier) to which it belongs.
    public let file: UUIDv7
    /// The file's reference as people read it.
    public let ref: String
    /// Sending State.
    public let from: String
    /// Receiving State.
    public let to: String
    /// The sending authority.
    public let authority: String
    /// The decision under which the exhibits may be sent.
    public let authorisation: String
    /// Conditions of use, one sentence each.
    public let conditions: [String]
    /// Who sealed it (pseudonym).
    public let officer: String
    /// When it was sealed.
    public let sealedAt: Instant
    /// Program and version.
    public let tool: String
    /// A drill, not a real case.
    public let exercise: Bool
    /// SHA-256 of `manifest-sha256.txt`, lower-case hexadecimal.
    public let manifest: String
    /// All exhibits, in the order of the archive.
    public let exhibits: [Exhibit]
    /// How the exhibits were collected; nil when the sender does not say.
    public var collected: Collection? = nil

    /// What is wrong with the values, in words, or nil.
    var fault: String? {
        guard v == 1 else { return "its version \(v) is not known here" }
        guard exhibits.count <= PackageLayout.maximumExhibits else { return "it lists too many exhibits" }
        guard Hex.decode(manifest)?.count == 32 else { return "its manifest hash is not a SHA-256" }
        for (index, exhibit) in exhibits.enumerated() {
            guard exhibit.number == index + 1 else { return "its exhibits are not numbered 1, 2, 3 …" }
            guard exhibit.size >= 0, Hex.decode(exhibit.sha256)?.count == 32, exhibit.path.hasPrefix(PackageLayout.payloadPrefix),
                SafePath.fault(exhibit.path) == nil
            else { return "its exhibit \(exhibit.number) is malformed" }
            guard exhibit.flags?.count ?? 0 <= 16 else { return "its exhibit \(exhibit.number) has too many flags" }
        }
        return nil
    }
}
