// SPDX-License-Identifier: Apache-2.0

import Law
import LawSupport
import Standards
import TestSupport
import Testing

@testable import Dossier

/// On which grounds a State may refuse another State's request: by the treaty between the two, the offence, and reservations.
@Suite struct GroundsTests {
    /// The shipped law, with two States that only the parallel treaty binds and one that both treaties bind.
    private static let law = Result {
        let names = ["XD": ["budapest"], "XE": ["budapest"], "XF": ["uncc", "budapest"], "XG": ["budapest"]]
        let profiles = names.map { name, bonds in
            let list = bonds.map { "{instrument: \($0), from: \"2026-01-01T00:00:00Z\"}" }.joined(separator: ", ")
            let reserves = name == "XG" ? "dual_criminality:\n  preservation: {required: false, reservation: 29(4)}\n" : ""
            return Law.SourceText(
                path: "states/\(name).yaml", bytes: Array("state: \(name)\nsource: test\nbound_by: [\(list)]\n\(reserves)".utf8))
        }
        return try Law(reading: shippedTexts() + profiles)
    }

    private let requestedAt = Int64(1_795_000_000_000)

    /// A preservation that was acknowledged and consulted about, with a decision where a ground asks for one.
    private func file(from: String, to: String, offence: String, at: Int64? = nil) throws -> (maker: Maker, acts: [Dossier.HashedAct]) {
        let parties = try [from, to].map { Party(state: try StateCode($0), authority: $0.lowercased() + "-247") }
        var maker = try Maker(Seeded(3), named: parties)
        maker.clock = at ?? requestedAt
        maker.content = .object([
            "offences": .array([
                .object(["article": .string(offence), "domestic": .object(["max_penalty_months": .integer(60)])])
            ])
        ])
        var acts = [try maker.act(.request, side: .requesting, on: [])]
        for kind in [ActKind.acknowledge, .consult, .screen] { acts.append(try maker.act(kind, side: .requested, on: acts)) }
        return (maker, acts)
    }

    /// What the rules say about a refusal on a ground; nil when it may be given.
    private func fault(_ ground: String, from: String = "XA", to: String, offence: String = "serious", at: Int64? = nil) throws
        -> ComityError?
    {
        var (maker, acts) = try file(from: from, to: to, offence: offence, at: at)
        let act = try maker.act(
            .refuse, by: maker.requested, on: acts, body: ActBody.json(ActBody.Refusal(grounds: [ground], text: "reasons")))
        let law = try Self.law.get()
        let dossier = try Dossier(folding: acts)
        let offered = dossier.grounds(for: .refuse, law: law, party: maker.requested).filter { !$0.forbidden }.map(\.id)
        do throws(ComityError) {
            try dossier.mayTake(act.act, law: law)
            #expect(offered.contains(ground), "\(ground) may be given, but is not offered")
            return nil
        } catch {
            #expect(!offered.contains(ground), "\(ground) is offered, but may not be given")
            return error
        }
    }

    /// Cordia has made the reservation of 42(5), Bresta has not: the same ground stands for one and not for the other, and never
    /// for an offence of the Convention.
    @Test func aReservationGivesAGroundToItsStateOnly() throws {
        let ground = "uncc.42.5.dual-criminality"
        #expect(try fault(ground, to: "XC") == nil)
        for (to, offence) in [("XB", "serious"), ("XC", "UNCC-7"), ("XB", "UNCC-7")] {
            let error = try #require(try fault(ground, to: to, offence: offence), "\(to) \(offence)")
            #expect(error.code == .refusedByRule && error.why.contains("42(5)"), "\(error)")
            #expect(error.next.contains("uncc.42.6.essential-interests") && !error.next.contains(ground))
        }
        // Where the reservation does not help, the text forbids the ground; where it does, it is not listed as forbidden.
        #expect(try fault("uncc.42.4.dual-criminality", to: "XB")?.what.contains("may not be a ground") == true)
        #expect(try fault("uncc.42.4.dual-criminality", to: "XC")?.what.contains("is no ground") == true)
    }

    /// The same reservation under the parallel treaty, 29(4): only for the State that made it, and for other offences.
    @Test func theParallelTreatysReservationToo() throws {
        let ground = "budapest.29.4.dual-criminality"
        #expect(try fault(ground, from: "XD", to: "XG") == nil)
        let error = try #require(try fault(ground, from: "XD", to: "XE"))
        #expect(error.code == .refusedByRule && error.why.contains("29(4)"), "\(error)")
    }

    /// A profile without a reservation and without a bond, like that of a State which has only signed.
    @Test func withoutABondTheDeclaringInstrumentSpeaks() throws {
        #expect(try fault("uncc.42.6.domestic-bar", to: "AZ") == nil)
        #expect(try fault("uncc.42.5.dual-criminality", to: "AZ") != nil)
        let error = try #require(try fault("budapest.29.5.political", to: "AZ"))
        #expect(error.why.contains("does not bind both XA and AZ"), "\(error)")
    }

    /// Between States of the parallel treaty its grounds are given, and those of the Convention are not; and the other way round.
    @Test func theGoverningInstrumentGivesTheGrounds() throws {
        #expect(try fault("budapest.29.5.political", from: "XD", to: "XE") == nil)
        #expect(try fault("budapest.29.5.essential-interests", from: "XD", to: "XF") == nil)
        let foreign = try #require(try fault("uncc.42.6.domestic-bar", from: "XD", to: "XE"))
        #expect(foreign.code == .refusedByRule && foreign.why.contains("budapest governed"), "\(foreign)")
        #expect(foreign.next.contains("budapest.29.5.political") && !foreign.next.contains("uncc."))
        // Both treaties bind both: the higher rank governs.
        #expect(try fault("uncc.42.6.domestic-bar", from: "XA", to: "XF") == nil)
        #expect(try fault("budapest.29.5.political", from: "XA", to: "XF")?.why.contains("uncc governed") == true)
        // Before the day on which the treaty binds them nothing governs, and the instrument that declares the type speaks.
        #expect(try fault("budapest.29.5.political", from: "XD", to: "XE", at: 1_750_000_000_000) != nil)
        #expect(try fault("no.such.ground", to: "XC")?.why == "No instrument here names it.")
        #expect(try fault("uncc.40.27.own-case", to: "XC")?.why.contains("not to refuse a preservation") == true)
    }

    /// What `file next` prints: grounds at the steps that need one, of this request, and none elsewhere.
    @Test func stepsOfferTheirGrounds() throws {
        let law = try Self.law.get()
        for (to, expected) in [("XC", true), ("XB", false)] {
            let (maker, acts) = try file(from: "XA", to: to, offence: "serious")
            let steps = try Dossier(folding: acts).possible(
                side: .requested, role: "lawyer", law: law, now: acts[3].act.at, party: maker.requested)
            let refuse = try #require(steps.first { $0.kind == .refuse })
            #expect(refuse.isPossible && refuse.grounds.contains { $0.id == "uncc.42.5.dual-criminality" } == expected)
            #expect(refuse.grounds.allSatisfy { !$0.forbidden })
            #expect(steps.filter { $0.kind != .refuse }.allSatisfy { $0.grounds.isEmpty })
        }
    }
}
