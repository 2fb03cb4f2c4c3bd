// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
import Node
import Register
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import comity

/// The nodes of the demonstration with all their files.
struct SceneryWorld {
    let folder: TemporaryFolder
    let now: Instant
    let lines: [SceneryStage.Line]
    let nodes: [Node]

    var xa: Node { nodes[0] }
    var xb: Node { nodes[1] }
    var xc: Node { nodes[2] }

    init(now: String) async throws {
        folder = try TemporaryFolder()
        self.now = try Instant(now)
        let stage = try SceneryStage(resources: Program.resources, now: self.now)
        var places: [StateCode: SceneryStage.Place] = [:]
        for state in ["XA", "XB", "XC"] { places[try StateCode(state)] = .init(folder: folder(state), exchangePort: 9, deskPort: 9) }
        lines = try await stage.play(in: places, stopped: true)
        var nodes: [Node] = []
        for state in ["XA", "XB", "XC"] { nodes.append(try Node(folder: folder(state))) }
        self.nodes = nodes
    }

    func ref(_ key: String) throws -> FileReference {
        try FileReference(try #require(lines.first { $0.key.hasSuffix(key) }, "no file \(key)").ref)
    }

    func view(_ key: String, _ node: Node) throws -> FileView { try node.fileView(try ref(key), officer: nil) }
}

/// The files of the demonstration: all types, all states, and what goes wrong.
@Suite(.serialized) struct SceneryTests {
    /// States that no file is in at the end, because another shows more; each is in the history of one.
    private static let passed: Set<FileState> = [
        .acceptedWithConditions, .partlyExecuted, .notExecutable, .partlyRefused, .withdrawn, .court, .granted, .stopped, .confiscated,
        .lifted, .returnProposed, .signed, .active, .amending, .ended, .declined, .assessed, .agreed, .summoned, .tested, .interrupted,
    ]

    @Test(.timeLimit(.minutes(30))) func everyTypeAndStateIsThereAndEveryNodeIsClean() async throws {
        let world = try await SceneryWorld(now: "2026-11-24T23:19:00Z")
        #expect(world.lines.count == 40 && Set(world.lines.map(\.ref)).count == 40)
        #expect(Set(world.lines.map(\.type)) == Set(FileType.allCases.map(\.rawValue)))
        for (node, owed) in zip(world.nodes, [1, 0, 0]) {
            let report = try node.audit(officer: nil)
            #expect(report.ok && report.unreceipted == owed, "\(node.state): \(report.faults)")
            #expect(try node.now() == world.now)
        }
        var present: Set<FileState> = []
        var history: Set<FileState> = []
        for node in world.nodes {
            for item in try node.queue() {
                present.insert(item.state)
                let view = try node.fileView(item.ref, officer: nil)
                #expect(view.exercise && !view.title.isEmpty && view.acts.allSatisfy { $0.effect == .applied && $0.at <= world.now })
                if view.id != nil { history.formUnion(try node.dossier(item.ref, officer: nil).entries.map(\.state)) }
            }
        }
        #expect(Set(FileState.allCases).subtracting(present) == Self.passed)
        #expect(Self.passed.isSubset(of: history), "\(Self.passed.subtracting(history))")
        try sameOnAllSides(world)
        try whatPresses(world)
        try whatWaits(world)
        try whatWentWrong(world)
        try links(world)
    }

    /// Every file that was delivered has the same acts and the same state at all its parties.
    private func sameOnAllSides(_ world: SceneryWorld) throws {
        var shared = 0
        for line in world.lines {
            let parties = [line.from] + line.to
            let views = try world.nodes.filter { parties.contains($0.state.description) }.compactMap { node -> FileView? in
                do { return try node.fileView(try FileReference(line.ref), officer: nil) } catch let error as ComityError
                    where error.code == .notFound
                {
                    return nil
                }
            }
            guard views.count > 1 else {
                #expect(["draft", "review", "translation", "authorised", "sent"].contains(line.state), "\(line.key)")
                continue
            }
            shared += 1
            #expect(views.count == parties.count, "\(line.key)")
            #expect(views.allSatisfy { $0.acts.map(\.hash) == views[0].acts.map(\.hash) && $0.state == views[0].state }, "\(line.key)")
            #expect(views.allSatisfy { $0.acts.allSatisfy(\.receipted) }, "\(line.key)")
            #expect(views.allSatisfy { !$0.findings.contains { $0.level == .must } }, "\(line.key): \(views.map(\.findings))")
        }
        #expect(shared == 34)
    }

