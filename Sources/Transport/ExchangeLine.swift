// SPDX-License-Identifier: Apache-2.0

public import NIOCore
public import Register
public import Standards

/// The way from one node to one peer, as delivery uses it: over TLS, or, between nodes of one process, by hand.
///
/// Every failure is a `ComityError`: `.peerUnreachable` when no answer came, otherwise the code the peer gave.
public protocol ExchangeLine: Sendable {
    /// Delivers a sealed message.
    func send(_ message: [UInt8]) async throws(ComityError) -> Receipt
    func progress(ofPackage digest: String) async throws(ComityError) -> PackageProgress
    func send(part number: Int, ofPackage digest: String, bytes: ByteBuffer) async throws(ComityError) -> PackageProgress
    /// Asks about registers.
    func ask(_ call: RegisterCall) async throws(ComityError) -> RegisterReply
    /// Asks about the directory.
    func ask(_ call: DirectoryCall) async throws(ComityError) -> RegisterReply
    /// How far the peer's clock is ahead of this machine's, in milliseconds; to a second, which is what HTTP says.
    func clockDifference() async throws(ComityError) -> Int64
    /// Must be called before the value is given up.
    func shutdown() async
}

extension ExchangeLine {
    /// A way that carries acts and packages only.
    public func ask(_ call: RegisterCall) async throws(ComityError) -> RegisterReply {
        throw ComityError(.peerUnreachable, "This way carries no calls about registers.")
    }

    /// The same about the directory.
    public func ask(_ call: DirectoryCall) async throws(ComityError) -> RegisterReply {
        throw ComityError(.peerUnreachable, "This way carries no calls about the directory.")
    }

    /// Nodes of one process share its clock.
    public func clockDifference() async throws(ComityError) -> Int64 { 0 }
}

extension ExchangeClient: ExchangeLine {}

/// Carries by hand to another node of this process: the same sealed bytes and the same judgement, without a network. For
/// demonstrations and tests.
public struct DirectLine: ExchangeLine {
    private let peer: any ExchangeHandler
    private let caller: StateCode

    /// - Parameters:
    ///   - peer: the node at the other end.
    ///   - caller: the State that calls, which TLS would have shown.
    public init(to peer: any ExchangeHandler, from caller: StateCode) {
        self.peer = peer
        self.caller = caller
    }

    public func send(_ message: [UInt8]) async throws(ComityError) -> Receipt { try await peer.receive(message, from: caller) }

    public func progress(ofPackage digest: String) async throws(ComityError) -> PackageProgress {
        try await peer.parts(ofPackage: digest, from: caller)
    }

    public func send(part number: Int, ofPackage digest: String, bytes: ByteBuffer) async throws(ComityError) -> PackageProgress {
        try await peer.receive(part: number, ofPackage: digest, pieces: [bytes], from: caller)
    }

    public func ask(_ call: RegisterCall) async throws(ComityError) -> RegisterReply { try await peer.answer(call, from: caller) }

    public func ask(_ call: DirectoryCall) async throws(ComityError) -> RegisterReply { try await peer.answer(call, from: caller) }

    public func shutdown() async {}
}
