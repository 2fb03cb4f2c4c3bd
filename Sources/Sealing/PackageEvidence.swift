// SPDX-License-Identifier: Apache-2.0

import Standards

/// What was seen of a bag, before anything is concluded from it. The same whether it came from an envelope or a folder.
/// Grows with the number of exhibits and with the tag files, never with the size of an exhibit.
struct PackageEvidence {
    struct Payload {
        /// Bytes announced by the archive or the file system.
        let announced: Int64
        /// Bytes seen.
        let seen: Int64
        let sha256: String
        /// Where the data begins in the archive.
        let offset: Int64?
        /// Which part of it lies in a changed piece of the envelope; empty when none.
        let damage: String

        var isWhole: Bool { seen == announced }
    }

    private(set) var payload: [String: Payload] = [:]
    private(set) var tags: [String: [UInt8]] = [:]
    private(set) var tagHashes: [String: String] = [:]
    private var tagBytes: Int64 = 0
    private let hashing = SideHashing()
    var findings = PackageFindings()
    /// Pieces of the sealed file that are not authentic, in bytes, joined.
    var changed: [Range<Int64>] = []
    /// Where the sealed file or the archive ends too early.
    var isCutOff = false

    static func isPayload(_ path: String) -> Bool { path.hasPrefix(PackageLayout.payloadPrefix) }

    /// Reads one file to its end.
    /// - Parameters:
    ///   - path: below the bag's folder.
    ///   - copy: gets the bytes as well.
    ///   - damage: asked after the last byte which part of the content is damaged.
    ///   - read: gives content, 0 at the end.
    mutating func take(
        _ path: String, announced: Int64, offset: Int64?, copy: (any ByteSink)? = nil, damage: () -> String = { "" },
        from read: (UnsafeMutableRawBufferPointer) throws(ComityError) -> Int
    ) throws(ComityError) {
        let isPayload = Self.isPayload(path)
        var kept: [UInt8]? = isPayload ? nil : []
        if !isPayload {
            tagBytes += min(announced, PackageLayout.maximumTags)
            if announced > PackageLayout.maximumTagFile || tagBytes > PackageLayout.maximumTags
                || tags.count >= PackageLayout.maximumTagCount
            {
                findings.add(.tagTooLarge, "The tag file \(path) is too large to be read here.")
                kept = nil
            }
        }
        let found = hashing.run(announced: announced, read: read) { (piece) throws(ComityError) in
            try copy?.write(piece)
            kept?.append(contentsOf: piece)
        }
        if isPayload {
            payload[path] = Payload(announced: announced, seen: found.count, sha256: found.sha256, offset: offset, damage: damage())
        } else {
            tags[path] = kept
            tagHashes[path] = found.sha256
        }
        if let failure = found.failure { throw failure }
    }

    func has(_ path: String) -> Bool { payload[path] != nil || tagHashes[path] != nil }
}
