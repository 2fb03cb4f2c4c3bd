// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Node
import Standards
import TestSupport
import Testing
import Web

@testable import Desk

/// Files of every type go from delivery to closure by what officers fill into the forms of the desk, and every form shows.
@Suite("Desk: every type through its forms", .serialized)
struct ActWalkTests {
    /// Talk and endings; taken only when nothing brings the file on.
    private static let last: Set<ActKind> = [
        .refuse, .partlyRefuse, .postpone, .withdraw, .lapse, .decline, .downgrade, .interrupt, .prosecuteInstead, .offerConditions,
        .override, .reopen, .transfer, .close, .statusQuery, .release, .hold, .amend, .end, .extend, .ask, .consult, .releaseWitness,
        .depart, .lift, .announceLift, .report, .seekConsent,
    ]

    /// All types with `COMITY_LONG`; otherwise eight that a printed seed chooses.
    private static let types: [FileType] = {
        guard ProcessInfo.processInfo.environment["COMITY_LONG"] == nil else { return FileType.allCases }
        var generator = Seeded.fresh()
        let chosen = Array(FileType.allCases.shuffled(using: &generator).prefix(8))
        print("types through their forms: seed \(generator.seed), \(chosen.map(\.rawValue).joined(separator: " "))")
        return chosen
    }()

    @Test("from delivery to closure", arguments: Self.types)
    func walk(_ type: FileType) async throws {
        let pair = try await DeskPair(count: type.allowsSeveralParties ? 3 : 2)
        let ref = try await pair.delivered(type)
        // What an emergency promised, and what turns intelligence into evidence.
        let other = [.emergency, .policeCooperation].contains(type) ? try await pair.delivered(.storedData) : nil
        var taken: [String: Int] = [:]
        for _ in 0..<80 {
            guard try pair.ours.node.fileView(ref, officer: nil).state != .closed else { break }
            guard try await step(ref, other, pair, &taken) else { break }
            try await pair.carry()
        }
        for desk in pair.desks {
            let view = try desk.node.fileView(ref, officer: nil)
            #expect(view.state == .closed, "\(type) at \(desk.node.state): \(view.acts.map { "\($0.from) \($0.kind.rawValue)" })")
            for path in ["", "?part=correspondence", "?part=evidence", "?part=audit"] {
                desk.isPage(try await desk.get("/files/\(ref)\(path)", as: DeskPair.officer(desk, "D1")))
            }
            #expect(try desk.node.audit(officer: nil).ok)
            #expect(try desk.node.quarantined(officer: nil).isEmpty)
        }
    }

    /// Takes one step at a desk by filling in its form. False when no form leads on.
    private func step(_ ref: FileReference, _ other: FileReference?, _ pair: DeskPair, _ taken: inout [String: Int]) async throws -> Bool {
        for kinds in [{ !Self.last.contains($0) }, { $0 == .close }, { $0 == .end || $0 == .withdraw || $0 == .release }]
            as [(ActKind) -> Bool]
        {
            for desk in pair.desks {
                for name in ["D1", "X1", "A1"] {
                    let officer = DeskPair.officer(desk, name)
                    for step in try desk.node.steps(ref, officer: officer) where step.possible && step.ours && kinds(step.kind) {
                        let key = "\(desk.node.state) \(step.kind.rawValue)"
                        guard taken[key, default: 0] < (step.kind == .close ? 3 : 1) else { continue }
                        taken[key, default: 0] += 1
                        if try await take(step, ref, other, desk, officer, pair) { return true }
                    }
                }
            }
        }
        Issue.record("\(ref): nothing leads on; taken \(taken.keys.sorted())")
        return false
    }

