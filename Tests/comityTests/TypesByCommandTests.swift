// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Standards
import TestSupport
import Testing

@testable import comity

/// Every type of request from draft to closure between real processes, by what officers type, while serving nodes are killed.
@Suite(.serialized) struct TypesByCommandTests {
    /// `COMITY_LONG` plays all types and kills a node at every step; otherwise eight types that the seed chooses, with one kill in each.
    private static let isLong = ProcessInfo.processInfo.environment["COMITY_LONG"] != nil

    @Test(.timeLimit(.minutes(30))) func fromDraftToClosureByCommand() async throws {
        var generator = Seeded.fresh()
        let world = try await TypesWorld()
        defer { world.end() }
        for node in world.nodes { try await node.serve() }
        // Others name the request for stored data.
        let others = FileType.allCases.filter { $0 != .storedData }.shuffled(using: &generator)
        let types = [FileType.storedData] + (Self.isLong ? others : Array(others.prefix(7)))
        print("types by command: seed \(generator.seed), \(types.map(\.rawValue).joined(separator: " "))")
        for type in types {
            do { try await play(type, in: world, &generator) } catch {
                Issue.record("seed \(generator.seed), \(type.rawValue): \(error)")
            }
        }
        for node in world.nodes {
            let report = try await world.type("\(node.state)-D1 comity audit check --json").json()
            #expect(report["ok"]?.bool == true && report["unreceipted"]?.integer == 0, "seed \(generator.seed), \(node.state): \(report)")
            let quarantine = try await world.type("\(node.state)-D1 comity quarantine list --json").json()
            #expect(quarantine.array?.isEmpty == true, "seed \(generator.seed), \(node.state): \(quarantine)")
        }
    }

    private func play(_ type: FileType, in world: TypesWorld, _ generator: inout Seeded) async throws {
        let parties = world.parties(type)
        let ref = try await world.draft(type)
        let lines = ["XA-D3 comity request approve $REF", "XA-D1 comity request send $REF"] + TypedCourses.lines(type)
        let fatal = Int.random(in: lines.indices, using: &generator)
        for (index, line) in lines.enumerated() {
            // Killed before the command, in the middle of it, or after it: a command takes some tenths of a second.
            let victim = parties[Int.random(in: parties.indices, using: &generator)]
            let pause = Int.random(in: 0...300, using: &generator)
            guard index == fatal || Self.isLong else {
                try await world.step(line, on: ref)
                continue
            }
            async let accident: Void = {
                try await Task.sleep(for: .milliseconds(pause))
                victim.killNine()
                try await victim.serve()
            }()
            do { try await world.step(line, on: ref) } catch {
                try await accident
                throw ComityError(.failure, "\(victim.state) killed after \(pause) ms: \(error)")
            }
            try await accident
        }
        let views = try await world.views(ref, of: parties)
        let hashes = views.map { $0["acts"]?.array?.compactMap { $0["hash"]?.string } ?? [] }
        for (view, node) in zip(views, parties) {
            #expect(view["state"]?.string == "closed" && view["outcome"]?.string == "full", "\(type.rawValue) on \(node.state)")
            for act in view["acts"]?.array ?? [] {
                #expect(
                    act["effect"]?.string == "applied" && act["receipted"]?.bool == true,
                    "seed \(generator.seed), \(type.rawValue) on \(node.state): \(act)")
            }
        }
        #expect(hashes.allSatisfy { $0 == hashes[0] } && hashes[0].count >= 4, "seed \(generator.seed), \(type.rawValue): \(hashes)")
    }
}
