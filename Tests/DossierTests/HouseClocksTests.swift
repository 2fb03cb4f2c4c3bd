// SPDX-License-Identifier: Apache-2.0

import Law
import LawSupport
import Standards
import TestSupport
import Testing

@testable import Dossier

/// The clocks of the house as they ship: each runs as long as what it waits for is owed, and no longer.
@Suite struct HouseClocksTests {
    typealias Story = ClockTests.Story
    static let day: Int64 = 86_400_000
    static let minute: Int64 = 60_000

    private func clock(_ rule: String, _ story: Story, _ milliseconds: Int64, _ delivery: Standing.Delivery = .done) throws -> Clock? {
        let dossier = try Dossier(folding: story.acts)
        #expect(dossier.entries.allSatisfy { $0.effect == .applied })
        return Standing(of: dossier, law: try shippedLaw(), followers: [], delivery: delivery, now: story.at(milliseconds)).clocks
            .first { $0.rule == rule }
    }

    // MARK: Consultation

    /// Acknowledged, accepted, perhaps executing; then the requested State consults.
    private func consulted(_ before: [ActKind], _ type: FileType = .storedData) throws -> Story {
        var story = try Story(type)
        for kind in [.acknowledge] + before { try story.take(kind, .requested, at: 0) }
        let state = try Dossier(folding: story.acts).state
        try story.take(.consult, .requested, at: Self.day)
        #expect(try Dossier(folding: story.acts).state == state)
        return story
    }

    @Test(arguments: [([ActKind.accept], FileType.storedData), ([.accept, .execute], .storedData), ([.commit], .extradition)])
    func aConsultationBesideTheWorkIsAnswered(_ before: [ActKind], _ type: FileType) throws {
        var story = try consulted(before, type)
        let state = try Dossier(folding: story.acts).state
        let running = try #require(try clock("house.consultation", story, 2 * Self.day))
        #expect(running.state == .running && running.side == .requesting)
        // Only the other side answers; and nobody answers what nobody asked.
        let dossier = try Dossier(folding: story.acts)
        #expect(throws: ComityError(.wrongState, "")) { try dossier.mayTake(.answer, side: .requested, role: "lawyer") }
        try dossier.mayTake(.answer, side: .requesting, role: "lawyer")
        try story.take(.answer, .requesting, at: 3 * Self.day)
        let answered = try Dossier(folding: story.acts)
        #expect(answered.state == state && answered.course.consulting.isEmpty && answered.course.consulted)
        #expect(throws: ComityError(.wrongState, "")) { try answered.mayTake(.answer, side: .requesting, role: "lawyer") }
        let met = try #require(try clock("house.consultation", story, 60 * Self.day))
        #expect(met.state == .met && met.stopped == story.at(3 * Self.day))
        // A second consultation starts it again.
        try story.take(.consult, .requested, at: 4 * Self.day)
        #expect(try clock("house.consultation", story, 5 * Self.day)?.state == .running)
        #expect(try clock("house.consultation", story, 60 * Self.day)?.state == .over)
    }

    @Test(arguments: [ActKind.postpone, .refuse, .partlyRefuse])
    func theDecisionEndsTheConsultation(_ decision: ActKind) throws {
        var story = try consulted([.accept])
        try story.take(decision, .requested, at: 2 * Self.day)
        let ended = try #require(try clock("house.consultation", story, 60 * Self.day))
        #expect(ended.state == .ended && ended.stopped == story.at(2 * Self.day))
        // Late views are still taken, and change nothing else.
        let state = try Dossier(folding: story.acts).state
        try story.take(.answer, .requesting, at: 3 * Self.day)
        #expect(try Dossier(folding: story.acts).state == state)
        #expect(try clock("house.consultation", story, 60 * Self.day) == ended)
    }

    @Test func acceptingEndsTheConsultation() throws {
        var story = try Story(.storedData)
        for kind in [ActKind.acknowledge, .consult, .accept] { try story.take(kind, .requested, at: Self.day) }
        #expect(try clock("house.consultation", story, 60 * Self.day)?.state == .ended)
    }

