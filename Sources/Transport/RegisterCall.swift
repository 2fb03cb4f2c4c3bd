// SPDX-License-Identifier: Apache-2.0

public import Register
import Standards

/// What nodes ask each other about their registers (docs/formats/witness.md), and for the acts in them (docs/formats/exchange.md).
public enum RegisterCall: Sendable, Equatable {
    /// The caller asks for a cosignature (C2SP tlog-witness).
    case addCheckpoint([UInt8])
    /// The caller brings entries of its register that were cosigned: 32 bytes each, from an index on.
    case addEntries(from: Int64, [UInt8])
    /// The caller says which checkpoints it knows, and asks for those that the other knows.
    case heads([UInt8])
    /// The caller, which has lost entries of its register, asks for those that are mirrored here.
    case entries(from: Int64)
    /// The same for the acts in which it takes part: a list of their ids and hashes, after one of them.
    case acts(after: String?)
    /// One of them, sealed to the caller.
    case act(String)
    /// The caller, which this node may be unable to reach, asks which acts are owed to it.
    case owed
    /// The caller has registered one of them and brings its receipt.
    case receipt(act: String, [UInt8])

    /// Largest body of a request or an answer, in bytes, and most entries in one.
    public static let limit = 4 * 1024 * 1024
    public static let mostEntries = 65_536

    static let base = "/exchange/v1"

    var method: String {
        switch self {
        case .addCheckpoint, .addEntries, .heads, .receipt: "POST"
        case .entries, .acts, .act, .owed: "GET"
        }
    }

    var path: String {
        switch self {
        case .addCheckpoint: "\(Self.base)/register/add-checkpoint"
        case .addEntries(let from, _): "\(Self.base)/register/entries/\(from)"
        case .heads: "\(Self.base)/register/heads"
        case .entries(let from): "\(Self.base)/register/entries?from=\(from)"
        case .acts(let after): "\(Self.base)/register/acts" + (after.map { "?after=\($0)" } ?? "")
        case .act(let id): "\(Self.base)/acts/\(id)"
        case .owed: "\(Self.base)/owed"
        case .receipt(let id, _): "\(Self.base)/acts/\(id)/receipt"
        }
    }

    var body: [UInt8]? {
        switch self {
        case .addCheckpoint(let bytes), .addEntries(_, let bytes), .heads(let bytes), .receipt(_, let bytes): bytes
        case .entries, .acts, .act, .owed: nil
        }
    }
}

/// An answer to such a call.
public struct RegisterReply: Sendable, Equatable {
    public let status: Int
    public let mediaType: String
    public let body: [UInt8]

    public init(status: Int, mediaType: String, body: [UInt8]) {
        self.status = status
        self.mediaType = mediaType
        self.body = body
    }

    /// The answer of a witness.
    public init(_ answer: AddCheckpoint.Answer) {
        self.init(status: answer.status, mediaType: answer.mediaType, body: Array(answer.body.utf8))
    }

    /// A size, as C2SP writes it.
    public init(status: Int, size: Int64) { self.init(status: status, mediaType: "text/x.tlog.size", body: Array("\(size)\n".utf8)) }

    /// The size that the answer states; nil when it states none.
    public var size: Int64? {
        guard mediaType == "text/x.tlog.size", case .conflict(let size) = AddCheckpoint.Answer(status: 409, body: text) else { return nil }
        return size
    }

    public var text: String { String(decoding: body, as: UTF8.self) }
}
