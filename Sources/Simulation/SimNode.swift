// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Law
import Register
import Sealing
import Standards

/// What is written to disk, in the order in which it was synced. A node is a function of these.
enum DiskRecord {
    /// An act is registered; an own one is owed to its recipients.
    case act(Letter)
    /// The receipt of a peer is registered.
    case receipt(Letter, peer: Int)
    /// A peer will never take the act.
    case refused(Letter, peer: Int)
    /// A message was not believed.
    case quarantine(Hash)
    /// An entry that came back without its content.
    case lost(Hash)

    /// What the register holds of it; nil when it holds nothing.
    var entry: Hash? {
        switch self {
        case .act(let letter): letter.hash
        case .receipt(let letter, _): MerkleTree.nodeHash(letter.hash, letter.hash)
        case .refused: nil
        case .quarantine(let hash), .lost(let hash): hash
        }
    }
}

/// A write that waits for the disk, and who waits for it.
struct PendingWrite {
    let record: DiskRecord
    /// The message that is answered with a receipt once the write is synced.
    var reply: Parcel?
    /// What a message that was not believed is answered with.
    var refusal: ErrorCode?
    /// The delivery that goes on once the write is synced.
    var lane: Int?
}

/// A file as one node has it.
final class NodeFile {
    let number: Int
    var letters: [Letter] = []
    /// Acts of this node that peers will never take, with those peers.
    var refusals: [Int32: [Int]] = [:]
    /// Raised whenever something happens in the file; an officer who looks at an older version looks in vain.
    var version = 0
    /// The fold of the acts that count; nil when it must be made anew.
    var folded: Dossier?
    /// Of the numbers of the acts: equal on two nodes that have the same acts, for all that chance allows.
    var mark: UInt64 = 0
    /// Something of it waits for the disk.
    var isWaiting = false
    /// Requests that follow it.
    var followers: [Int] = []

    init(number: Int) { self.number = number }

    /// Acts that some recipient has taken, or may still take.
    var taken: [Letter] {
        refusals.isEmpty ? letters : letters.filter { (refusals[$0.number]?.count ?? 0) < $0.act.to.count }
    }

    /// As the node counts them: what no recipient will ever take changes nothing.
    func counting() -> [Dossier.HashedAct] {
        guard !refusals.isEmpty else { return letters.map(\.hashed) }
        return letters.filter { $0.act.kind == .request || (refusals[$0.number]?.count ?? 0) < $0.act.to.count }.map(\.hashed)
    }
}

/// Something owed to a peer.
final class OwedRow {
    let id: Int64
    let letter: Letter
    let isEmergency: Bool
    var attempts = 0
    /// By the clock of the node.
    var next: Int64

    init(id: Int64, letter: Letter, isEmergency: Bool, next: Int64) {
        self.id = id
        self.letter = letter
        self.isEmergency = isEmergency
        self.next = next
    }
}

/// The outbox for one peer, and the delivery that works it off.
final class OutboxLane {
    var rows: [OwedRow] = []
    var round: DeliveryRound?
    /// The newest row that the round knows.
    var newest: Int64 = 0
    var inFlight: OwedRow?
    var current: OwedDelivery?
    /// Rows that were tried in this round.
    var tried: Set<Int64> = []
    var serial = 0
    /// When the next look at the outbox is planned, in world time; nil when none is.
    var wakeAt: Int64?
    var isDelivering = false
}

/// What a node knows of the register of a peer.
struct PeerHead {
    /// The largest head that was shown, also by receipts.
    var shown: Head?
    /// Entries that are mirrored here, and the head that was cosigned.
    var mirrored: Int64 = 0
}

/// What a hostile State does.
struct Hostility {
    var forges = false
    var replays = false
    var equivocates = false
    var withholds = false
    /// The other history, and the peers that are shown it.
    var fork: ModelRegister?
    var shownFork: Set<Int> = []
    /// The key of another State that it stole: the State, and the secret.
    var stolen: (state: Int, keyID: String, secret: Hash)?
}

/// A node: its disk, its register, and what it knows. Everything but `journal` and `register` is lost with the process.
final class SimNode {
    let index: Int
    let party: Party
    let law: Law
    // Keys.
    var keyID: String
    var secret: Hash
    var peer: Peer
    var keys: RealKeys?
    // The machine.
    var isUp = true
    var epoch = 0
    /// Not until its register is made whole.
    var isHeld = false
    var clockOffset: Int64 = 0
    /// Milliseconds gained in a day.
    var drift: Double = 0
    var group = 0
    // The disk.
    var journal: [DiskRecord] = []
    let register = ModelRegister()
    /// Journal and register at the end of each of the last days.
    var backups: [(journal: Int, register: Int64)] = []
    var pending: [PendingWrite] = []
    var isSyncing = false
    // What follows from the disk.
    var entries: [Int32: Int64] = [:]
    var receipts: Set<Int64> = []
    var files: [Int: NodeFile] = [:]
    var lanes: [Int: OutboxLane] = [:]
    var rowCount: Int64 = 0
    var lastEntry: Int64 = 0
    var numbers: [String: Int] = [:]
    // What it has signed and seen.
    var signed: Head?
    var heads: [PeerHead]
    var exposed: Set<Int> = []
    var hostility: Hostility?
    /// What was lost with the machine, until the register is whole again.
    var whole: [DiskRecord] = []
    // Cost.
    var sent = 0
    var received = 0
    var bytes = 0

    init(index: Int, party: Party, law: Law, keyID: String, secret: Hash, peer: Peer, keys: RealKeys?, nodes: Int) {
        self.index = index
        self.party = party
        self.law = law
        self.keyID = keyID
        self.secret = secret
        self.peer = peer
        self.keys = keys
        heads = [PeerHead](repeating: PeerHead(), count: nodes)
    }

    /// A receipt of a peer for an act, as one number.
    static func receipt(_ act: Int32, _ peer: Int) -> Int64 { Int64(act) << 8 | Int64(peer) }

    var isHostile: Bool { hostility != nil }
    var canWork: Bool { isUp && !isHeld }

    /// What its clock shows.
    func clock(_ now: Int64) -> Int64 { now + clockOffset + Int64(drift * Double(now) / Double(Span.day)) }

    func lane(_ peer: Int) -> OutboxLane {
        if let lane = lanes[peer] { return lane }
        let lane = OutboxLane()
        lanes[peer] = lane
        return lane
    }

    func head() throws -> Head { Head(owner: index, size: register.size, root: try register.root(register.size)) }

    func file(_ number: Int) -> NodeFile {
        if let file = files[number] { return file }
        let file = NodeFile(number: number)
        files[number] = file
        return file
    }
}

/// The keys of a node with real cryptography.
struct RealKeys {
    var signing: SigningKey
    let identity: AgeIdentity
    let register: NoteSigner
}