    /// The clock is that of the side that was asked: neither its own question nor its own answer counts.
    @Test func theClockIsThatOfTheSideThatWasAsked() throws {
        var story = try Story(.storedData)
        for kind in [ActKind.acknowledge, .consult] { try story.take(kind, .requested, at: Self.day) }
        try story.take(.answer, .requested, at: 2 * Self.day)
        #expect(try clock("house.consultation", story, 3 * Self.day)?.state == .running)
        try story.take(.answer, .requesting, at: 3 * Self.day)
        #expect(try clock("house.consultation", story, 60 * Self.day)?.state == .met)
        try story.take(.consult, .requesting, at: 4 * Self.day)
        #expect(try clock("house.consultation", story, 60 * Self.day)?.state == .met)

        var late = try Story(.storedData)
        for kind in [ActKind.acknowledge, .accept, .supply] { try late.take(kind, .requested, at: 0) }
        try late.take(.ask, .requesting, at: Self.day)
        #expect(try clock("house.mla.clarification", late, 60 * Self.day) == nil)
    }

    /// A question of one side and a consultation of the other are open at once: each is answered by itself.
    @Test func aQuestionAndAConsultationAtOnce() throws {
        var story = try consulted([.accept])
        try story.take(.supply, .requested, at: 2 * Self.day)
        try story.take(.ask, .requesting, at: 3 * Self.day)
        #expect(try Dossier(folding: story.acts).state == .clarification)
        try story.take(.answer, .requesting, at: 4 * Self.day)
        #expect(try Dossier(folding: story.acts).state == .clarification)
        #expect(try clock("house.consultation", story, 60 * Self.day)?.state == .met)
        try story.take(.answer, .requested, at: 5 * Self.day)
        #expect(try Dossier(folding: story.acts).state == .returned)
        // The target was never paused by the other side's question.
        #expect(try clock("house.mla.target", story, 6 * Self.day)?.due == story.at(120 * Self.day))
    }

    /// To say why a freeze should go on is an answer too.
    @Test func theAnnouncedLiftingIsAnswered() throws {
        var story = try Story(.freezing)
        for kind in [ActKind.acknowledge, .freeze, .announceLift] { try story.take(kind, .requested, at: 0) }
        #expect(try clock("house.assets.lift", story, Self.day)?.state == .running)
        try story.take(.answer, .requesting, at: Self.day)
        #expect(try clock("house.assets.lift", story, 60 * Self.day)?.state == .met)
        #expect(try Dossier(folding: story.acts).state == .frozen)
    }

    // MARK: Signatures

    @Test func allSign() throws {
        var maker = try Maker(Seeded(5), parties: 3)
        var acts = [try maker.act(.request, side: .requesting, on: [], type: .jointInvestigation)]
        func clock() throws -> Clock? {
            let dossier = try Dossier(folding: acts)
            #expect(dossier.entries.allSatisfy { $0.effect == .applied })
            return Standing(
                of: dossier, law: try shippedLaw(), followers: [], delivery: .done,
                now: acts[0].act.at.adding(milliseconds: 20 * Self.day)
            ).clocks.first { $0.rule == "house.joint.signatures" }
        }
        for party in maker.parties {
            acts.append(try maker.act(.approveAgreement, by: party, on: acts, type: .jointInvestigation))
        }
        for party in [maker.parties[1], maker.parties[0], maker.parties[2]] {
            #expect(try clock()?.state == .running)
            acts.append(try maker.act(.sign, by: party, on: acts, type: .jointInvestigation))
        }
        let met = try #require(try clock())
        #expect(met.state == .met && met.stopped == acts.last?.act.at && met.side == .requested)
    }

    // MARK: The work