    private func whatPresses(_ world: SceneryWorld) throws {
        let expiring = try #require(
            try world.view("hospital-second-host", world.xa).clocks.first { $0.rule == "uncc.42.8.minimum" && $0.state == .running })
        #expect(expiring.due.utc.prefix(10) == world.now.adding(milliseconds: 86_400_000).utc.prefix(10))
        let overdue = try #require(try world.queueItem("bank-malware-logins", world.xa))
        #expect(overdue.state == .delivered && overdue.clock?.state == .over && overdue.clock?.stopped == nil)
        #expect(try world.view("hop-two-customer", world.xb).clocks.contains { $0.state == .paused && $0.remaining != nil })
        let refused = try world.view("defence-ministry-leak", world.xb)
        #expect(refused.outcome == "refused" && refused.acts.map(\.kind) == [.request, .acknowledge, .consult, .answer, .refuse])
        #expect(refused.acts.last?.body.at("grounds.0")?.string == "uncc.40.21.b.essential-interests")
    }

    private func whatWaits(_ world: SceneryWorld) throws {
        #expect(try world.view("missing-child-chat", world.xb).pending?.kind == .disclose)
        #expect(try world.xa.steps(try world.ref("threat-to-a-school"), officer: "XA-D1").contains { $0.kind == .callBack && $0.possible })
        let team = try world.ref("sim-swap-team")
        #expect(try world.xa.steps(team, officer: "XA-P1").contains { $0.kind == .sign && $0.possible })
        for node in world.nodes {
            #expect(try node.dossier(team, officer: nil).course.signatures.map(\.state.description).sorted() == ["XB", "XC"])
        }
        let undelivered = try world.view("relay-snapshot-cordia", world.xa)
        #expect(undelivered.state == .sent && undelivered.acts.first?.delivery?.contains("XC did not answer") == true)
        let comment = try world.xa.store.read { try $0.draft(try world.ref("investment-chats"))?.comment }
        #expect(comment?.contains("subscriber and traffic data") == true)
        #expect(
            try world.xa.dossier(try world.ref("pension-fraud-freeze"), officer: nil).course.assets == [
                "A1": .frozen, "A2": .lifted, "A3": .frozen,
            ])
    }

    private func whatWentWrong(_ world: SceneryWorld) throws {
        #expect(try world.nodes.map { try $0.quarantined(officer: nil).map(\.code) } == [["revoked-key", "unknown-key"], [], []])
        #expect(
            try world.xa.listPeers().map { "\($0.entry.state) \($0.trust.rawValue)" } == [
                "XB confirmed", "XC confirmed", "XD revoked", "XE unconfirmed",
            ])
        let broken = try world.ref("crypto-exchange-records")
        let verdict = try world.xa.verify(packageAt: try world.xa.arrivedPackage(broken, officer: nil).path)
        #expect(!verdict.isValid && verdict.sentence.contains("data/sessions.log"), "\(verdict.sentence)")
        let id = try #require(try world.xa.fileView(broken, officer: nil).id)
        let looked = try world.xa.store.read { try $0.events(of: id) }.filter { $0.event == .verified }
        #expect(looked.map { $0.detail["valid"]?.bool } == [false])
    }

    private func links(_ world: SceneryWorld) throws {
        for (key, former) in [("booter-hop-2", "booter-hop-1"), ("booter-hop-3", "booter-hop-2")] {
            let link = try #require(try world.view(key, world.xa).links.first { $0.relation == "chain-hop" })
            #expect(link.ref == (try world.ref(former)) && link.known)
        }
        #expect(try world.xa.dossier(try world.ref("booter-hop-2"), officer: nil).course.hops.map(\.hop) == [2, 3])
        // XB never saw what was asked of XC.
        #expect(try world.view("hop-two-customer", world.xb).links.map(\.known) == [false])
        #expect(try world.view("newsroom-mail-account", world.xa).links.map(\.relation) == ["followed-by"])
    }

    /// At another moment, the earliest there is, the same files come out, and each time with the same times. Plays everything twice, so
    /// only with `COMITY_LONG`.
    @Test(.timeLimit(.minutes(30)), .enabled(if: ProcessInfo.processInfo.environment["COMITY_LONG"] != nil)) func timesAreRepeatable()
        async throws
    {
        let now = Scenery.earliest.description
        let first = try await SceneryWorld(now: now)
        let second = try await SceneryWorld(now: now)
        #expect(first.lines.map { [$0.key, $0.ref, $0.state] } == second.lines.map { [$0.key, $0.ref, $0.state] })
        for (left, right) in zip(first.nodes, second.nodes) {
            #expect(try left.audit(officer: nil).ok)
            #expect(try Self.times(left) == Self.times(right))
        }
    }

    private static func times(_ node: Node) throws -> [String] {
        try node.queue().flatMap { item in
            let acts =
                item.state.isLocal ? [] : try node.dossier(item.ref, officer: nil).entries.map { "\($0.act.kind.rawValue) \($0.act.at)" }
            return ["\(item.ref) \(item.clock.map { "\($0.rule) \($0.starts) \($0.due) \($0.state.rawValue)" } ?? "")"] + acts
        }
    }
}

extension FileState {
    fileprivate var isLocal: Bool { [.draft, .review, .translation, .authorised].contains(self) }
}

extension SceneryWorld {
    fileprivate func queueItem(_ key: String, _ node: Node) throws -> QueueItem? {
        let ref = try ref(key)
        return try node.queue().first { $0.ref == ref }
    }
}
