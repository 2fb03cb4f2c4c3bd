// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOTLS

/// Ends a connection that takes its time: in the handshake, in the body of a request, in reading an answer. One that stands idle, or is slow in
/// the head of a request, is ended by the HTTP server below it.
///
/// Stands behind the decoder of HTTP.
final class ConnectionDeadlines: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: ConnectionLimits
    private let onHandshake: (ChannelHandlerContext) -> Void
    private var handshake: Scheduled<Void>?
    private var body: Scheduled<Void>?
    private var answer: Scheduled<Void>?
    /// Bytes of the body that came since it was last looked at.
    private var bytes = 0

    init(_ limits: ConnectionLimits, onHandshake: @escaping (ChannelHandlerContext) -> Void = { _ in }) {
        self.limits = limits
        self.onHandshake = onHandshake
    }

    private func leave(_ context: ChannelHandlerContext) { context.triggerUserOutboundEvent(Doorkeeper.Leave(), promise: nil) }

    func channelActive(context: ChannelHandlerContext) {
        handshake = context.eventLoop.assumeIsolated().scheduleTask(in: limits.handshake) { self.leave(context) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent {
            handshake?.cancel()
            handshake = nil
            onHandshake(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            bytes = 0
            body?.cancel()
            watchBody(context)
        case .body(let piece):
            bytes += piece.readableBytes
        case .end:
            body?.cancel()
            body = nil
            answer?.cancel()
            answer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.answer) { self.leave(context) }
        }
        context.fireChannelRead(data)
    }

    private func watchBody(_ context: ChannelHandlerContext) {
        body = context.eventLoop.assumeIsolated().scheduleTask(in: limits.bodyWindow) {
            guard self.bytes >= self.limits.bodyBytes else { return self.leave(context) }
            self.bytes = 0
            self.watchBody(context)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        // It counts as read when the last of it has left this machine's buffers.
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.assumeIsolated().whenSuccess {
            self.answer?.cancel()
            self.answer = nil
        }
        context.write(data, promise: written)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    private func stop() {
        for one in [handshake, body, answer] { one?.cancel() }
        (handshake, body, answer) = (nil, nil, nil)
    }
}