    /// What completes the work of the requested side, by type.
    private static func completing(_ type: FileType) -> [ActKind] {
        switch type {
        case .preservation: [.preserve, .complete]
        case .trafficDisclosure: [.disclose, .complete]
        case .storedData, .subscriberInformation, .realTimeTraffic, .interception, .mutualLegalAssistance, .policeCooperation,
            .technicalAssistance:
            [.supply, .complete]
        case .emergency: [.disclose]
        case .extradition, .transferOfSentencedPerson: [.surrender]
        case .provisionalArrest: [.arrest, .complete]
        case .freezing: [.freeze, .confiscate, .complete]
        case .confiscation: [.confiscate, .complete]
        case .returnOfAssets: [.return]
        case .jointInvestigation: [.activate]
        case .spontaneousInformation: [.receive]
        case .videoHearing: [.minutes, .complete]
        case .transferOfProceedings: [.complete]
        }
    }

    /// These keep or renew what was done; they begin when the work is done.
    private static let keeping: Set<String> = ["uncc.42.8.minimum", "uncc.25.slice", "uncc.50.freeze-review"]

    private static func content() throws -> JSONValue {
        let soon = Instant(milliseconds: 1_795_000_000_000 + 2 * day).description
        return .object([
            "urgency": .object(["level": .string("urgent"), "needed_by": .string(soon)]), "transaction_at": .string(soon),
            "assets": .array([.object(["id": .string("A1")]), .object(["id": .string("A2")])]),
            "offer": .object(["conditions": .array([.string("c")])]),
        ])
    }

    private static func body(_ kind: ActKind, last: Bool, _ maker: inout Maker) throws -> JSONValue? {
        guard kind == .supply else { return nil }
        let package = ActBody.PackageDescription(name: "a.bag.tar.age", size: 10, digest: Hex.encode(maker.hash()), exhibits: 1)
        return try ActBody.json(ActBody.Supply(package: package, conditions: [], last: last))
    }

    /// From every state of every type, also with a question about progress open: once the work is done no clock of the requested side
    /// runs for it, however long one waits.
    @Test(arguments: FileType.allCases)
    func nothingRunsAfterTheWorkIsDone(_ type: FileType) throws {
        var maker = try Maker(Seeded.fresh(), parties: type.allowsSeveralParties ? 3 : 2)
        maker.content = try Self.content()
        let law = try shippedLaw()
        var done: [ActKind: Int] = [:]
        for history in try ConvergenceTests.histories(type, &maker) {
            for asked in [false, true] {
                var acts = history
                if asked {
                    let dossier = try Dossier(folding: acts)
                    guard let query = try maker.possible(.statusQuery, by: maker.requesting, on: acts, dossier) else { continue }
                    acts.append(query)
                }
                let dossier = try Dossier(folding: acts)
                for kind in Self.completing(type) {
                    for party in maker.parties {
                        guard try maker.possible(kind, by: party, on: acts, dossier) != nil else { continue }
                        let item = try maker.act(
                            kind, by: party, on: acts, type: type, course: dossier.course, body: try Self.body(kind, last: true, &maker))
                        let after = try Dossier(folding: acts + [item])
                        guard after.entries.last?.effect == .applied else { continue }
                        done[kind, default: 0] += 1
                        let standing = Standing(
                            of: after, law: law, followers: [], delivery: .done, now: item.act.at.adding(milliseconds: 900 * Self.day))
                        for clock in standing.clocks
                        where clock.side == .requested && !Self.keeping.contains(clock.rule) && !clock.rule.hasPrefix("house.acknowledge") {
                            #expect(clock.stopped != nil, "\(type) \(dossier.state) \(kind): \(clock.rule) \(clock.state)")
                        }
                    }
                }
            }
        }
        #expect(Set(done.keys) == Set(Self.completing(type)), "\(type): \(done)")
    }

