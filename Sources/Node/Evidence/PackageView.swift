// SPDX-License-Identifier: Apache-2.0

public import Court
import Sealing
public import Standards
import Storage

/// A package as a page shows it.
public struct PackageView: Sendable {
    public enum Verdict: String, Sendable {
        /// Sealed here; the other State verifies it.
        case ours
        /// Not verified yet.
        case open
        case valid
        case notValid = "not-valid"
    }

    public struct Exhibit: Sendable {
        public let number: Int
        /// The name under which it travelled; empty when the reader may not see it.
        public let name: String
        public let size: Int64
        /// The stated SHA-256, lower-case hexadecimal; empty when none could be read.
        public let expected: String
        /// The SHA-256 of what is there, if it is there whole.
        public let found: String?
        /// `intact`, `changed`, `missing`, `unexpected`, `unreadable`.
        public let state: String
        public let note: String
        public let flags: [ExhibitFlag]
    }

    /// A time stamp of the statement, here or awaited.
    public struct Stamp: Sendable {
        /// When the statement existed, and who says so; nil while the service has not answered.
        public let given: (at: Instant, authority: String)?
        /// Why the last attempt failed; empty when there was none, and when it is here.
        public let says: String
    }

    /// One signature of the statement.
    public struct Signature: Sendable {
        /// `EdDSA` or `ML-DSA-65`.
        public let algorithm: String
        public let kid: String
        /// `held`, `bad` or `key-unknown`.
        public let state: String
        /// The algorithm as people name it.
        public let name: String

        init(_ verdict: SignatureVerdict) {
            (algorithm, kid, state, name) = (verdict.algorithm, verdict.kid, verdict.state.rawValue, verdict.name)
        }
    }

    /// Somebody opened the package, looked at an exhibit, or took one out.
    public struct Access: Sendable {
        /// `opened`, `previewed` or `downloaded`.
        public let kind: String
        public let officer: String
        public let at: Instant
        public let exhibit: Int?
        /// Entry of the register.
        public let index: Int64?
    }

    public let ref: FileReference
    /// Title of the file; empty when the reader may not see it.
    public let title: String
    public let digest: String
    public let name: String
    public let size: Int64
    public let count: Int
    public let outgoing: Bool
    /// The other State.
    public let counterpart: StateCode
    /// `sealed`, `supplied`, `complete` or `received`.
    public let stage: String
    public let partsHere: Int
    public let partsAll: Int
    public let created: Instant
    public let conditions: [String]
    public let verdict: Verdict
    /// The sentence of the verdict.
    public let sentence: String
    public let findings: [String]
    /// The last time it was verified here, and by whom.
    public let verified: (at: Instant, by: String)?
    /// Who sealed it, by what is signed: authority and pseudonym; nil while that cannot be read.
    public let signed: (authority: String, officer: String, at: Instant, authorisation: String, tool: String)?
    /// The signature is by a key this node trusts.
    public let isSignerKnown: Bool
    /// What became of each signature when it was verified here; empty before, and for a package sealed here.
    public let signatures: [Signature]
    /// It is about this file, from the State that supplied it; nil while that is not known.
    public let belongs: Bool?
    /// What a time stamping service says of its statement; nil when nobody asked one.
    public let stamp: Stamp?
    public let exhibits: [Exhibit]
    public let custody: [CustodyStep]
    public let access: [Access]
    /// This officer opened it, and may look at its exhibits.
    public let isOpened: Bool
    /// Names, conditions and sentences are left out.
    public let isWithheld: Bool
    /// A step about this package waits for a second person; who prepared it.
    public let pending: String?
    /// The newest task on it.
    public let task: NodeTask?
}

/// A row of a list of packages.
public struct PackageSummary: Sendable {
    public let ref: FileReference
    public let title: String
    public let digest: String
    public let name: String
    public let size: Int64
    public let count: Int
    public let outgoing: Bool
    public let counterpart: StateCode
    public let stage: String
    public let partsHere: Int
    public let partsAll: Int
    public let created: Instant
    public let conditions: [String]
    public let verdict: PackageView.Verdict
}
