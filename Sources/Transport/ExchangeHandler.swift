// SPDX-License-Identifier: Apache-2.0

public import NIOCore
public import Register
public import Standards

/// What the exchange listener asks of the node. The node implements it; the listener knows only HTTP and TLS.
public protocol ExchangeHandler: Sendable {
    /// The State whose confirmed, unrevoked entry pins this certificate (DER bytes), or nil. Asked in every handshake.
    func caller(certificate: [UInt8]) -> StateCode?
    /// Asked before each call is read.
    /// - Throws: `.throttled` when the peer has made too many calls.
    func admit(_ caller: StateCode) async throws(ComityError)
    /// Takes a sealed message: a receipt, or an error whose code tells the sender whether to try again.
    func receive(_ message: [UInt8], from caller: StateCode) async throws(ComityError) -> Receipt
    /// A message that was too large to be read.
    func refuseOversized(from caller: StateCode) async
    /// Parts of an announced package that have arrived.
    func parts(ofPackage digest: String, from caller: StateCode) async throws(ComityError) -> PackageProgress
    /// Takes one part, as the pieces in which it came; durable when it returns.
    func receive(part number: Int, ofPackage digest: String, pieces: [ByteBuffer], from caller: StateCode) async throws(ComityError)
        -> PackageProgress
    /// Answers a call about registers.
    func answer(_ call: RegisterCall, from caller: StateCode) async throws(ComityError) -> RegisterReply
    /// Answers a call about the directory.
    func answer(_ call: DirectoryCall, from caller: StateCode) async throws(ComityError) -> RegisterReply
}

extension ExchangeHandler {
    /// A handler that sets no limit.
    public func admit(_ caller: StateCode) async throws(ComityError) {}

    /// A handler that knows no directory.
    public func answer(_ call: DirectoryCall, from caller: StateCode) async throws(ComityError) -> RegisterReply {
        throw ComityError(.notFound, "This node answers no calls about the directory.")
    }
}

/// How far the transfer of a package has come.
public struct PackageProgress: Sendable, Codable, Equatable {
    /// Bytes in a part, all but the last.
    public static let partSize = 16 * 1024 * 1024

    /// Numbers of the parts that are durable at the recipient, from 0.
    public let have: [Int]
    /// Number of all parts.
    public let of: Int
    /// All parts are there and the whole hashes as announced.
    public let complete: Bool

    public init(have: [Int], of: Int, complete: Bool) {
        self.have = have
        self.of = of
        self.complete = complete
    }
}
