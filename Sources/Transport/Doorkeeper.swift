// SPDX-License-Identifier: Apache-2.0

import Crypto
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS
import Synchronization

/// Keeps the connections of a listener within its limits: how many, from whom, and how long each may take.
///
/// Owns the book of the connections under one lock. Closing happens on each connection's own event loop.
final class Doorkeeper: Sendable {
    /// Told to a connection that has to go: it is closed at once, without the farewell of TLS, for which the other side could let us wait.
    struct Leave: Sendable {}

    private struct State {
        var waiting: ConnectionBook<String>
        var inside: ConnectionBook<String>
        var channels: [UInt64: any Channel] = [:]
        var next: UInt64 = 0
    }

    let limits: ConnectionLimits
    private let state: Mutex<State>

    init(_ limits: ConnectionLimits) {
        self.limits = limits
        state = Mutex(
            State(
                waiting: ConnectionBook(most: limits.waiting, mostOfGroup: limits.waitingOfAddress),
                inside: ConnectionBook(most: limits.inside, mostOfGroup: limits.insideOfPeer)))
    }

    /// How many connections stand open: before their handshake, and after it.
    var open: (waiting: Int, inside: Int) { state.withLock { ($0.waiting.count, $0.inside.count) } }

    /// A connection was accepted.
    func arrived(_ channel: any Channel) -> UInt64 {
        let group = Self.network(of: channel.remoteAddress)
        let (id, out) = state.withLock { state in
            state.next += 1
            state.channels[state.next] = channel
            return (state.next, state.waiting.add(state.next, group).flatMap { state.channels.removeValue(forKey: $0) })
        }
        Self.close(out)
        return id
    }

    /// Its handshake is done, so it belongs to a peer.
    func recognised(_ id: UInt64, certificate: [UInt8]) {
        let group = SHA256.hash(data: certificate).description
        let out = state.withLock { state -> (any Channel)? in
            guard state.channels[id] != nil else { return nil }
            state.waiting.remove(id)
            return state.inside.add(id, group).flatMap { state.channels.removeValue(forKey: $0) }
        }
        Self.close(out)
    }

    func left(_ id: UInt64) {
        state.withLock { state in
            state.waiting.remove(id)
            state.inside.remove(id)
            state.channels[id] = nil
        }
    }

    private static func close(_ channel: (any Channel)?) { channel?.triggerUserOutboundEvent(Leave(), promise: nil) }

    /// The address; of IPv6 the network of 64 bits, since one machine may have all of its addresses.
    static func network(of address: SocketAddress?) -> String {
        guard let address, case .v6 = address else { return address?.ipAddress ?? "" }
        // The address stands behind family, port and flow, which take two, two and four bytes.
        return address.withSockAddr { Array(UnsafeRawBufferPointer(start: $0, count: $1)[8..<16]) }.description
    }
}

/// Stands between the socket and TLS, and closes the socket at once when it is told to.
private final class Gate: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is Doorkeeper.Leave else { return context.triggerUserOutboundEvent(event, promise: promise) }
        context.close(promise: promise)
    }
}

/// Puts the doorkeeper before the channels of a listener.
struct GuardedChannel<Base: ServerChildChannel>: ServerChildChannel {
    typealias Value = Base.Value

    let base: Base
    let doorkeeper: Doorkeeper

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let doorkeeper = doorkeeper
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(Gate())
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }.flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let id = doorkeeper.arrived(channel)
            channel.closeFuture.whenComplete { _ in doorkeeper.left(id) }
            try pipeline.addHandler(
                ConnectionDeadlines(doorkeeper.limits) { context in
                    guard let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes() else { return }
                    doorkeeper.recognised(id, certificate: certificate)
                }, position: .after(decoder))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
