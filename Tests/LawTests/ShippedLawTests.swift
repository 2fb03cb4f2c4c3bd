// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
import LawSupport
import Standards
import TestSupport
import Testing

@Suite struct ShippedLawTests {
    @Test func allSixtyEightArticlesAreCovered() throws {
        let rows = try shippedLaw().coverage("uncc")
        #expect(rows.map(\.article) == (1...68).map { String($0) })
        #expect(Set(rows.map(\.chapter)).count == 9)
        for row in rows {
            let count = row.types + row.rules + row.clocks + row.grounds + row.offences + row.duties + row.terms + row.notifications
            #expect((count > 0) != (row.whyNone != nil), "article \(row.article)")
        }
        #expect(rows.filter { $0.offences > 0 }.map(\.article) == (7...17).map { String($0) } + ["19"])
    }

    /// Twelve notifications, each with its article, tag, words of a letter and source.
    @Test func notificationsAreRows() throws {
        let rows = try shippedLaw().notifications("uncc")
        var numbers: [String] = []
        for row in rows where numbers.last != row.number { numbers.append(row.number) }
        #expect(numbers == (1...12).map { "N\($0)" })
        for row in rows {
            #expect(
                !row.letter.isEmpty && !row.due.isEmpty && !row.tellers.isEmpty && !row.source.isEmpty && row.renews == nil, "\(row.id)")
        }
        #expect(rows.filter { $0.tellers == [.organisation] }.map(\.number) == ["N10"])
        #expect(rows.filter { $0.number == "N12" }.flatMap(\.places).contains("9(2)"))
        #expect(try shippedLaw().instrument("uncc")?.letter?.contains("{body}") == true)
        #expect(try shippedLaw().constant("entry-days", of: "uncc")?.value == "90")
        #expect(try shippedLaw().constant("entry-days", of: "budapest") == nil)
    }

    @Test func everyTypeHasItsCode() throws {
        let law = try shippedLaw()
        let codes = Dictionary(uniqueKeysWithValues: law.requestTypes.map { ($0.id, $0.code) })
        #expect(
            codes == [
                "preservation": "PRE", "traffic-disclosure": "TRA", "stored-data": "MLA", "subscriber-information": "SUB",
                "real-time-traffic": "RTT", "interception": "INT", "mutual-legal-assistance": "GEN", "emergency": "EMG",
                "extradition": "EXT",
                "provisional-arrest": "PAR", "freezing": "FRZ", "confiscation": "CON", "return-of-assets": "RET",
                "joint-investigation": "JIT",
                "spontaneous-information": "SPO", "video-hearing": "VID", "transfer-of-sentenced-person": "TSP",
                "transfer-of-proceedings": "TPR",
                "police-cooperation": "POL", "technical-assistance": "TEC",
            ])
    }

    @Test func everyRowCarriesCitationTagAndSource() throws {
        for instrument in try shippedLaw().instruments {
            for ground in instrument.grounds {
                #expect(!ground.cite.isEmpty && !ground.source.isEmpty && !ground.types.isEmpty, "\(ground.id)")
            }
            for rule in instrument.rules { #expect(!rule.source.isEmpty && !rule.types.isEmpty, "\(rule.id)") }
            for clock in instrument.clocks { #expect(clock.side != nil && !clock.types.isEmpty, "\(clock.id)") }
            if instrument.always { #expect(instrument.rules.allSatisfy { $0.tag == .house && $0.cite.hasPrefix("house") }) }
        }
    }

    @Test func groundsAreThoseOfTheInstrument() throws {
        let law = try shippedLaw()
        let preservation = law.grounds(for: "preservation", use: .refuse)
        #expect(preservation.contains { $0.id == "uncc.42.6.essential-interests" && $0.requires.contains("reason") && !$0.forbidden })
        #expect(!preservation.contains { $0.id.hasPrefix("uncc.40.21") })
        #expect(preservation.contains { $0.forbidden && $0.code == "dual_criminality" })
        let stored = law.grounds(for: "stored-data", use: .refuse)
        #expect(stored.filter(\.forbidden).map(\.cite).sorted() == ["40(23)", "40(24)"])
        #expect(stored.filter { !$0.forbidden }.allSatisfy { $0.requires.contains("reason") && $0.requires.contains("consultation") })
        #expect(law.grounds(for: "stored-data", use: .postpone).map(\.cite) == ["40(27)"])
        #expect(law.grounds(for: "preservation", use: .postpone).isEmpty)
        #expect(law.ground("uncc.40.24.bank-secrecy")?.forbidden == true && law.ground("nothing") == nil)
        #expect(law.grounds(for: "extradition", use: .refuse).contains { $0.cite == "37(16)" && $0.forbidden })
        #expect(law.duties(for: "stored-data").contains { $0.cite == "40(25)" && $0.on == ["refuse"] })
        #expect(law.grounds(for: "preservation", use: .refuse, under: "budapest").contains { $0.cite == "29(5)(a)" })
    }

    /// Cordia has made the reservation of 42(5): for an offence that is not of the Convention it may use the ground, for one that is it may not.
    @Test func aGroundMayDependOnReservationAndOffence() throws {
        let law = try shippedLaw()
        func usable(_ article: String, to: String) throws -> [Bool] {
            let draft: JSONValue = .object([
                "offences": .array([.object(["article": .string(article), "domestic": .object(["max_penalty_months": .integer(60)])])])
            ])
            let context = AssessmentContext(from: try StateCode("XA"), to: try StateCode(to), on: try Instant("2026-11-25T00:00:00Z"))
            return law.grounds(for: "preservation", use: .refuse, draft: draft, context: context).filter { $0.code == "dual_criminality" }
                .map(\.forbidden)
        }
        #expect(try usable("UNCC-7", to: "XC") == [true])
        #expect(try usable("serious", to: "XC") == [false])
        #expect(try usable("serious", to: "XB") == [true])
    }

    @Test func clocksSayAllThatTheFileNeeds() throws {
        let law = try shippedLaw()
        let minimum = try #require(law.clocks(for: "preservation").first { $0.id == "uncc.42.8.minimum" })
        #expect(
            minimum.restartedBy == ["extend"] && minimum.side == "requested" && minimum.calendar == .calendar && minimum.workingDays == nil)
        let retro = try #require(law.clocks(for: "emergency").first { $0.id == "house.emergency.retro" })
        #expect(retro.calendar == .working && retro.workingDays == 5 && retro.side == "requesting" && retro.startAct == "disclose")
        let target = try #require(law.clocks(for: "stored-data").first { $0.id == "house.mla.target" })
        #expect(target.pausedBy == ["ask"] && target.resumedBy == ["answer"])
        let chain = try #require(law.clocks(for: "freezing").first { $0.id == "house.assets.killchain" })
        #expect(chain.startAct == "request" && chain.startField == "content.transaction_at")
        let stop = try #require(law.clocks(for: "freezing").first { $0.id == "house.assets.stop" })
        let bresta = try StateCode("XB")
        #expect(law.length(of: stop, for: bresta).description == "PT96H")
        #expect(law.clocks(for: "preservation").filter { $0.id.hasSuffix(".minimum") }.count == 1)
    }

    /// The template, with the # of its examples taken away, is a draft that may be sent.
    @Test func everyTemplateIsASoundDraft() throws {
        let law = try shippedLaw()
        for type in law.requestTypes {
            let template = try #require(law.template(type: type.id))
            let filled = template.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                line.hasPrefix("# ") ? String(line.dropFirst(2)) : String(line)
            }.joined(separator: "\n")
            let draft = try YAMLText(Array(filled.utf8), name: type.id).value
            let contents = law.findings(for: draft, type: type.id).filter { $0.level == .must }
            #expect(contents.isEmpty, "\(type.id): \(contents.map { "\($0.rule) \($0.field) \($0.detail ?? "")" })")
            let issuer = type.issuers.contains("central_authority") ? "xa-ca" : "xa-247"
            let context = AssessmentContext(
                from: try StateCode("XA"), to: try StateCode("XB"), issuer: issuer, on: try Instant("2026-11-25T00:00:00Z"))
            let assessment = law.assess(draft, type: type.id, context: context)
            let musts = assessment.findings.filter { $0.level == .must }
            #expect(musts.isEmpty && assessment.route.open, "\(type.id): \(musts.map { "\($0.rule) \($0.field) \($0.detail ?? "")" })")
            // An empty draft is stopped, except where nothing is demanded at all.
            #expect(law.findings(for: .object([:]), type: type.id).contains { $0.level == .must }, "\(type.id)")
            if type.id != "technical-assistance" { #expect(template.contains("Required by")) }
        }
        #expect(law.template(type: "nothing") == nil)
    }

    @Test func anArticleShowsItsRows() throws {
        let law = try shippedLaw()
        let article = try #require(law.article("uncc", "40"))
        #expect(article.chapterTitle == "International cooperation" && article.tag == .confirmed)
        #expect(article.grounds.filter(\.forbidden).count == 2 && article.rules.contains { $0.cite == "40(15)(g)" })
        #expect(law.article("uncc", "69") == nil && law.article("nowhere", "1") == nil)
        #expect(law.article("uncc", "65")?.constants.map(\.value) == ["40", "90", "30", "0"])
    }

    @Test func workingDaysEndAtTheCloseOfTheOffice() throws {
        let law = try shippedLaw()
        func due(_ state: String, _ after: String, _ days: Int) throws -> String? {
            let profile = try #require(law.state(try StateCode(state)))
            return try #require(profile.calendar).due(after: try Instant(after), workingDays: days)?.description
        }
        // 30 November is a holiday in XA; at 00:05Z it is still 24 November there.
        #expect(try due("XA", "2026-11-25T00:05:00Z", 5) == "2026-12-02T17:30:00-03:00")
        // Sunday to Thursday are worked in XC, and 24 November is a holiday.
        #expect(try due("XC", "2026-11-19T04:00:00Z", 3) == "2026-11-25T17:00:00+05:45")
        // The clocks of XB go back on 25 October.
        #expect(try due("XB", "2026-10-23T12:00:00Z", 1) == "2026-10-26T16:15:00+02:00")
        #expect(try due("XB", "2026-10-22T12:00:00Z", 1) == "2026-10-23T16:15:00+03:00")
        #expect(try due("XA", "2026-11-25T00:05:00Z", 0) == nil)
        let calendar = try #require(try law.state(StateCode("XA"))?.calendar)
        let (work, holiday) = (try Instant("2026-11-25T12:00:00Z"), try Instant("2026-11-30T12:00:00Z"))
        #expect(calendar.isOpen(at: work) && !calendar.isOpen(at: holiday))
        #expect(throws: ComityError.self) { try WorkingCalendar(zone: "Mars/Base", days: [2], opens: 0, closes: 1, holidays: []) }
    }

    @Test func anUnknownStateAuthorityOrLanguageIsSaid() throws {
        let law = try shippedLaw()
        let on = try Instant("2026-11-25T00:00:00Z")
        func codes(_ draft: [String: JSONValue], _ type: String, _ from: String, _ to: String, _ issuer: String?) throws -> [String] {
            law.assess(
                .object(draft), type: type, context: .init(from: try StateCode(from), to: try StateCode(to), issuer: issuer, on: on)
            ).findings.filter { $0.level == .must }.map(\.code)
        }
        #expect(try codes([:], "stored-data", "XA", "XZ", "xa-ca").contains("state.unknown"))
        #expect(try codes(["lang": .string("en")], "stored-data", "XA", "XB", "xa-247").contains("issuer.not_competent"))
        #expect(try codes(["lang": .string("en")], "stored-data", "XA", "XB", "xb-ca").contains("issuer.not_competent"))
        #expect(try !codes(["lang": .string("en")], "stored-data", "XA", "XB", "xa-ca").contains("issuer.not_competent"))
        #expect(try codes(["lang": .string("de")], "preservation", "XA", "XB", "xa-247").contains("language.not_accepted"))
        #expect(try !codes(["lang": .string("ar-EG")], "preservation", "XA", "XB", "xa-247").contains("language.not_accepted"))
    }

    /// Whatever a draft holds, every type is judged without a crash, and what is shown stays bounded and safe.
    @Test func anyDraftIsJudged() throws {
        let law = try shippedLaw()
        var generator = Seeded.fresh()
        let names = [
            "offences", "data_sought", "identifiers", "persons", "case", "flags", "screen", "lang", "kind", "value", "ip", "at", "article",
            "domestic",
            "max_penalty_months", "counterpart", "assets", "purpose", "letters", "confidentiality", "until", "category", "items", "place",
        ]
        func value(_ depth: Int) -> JSONValue {
            switch Int.random(in: 0...(depth > 0 ? 7 : 5), using: &generator) {
            case 0: return .null
            case 1: return .bool(Bool.random(using: &generator))
            case 2: return .integer(Int64.random(in: Int64.min...Int64.max, using: &generator))
            case 3:
                return .string(["", "UNCC-7", "2026-11-25T00:00:00", "\u{202E}x", "CONTENT", "-"].randomElement(using: &generator) ?? "")
            case 4: return .string(String(repeating: "é", count: Int.random(in: 0...200, using: &generator)))
            case 5: return .number(1.5)
            case 6: return .array((0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth - 1) })
            default:
                var members: [String: JSONValue] = [:]
                for _ in 0..<Int.random(in: 0...8, using: &generator) {
                    members[names.randomElement(using: &generator) ?? ""] = value(depth - 1)
                }
                return .object(members)
            }
        }
        let context = AssessmentContext(
            from: try StateCode("XA"), to: try StateCode("XC"), issuer: "xa-ca", on: try Instant("2026-11-25T00:00:00Z"))
        for round in 0..<300 {
            let draft = value(4)
            let type = law.requestTypes[round % law.requestTypes.count].id
            let findings = law.assess(draft, type: type, context: context).findings
            #expect(findings == law.assess(draft, type: type, context: context).findings, "seed \(generator.seed)")
            #expect(findings.allSatisfy { !($0.detail ?? "").unicodeScalars.contains("\u{202E}") }, "seed \(generator.seed)")
        }
        #expect(law.assess(.object([:]), type: "nothing", context: context).route.open == false)
    }
}
