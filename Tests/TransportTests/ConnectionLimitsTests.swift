// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOTLS
import TestSupport
import Testing

@testable import Transport

/// Who has to go when there are too many connections, and which connection has taken too long. Time is the test's own.
@Suite struct ConnectionLimitsTests {
    @Test func whoeverFloodsPushesOutItsOwn() {
        var book = ConnectionBook<String>(most: 6, mostOfGroup: 4)
        #expect(book.add(1, "quiet") == nil)
        for id in UInt64(10)..<14 { #expect(book.add(id, "loud") == nil) }
        // Its group is full: its oldest goes.
        #expect(book.add(14, "loud") == 10)
        #expect(book.add(20, "other") == nil && book.count == 6)
        // All places are taken: the oldest of the largest group goes, not that of the quiet one, which came first.
        #expect(book.add(21, "other") == 11)
        for id in UInt64(100)..<200 { #expect(book.add(id, "flood \(id % 2)") != 1) }
        #expect(book.count == 6)
        for id in UInt64(0)..<200 { book.remove(id) }
        #expect(book.count == 0)
    }

    /// However they come and go: never more than the limits, and a group that never has more than its fair share loses none.
    @Test func theBookHoldsItsLimits() {
        var seeded = Seeded.fresh()
        for _ in 0..<200 {
            let (most, ofGroup) = (Int.random(in: 2...20, using: &seeded), Int.random(in: 1...10, using: &seeded))
            var book = ConnectionBook<Int>(most: most, mostOfGroup: ofGroup)
            var there: [UInt64: Int] = [:]
            for id in UInt64(0)..<200 {
                if Bool.random(using: &seeded), let gone = there.keys.sorted().randomElement(using: &seeded) {
                    book.remove(gone)
                    there[gone] = nil
                }
                let group = Int.random(in: 0..<5, using: &seeded)
                there[id] = group
                if let out = book.add(id, group) {
                    let sizes = Dictionary(grouping: there.values, by: { $0 }).mapValues(\.count)
                    #expect(
                        sizes[there[out] ?? -1] == max(ofGroup + 1, 0) || sizes[there[out] ?? -1] == sizes.values.max(),
                        "seed \(seeded.seed)")
                    there[out] = nil
                }
                #expect(book.count == there.count && there.count <= most, "seed \(seeded.seed)")
                #expect(Dictionary(grouping: there.values, by: { $0 }).allSatisfy { $0.value.count <= ofGroup }, "seed \(seeded.seed)")
            }
        }
    }

    @Test(arguments: [64, 256, 1024, 4096]) func fewOpenFilesMeanFewConnections(files: Int) {
        let limits = ConnectionLimits.within(files: files)
        #expect(
            limits.all <= max(96, files - 200) && limits.waiting >= 16 && limits.inside >= 16 && limits.waitingOfAddress <= limits.waiting)
        #expect(files < 1100 || limits == ConnectionLimits())
    }

    @Test func networksOfSixteenBytes() throws {
        func network(_ address: String) throws -> String { Doorkeeper.network(of: try SocketAddress(ipAddress: address, port: 1)) }
        #expect(try network("2001:db8::1") == network("2001:db8::ffff:1") && network("2001:db8::1") != network("2001:db8:0:1::1"))
        #expect(try network("192.0.2.1") != network("192.0.2.2"))
    }

    /// A channel with the deadlines; `left` says whether it was told to go.
    private final class Line {
        final class Ear: ChannelOutboundHandler {
            typealias OutboundIn = Any
            var left = false
            func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
                if event is Doorkeeper.Leave { left = true }
                promise?.succeed()
            }
        }
        let channel = EmbeddedChannel()
        let ear = Ear()
        let limits = ConnectionLimits()
        var recognised = 0

        init() throws {
            try channel.pipeline.syncOperations.addHandlers([ear, ConnectionDeadlines(limits) { [unowned self] _ in self.recognised += 1 }])
            try channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }
        func handshake() { channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil)) }
        func read(_ part: HTTPServerRequestPart) throws { try channel.writeInbound(part) }
        func head() throws { try read(.head(.init(version: .http1_1, method: .POST, uri: "/exchange/v1/acts"))) }
        func bytes(_ count: Int) throws { try read(.body(ByteBuffer(repeating: 1, count: count))) }
        func pass(_ seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }
    }

    @Test func aHandshakeThatDoesNotEnd() throws {
        let slow = try Line()
        slow.pass(29)
        #expect(!slow.ear.left)
        slow.pass(1)
        #expect(slow.ear.left && slow.recognised == 0)
        let honest = try Line()
        honest.pass(29)
        honest.handshake()
        honest.pass(10_000)
        #expect(!honest.ear.left && honest.recognised == 1)
    }

    @Test func aBodyThatDrips() throws {
        let line = try Line()
        line.handshake()
        try line.head()
        // A slow line is not a dead one: 20 kbit/s for two hours.
        for _ in 0..<7200 {
            try line.bytes(2500)
            line.pass(1)
        }
        #expect(!line.ear.left)
        // One byte now and then is.
        for _ in 0..<130 {
            try line.bytes(1)
            line.pass(1)
        }
        #expect(line.ear.left)
    }

    @Test func anAnswerThatNobodyReads() throws {
        for reads in [true, false] {
            let line = try Line()
            line.handshake()
            try line.head()
            try line.read(.end(nil))
            line.pass(800)
            line.channel.write(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)), promise: nil)
            line.channel.write(HTTPServerResponsePart.end(nil), promise: nil)
            // What is not flushed stays in the buffer, as it does when the other side does not read.
            if reads { line.channel.flush() }
            line.pass(200)
            #expect(line.ear.left == !reads)
        }
    }
}
