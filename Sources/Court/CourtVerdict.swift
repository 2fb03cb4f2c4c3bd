// SPDX-License-Identifier: Apache-2.0

public import Sealing
public import Standards

/// The outcome of checking a court bundle, with every reason. Stable as JSON (`--json`).
public struct CourtVerdict: Encodable, Sendable {
    /// One link of the chain of custody.
    public struct Link: Encodable, Sendable {
        /// How it is supported.
        public enum Outcome: String, Encodable, Sendable {
            /// The register holds it, and the proof leads to the signed checkpoint.
            case proven
            /// The sender's signed statement says it.
            case signed
            /// A time without a record.
            case gap
            /// Not yet.
            case waiting
            /// The bytes of its entry are not what the register holds.
            case changed
            /// The register does not provably hold it.
            case unproven
            /// The signature of its act does not hold.
            case signatureBad = "signature-bad"
            /// Its entry is about another package.
            case otherPackage = "other-package"
            /// No entry and no statement says it.
            case unsupported
        }

        /// From 1, in the order of the chain.
        public let number: Int
        public let step: CustodyStep
        public let outcome: Outcome
        /// Index of its entry in the register; nil without one.
        public let entry: Int64?

        public var holds: Bool { [.proven, .signed, .gap, .waiting].contains(outcome) }
    }

    /// A State that has cosigned the register of the bundle.
    public struct Cosigner: Codable, Sendable, Equatable {
        public let state: StateCode
        /// When, by its own clock; UTC.
        public let at: Instant
        /// How many entries the register had then: links whose entry is below it were there.
        public let size: Int64

        public init(state: StateCode, at: Instant, size: Int64) {
            self.state = state
            self.at = at
            self.size = size
        }
    }

    /// The bundle and everything in it is whole and signed.
    public let isValid: Bool
    /// One sentence for a person.
    public let sentence: String
    public let name: String
    /// What names the package.
    public let digest: String
    public let ref: String
    /// The State that made the bundle; nil when that cannot be read.
    public let state: StateCode?
    public let at: Instant?
    public let by: String
    public let exercise: Bool
    /// The verdict on the bag; nil when there is none.
    public let package: PackageVerdict?
    public let links: [Link]
    /// Each `code: sentence`, those of the bag first. Empty when valid.
    public let findings: [String]
    /// The States whose keys were used, with the fingerprints to be compared.
    public let signers: [SignerIdentity]
    /// What was checked, in plain words.
    public let checks: [ExplainedCheck]
    /// What the chain says, for showing it.
    public let steps: [CustodyStep]
    /// Which other States had seen the register, and when.
    public let cosigners: [Cosigner]

    private enum Member: String, CodingKey {
        case isValid, sentence, name, digest, ref, state, at, by, exercise, package, links, findings, signers, cosigners
    }

    /// Without the checks: `--explain` adds them.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(isValid, forKey: .isValid)
        try members.encode(sentence, forKey: .sentence)
        try members.encode(name, forKey: .name)
        try members.encode(digest, forKey: .digest)
        try members.encode(ref, forKey: .ref)
        try members.encodeIfPresent(state?.description, forKey: .state)
        try members.encodeIfPresent(at, forKey: .at)
        try members.encode(by, forKey: .by)
        try members.encode(exercise, forKey: .exercise)
        try members.encodeIfPresent(package, forKey: .package)
        try members.encode(links, forKey: .links)
        try members.encode(findings, forKey: .findings)
        try members.encode(signers, forKey: .signers)
        try members.encode(cosigners, forKey: .cosigners)
    }
}
