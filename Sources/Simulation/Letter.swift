// SPDX-License-Identifier: Apache-2.0

import Dossier
@_spi(Simulation) import Exchange
import Register
import Sealing
import Standards

/// An act as it is kept and travels, shared: a node that has it holds a reference.
final class Letter {
    let hashed: Dossier.HashedAct
    /// SHA-256 of the payload: of the signed JSON with real cryptography, of a shorter form of the act in the model.
    let hash: Hash
    /// Number of the act in the world.
    let number: Int32
    /// Number of its file in the world; -1 for what no node has opened.
    let file: Int32
    /// Who made it; the world knows, the nodes do not.
    let author: Int
    /// The id of the key that it says it is signed with.
    let keyID: String
    /// The model of the signature.
    let tag: Hash
    /// The signed act with real cryptography.
    let jws: [UInt8]
    /// Bytes on the wire.
    let size: Int
    /// When its author had it on disk.
    var writtenAt: Int64 = 0
    /// Somebody gave a receipt for it.
    var isDelivered = false

    init(act: Act, hash: Hash, number: Int32, file: Int32, author: Int, keyID: String, tag: Hash, jws: [UInt8], size: Int) {
        hashed = Dossier.HashedAct(act: act, hash: hash.bytes)
        self.hash = hash
        self.number = number
        self.file = file
        self.author = author
        self.keyID = keyID
        self.tag = tag
        self.jws = jws
        self.size = size
    }

    var act: Act { hashed.act }
}

/// The short form of an act that the model hashes: every member, each with its length.
enum ShortForm {
    static func hash(_ act: Act) -> Hash { Hash.of(bytes(act)) }

    static func bytes(_ act: Act) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(512)
        func add(_ text: String) {
            number(Int64(text.utf8.count))
            out += text.utf8
        }
        func number(_ value: Int64) { withUnsafeBytes(of: value.bigEndian) { out += $0 } }
        func party(_ party: Party) {
            add(party.state.description)
            add(party.authority)
        }
        func add(_ value: JSONValue) {
            switch value {
            case .null: out.append(0)
            case .bool(let value): out.append(value ? 2 : 1)
            case .integer(let value):
                out.append(3)
                number(value)
            case .number(let value):
                out.append(4)
                number(Int64(bitPattern: value.bitPattern))
            case .string(let value):
                out.append(5)
                add(value)
            case .array(let items):
                out.append(6)
                number(Int64(items.count))
                for item in items { add(item) }
            case .object(let members):
                out.append(7)
                number(Int64(members.count))
                for name in members.keys.sorted() {
                    add(name)
                    if let value = members[name] { add(value) }
                }
            }
        }
        out += act.id.bytes + act.file.bytes
        add(act.kind.rawValue)
        party(act.from)
        for to in act.to { party(to) }
        for id in act.after { out += id.bytes }
        number(act.lamport)
        number(act.at.milliseconds)
        add(act.by.role)
        add(act.by.officer)
        for approval in act.by.approvals {
            add(approval.officer)
            number(approval.at.milliseconds)
        }
        out.append(act.exercise ? 1 : 0)
        add(act.body)
        return out
    }
}

/// The keys of the world. A signature of the model is SHA-256 over a secret and the hash of the act: whoever has not the secret
/// cannot make it, and a node only ever signs with its own.
struct KeyRing {
    /// By the id of the key.
    private var secrets: [String: Hash] = [:]

    mutating func add(_ keyID: String, secret: Hash) { secrets[keyID] = secret }

    static func sign(_ hash: Hash, with secret: Hash) -> Hash { MerkleTree.nodeHash(secret, hash) }

    func isValid(_ letter: Letter) -> Bool {
        guard let secret = secrets[letter.keyID] else { return false }
        return Self.sign(letter.hash, with: secret) == letter.tag
    }

    /// The head of a register, signed.
    static func sign(_ head: Head, with secret: Hash) -> Hash {
        sign(Hash.of(Array(head.root.bytes + "\(head.owner) \(head.size)".utf8)), with: secret)
    }

    func isValid(_ head: Head, _ tag: Hash, keyID: String) -> Bool {
        guard let secret = secrets[keyID] else { return false }
        return Self.sign(head, with: secret) == tag
    }
}

/// Size and root of a register.
struct Head: Equatable {
    let owner: Int
    let size: Int64
    let root: Hash
}

/// What a node gives for an act it has synced: a model of the checkpoint, a real inclusion proof; or a real receipt.
struct Slip {
    let act: Hash
    let index: Int64
    let head: Head
    let proof: [Hash]
    let tag: Hash
    let receipt: Receipt?
}

/// A message on its way.
final class Parcel {
    let letter: Letter
    let from: Int
    let to: Int
    /// Which try of the sender it belongs to; nil for what nobody waits for.
    let serial: Int?
    let sealed: [UInt8]?
    let sentAt: Int64

    init(letter: Letter, from: Int, to: Int, serial: Int?, sealed: [UInt8]?, sentAt: Int64) {
        self.letter = letter
        self.from = from
        self.to = to
        self.serial = serial
        self.sealed = sealed
        self.sentAt = sentAt
    }
}

/// What comes back.
final class Answer {
    enum Content {
        case slip(Slip)
        case refusal(ErrorCode)
    }

    let parcel: Parcel
    let content: Content

    init(_ parcel: Parcel, _ content: Content) {
        self.parcel = parcel
        self.content = content
    }
}
