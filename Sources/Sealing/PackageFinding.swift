// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong with a package.
struct PackageFinding: Sendable {
    /// The stable codes; docs/formats/package.md explains each.
    enum Code: String, Sendable {
        case envelopeHeaderChanged = "envelope-header-changed"
        case envelopeChanged = "envelope-changed"
        case envelopeCut = "envelope-cut"
        case envelopeTrailing = "envelope-trailing"
        case archiveMalformed = "archive-malformed"
        case entryRefused = "entry-refused"
        case tagMissing = "tag-missing"
        case tagChanged = "tag-changed"
        case tagUnlisted = "tag-unlisted"
        case tagMalformed = "tag-malformed"
        case tagTooLarge = "tag-too-large"
        case manifestDiffers = "manifest-differs"
        case contentsDiffer = "contents-differ"
        case informationDiffers = "information-differs"
        case statementMalformed = "statement-malformed"
        case signatureBad = "signature-bad"
        case signatureMissing = "signature-missing"
        case signerUnknown = "signer-unknown"
        case signerKeyMissing = "signer-key-missing"
        case exhibitChanged = "exhibit-changed"
        case exhibitMissing = "exhibit-missing"
        case exhibitUnexpected = "exhibit-unexpected"
        case exhibitUnreadable = "exhibit-unreadable"
        case more
    }

    let code: Code
    let text: String
}

/// Findings in the order in which they were made, with an upper bound.
struct PackageFindings: Sendable {
    private(set) var items: [PackageFinding] = []
    private var dropped = 0

    var isEmpty: Bool { items.isEmpty }

    mutating func add(_ code: PackageFinding.Code, _ text: String) {
        if items.count < PackageLayout.maximumFindings { items.append(PackageFinding(code: code, text: text)) } else { dropped += 1 }
    }

    func contains(_ code: PackageFinding.Code) -> Bool { items.contains { $0.code == code } }

    var texts: [String] {
        var all = items
        if dropped > 0 { all.append(PackageFinding(code: .more, text: "\(dropped) more of the kind.")) }
        return all.map { "\($0.code.rawValue): \($0.text)" }
    }
}
