// SPDX-License-Identifier: Apache-2.0

import Standards
import TestSupport
import Testing

@testable import Dossier

@Suite struct StepsTests {
    /// Every kind, from every state, on both sides: allowed only where the table says so, otherwise a reason a person can read.
    @Test(arguments: FileType.allCases)
    func everyStepIsDecided(_ type: FileType) throws {
        let law = try testLaw()
        var maker = try Maker(Seeded(1), parties: type.allowsSeveralParties ? 3 : 2)
        let cycle = type.lifeCycle
        for history in try ConvergenceTests.histories(type, &maker) {
            let dossier = try Dossier(folding: history)
            for kind in ActKind.allCases {
                for side in Side.allCases {
                    let step = cycle.transition(kind, by: side, from: dossier.state)
                    let role = step?.roles.sorted().first ?? "duty_officer"
                    let party = side == .requesting ? maker.requesting : maker.requested
                    do {
                        try dossier.mayTake(kind, side: side, role: role, party: party)
                        #expect(step != nil, "\(type) \(dossier.state) \(kind) \(side)")
                    } catch {
                        #expect(!error.what.isEmpty && (!error.why.isEmpty || !error.next.isEmpty || error.what.contains("has no act")))
                        #expect(step == nil || step?.requires.isEmpty == false, "\(type) \(dossier.state) \(kind) \(side): \(error)")
                    }
                }
            }
            for side in Side.allCases {
                let steps = dossier.possible(
                    side: side, role: "lawyer", law: law, now: .distant, party: side == .requesting ? maker.requesting : maker.requested)
                #expect(Set(steps.map(\.kind)) == cycle.kinds.subtracting([.request]))
                #expect(steps.allSatisfy { !$0.roles.isEmpty })
            }
            // Nobody is stuck: somebody can do something, but in a closed or evaluated file.
            #expect(!dossier.open(to: .requesting).isEmpty || !dossier.open(to: .requested).isEmpty, "\(type) \(dossier.state)")
        }
    }

