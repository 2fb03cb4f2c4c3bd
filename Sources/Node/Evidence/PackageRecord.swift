// SPDX-License-Identifier: Apache-2.0

import Sealing
import Standards

/// What this node knows of the inside of a package without reading it again: what it sealed, or what verifying found.
struct PackageRecord: Codable, Sendable {
    /// More exhibits are not listed one by one.
    static let most = 10_000

    let statement: PackageStatement?
    /// nil for a package that was sealed here.
    let isValid: Bool?
    /// It is about the file in which it was supplied, and from the State that supplied it; nil for a package sealed here.
    let belongs: Bool?
    let sentence: String
    let exhibits: [ExhibitVerdict]
    let findings: [String]
    let signer: PackageSigner
    /// nil in a record that was made before they were kept, and for a package sealed here.
    let signatures: [SignatureVerdict]?
    let at: Instant
    let by: String

    init(sealed statement: PackageStatement, at: Instant, by: String) {
        self.statement = statement
        (isValid, belongs) = (nil, nil)
        sentence = ""
        exhibits = statement.exhibits.prefix(Self.most).map {
            ExhibitVerdict(number: $0.number, path: $0.path, size: $0.size, expected: $0.sha256, found: $0.sha256, state: .intact, note: "")
        }
        findings = []
        signer = .invalid
        signatures = nil
        self.at = at
        self.by = by
    }

    init(verdict: PackageVerdict, belongs: Bool, at: Instant, by: String) {
        statement = verdict.statement
        isValid = verdict.isValid && belongs
        self.belongs = belongs
        sentence = verdict.isValid && !belongs ? "Not valid: this is not the package that was announced for this file." : verdict.sentence
        // Those that fail first, when not all can be listed.
        let bad = verdict.exhibits.filter { $0.state != .intact }
        exhibits = verdict.exhibits.count <= Self.most ? verdict.exhibits : Array((bad + verdict.exhibits).prefix(Self.most))
        findings = Array(verdict.findings.prefix(200))
        signer = verdict.signer
        signatures = verdict.signatures
        self.at = at
        self.by = by
    }

    var bytes: [UInt8] { get throws(ComityError) { try IJSON.encode(self) } }

    static func read(_ bytes: [UInt8]) throws(ComityError) -> PackageRecord {
        try IJSON.decode(PackageRecord.self, from: bytes, limit: 256 << 20)
    }
}
