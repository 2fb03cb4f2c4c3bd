// SPDX-License-Identifier: Apache-2.0

public import Register
public import Standards

/// The largest checkpoint of another register that this node cosigned.
public struct CosignedRow: Sendable {
    /// Name of the register and id of its key.
    public let log: String
    public let checkpoint: Checkpoint
    /// The checkpoint with its signatures and this node's cosignature.
    public let note: SignedNote
    /// When, by the time of this node; milliseconds.
    public let at: Int64
}

/// How it stands with a witness of this node's register.
public struct WitnessRow: Sendable, Equatable {
    public let state: StateCode
    /// It was taken off: it is not asked any more.
    public var isRemoved = false
    /// Size of the last checkpoint that it cosigned; 0 for none.
    public var size: Int64 = 0
    /// Entries that it mirrors.
    public var mirrored: Int64 = 0
    /// When it cosigned last, by the time of this node; milliseconds.
    public var at: Int64?
    /// Why the last attempt failed.
    public var says: String?

    public init(state: StateCode) { self.state = state }
}

/// A checkpoint of this node's register with the cosignatures it has.
public struct CosignedHead: Sendable {
    public let size: Int64
    /// The signed checkpoint with all lines.
    public let note: SignedNote
    /// The lines of the witnesses, with the time each of them says, in seconds.
    public let lines: [(witness: String, seconds: Int64)]
}

/// A proof that a register showed different histories.
public struct MisbehaviourRow: Sendable {
    public let id: Int64
    public let log: String
    /// The State whose register it is.
    public let peer: StateCode
    public let at: Instant
    public let proof: SplitView
}
