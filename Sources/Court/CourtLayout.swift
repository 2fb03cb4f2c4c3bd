// SPDX-License-Identifier: Apache-2.0

import Register
import Standards

/// Names and limits of a court bundle (`docs/formats/court-bundle.md`). All paths are relative to its folder.
public enum CourtLayout {
    /// What the name of the bundle's folder adds to that of the bag.
    public static let suffix = "-court"
    public static let signature = "bundle.jws"
    public static let custody = "custody.json"
    public static let graph = "custody.jsonld"
    public static let page = "custody.html"
    public static let verifier = "verify.html"
    public static let instructions = "VERIFY.txt"
    /// RFC 3161 token over the statement; may be absent.
    public static let timeStamp = "timestamp.tsr"
    public static let bag = "bag"
    static let manifests = ["manifest-sha256.txt", "tagmanifest-sha256.txt"]
    /// The `typ` of `bundle.jws`.
    static let type = "comity-court+jws"

    /// Largest file outside the bag that is read here, in bytes.
    static let maximumFile = 256 << 20
    /// Most files outside the bag.
    static let maximumFiles = 1000
    /// Longest list of findings told.
    static let maximumFindings = 1000
}

/// What `bundle.jws` signs.
struct CourtManifest: Codable, Sendable {
    struct Item: Codable, Sendable, Equatable {
        let path: String
        let size: Int64
        /// Lower-case hexadecimal.
        let sha256: String
    }

    let v: Int
    /// Folder of the bag below `bag/`.
    let name: String
    /// What names the package.
    let digest: String
    /// Reference of the file it belongs to.
    let ref: String
    /// The State that made the bundle.
    let state: StateCode
    let at: Instant
    /// Pseudonym of the officer who had it made.
    let by: String
    let exercise: Bool
    /// Every other file outside the bag, and the two manifests of the bag, sorted by path.
    let files: [Item]
}

/// `custody.json`: the chain of custody with its proofs.
struct CustodyDocument: Codable, Sendable {
    struct RegisterHead: Codable, Sendable {
        let origin: String
        /// Text of a `NoteVerifier`.
        let key: String
        /// Signed note.
        let checkpoint: String
        /// An earlier checkpoint, or this one, with the lines of the States that have cosigned it.
        let cosigned: String?
        /// Consistency proof from there to `checkpoint`.
        let consistency: [Hash]?
    }

    let v: Int
    /// What names the package.
    let package: String
    let name: String
    let ref: String
    let exercise: Bool
    let at: Instant
    let strip: [CustodyStep]
    /// By index.
    let entries: [CustodyEntry]
    let register: RegisterHead
    /// Of the other State, for acts among the entries.
    let receipts: [Receipt]
    /// Signed directory entries, base64url: this State's own first, then those of the other.
    let directory: [String]
}
