// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import Dossier

/// The step that brings a file on, for every type, state and side.
@Suite struct NextStepsTests {
    /// Time or another file goes on, or nothing does.
    private static let resting: Set<FileState> = [.closed, .held, .frozen]

    /// Each row names steps that the side really has in that state.
    @Test(arguments: FileType.allCases)
    func everyRowIsAStepOfTheTable(_ type: FileType) {
        let cycle = type.lifeCycle
        for state in cycle.reachable {
            for side in Side.allCases {
                for row in cycle.main(in: state, for: side) {
                    let kinds = row.kinds.filter { cycle.transition($0, by: side, from: state) != nil }
                    #expect(!kinds.isEmpty, "\(type) \(state) \(side): \(row.kinds.map(\.rawValue))")
                }
            }
        }
        #expect(cycle.followUp.isSubset(of: cycle.reachable))
    }

    /// In every state that acts reach somebody has a step, it is possible, and taken often enough these steps end in a closed file or
    /// in one that rests.
    @Test(arguments: FileType.allCases)
    func somebodyAlwaysHasAStepThatIsPossible(_ type: FileType) throws {
        var maker = try Maker(Seeded.fresh(), parties: type.allowsSeveralParties ? 3 : 2)
        for history in try ConvergenceTests.histories(type, &maker) {
            var acts = history
            for _ in 0..<30 {
                let dossier = try Dossier(folding: acts)
                let steps = maker.parties.compactMap { party in dossier.mainStep(of: party).map { (party, $0) } }
                let path = acts.map(\.act.kind.rawValue).joined(separator: " ")
                if steps.isEmpty { #expect(Self.resting.contains(dossier.state), "\(type) \(dossier.state): \(path)") }
                guard let (party, kind) = steps.first(where: { $0.1 != .logEvidence }) else { break }
                let item = try #require(try maker.possible(kind, by: party, on: acts, dossier), "\(type) \(dossier.state) \(kind): \(path)")
                acts.append(item)
            }
            let end = try Dossier(folding: acts)
            let rests = Self.resting.union([.active]).contains(end.state)
            #expect(rests, "\(type) ends \(end.state): \(acts.map(\.act.kind.rawValue))")
        }
    }

    private func steps(_ type: FileType, _ course: [(ActKind, Side)], content: JSONValue? = nil) throws -> [ActKind?] {
        var maker = try Maker(Seeded(2))
        if let content { maker.content = content }
        var acts = [try maker.act(.request, side: .requesting, on: [], type: type)]
        for (kind, side) in course {
            let dossier = try Dossier(folding: acts)
            let party = side == .requesting ? maker.requesting : maker.requested
            acts.append(try maker.act(kind, by: party, on: acts, type: type, course: dossier.course))
        }
        let dossier = try Dossier(folding: acts)
        #expect(dossier.entries.allSatisfy { $0.effect == .applied }, "\(type) \(course)")
        return maker.parties.map { dossier.mainStep(of: $0) }
    }

    /// What people asked about: requesting side, requested side.
    @Test func whatPeopleSee() throws {
        let ack = (ActKind.acknowledge, Side.requested)
        func theirs(_ kinds: ActKind...) -> [(ActKind, Side)] { kinds.map { ($0, .requested) } }
        #expect(try steps(.emergency, [ack]) == [nil, .callBack])
        #expect(try steps(.emergency, [ack, (.certify, .requesting)]) == [nil, .callBack])
        #expect(try steps(.emergency, theirs(.acknowledge, .callBack)) == [nil, .disclose])
        let disclosed = theirs(.acknowledge, .callBack, .disclose)
        #expect(try steps(.emergency, disclosed) == [.receive, nil])
        #expect(try steps(.emergency, disclosed + [(.receive, .requesting)]) == [.retroactiveProcess, nil])
        let linked = disclosed + [(.receive, .requesting), (.retroactiveProcess, .requesting)]
        #expect(try steps(.emergency, linked) == [.close, nil])
        let agreement: [(ActKind, Side)] = [ack, (.approveAgreement, .requested), (.approveAgreement, .requesting)]
        #expect(try steps(.jointInvestigation, agreement) == [.sign, .sign])
        #expect(try steps(.jointInvestigation, agreement + [(.sign, .requested)]) == [.sign, nil])
        #expect(try steps(.jointInvestigation, [ack]) == [.approveAgreement, .approveAgreement])
        let team = agreement + [(.sign, .requested), (.sign, .requesting), (.activate, .requesting)]
        #expect(try steps(.jointInvestigation, team + [(.end, .requested)]) == [.evaluate, .evaluate])
        #expect(try steps(.jointInvestigation, team + [(.end, .requested), (.evaluate, .requested)]) == [.close, nil])
        let assets: JSONValue = .object(["assets": .array([.object(["id": .string("A1"), "status": .string("confiscated")])])])
        let proposed: [(ActKind, Side)] = [ack, (.proposeReturn, .requested), (.agreeReturn, .requesting)]
        #expect(try steps(.returnOfAssets, proposed, content: assets) == [nil, .return])
        #expect(try steps(.videoHearing, theirs(.acknowledge, .accept)) == [nil, .schedule])
        #expect(try steps(.videoHearing, theirs(.acknowledge, .accept, .schedule)) == [.agree, nil])
        let heard = theirs(.acknowledge, .accept, .schedule) + [(.agree, .requesting)] + theirs(.summon, .test, .hear)
        #expect(try steps(.videoHearing, heard) == [nil, .minutes])
        #expect(try steps(.freezing, theirs(.acknowledge, .freeze)) == [nil, nil])
        #expect(try steps(.freezing, [(.requestStop, .requesting), ack]) == [nil, .stopPayment])
        #expect(try steps(.freezing, theirs(.acknowledge, .freeze) + [(.extend, .requesting)]) == [nil, .accept])
        let surrendered = try steps(.extradition, theirs(.acknowledge, .commit, .grant))
        #expect(surrendered == [nil, .schedule] || surrendered == [.acceptConditions, nil])
        #expect(try steps(.trafficDisclosure, theirs(.acknowledge, .disclose) + [(.receive, .requesting)]) == [.close, nil])
        let offer = [(ActKind.acknowledge, Side.requested), (.supply, .requesting), (.receive, .requested), (.feedback, .requested)]
        #expect(try steps(.spontaneousInformation, offer) == [.close, nil])
        #expect(try steps(.storedData, theirs(.acknowledge, .accept)) == [nil, .execute])
        #expect(try steps(.storedData, theirs(.acknowledge, .accept, .execute)) == [nil, .supply])
        let arrested: [(ActKind, Side)] = theirs(.acknowledge, .arrest) + [(.withdraw, .requesting)]
        #expect(try steps(.provisionalArrest, arrested) == [.close, .release])
        #expect(try steps(.provisionalArrest, [ack, (.withdraw, .requesting)]) == [.close, nil])
    }

    @Test func surrenderedIsClosed() throws {
        var maker = try Maker(Seeded(2))
        var acts = [try maker.act(.request, side: .requesting, on: [], type: .extradition)]
        for kind in [ActKind.acknowledge, .commit] { acts.append(try maker.act(kind, side: .requested, on: acts, type: .extradition)) }
        let grant = try ActBody.json(ActBody.Grant(decided: acts[0].act.at))
        acts.append(try maker.act(.grant, by: maker.requested, on: acts, type: .extradition, body: grant))
        acts.append(try maker.act(.surrender, side: .requested, on: acts, type: .extradition))
        func steps() throws -> [ActKind?] {
            let dossier = try Dossier(folding: acts)
            return maker.parties.map { dossier.mainStep(of: $0) }
        }
        #expect(try steps() == [.close, nil])
        acts.append(try maker.act(.seekConsent, side: .requesting, on: acts, type: .extradition))
        #expect(try steps() == [.close, .consent])
    }

    // MARK: The document

    private static let words: [LifeCycle.Requirement: String] = [
        .extensionPending: "an extension waits", .consentSought: "a consent was sought", .proposedByOther: "the other side proposed",
        .askedByOther: "the other side asked", .suppliedByOther: "the other side supplied", .offerAccepted: "its conditions are accepted",
        .personConsents: "the person consents", .ownApproval: "approved at home", .calledBack: "the sender was called back",
        .retroactiveProcess: "the promised request is linked",
    ]

    private static func words(_ occasion: LifeCycle.Main.Occasion) -> String {
        switch occasion {
        case .nothingProposed: "no time is proposed"
        case .conditionsOffered: "conditions are open"
        case .stopRequested: "a stop was asked for"
        case .somethingKept: "data are kept, or a person is in custody"
        }
    }

    private static func cell(_ cycle: LifeCycle, _ state: FileState, _ side: Side) -> String {
        var parts: [String] = side == .requesting && cycle.followUp.contains(state) ? ["the request that follows (while none does)"] : []
        for row in cycle.main(in: state, for: side) {
            for kind in row.kinds {
                guard let step = cycle.transition(kind, by: side, from: state) else { continue }
                let conditions = (row.when.map { [words($0)] } ?? []) + step.requires.compactMap { words[$0] }
                parts.append("`\(kind.rawValue)`\(conditions.isEmpty ? "" : " (\(conditions.joined(separator: ", ")))")")
                // A step that is always possible leaves nothing to those after it.
                if conditions.isEmpty, step.requires.isEmpty { return parts.joined(separator: ", else ") }
            }
        }
        return parts.joined(separator: ", else ")
    }

    /// `docs/formats/next-steps.md` prints what the code does. `COMITY_WRITE_DOCS` writes it anew.
    @Test func documentAgreesWithTheCode() throws {
        let page = Shared.repository.appendingPathComponent("docs/formats/next-steps.md")
        let expected = Self.page()
        if ProcessInfo.processInfo.environment["COMITY_WRITE_DOCS"] != nil {
            try expected.write(to: page, atomically: true, encoding: .utf8)
        }
        let found = try String(contentsOf: page, encoding: .utf8)
        #expect(found == expected, "COMITY_WRITE_DOCS=1 writes the page anew")
    }

    static func page() -> String {
        var lines = [
            "# Next steps", "",
            "The step that brings a file on, as the [worklist](file-view.md#queue) shows it in `next`: for each type, state and side. Talk,",
            "refusals and withdrawals are possible beside it ([act](act.md#life-cycles)), but nobody waits for them. Of several steps in a",
            "cell the first that is possible counts; an empty cell waits for the other side, and where both are empty, for time or another",
            "file. When both sides have a step each sees its own.", "",
            "Before all of this: an own request without receipt shows `deliver`. After `consult` or `announce-lift` the other side has to",
            "`answer` first, until it does or the file goes on. A state that is not listed has no step.",
        ]
        for type in FileType.allCases {
            let cycle = type.lifeCycle
            lines += ["", "## \(type.code) \(type.rawValue)", "", "| state | requesting side | requested side |", "| --- | --- | --- |"]
            for state in FileState.allCases where cycle.reachable.contains(state) {
                let cells = Side.allCases.map { cell(cycle, state, $0) }
                if cells.allSatisfy(\.isEmpty) { continue }
                lines.append("| `\(state.rawValue)` | \(cells.joined(separator: " | ")) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
