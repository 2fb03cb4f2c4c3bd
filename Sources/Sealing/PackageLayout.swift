// SPDX-License-Identifier: Apache-2.0

/// Names and limits of a package: a BagIt 1.0 bag in tar in age. All paths are relative to the bag's folder.
enum PackageLayout {
    static let declaration = "bagit.txt"
    static let contents = "comity/contents.json"
    static let manifest = "manifest-sha256.txt"
    static let information = "bag-info.txt"
    static let statement = "comity/statement.jws"
    static let signer = "comity/signer.jws"
    static let instructions = "comity/VERIFY.txt"
    static let tagManifest = "tagmanifest-sha256.txt"
    static let payloadPrefix = "data/"
    /// The `typ` of the signed statement.
    static let statementType = "comity-package+jws"

    /// Tag files that every package has.
    static let required = [declaration, contents, manifest, information, statement, signer, instructions, tagManifest]

    static let declarationText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

    /// Most exhibits in a package.
    static let maximumExhibits = 1_000_000
    /// Exhibits, tag files and their folders.
    static let maximumEntries = 2_000_000
    /// Largest tag file, in bytes.
    static let maximumTagFile: Int64 = 256 << 20
    /// All tag files together, in bytes.
    static let maximumTags: Int64 = 640 << 20
    /// Most tag files.
    static let maximumTagCount = 10_000
    /// Longest list of findings told; the exhibits themselves are always listed.
    static let maximumFindings = 1000
    /// Bytes read at once.
    static let bufferSize = 1 << 20
}
