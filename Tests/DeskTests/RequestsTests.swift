// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Law
import Node
import Standards
import Testing

@testable import Desk

@Suite("Desk: writing a request")
struct RequestsTests {
    /// A draft that was begun on the desk.
    static func begun(_ desk: DeskFixture, _ type: String = "preservation", more: [(String, String)] = []) async throws -> FileReference {
        let answer = try await desk.post("/requests/new", [("type", type), ("to", "XB"), ("title", "Key host")] + more)
        #expect(answer.status == 303)
        let place = try #require(answer["Location"])
        #expect(place.hasPrefix("/requests/"))
        return try FileReference(String(place.dropFirst("/requests/".count)))
    }

    /// What a browser sends of the form of a section that nobody touched.
    static func typed(_ page: DeskFixture.Answer) -> [(String, String)] {
        func plain(_ text: Substring) -> String {
            String(text).replacing(/&#([0-9]+);/) { match in
                // A browser sends the end of a line as CR LF.
                match.1 == "10" ? "\r\n" : UInt32(match.1).flatMap(Unicode.Scalar.init).map(String.init) ?? ""
            }
        }
        guard let start = page.body.range(of: "data-autosave>"), let end = page.body[start.upperBound...].range(of: "</form>") else {
            return []
        }
        let form = page.body[start.upperBound..<end.lowerBound]
        var fields: [(Substring.Index, String, String)] = []
        for match in form.matches(of: /<input [^>]*>/) {
            guard let name = match.0.firstMatch(of: /name="([^"]*)"/), let value = match.0.firstMatch(of: /value="([^"]*)"/) else {
                continue
            }
            if match.0.contains("type=\"radio\"") || match.0.contains("type=\"checkbox\""), !match.0.contains(" checked") { continue }
            fields.append((match.range.lowerBound, plain(name.1), plain(value.1)))
        }
        for match in form.matches(of: /<textarea [^>]*name="([^"]*)"[^>]*>([^<]*)<\/textarea>/) {
            fields.append((match.range.lowerBound, plain(match.1), plain(match.2)))
        }
        for match in form.matches(of: /<select [^>]*name="([^"]*)"[^>]*>(.*?)<\/select>/) {
            let chosen = match.2.firstMatch(of: /<option value="([^"]*)" selected>/) ?? match.2.firstMatch(of: /<option value="([^"]*)"/)
            fields.append((match.range.lowerBound, plain(match.1), chosen.map { plain($0.1) } ?? ""))
        }
        return fields.sorted { $0.0 < $1.0 }.map { ($0.1, $0.2) }.filter { $0.0 != CrossSite.field }
    }

    static func save(
        _ desk: DeskFixture, _ ref: FileReference, _ section: String, _ fields: [(String, String)], query: String = "",
        as officer: String = "XA-D1"
    ) async throws -> DeskFixture.Answer {
        let page = try await desk.get("/requests/\(ref)/\(section)\(query)", as: officer)
        let names = Set(fields.map(\.0))
        return try await desk.post("/requests/\(ref)/\(section)", typed(page).filter { !names.contains($0.0) } + fields, as: officer)
    }

    static func content(_ desk: DeskFixture, _ ref: FileReference) throws -> JSONValue {
        try desk.node.draft(ref, officer: "XA-D1").content
    }

    static func introduced(_ test: @Sendable (DeskFixture) async throws -> Void) async throws {
        try await DeskFixture.run(prepare: DeskFixture.introduce, test)
    }

    @Test("the chooser leads from a need to a type and a State, with links only")
    func chooser() async throws {
        try await Self.introduced { desk in
            let start = try await desk.get("/requests/new")
            desk.isPage(start)
            #expect(start.body.contains("I need data kept") && start.body.contains("Someone’s life or safety is in danger"))
            for need in desk.pages.resources.chooser.groups.flatMap(\.needs) {
                #expect(start.body.contains("href=\"/requests/new?need=\(need.id)\""))
                let page = try await desk.get("/requests/new?need=\(need.id)")
                desk.isPage(page)
                #expect(page.body.contains("What the other State will ask for") && page.body.contains("How long it takes"))
            }
            // Content: less may do, and data may vanish.
            let content = try await desk.get("/requests/new?need=content")
            #expect(content.body.contains("/requests/new?type=subscriber-information"))
            #expect(content.body.contains("/requests/new?type=preservation"))
            #expect(content.body.contains("text not compared yet"))
            for type in FileType.allCases {
                let page = try await desk.get("/requests/new?type=\(type.rawValue)")
                desk.isPage(page)
                #expect(page.body.contains("value=\"XB\""), "\(type)")
            }
            desk.isPage(try await desk.get("/requests/new?type=nonsense"), status: 404)
            desk.isPage(try await desk.get("/requests/new?need=%3Cscript%3E"))
        }
    }

    @Test("a State that cannot be asked stands there with the reason")
    func states() async throws {
        try await DeskFixture.run { ours, theirs in
            _ = try await ours.addPeer(try theirs.directoryEntry())
        } _: { desk in
            let page = try await desk.get("/requests/new?type=preservation")
            desk.isPage(page)
            #expect(page.body.contains("Its fingerprint has not been compared"))
            #expect(page.body.contains("No State can be asked"))
            // The law of Cordia is known, its node is not.
            #expect(page.body.contains("XC") && page.body.contains("This node has no entry of it."))
            let forced = try await desk.post("/requests/new", [("type", "preservation"), ("to", "XB")])
            desk.isPage(forced, status: 403)
        }
        try await Self.introduced { desk in
            let none = try await desk.post("/requests/new", [("type", "preservation"), ("title", "Kept")])
            desk.isPage(none, status: 422)
            #expect(none.body.contains("Choose the State that you ask") && none.body.contains("value=\"Kept\""))
            let two = try await desk.post("/requests/new", [("type", "preservation"), ("to", "XB"), ("to", "XC")])
            desk.isPage(two, status: 422)
            desk.isPage(try await desk.post("/requests/new", [("type", "preservation"), ("to", "XB")], as: "XA-A1"), status: 403)
        }
    }

    @Test("a whole request is written section by section, reviewed and sent, without a script")
    func whole() async throws {
        try await Self.introduced { desk in
            let ref = try await Self.begun(desk)
            let list = try await desk.get("/requests/\(ref)")
            desk.isPage(list)
            #expect(list.body.contains("Not started") && list.body.contains("Cannot start yet"))
            #expect(list.body.contains("You have completed 0 of 8 sections"))
            // The requested State's sheet stands beside it.
            for words in [
                "Arabic, English", "contact point always open", "Not asked for this type", "90 days", "breach of a security measure",
            ] {
                #expect(list.body.contains(words), "\(words)")
            }
            try await Self.fill(desk, ref)
            let done = try await desk.get("/requests/\(ref)")
            #expect(done.body.contains("You have completed 8 of 8 sections"), "\(done.body)")
            let check = try await desk.get("/requests/\(ref)/check")
            desk.isPage(check)
            #expect(check.body.contains("Nothing must be changed"))
            let answers = try await desk.get("/requests/\(ref)/answers")
            desk.isPage(answers)
            #expect(answers.body.contains("Submit for review") && answers.body.contains("Files were encrypted."))
            #expect(answers.body.contains("<span class=\"vh\"> change: What happened</span>"))
            #expect(answers.body.contains(try desk.node.draft(ref, officer: "XA-D1").hash))
            #expect(try await desk.post("/requests/\(ref)/submit", []).status == 303)
            desk.isPage(try await desk.get("/requests/\(ref)/done"))
            // The author reads, and cannot approve.
            let own = try await desk.get("/requests/\(ref)/answers")
            #expect(own.body.contains("another person must approve") && !own.body.contains("Approve and sign"))
            let version = "\(try desk.node.draft(ref, officer: "XA-D1").version)"
            desk.isPage(try await desk.post("/requests/\(ref)/approve", [("version", version), ("read", "yes")]), status: 403)
            // The approver has to say that he read it.
            let review = try await desk.get("/requests/\(ref)/answers", as: "XA-A1")
            desk.isPage(review)
            #expect(review.body.contains("Approve and sign") && review.body.contains("What approving means"))
            desk.isPage(try await desk.post("/requests/\(ref)/approve", [("version", version)], as: "XA-A1"), status: 422)
            desk.isPage(try await desk.post("/requests/\(ref)/approve", [("version", "1"), ("read", "yes")], as: "XA-A1"), status: 409)
            #expect(try await desk.post("/requests/\(ref)/approve", [("version", version), ("read", "yes")], as: "XA-A1").status == 303)
            let approved = try await desk.get("/requests/\(ref)/done", as: "XA-A1")
            desk.isPage(approved)
            #expect(approved.body.contains("Approved and signed"))
            #expect(try await desk.get("/requests/\(ref)/answers").body.contains("Send to Contact Point of Bresta"))
            #expect(try await desk.post("/requests/\(ref)/send", []).status == 303)
            let sent = try await desk.get("/requests/\(ref)/done")
            desk.isPage(sent)
            #expect(sent.body.contains(ref.description) && sent.body.contains("What happens next"))
            // From now on it is a file.
            for path in ["", "/check", "/answers", "/offence"] {
                #expect(try await desk.get("/requests/\(ref)\(path)")["Location"] == "/files/\(ref)")
            }
            let file = try desk.node.fileView(ref, officer: nil)
            #expect(file.content["facts"]?.string == "Files were encrypted.\n\nThe key host is known.")
            #expect(file.content.at("identifiers.0.at")?.string == "2026-11-21T18:04:07-03:00")
            #expect(file.content.at("identifiers.0.port")?.integer == 51514)
            #expect(file.content.at("offences.0.domestic.max_penalty_months")?.integer == 120)
            #expect(file.content.at("offences.0.domestic.state")?.string == "XA" && file.content.at("offences.0.code")?.string == "SYS")
        }
    }

    /// What a drafter types into each section of a preservation.
    static func fill(_ desk: DeskFixture, _ ref: FileReference) async throws {
        func went(_ answer: DeskFixture.Answer, _ location: SourceLocation = #_sourceLocation) {
            #expect(answer.status == 303, "\(answer.body)", sourceLocation: location)
        }
        went(try await save(desk, ref, "parties", []))
        went(try await save(desk, ref, "offence", [("do", "add:offences")]))
        went(
            try await save(
                desk, ref, "offence",
                [
                    ("case.stage", "investigation"), ("case.prosecution_case_no", "XA-1"), ("offences.0.article", "UNCC-10"),
                    ("offences.0.domestic.ref", "XA-PC-413"), ("offences.0.counterpart.ref", "XB-CC-504"),
                ]))
        went(try await save(desk, ref, "facts", [("facts", "Files were encrypted.\r\n\r\nThe key host is known.")]))
        went(try await save(desk, ref, "account", [("identifiers!kind", "ip_endpoint"), ("do", "add:identifiers")]))
        went(
            try await save(
                desk, ref, "account",
                [
                    ("identifiers.0.ip", "192.0.2.118"), ("identifiers.0.port", "51514"), ("identifiers.0.protocol", "tcp"),
                    ("identifiers.0.at!day", "21"), ("identifiers.0.at!month", "11"), ("identifiers.0.at!year", "2026"),
                    ("identifiers.0.at!time", "18:04:07"), ("identifiers.0.at!zone", "America/Montevideo"),
                    ("identifiers.0.precision", "PT1S"), ("identifiers.0.source", "gateway log"),
                    ("custodian.provider", "Northgate Hosting"),
                ]))
        went(try await save(desk, ref, "data", [("do", "add:data_sought")]))
        went(
            try await save(
                desk, ref, "data",
                [
                    ("data_sought.0.category", "TRAFFIC"), ("data_sought.0.items", "connection records\r\nports"),
                    ("data_sought.0.identifiers", "I1"), ("data_sought.0.from!day", "1"), ("data_sought.0.from!month", "11"),
                    ("data_sought.0.from!year", "2026"), ("data_sought.0.from!time", "00:00"), ("data_sought.0.from!zone", "UTC"),
                    ("data_sought.0.to!day", "22"), ("data_sought.0.to!month", "11"), ("data_sought.0.to!year", "2026"),
                    ("data_sought.0.to!time", "00:00"), ("data_sought.0.to!zone", "UTC"),
                    ("link_facts_to_data", "The server received the keys."),
                ]))
        went(
            try await save(
                desk, ref, "necessity",
                [("necessity", "The server can be wiped."), ("purpose.text", "evidence"), ("intent_to_send_mla.stated", "yes")]))
        went(try await save(desk, ref, "deadline", [("urgency.level", "normal"), ("confidentiality.requested", "no")]))
        went(
            try await save(
                desk, ref, "safeguards",
                [
                    ("screen.political", "no"), ("screen.discrimination", "no"), ("screen.press", "no"),
                    ("screen.death_penalty_or_torture", "no"), ("screen.by", "XA-A1"),
                ]))
    }

    @Test("the reviewer gives a draft back, and the author sees why; it can be taken back and discarded")
    func back() async throws {
        try await Self.introduced { desk in
            let ref = try await Self.begun(desk)
            desk.isPage(try await desk.post("/requests/\(ref)/submit", []), status: 422)
            try await Self.fill(desk, ref)
            _ = try await desk.post("/requests/\(ref)/submit", [])
            // What is being reviewed is read as a whole; a form that comes late is not lost.
            #expect(try await desk.get("/requests/\(ref)/facts")["Location"] == "/requests/\(ref)/answers")
            let late = try await desk.post("/requests/\(ref)/facts", [("facts", "written meanwhile")])
            desk.isPage(late, status: 409)
            desk.isPage(try await desk.post("/requests/\(ref)/return", [("comment", " ")], as: "XA-A1"), status: 422)
            #expect(
                try await desk.post("/requests/\(ref)/return", [("comment", "Name the \u{202E}court.")], as: "XA-A1").status == 303)
            desk.isPage(try await desk.get("/requests/\(ref)/done", as: "XA-A1"))
            let list = try await desk.get("/requests/\(ref)")
            desk.isPage(list)
            #expect(list.body.contains("Name the \u{FFFD}court."))
            _ = try await desk.post("/requests/\(ref)/submit", [])
            #expect(try await desk.post("/requests/\(ref)/take-back", []).status == 303)
            #expect(try desk.node.draft(ref, officer: "XA-D1").state == .draft)
            let asked = try await desk.get("/requests/\(ref)/discard")
            desk.isPage(asked)
            #expect(try await desk.post("/requests/\(ref)/discard", []).status == 303)
            let gone = try await desk.get("/requests/\(ref)/done?discarded=yes")
            desk.isPage(gone)
            #expect(gone.body.contains("Discarded"))
            desk.isPage(try await desk.get("/requests/\(ref)"), status: 404)
        }
    }

    @Test("a draft leads from its file page to its form, and a follow-up starts from a file")
    func links() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.sent(on: ours, title: "Hospital ransomware")
            _ = try await DeskFixture.newDraft(on: ours, title: "From a file")
        } _: { desk in
            let items = try desk.node.queue(officer: nil)
            let draft = try #require(items.first { $0.state == .draft }).ref
            let parent = try #require(items.first { $0.state != .draft }).ref
            #expect(try await desk.get("/files/\(draft)").body.contains("href=\"/requests/\(draft)\""))
            #expect(try await !desk.get("/files/\(parent)").body.contains("href=\"/requests/\(parent)\""))
            // A draft that came as a whole counts as written.
            desk.isPage(try await desk.get("/requests/\(draft)"))
            #expect(try await desk.get("/requests/\(draft)").body.contains("Completed"))
            let follow = try await desk.get("/requests/new?follows=\(parent)")
            desk.isPage(follow)
            #expect(follow.body.contains("type=stored-data"))
            let start = try await desk.get("/requests/new?type=stored-data&follows=\(parent)")
            desk.isPage(start)
            let ref = try await Self.begun(desk, "stored-data", more: [("follows", parent.description)])
            #expect(try Self.content(desk, ref)["follows"]?.string == parent.description)
            #expect(try Self.content(desk, ref)["facts"]?.string?.hasPrefix("Files were encrypted.") == true)
            #expect(try await desk.get("/requests/\(ref)").body.contains("href=\"/files/\(parent)\""))
            desk.isPage(try await desk.get("/requests/new?follows=XA-2026-PRE-000999-X"), status: 400)
        }
    }

    @Test("a translation is waited for and attached")
    func translation() async throws {
        try await Self.introduced { desk in
            let ref = try await Self.begun(desk)
            try await Self.fill(desk, ref)
            #expect(try await Self.save(desk, ref, "parties", [("translation.to", "ar"), ("translation.status", "ordered")]).status == 303)
            _ = try await desk.post("/requests/\(ref)/submit", [])
            let waiting = try await desk.get("/requests/\(ref)/done")
            desk.isPage(waiting)
            #expect(waiting.body.contains("Waiting for the translation"))
            desk.isPage(try await desk.get("/requests/\(ref)/answers"))
            #expect(try await !desk.get("/requests/\(ref)/answers", as: "XA-A1").body.contains("Approve and sign"))
            #expect(try await desk.post("/requests/\(ref)/translated", [("certified", "yes"), ("text", "نص الطلب")]).status == 303)
            #expect(try desk.node.draft(ref, officer: "XA-D1").state == .review)
            #expect(try await desk.get("/requests/\(ref)/answers", as: "XA-A1").body.contains("نص الطلب"))
        }
    }

    @Test("every section of every type is a page", arguments: FileType.allCases)
    func pages(_ type: FileType) async throws {
        try await Self.introduced { desk in
            let ref = try await Self.begun(desk, type.rawValue)
            let page = DraftPage(
                scene: try Scene(desk.pages, session: try await desk.node.startSession(officer: "XA-D1").session),
                view: try desk.node.draft(ref, officer: "XA-D1"))
            for section in page.sections {
                desk.isPage(try await desk.get("/requests/\(ref)/\(section.id)"))
                for field in section.fields where field.kind == .repeat {
                    #expect(try await Self.save(desk, ref, section.id, [("do", "add:\(field.name)")]).status == 303)
                }
                desk.isPage(try await desk.get("/requests/\(ref)/\(section.id)"))
                // Saving what nobody touched goes on, or says what is missing; it never fails.
                let saved = try await Self.save(desk, ref, section.id, [])
                #expect([303, 422].contains(saved.status))
            }
            for path in ["", "/check", "/answers", "/discard"] { desk.isPage(try await desk.get("/requests/\(ref)\(path)")) }
            desk.isPage(try await desk.get("/requests/\(ref)/nonsense"), status: 404)
        }
    }
}