    /// No two rows of a table answer the same question.
    @Test(arguments: FileType.allCases)
    func tablesAreUnambiguous(_ type: FileType) {
        var seen: Set<String> = []
        for step in type.lifeCycle.transitions {
            for state in step.from {
                #expect(
                    seen.insert("\(step.kind) \(step.side) \(state)").inserted, "\(type): \(step.kind) \(step.side) \(state) stands twice")
            }
        }
    }

    @Test func everyBodyHasBounds() throws {
        var maker = try Maker(Seeded(5))
        let opening = try maker.act(.request, side: .requesting, on: [])
        for kind in ActKind.allCases where kind != .request {
            let good = try maker.act(kind, side: .requested, on: [opening])
            try good.act.validate()
            let long = JSONValue.string(String(repeating: "x", count: 250_000))
            let names = good.act.body.object?.keys.sorted() ?? []
            for name in names + ["note"] {
                var body = good.act.body.object ?? [:]
                body[name] = name == "note" ? long : .array([.array([])])
                let bad = try maker.act(kind, by: maker.requested, on: [opening], body: .object(body))
                if name == "note", case .some = body["note"], !Self.hasNote(kind) { continue }
                #expect(throws: ComityError(.schema, ""), "\(kind).\(name)") { try bad.act.validate() }
            }
        }
    }

    /// Kinds whose body knows a note.
    private static func hasNote(_ kind: ActKind) -> Bool {
        switch ActBody.bodyType(of: kind) {
        case is ActBody.Remark.Type, is ActBody.Acknowledge.Type, is ActBody.Accept.Type, is ActBody.Preserve.Type, is ActBody.Close.Type:
            true
        default: false
        }
    }

    @Test func fourEyesMeansTwoPeople() throws {
        let law = try testLaw()
        var maker = try Maker(Seeded(6))
        var acts = [try maker.act(.request, side: .requesting, on: [], type: .storedData)]
        acts.append(try maker.act(.acknowledge, side: .requested, on: acts, type: .storedData))
        let dossier = try Dossier(folding: acts)
        let good = try maker.act(.supply, side: .requested, on: acts, type: .storedData).act
        try dossier.mayTake(good, law: law)
        for by: Act.Author in [
            .init(role: "duty_officer", officer: "D1"),
            .init(role: "duty_officer", officer: "D3", approvals: good.by.approvals),
            .init(role: "duty_officer", officer: "D1", approvals: [.init(role: "auditor", officer: "D3", at: good.at)]),
            .init(
                role: "duty_officer", officer: "D1",
                approvals: [.init(role: "approver", officer: "D3", at: good.at.adding(milliseconds: 1))]),
        ] {
            let act = Act(
                id: good.id, file: good.file, kind: good.kind, from: good.from, to: good.to, after: good.after, lamport: good.lamport,
                at: good.at, by: by, tlp: good.tlp, lang: good.lang, exercise: true, law: [:], body: good.body)
            #expect(throws: ComityError(.permission, "")) { try dossier.mayTake(act, law: law) }
        }
    }

    /// Lifting without telling the other side is turned away; so is a measure on an asset that is past it.
    @Test func assetsMoveOneByOne() throws {
        let law = try testLaw()
        var maker = try Maker(Seeded(8))
        var acts = [try maker.act(.request, side: .requesting, on: [], type: .freezing)]
        func take(_ kind: ActKind, _ side: Side, _ body: some Encodable) throws {
            let item = try maker.act(
                kind, by: side == .requesting ? maker.requesting : maker.requested, on: acts, type: .freezing, body: try ActBody.json(body))
            try item.act.validate()
            try Dossier(folding: acts).mayTake(item.act, law: law)
            acts.append(item)
        }
        func measure(_ asset: String) -> ActBody.Measure {
            let at = Instant(milliseconds: maker.clock + 1000)
            return .init(assets: [asset], effective: at, until: at.adding(milliseconds: 72 * 3_600_000), authority: "court")
        }
        let lift = ActBody.Assets(assets: ["A1"], reason: "r")
        try take(.acknowledge, .requested, ActBody.Acknowledge(localReference: nil))
        try take(.requestStop, .requesting, lift)
        #expect(try Dossier(folding: acts).course.assets["A1"] == .stopRequested)
        try take(.stopPayment, .requested, measure("A1"))
        try take(.freeze, .requested, measure("A2"))
        let refused = #expect(throws: ComityError.self) { try take(.lift, .requested, lift) }
        #expect(refused?.what.contains("announced") == true)
        try take(.announceLift, .requested, lift)
        try take(.lift, .requested, lift)
        #expect(try Dossier(folding: acts).course.assets == ["A1": .lifted, "A2": .frozen])
        #expect(throws: ComityError(.wrongState, "")) { try take(.lift, .requested, lift) }
        try take(.confiscate, .requested, measure("A2"))
        #expect(throws: ComityError(.wrongState, "")) { try take(.freeze, .requested, measure("A2")) }
        #expect(throws: ComityError(.schema, "")) {
            try take(.realise, .requested, ActBody.Ledger(assets: ["A2"], currency: "EUR", gross: "10.00", expenses: [], net: "9.99"))
        }
    }

    /// An override with a reason stands for a consultation; a ground of another type does not.
    @Test func overrideStandsForConsultation() throws {
        let law = try testLaw()
        var maker = try Maker(Seeded(12))
        var acts = [try maker.act(.request, side: .requesting, on: [], type: .subscriberInformation)]
        acts.append(try maker.act(.acknowledge, side: .requested, on: acts))
        let body = try ActBody.json(ActBody.Refusal(grounds: ["press_freedom"], text: "t"))
        let refusal = try maker.act(.refuse, by: maker.requested, on: acts, body: body)
        #expect(throws: ComityError(.wrongState, "")) { try Dossier(folding: acts).mayTake(refusal.act, law: law) }
        let skip = try ActBody.json(ActBody.Override(rule: "consultation", reason: "the sender does not answer"))
        acts.append(try maker.act(.override, by: maker.requested, on: acts, body: skip))
        let again = try maker.act(.refuse, by: maker.requested, on: acts, body: body)
        try Dossier(folding: acts).mayTake(again.act, law: law)
        let other = try maker.act(
            .refuse, by: maker.requested, on: acts, body: try ActBody.json(ActBody.Refusal(grounds: ["dual_criminality"], text: "t")))
        #expect(throws: ComityError(.refusedByRule, "")) { try Dossier(folding: acts).mayTake(other.act, law: law) }
    }

    /// What a request says it sets aside waives no step of the course: a foreign sender could write it.
    @Test func aRequestWaivesNoStepOfTheCourse() throws {
        var maker = try Maker(Seeded(12))
        let request = ActBody.Request(
            ref: try maker.reference(.emergency), type: .emergency, title: "t", content: maker.content, links: [],
            overrides: [.init(rule: "retroactive-process", reason: "none will follow"), .init(rule: "consultation", reason: "r")])
        var acts = [try maker.act(.request, by: maker.requesting, on: [], type: .emergency, body: ActBody.json(request))]
        for kind in [ActKind.acknowledge, .callBack, .disclose] {
            acts.append(try maker.act(kind, side: .requested, on: acts, type: .emergency))
        }
        acts.append(try maker.act(.receive, side: .requesting, on: acts, type: .emergency))
        let dossier = try Dossier(folding: acts)
        #expect(dossier.state == .received && dossier.course.overrides.isEmpty)
        let role = "duty_officer"
        #expect(throws: ComityError(.wrongState, "")) { try dossier.mayTake(.close, side: .requesting, role: role) }
        // In the open, by an act of its own with a second person, it may be.
        let waiver = ActBody.Override(rule: "retroactive-process", reason: "the danger was none")
        acts.append(try maker.act(.override, by: maker.requesting, on: acts, type: .emergency, body: ActBody.json(waiver)))
        try Dossier(folding: acts).mayTake(.close, side: .requesting, role: role)
    }
}
