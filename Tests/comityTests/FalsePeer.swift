// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Standards
import Synchronization
import TestSupport

@testable import Transport
@testable import comity

/// A listener with a node's true TLS identity that does not do what a node does.
struct FalsePeer {
    enum Lie: Sendable {
        /// This body, as JSON, with status 200.
        case says([UInt8])
        /// A body that does not end, as fast as it is read.
        case endless
    }

    /// Serves while `body` runs, with the port.
    static func serving(_ node: DemoNode, _ lie: Lie, _ body: (Int) async throws -> Void) async throws {
        let keys = node.folder + "/keys/"
        let own = try NodeCertificate(
            certificatePEM: String(contentsOfFile: keys + "tls.crt", encoding: .utf8),
            keyPEM: String(contentsOfFile: keys + "tls.key", encoding: .utf8))
        var logger = Logger(label: "false peer")
        logger.logLevel = .critical
        let router = Router()
        for method in [HTTPRequest.Method.get, .post] {
            router.on("**", method: method) { request, _ -> Response in
                _ = try await request.body.collect(upTo: 4 << 20)
                switch lie {
                case .says(let bytes):
                    return Response(
                        status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
                case .endless:
                    return Response(
                        status: .ok, headers: [.contentType: "application/json"],
                        body: ResponseBody { writer in
                            while !Task.isCancelled { try await writer.write(ByteBuffer(repeating: 0x20, count: 65_536)) }
                            try await writer.finish(nil)
                        })
                }
            }
        }
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router,
            server: try .tls(
                .http1(),
                configuration: TLSChannelConfiguration(
                    tlsConfiguration: try TLSProfile.server(own), customAsyncVerificationCallback: { _ in .certificateVerified })),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)), onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            var iterator = ports.makeAsyncIterator()
            let bound = await iterator.next() ?? 0
            defer { group.cancelAll() }
            try await body(bound)
        }
    }
}

/// Many connections with a node's true TLS identity that take their time.
final class SlowCrowd: Sendable {
    private let channels = Mutex<[any Channel]>([])
    private let own: NodeCertificate
    private let pinned: [UInt8]

    init(_ node: DemoNode, to other: DemoNode) throws {
        func read(_ node: DemoNode) throws -> NodeCertificate {
            try NodeCertificate(
                certificatePEM: String(contentsOfFile: node.folder + "/keys/tls.crt", encoding: .utf8),
                keyPEM: String(contentsOfFile: node.folder + "/keys/tls.key", encoding: .utf8))
        }
        own = try read(node)
        pinned = try read(other).der
    }

    /// Opens connections; each sends these bytes when its handshake is done, and then nothing.
    func open(_ count: Int, port: Int, sending text: String) async throws {
        let context = try NIOSSLContext(configuration: try TLSProfile.client(own, pinning: pinned))
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
            }
        }
        for _ in 0..<count {
            guard let channel = try? await bootstrap.connect(host: "127.0.0.1", port: port).get() else { continue }
            channels.withLock { $0.append(channel) }
            try? await channel.writeAndFlush(ByteBuffer(string: text))
        }
    }

    /// Each sends one byte more.
    func drip() async { for channel in standing { try? await channel.writeAndFlush(ByteBuffer(string: "x")) } }

    private var standing: [any Channel] { channels.withLock { $0.filter(\.isActive) } }

    /// How many the other side has not closed.
    var count: Int { standing.count }

    func end() async { for channel in standing { try? await channel.close() } }
}