    /// One package of several is not the answer. The last one is; and so is the word that nothing more follows.
    @Test(arguments: [FileType.storedData, .subscriberInformation, .realTimeTraffic, .interception, .mutualLegalAssistance])
    func theTargetStopsAtTheLastPackage(_ type: FileType) throws {
        var story = try Story(type, content: try Self.content())
        for kind in [ActKind.acknowledge, .accept] { try story.take(kind, .requested, at: 0) }
        func supply(_ last: Bool, at time: Int64) throws {
            let body = try #require(try Self.body(.supply, last: last, &story.maker))
            try story.take(.supply, .requested, at: time, body)
        }
        try supply(false, at: Self.day)
        for rule in ["house.mla.target", "house.needed-by"] {
            #expect(try clock(rule, story, Self.day + 1)?.state == .running, "\(rule)")
            #expect(try clock(rule, story, 500 * Self.day).map { $0.state == .over && $0.stopped == nil } == true, "\(rule)")
        }
        var told = story
        try told.take(.complete, .requested, at: Self.day + 2, ActBody.Complete(outcome: .full))
        #expect(try Dossier(folding: told.acts).state == .returned)
        try supply(true, at: Self.day + 2)
        for (one, rule) in [(story, "house.mla.target"), (story, "house.needed-by"), (told, "house.mla.target"), (told, "house.needed-by")]
        {
            #expect(try clock(rule, one, 500 * Self.day)?.state == .met, "\(rule)")
        }
    }

    /// To freeze is not yet to confiscate, and the case file that the requesting State hands over is not the answer to it.
    @Test func whatOnlyPreparesDoesNotStopIt() throws {
        var confiscation = try Story(.confiscation, content: try Self.content())
        for kind in [ActKind.acknowledge, .accept, .freeze] { try confiscation.take(kind, .requested, at: 0) }
        #expect(try clock("house.mla.target.confiscation", confiscation, Self.day)?.state == .running)
        var proceedings = try Story(.transferOfProceedings, content: try Self.content())
        try proceedings.take(.acknowledge, .requested, at: 0)
        #expect(try clock("house.needed-by.proceedings", proceedings, Self.day)?.state == .running)
        try proceedings.take(.accept, .requested, at: 1)
        #expect(try clock("house.needed-by.proceedings", proceedings, 9 * Self.day)?.state == .met)
        #expect(try clock("house.needed-by", proceedings, 9 * Self.day) == nil)
        // Without conditions there is nothing to accept.
        #expect(try clock("house.spontaneous.answer", try Story(.spontaneousInformation), 9 * Self.day) == nil)
    }

    // MARK: Delivery

    /// Nobody is late with what never reached him.
    @Test func theTimeOfTheRequestedSideBeginsWhenItHasTheRequest() throws {
        var story = try Story(.freezing, content: try Self.content())
        let rule = "house.acknowledge.urgent"
        func clocks(_ delivery: Standing.Delivery, _ milliseconds: Int64) throws -> [Clock] {
            Standing(
                of: try Dossier(folding: story.acts), law: try shippedLaw(), followers: [], delivery: delivery, now: story.at(milliseconds)
            ).clocks
        }
        #expect(try clocks(.done, Self.minute).map(\.rule).sorted() == [rule, "house.assets.killchain", "house.needed-by"])
        #expect(try clocks(.missing, 900 * Self.day).isEmpty)
        let arrived = Standing.Delivery.at(story.at(45 * Self.minute))
        let running = try #require(try clock(rule, story, 60 * Self.minute, arrived))
        #expect(running.state == .running && running.starts == story.at(45 * Self.minute) && running.due == story.at(75 * Self.minute))
        #expect(running.escalated == nil)
        #expect(try clock(rule, story, 76 * Self.minute, arrived)?.escalated?.tell == "second_officer")
        // What counts from a time in the request, or ends at one, is not moved.
        for other in ["house.assets.killchain", "house.needed-by"] {
            #expect(try clock(other, story, 60 * Self.minute, arrived)?.due == clock(other, story, 60 * Self.minute)?.due, "\(other)")
        }
        // A clock of the other node that goes behind does not start it before the request was made.
        #expect(try clock(rule, story, 60 * Self.minute, .at(story.at(-Self.day)))?.starts == story.at(0))
        try story.take(.acknowledge, .requested, at: 70 * Self.minute)
        #expect(try clock(rule, story, 80 * Self.minute, arrived)?.state == .met)
        #expect(try clock(rule, story, 80 * Self.minute)?.state == .over)
    }
}
