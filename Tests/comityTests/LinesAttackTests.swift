// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import Storage
import TestSupport
import Testing

@testable import Node
@testable import comity

/// Others that answer garbage, or take their time, or come in thousands. What is honest still arrives, and memory stays bounded.
@Suite struct LinesAttackTests {
    /// A serving node has about 70 MiB after its first act; a debug build more.
    private static let memory = 256 << 20

    @Test(.timeLimit(.minutes(20))) func aPeerThatAnswersGarbage() async throws {
        let world = try await LinesWorld(["XA", "XB", "XC"])
        defer { world.end() }
        try await world.serve()
        let (a, b, c) = (world.nodes[0], world.nodes[1], world.nodes[2])
        let line = world.lines[1]
        let first = try await world.sent(a, to: b)
        try await world.drained()
        var files: [(ref: String, sides: [DemoNode], acts: Int)] = [(first, [a, b], 1)]
        /// An act that is sent now waits, and the status says why.
        func waits(_ what: String, because words: [String]) async throws {
            let ref = try await world.sent(a, to: b)
            var says = ""
            try await world.until("XA says why its act waits: \(what)") {
                let line = try world.line(a, to: b)
                says = line.says ?? ""
                return line.acts > 0 && words.contains { says.contains($0) }
            }
            print("a peer that answers garbage: \(what): \(says)")
            #expect(try await world.acts(ref, on: b).isEmpty, "\(what)")
            files.append((ref, [a, b], 1))
        }
        for kind in ["noise", "endless"] {
            try line.tell("answer \(kind)")
            try await waits(kind, because: ["does not speak TLS", "handshake"])
        }
        // Another node answers, with a certificate of its own.
        try line.tell("up")
        try line.tell("to 127.0.0.1:\(c.exchangePort)")
        try await waits("a stranger", because: ["another certificate"])
        // With the right certificate and the wrong words: no receipt, the receipt of another act, one of another version.
        let opened = try Node(folder: a.folder)
        let kept = try opened.store.read { reader in
            try reader.files().flatMap { try reader.acts(of: $0.id) }.compactMap { try reader.receipts(of: $0.id).values.first }
        }
        let receipt = try #require(kept.first)
        let version = Array(String(decoding: receipt, as: UTF8.self).replacingOccurrences(of: "\"v\":1", with: "\"v\":9").utf8)
        #expect(version != receipt)
        for (what, lie, words) in [
            ("no receipt", FalsePeer.Lie.says(Array("<html>".utf8)), ["cannot be read"]),
            ("another act's", .says(receipt), ["another act"]),
            ("another version", .says(version), ["does not hold"]), ("endless", .endless, ["longer than any answer"]),
        ] {
            try await FalsePeer.serving(b, lie) { port in
                try line.tell("to 127.0.0.1:\(port)")
                try await waits(what, because: words)
            }
        }
        let peak = Kernel.peak(try #require(a.pid))
        #expect(peak < Self.memory, "\(peak >> 20) MiB")
        try line.tell("to 127.0.0.1:\(b.exchangePort)")
        // XB is back and has something to say itself: with that, XA knows that it is there.
        try await world.type(b, ["request", "ack", first, "--as", "D1", "--wait", "0"])
        files[0].acts = 2
        try await world.drained()
        try await world.check(files)
        print("a peer that answers garbage: \(peak >> 20) MiB at most")
    }

    @Test(.timeLimit(.minutes(20))) func slowlorisAndTenThousandConnections() async throws {
        let world = try await LinesWorld(["XA", "XB", "XC"])
        defer { world.end() }
        try await world.serve()
        let (a, b, c) = (world.nodes[0], world.nodes[1], world.nodes[2])
        var files: [(ref: String, sides: [DemoNode], acts: Int)] = []
        func arrives(_ what: String) async throws {
            let ref = try await world.sent(a, to: b)
            try await world.until("XB has an act of XA: \(what)") { try await !world.acts(ref, on: b).isEmpty }
            files.append((ref, [a, b], 1))
        }
        try await arrives("at first")
        let pid = try #require(b.pid)
        let quiet = Kernel.files(pid)
        // Before the handshake ends: one byte now and then.
        let line = world.lines[2]
        let made = try Int(line.tell("crowd 300 127.0.0.1:\(b.exchangePort)"))
        #expect(made == 300)
        for _ in 0..<3 { try line.tell("drip") }
        try await arrives("300 connections that drip before the handshake")
        try await world.until("the oldest of 300 connections from one address went") { Int(try line.tell("crowding")) ?? .max <= 208 }
        // After it, with the true key of a confirmed peer: in the middle of a head, and of a body.
        let crowd = try SlowCrowd(c, to: b)
        let head = "POST /exchange/v1/acts HTTP/1.1\r\nHost: xb\r\nContent-Type: application/age\r\nContent-Length: 1000000\r\n"
        try await crowd.open(120, port: b.exchangePort, sending: head + "X-Slow: ")
        try await crowd.open(120, port: b.exchangePort, sending: head + "\r\n")
        await crowd.drip()
        try await arrives("240 requests that do not end")
        try await world.until("a peer has no more places than it should") { crowd.count <= 16 }
        #expect(Kernel.files(pid) < quiet + 260, "\(Kernel.files(pid)) files are open")
        await crowd.end()
        try line.tell("scatter")
        // Thousands that say nothing.
        let most = min(10_000, line.files - 100)
        if most < 10_000 { print("skipped: 10,000 connections (this machine allows \(line.files) open files); \(most) instead") }
        let stood = try Int(line.tell("crowd \(most) 127.0.0.1:\(b.exchangePort)")) ?? 0
        #expect(stood == most, "the listener takes no more connections")
        try await arrives("\(stood) idle connections")
        #expect(Kernel.files(pid) < quiet + 260, "\(Kernel.files(pid)) files are open")
        try line.tell("scatter")
        try await arrives("afterwards")
        try await world.until("what was closed is given back") { Kernel.files(pid) < quiet + 16 }
        let peak = Kernel.peak(pid)
        #expect(peak < Self.memory, "\(peak >> 20) MiB")
        try await world.drained()
        try await world.check(files)
        print("slowloris and \(most) connections: \(peak >> 20) MiB at most")
    }
}
