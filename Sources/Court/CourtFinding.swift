// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a court bundle, in the order in which it was found, with an upper bound.
struct CourtFindings: Sendable {
    /// The stable codes; docs/formats/court-bundle.md explains each. Those of the bag are in docs/formats/package.md.
    enum Code: String, Sendable, CaseIterable {
        case bundleChanged = "bundle-changed"
        case bundleMissing = "bundle-missing"
        case bundleUnsigned = "bundle-unsigned"
        case custodyEntryChanged = "custody-entry-changed"
        case custodyEntryUnproven = "custody-entry-unproven"
        case custodySignatureBad = "custody-signature-bad"
        case custodyOtherPackage = "custody-other-package"
        case custodyDropped = "custody-dropped"
        case checkpointBad = "checkpoint-bad"
        case directoryBad = "directory-bad"
        case receiptBad = "receipt-bad"
        case more
    }

    struct Item: Sendable {
        let code: Code
        let text: String
        /// The entry of the register that it is about.
        var entry: Int64?
        /// The link of the chain that it is about, from 1.
        var link: Int?
    }

    private(set) var items: [Item] = []
    private var dropped = 0

    var isEmpty: Bool { items.isEmpty }

    mutating func add(_ code: Code, _ text: String, entry: Int64? = nil, link: Int? = nil) {
        guard items.count < CourtLayout.maximumFindings else {
            dropped += 1
            return
        }
        items.append(Item(code: code, text: text, entry: entry, link: link))
    }

    /// The one that gives the sentence: what all else stands on first, then what touches the evidence, then the rest.
    /// - Parameter codes: only these.
    func first(of codes: [Code] = order) -> Item? {
        codes.lazy.compactMap { code in items.first { $0.code == code } }.first
    }

    static let order: [Code] = [
        .directoryBad, .custodyEntryChanged, .checkpointBad, .custodyEntryUnproven, .custodySignatureBad, .custodyOtherPackage,
        .custodyDropped, .receiptBad, .bundleMissing, .bundleChanged, .bundleUnsigned,
    ]

    func has(_ codes: Code...) -> Bool { items.contains { codes.contains($0.code) } }
    func count(_ codes: Code...) -> Int { items.count { codes.contains($0.code) } }

    /// Each `code: sentence`.
    var texts: [String] {
        let all = dropped > 0 ? items + [Item(code: .more, text: "\(dropped) more of the kind.")] : items
        return all.map { "\($0.code.rawValue): \($0.text)" }
    }
}
