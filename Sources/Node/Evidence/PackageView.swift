// SPDX-License-Identifier: Apache-2.0

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

/// One piece of the chain of custody: who answered for the exhibits, when, where.
public struct CustodyStep: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable { case collected, sealed, supplied, arrived, verified, received, opened, gap }
    public enum State: String, Sendable {
        case done, failed
        /// Not yet.
        case waiting
        /// Nobody is recorded.
        case missing
    }

    public let kind: Kind
    public let state: State
    /// Pseudonym or office; empty when nobody is recorded, `node` for what a node did by itself.
    public let who: String
    /// The State where it happened; nil when that is not known.
    public let by: StateCode?
    public let at: Instant?
    public let place: String
    /// Length of a gap in milliseconds; nil when not even that is known.
    public let length: Int64?
}

extension CustodyStep {
    /// Longest time between collecting and sealing that is not shown as a gap: one hour.
    static let patience: Int64 = 3_600_000

    /// What is recorded of a package, in order.
    struct Facts {
        var sender: StateCode
        var receiver: StateCode
        var collected: PackageStatement.Collection?
        var isStatementKnown = false
        var sealed: (by: String, at: Instant)?
        var supplied: (by: String, at: Instant)?
        var arrived: Instant?
        var verified: (by: String, at: Instant, valid: Bool)?
        var received: (by: String, at: Instant)?
        var opened: (by: String, at: Instant)?
        /// This node is the sender: what happens at the other one is not seen before its receipt.
        var isOutgoing: Bool
    }

    /// The chain with its gaps. Between sealing and verifying the seal itself answers for the content; before sealing only a person
    /// can, so time there without a record is a gap.
    static func chain(_ facts: Facts) -> [CustodyStep] {
        var steps: [CustodyStep] = []
        func step(
            _ kind: Kind, _ state: State, _ who: String = "", _ by: StateCode? = nil, _ at: Instant? = nil, place: String = "",
            length: Int64? = nil
        ) { steps.append(CustodyStep(kind: kind, state: state, who: who, by: by, at: at, place: place, length: length)) }

        if let collected = facts.collected {
            step(.collected, .done, collected.by, facts.sender, collected.at, place: collected.place)
            if let from = collected.at, let to = facts.sealed?.at {
                let length = to.milliseconds - from.milliseconds
                if length > patience { step(.gap, .missing, length: length) }
            } else if facts.sealed != nil {
                step(.gap, .missing)
            }
        } else if facts.isStatementKnown {
            step(.gap, .missing)
        } else {
            step(.collected, .waiting)
        }
        if let sealed = facts.sealed { step(.sealed, .done, sealed.by, facts.sender, sealed.at) } else { step(.sealed, .waiting) }
        if let supplied = facts.supplied {
            step(.supplied, .done, supplied.by, facts.sender, supplied.at)
        } else {
            step(.supplied, .waiting)
        }
        if !facts.isOutgoing {
            if let arrived = facts.arrived { step(.arrived, .done, "node", facts.receiver, arrived) } else { step(.arrived, .waiting) }
            if let verified = facts.verified {
                step(.verified, verified.valid ? .done : .failed, verified.by, facts.receiver, verified.at)
            } else {
                step(.verified, .waiting)
            }
        }
        if let received = facts.received {
            step(.received, .done, received.by, facts.receiver, received.at)
        } else {
            step(.received, .waiting)
        }
        if let opened = facts.opened { step(.opened, .done, opened.by, facts.receiver, opened.at) }
        return steps
    }
}
