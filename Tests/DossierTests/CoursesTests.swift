// SPDX-License-Identifier: Apache-2.0

import Law
import Standards
import TestSupport
import Testing

@testable import Dossier

/// The demonstration cases played on the life cycles, act by act, with the roles, the law and the four eyes.
@Suite struct CoursesTests {
    /// Names of the cases that differ from the codes of this system.
    static let names: [String: ActKind] = [
        "call_back_recorded": .callBack, "restrain": .freeze, "offer": .request, "disclose_path": .disclose, "commit_for_court": .commit,
        "screening_decision": .screen,
    ]

    static func kind(_ name: String) -> ActKind? {
        names[name] ?? ActKind(rawValue: String(name.map { $0 == "_" ? "-" : $0 }))
    }

    /// One file while it is played.
    struct Play {
        let file: Courses.File
        var maker: Maker
        var acts: [Dossier.HashedAct] = []
        var overrides: [ActBody.Override] = []
        let type: FileType

        func party(_ by: String) -> Party? { maker.parties.first { $0.authority.hasPrefix(by.prefix(2)) } }
    }

    @Test(arguments: Courses.all.map(\.id))
    func courseEndsAsTold(_ id: String) throws {
        let law = try testLaw()
        let course = try #require(Courses.all.first { $0.id == id })
        var plays: [String: Play] = [:]
        for file in course.files { plays[file.key] = try play(file, id) }
        for step in course.steps {
            var play = try #require(plays[step.file])
            try take(step, &play, law)
            plays[step.file] = play
        }
        for file in course.files {
            let dossier = try Dossier(folding: try #require(plays[file.key]).acts)
            #expect(dossier.state.rawValue == file.state, "\(id) \(file.key)")
            #expect(dossier.course.outcome.rawValue == file.outcome, "\(id) \(file.key)")
            #expect(dossier.entries.allSatisfy { $0.effect == .applied })
        }
    }

    private func play(_ file: Courses.File, _ id: String) throws -> Play {
        let parties = try ([file.from] + file.to).map {
            Party(state: try StateCode($0.prefix(2).uppercased()), authority: $0)
        }
        var maker = try Maker(Seeded(1), named: parties)
        var content: [String: JSONValue] = ["assets": .array([.object(["id": .string("A1")])])]
        if file.type == "spontaneous-information" { content["offer"] = .object(["conditions": .array([.string("source is not named")])]) }
        if id == "case-12" { content["screen"] = .object(["political": .bool(true), "press": .bool(true)]) }
        maker.content = .object(content)
        return Play(file: file, maker: maker, type: try #require(FileType(rawValue: file.type)))
    }

    private func take(_ step: Courses.Step, _ play: inout Play, _ law: Law) throws {
        let kind = try #require(Self.kind(step.act), "\(step.act)")
        let party = try #require(play.party(step.by))
        let role = String(step.by.split(separator: "/")[1])
        play.maker.clock = 1_795_000_000_000 + step.seconds * 1000
        if kind == .override, play.acts.isEmpty {
            play.overrides.append(.init(rule: "human-rights-screen", reason: "public order"))
            return
        }
        if play.acts.isEmpty, kind != .request { try open(&play, party, role) }
        if kind == .request { return try open(&play, party, role) }
        let dossier = try Dossier(folding: play.acts)
        let body = try Self.body(kind, play, dossier)
        let item = try play.maker.act(
            kind, by: party, on: play.acts, type: play.type, course: dossier.course, body: body, role: role)
        try item.act.validate()
        try dossier.mayTake(item.act, law: law)
        play.acts.append(item)
        #expect(try Dossier(folding: play.acts).entries.last?.effect == .applied, "\(step)")
    }

    private func open(_ play: inout Play, _ party: Party, _ role: String) throws {
        let body = ActBody.Request(
            ref: try FileReference(state: party.state, year: 2026, typeCode: play.type.code, number: 1), type: play.type, title: "t",
            content: play.maker.content, links: [], overrides: play.overrides.isEmpty ? nil : play.overrides)
        let item = try play.maker.act(.request, by: party, on: [], type: play.type, body: try ActBody.json(body), role: role)
        try item.act.validate()
        try Dossier.requireFourEyes(item.act)
        play.acts.append(item)
    }

    /// Bodies where the story matters.
    private static func body(_ kind: ActKind, _ play: Play, _ dossier: Dossier) throws -> JSONValue? {
        let at = Instant(milliseconds: play.maker.clock + 1000)
        switch kind {
        case .grant: return try ActBody.json(ActBody.Grant(decided: at, conditions: ["speciality"]))
        case .preserve: return try ActBody.json(ActBody.Preserve(effective: at, outcome: .full, note: nil))
        case .close:
            return try ActBody.json(ActBody.Close(outcome: try #require(Outcome(rawValue: play.file.outcome))))
        case .refuse:
            return try ActBody.json(
                ActBody.Refusal(grounds: ["discrimination_grounds", "press_freedom", "dual_criminality"], text: "Three pages."))
        default: return nil
        }
    }

    /// What case 12 forbids is turned away with the right reason and exit status.
    @Test func forbiddenStepsAreTurnedAway() throws {
        let law = try testLaw()
        let course = try #require(Courses.all.first { $0.id == "case-12" })
        var play = try play(try #require(course.files.first), "case-12")
        let requested = play.maker.requested
        func attempt(_ kind: ActKind, _ body: some Encodable) throws -> ComityError? {
            let dossier = try Dossier(folding: play.acts)
            var maker = play.maker
            let item = try maker.act(kind, by: requested, on: play.acts, type: play.type, body: try ActBody.json(body), role: "approver")
            do {
                try item.act.validate()
                try dossier.mayTake(item.act, law: law)
                return nil
            } catch { return error }
        }
        let good = ActBody.Refusal(grounds: ["discrimination_grounds"], text: "Reasons.")
        for (index, step) in course.steps.enumerated() {
            if step.act == "screening_decision" {
                let early = try #require(try attempt(.accept, ActBody.Accept()))
                #expect(early.code == .refusedByRule && early.code.exitStatus == 8 && early.what.contains("screen"))
            }
            if step.act == "consult" {
                let hasty = try #require(try attempt(.refuse, good))
                #expect(hasty.code == .wrongState && hasty.code.exitStatus == 4 && hasty.what.contains("consultation"))
            }
            if step.act == "refuse" {
                let secrecy = try #require(try attempt(.refuse, ActBody.Refusal(grounds: ["bank_secrecy"], text: "t")))
                #expect(secrecy.code.exitStatus == 8 && secrecy.why.contains("T24"))
                let silent = try #require(try attempt(.refuse, ActBody.Refusal(grounds: ["discrimination_grounds"], text: " ")))
                #expect(silent.code.exitStatus == 8 && silent.what.contains("reasons"))
                let foreign = try #require(try attempt(.refuse, ActBody.Refusal(grounds: ["invented"], text: "t")))
                #expect(foreign.code == .refusedByRule)
                #expect(try attempt(.refuse, good) == nil)
            }
            try take(course.steps[index], &play, law)
        }
    }

    /// The team is not active before the last signature, and the obstacle names who is missing.
    @Test func jointInvestigationWaitsForAll() throws {
        let law = try testLaw()
        let course = try #require(Courses.all.first { $0.id == "case-07" })
        var play = try play(try #require(course.files.first), "case-07")
        var signatures = 0
        for step in course.steps {
            if step.act == "sign" { signatures += 1 }
            try take(step, &play, law)
            let dossier = try Dossier(folding: play.acts)
            if signatures < 3 {
                #expect(throws: ComityError(.wrongState, "")) {
                    try dossier.mayTake(.activate, side: .requesting, role: "prosecutor")
                }
                if signatures == 2 { #expect(dossier.course.missingSignatures == "Missing: XC.") }
            }
        }
        // A new member needs an amendment that all sign.
        func add(_ kind: ActKind, _ party: Party) throws {
            let dossier = try Dossier(folding: play.acts)
            let item = try play.maker.act(kind, by: party, on: play.acts, type: play.type, course: dossier.course, role: "prosecutor")
            try dossier.mayTake(item.act, law: law)
            play.acts.append(item)
        }
        try add(.amend, play.maker.parties[1])
        for (index, party) in play.maker.parties.enumerated() {
            #expect(try Dossier(folding: play.acts).state == .amending, "\(index)")
            try add(.sign, party)
        }
        #expect(try Dossier(folding: play.acts).state == .active)
    }
}
