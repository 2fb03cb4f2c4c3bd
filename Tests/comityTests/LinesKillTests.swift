// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards
import TestSupport
import Testing

@testable import comity

/// Sender and receiver are killed with `kill -9` again and again while acts flow between them.
@Suite struct LinesKillTests {
    @Test(.timeLimit(.minutes(60))) func killedInALoop() async throws {
        let world = try await LinesWorld(["XA", "XB"])
        defer { world.end() }
        try await world.serve()
        let (a, b) = (world.nodes[0], world.nodes[1])
        var generator = Seeded.fresh()
        let seed = generator.seed
        print("killed in a loop: seed \(seed)")
        // A little delay, so that there is something to be killed in the middle of.
        for line in world.lines { try line.tell("delay 20") }
        let rounds = LinesStoryTests.isLong ? 200 : 10
        var sent: [String] = []
        var acknowledged: Set<String> = []
        for round in 0..<rounds {
            let ref = try await world.drafted(a, to: b)
            let victims = [[a], [b], [a, b]][Int.random(in: 0..<3, using: &generator)]
            let pause = Int.random(in: 0...400, using: &generator)
            let what = "seed \(seed), round \(round), \(victims.map(\.state)) killed after \(pause) ms"
            async let accident: Void = {
                try await Task.sleep(for: .milliseconds(pause))
                for victim in victims { victim.killNine() }
                for victim in victims { try await victim.serve() }
            }()
            // The command is killed too, one time in three. Only when it said so, the act counts as registered.
            let isFatal = Int.random(in: 0..<3, using: &generator) == 0
            let outcome = try await a.run(
                ["request", "send", ref, "--as", "D1", "--wait", "0"],
                killedAfter: isFatal ? Int.random(in: 50...400, using: &generator) : nil)
            if outcome.output.contains("sent") { sent.append(ref) } else { #expect(isFatal, "\(what): \(outcome.errors)") }
            // Meanwhile the other side answers what has come.
            if let last = sent.first(where: { !acknowledged.contains($0) }), try await !world.acts(last, on: b).isEmpty {
                let answer = try await b.run(["request", "ack", last, "--as", "D1", "--wait", "0"])
                #expect(answer.status == 0, "\(what): \(answer.errors)")
                acknowledged.insert(last)
            }
            try await accident
            if !isFatal {
                #expect(sent.last == ref, "\(what)")
            } else if sent.last != ref {
                // What was killed half way is done by typing it again; it may have been registered already.
                _ = try await a.run(["request", "send", ref, "--as", "D1", "--wait", "0"])
                sent.append(ref)
            }
        }
        try await world.drained()
        try await world.check(
            sent.map { (ref: $0, sides: [a, b], acts: acknowledged.contains($0) ? 2 : 1) }, "seed \(seed)")
        #expect(Set(sent).count == rounds && !acknowledged.isEmpty, "seed \(seed)")
        let queue = try await b.run(["queue", "--json"]).json()["items"]?.array ?? []
        #expect(queue.count == rounds, "seed \(seed): nothing is there twice, and nothing else")
    }

    /// What was sent is heard, and the answer is lost, again and again: the same act comes many times and is there once.
    @Test(.timeLimit(.minutes(20))) func answersThatAreLost() async throws {
        let world = try await LinesWorld(["XA", "XB"])
        defer { world.end() }
        try await world.serve()
        let (a, b) = (world.nodes[0], world.nodes[1])
        // A handshake takes less than 4,000 bytes there, an act more.
        try world.lines[1].tell("mute 4000")
        // XB cannot give its receipts in another way.
        try world.lines[0].tell("refuse")
        let refs = [try await world.sent(a, to: b), try await world.sent(a, to: b)]
        try await world.until("XB has what XA still owes") {
            for ref in refs { guard try await !world.acts(ref, on: b).isEmpty else { return false } }
            let line = try world.line(a, to: b)
            return line.acts == 2 && line.attempts >= 3
        }
        for line in world.lines { try line.mend() }
        try await world.drained()
        try await world.check(refs.map { (ref: $0, sides: [a, b], acts: 1) })
    }
}