    private func take(
        _ step: StepLine, _ ref: FileReference, _ other: FileReference?, _ desk: DeskFixture, _ officer: String, _ pair: DeskPair
    ) async throws -> Bool {
        if step.kind == .supply || (step.kind == .disclose && ref.typeCode == "EMG") { try await pair.seal(for: ref, on: desk) }
        let path = "/files/\(ref)/acts/\(step.kind.rawValue)"
        let form = try await desk.get(path, as: officer)
        desk.isPage(form)
        #expect(form.body.contains("name=\"csrf\""), "\(step.kind.rawValue): no form")
        let scene = try Scene(desk.pages, session: try await desk.node.startSession(officer: officer).session)
        let context = try ActContext(scene, step.kind, try desk.node.fileView(ref, officer: officer))
        let answer = try await desk.post(path, Filler(context: context, other: other).fields, as: officer)
        guard answer.status == 303 else {
            // The life cycle may still object to what the body says; then another step leads on.
            desk.isPage(answer, status: answer.status)
            #expect(answer.status == 409 || answer.status == 422, "\(step.kind.rawValue): \(answer.status)")
            #expect(
                !answer.body.contains("class=\"error\""),
                "\(ref) \(step.kind.rawValue): \(answer.body.split(separator: "class=\"error\"").dropFirst().first?.prefix(300) ?? "")")
            return false
        }
        let location = try #require(answer["Location"])
        let page = try await desk.get(location, as: officer)
        desk.isPage(page)
        guard location.hasSuffix("done=prepared") else {
            #expect(page.body.contains("Done:"))
            return true
        }
        #expect(page.body.contains("Waits for a second person"))
        let second = DeskPair.officer(desk, officer.hasSuffix("A1") ? "A2" : "A1")
        let approved = try await desk.post("/files/\(ref)/prepared/approve", [], as: second)
        #expect(approved.status == 303, "\(step.kind.rawValue): \(approved.status)")
        return approved.status == 303
    }

    @Test("the form of each kind shows its fields, each with a label and a hint that is there")
    func render() async throws {
        let pair = try await DeskPair()
        let ref = try await pair.delivered(.freezing)
        let desk = pair.theirs
        let officer = DeskPair.officer(desk, "D1")
        let scene = try Scene(desk.pages, session: try await desk.node.startSession(officer: officer).session)
        for kind in ActKind.allCases {
            desk.isPage(try await desk.get("/files/\(ref)/acts/\(kind.rawValue)", as: officer))
            let context = try ActContext(scene, kind, try desk.node.fileView(ref, officer: officer))
            let fields = ActFieldView(context: context, form: context.prefilled, problems: [], more: nil).fields
            #expect(fields.count == context.form.fields.count { $0.kind != .whole })
            for field in fields {
                let html = try desk.pages.resources.templates.render("act-field", field.merging(["t": desk.pages.strings.root]) { $1 })
                let name = field["name"] as? String ?? ""
                #expect(html.contains("name=\"\(name)") || html.contains("class=\"small quiet\""), "\(kind.rawValue) \(name): \(html)")
                #expect(html.contains(field["label"] as? String ?? "?"), "\(kind.rawValue) \(name)")
                // What the summary of problems would link to is there, once.
                let anchor = try ActFieldView.anchor(#require(context.form.fields.first { $0.name == name }), context)
                #expect(html.components(separatedBy: " id=\"\(anchor)\"").count == 2, "\(kind.rawValue) \(anchor)")
                #expect(!html.contains(" checked"), "\(kind.rawValue) \(name) is ticked before anybody ticked it")
            }
        }
        #expect(desk.pages.strings.missing.isEmpty, "\(desk.pages.strings.missing)")
        desk.isPage(try await desk.get("/files/\(ref)/acts/unheard-of", as: officer), status: 404)
    }
}

/// What an officer could write into the fields of a form.
struct Filler {
    let context: ActContext
    let other: FileReference?

    var fields: [(String, String)] {
        [("seen", "\(context.view.acts.count)")] + context.form.fields.flatMap(fields)
    }

    private func fields(_ field: ActField) -> [(String, String)] {
        let name = field.name
        func moment(_ day: String, _ year: String) -> [(String, String)] {
            [
                ("\(name).day", day), ("\(name).month", "11"), ("\(name).year", year), ("\(name).time", "06:12"),
                ("\(name).zone", "UTC"),
            ]
        }
        switch field.kind {
        case .whole, .act: return []
        case .text where name == "currency": return [(name, "EUR")]
        case .long where context.kind == .receive && !context.packages(arrived: true).isEmpty: return []
        case .text, .long: return [(name, "words of the officer")]
        case .choice where context.kind == .receive: return context.packages(arrived: true).isEmpty ? [(name, "decision")] : []
        case .choice where context.kind == .release: return [(name, "agreed")]
        case .choice where context.kind == .consent: return [(name, "person")]
        case .choice: return [(name, field.values[0])]
        case .yesNo: return name == "partial" ? [] : [(name, "yes")]
        case .confirm: return [(name, "yes")]
        case .moment: return name == "retainUntil" || name == "served" && !field.isRequired ? [] : moment("22", "2026")
        case .ahead: return [("\(name).days", "9")]
        case .grounds: return context.grounds.filter { !$0.forbidden }.prefix(1).map { (name, $0.id) }
        case .texts: return field.isRequired ? [(name, "first"), (name, ""), (name, "second")] : []
        case .questions: return [(name, "Which zone?"), (name, " ")]
        case .answers: return (1...max(1, context.questions.count)).map { (context.questions.isEmpty ? name : "\(name).\($0)", "UTC") }
        case .assets: return context.assets.map { (name, $0.value) }
        case .package: return context.packages(arrived: false).prefix(1).map { (name, $0.digest) }
        case .arrived: return context.packages(arrived: true).prefix(1).map { (name, $0.digest) }
        case .money: return [(name, name == "gross" ? "1 000.00" : "900.00")]
        case .expenses: return [("\(name).1.what", "auction"), ("\(name).1.amount", "100.00")]
        case .number: return [(name, "12")]
        case .zone: return [(name, "UTC")]
        case .hash: return field.isRequired ? [(name, String(repeating: "ab", count: 32))] : []
        case .phone: return [(name, context.directoryPhone ?? "+999105550101")]
        case .hops: return context.view.type == .emergency ? [] : [("\(name).1.provider", "Northgate"), ("\(name).1.state", "xc")]
        case .reference: return [(name, (other ?? context.view.ref).description.lowercased())]
        case .authority, .rule: return [(name, "consultation")]
        }
    }
}
