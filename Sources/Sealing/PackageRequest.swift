// SPDX-License-Identifier: Apache-2.0

public import Standards

/// What the caller gives to seal a package: everything of the statement but what sealing finds out itself.
public struct PackageRequest: Sendable {
    /// Name of the bag's folder: 1 to 100 of `A-Z a-z 0-9 . _ -`, not beginning with a dot.
    public var name: String
    /// The package.
    public var id: UUIDv7
    /// The file (dossier) to which it belongs.
    public var file: UUIDv7
    /// The file's reference.
    public var ref: String
    /// Sending State.
    public var from: String
    /// Receiving State.
    public var to: String
    /// The sending authority; also `Source-Organization` of the bag.
    public var authority: String
    /// The decision under which the exhibits may be sent.
    public var authorisation: String
    /// Conditions of use.
    public var conditions: [String]
    /// Who seals it (pseudonym).
    public var officer: String
    /// Now.
    public var sealedAt: Instant
    /// Program and version.
    public var tool: String
    /// A drill, not a real case.
    public var exercise: Bool
    /// Files and folders of the file system; a folder is walked and keeps its name as prefix.
    public var inputs: [String]
    /// Signs the statement.
    public var signingKey: SigningKey
    /// Signs the statement too; nil for one signature only.
    public var statementKey: StatementKey?
    /// The sender's signed directory entry, copied to `comity/signer.jws` unread; at most 1 MiB.
    public var signerEntry: [UInt8]
    /// Who can open the package.
    public var recipients: [AgeRecipient]
    /// How the exhibits were collected.
    public var collected: PackageStatement.Collection?
    /// What is said of single exhibits, by their path in the bag (`data/…`).
    public var flags: [String: [String]] = [:]

    /// All values at once; see the properties.
    public init(
        name: String, id: UUIDv7, file: UUIDv7, ref: String, from: String, to: String, authority: String, authorisation: String,
        conditions: [String], officer: String, sealedAt: Instant, tool: String, exercise: Bool, inputs: [String],
        signingKey: SigningKey, signerEntry: [UInt8], recipients: [AgeRecipient]
    ) {
        self.name = name
        self.id = id
        self.file = file
        self.ref = ref
        self.from = from
        self.to = to
        self.authority = authority
        self.authorisation = authorisation
        self.conditions = conditions
        self.officer = officer
        self.sealedAt = sealedAt
        self.tool = tool
        self.exercise = exercise
        self.inputs = inputs
        self.signingKey = signingKey
        self.signerEntry = signerEntry
        self.recipients = recipients
    }

    /// - Throws: `.usage` naming the value that cannot be used.
    func check() throws(ComityError) {
        let plain = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard plain, (1...100).contains(name.utf8.count), !name.hasPrefix(".") else {
            throw ComityError(
                .usage, "“\(name.prefix(100))” cannot be the name of a package.",
                next: "Use 1 to 100 letters, digits, dots, hyphens and underscores, not beginning with a dot.")
        }
        guard !inputs.isEmpty else { throw ComityError(.usage, "There is nothing to seal.", next: "Name at least one file or folder.") }
        guard signerEntry.count <= 1 << 20 else {
            throw ComityError(.tooLarge, "The signed directory entry of the sender is larger than 1 MiB.")
        }
        for (label, text) in [("authority", authority), ("tool", tool), ("reference", ref), ("officer", officer)] {
            guard !text.unicodeScalars.contains(where: SafePath.isControl) else {
                throw ComityError(.usage, "The \(label) contains a control character or a line break.")
            }
        }
    }
}
