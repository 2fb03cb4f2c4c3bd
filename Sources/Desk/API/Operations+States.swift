// SPDX-License-Identifier: Apache-2.0

import Exchange
import Hummingbird
import Law
import Node
import Standards

extension API {
    private struct ArticleLine: Encodable {
        let instrument: String
        let article: String
        let title: String
        let chapter: String
        let tag: VerificationTag
        let unverified: Bool
        let source: String
        let whyNone: String?
        let types: [String]
        let offences: [String]
        let rows: [LawLine]
    }

    private static let instrument = Operation.Parameter(
        name: "instrument", schema: Operation.text(60), says: "Id of the instrument; uncc when nothing is said.")

    static let law: [Operation] = [
        Operation(
            id: "article", method: .get, path: "/law/articles/{article}", says: "An article with everything that stands under it.",
            query: [instrument], answers: [Operation.json("LawArticle")]
        ) { call in
            guard let article = call.node.law.article(call.text("instrument") ?? "uncc", call.part("article")) else {
                throw ComityError(.notFound, "There is no such article.", next: "\(APIDocument.base)/law/coverage lists them.")
            }
            return try Reply(
                ArticleLine(
                    instrument: article.instrument, article: article.number, title: article.title, chapter: article.chapter,
                    tag: article.tag, unverified: article.tag.isUnverified, source: article.source, whyNone: article.whyNone,
                    types: article.types.map(\.id), offences: article.offences.map(\.title), rows: LawLine.lines(of: article)))
        },
        Operation(
            id: "rules", method: .get, path: "/law/rules", says: "The rules, clocks, grounds and duties of a type, or of all.",
            query: [.init(name: "type", schema: Operation.named("FileType"), says: "Only what speaks about this type.")],
            answers: [Operation.json("LawLineList")]
        ) { call in try call.list(LawLine.lines(of: call.node.law, type: call.text("type"))) },
        Operation(
            id: "coverage", method: .get, path: "/law/coverage", says: "Each article and the number of its rows, or why it has none.",
            query: [instrument], answers: [Operation.json("CoverageList")], problems: [404]
        ) { call in
            let rows = call.node.law.coverage(call.text("instrument") ?? "uncc")
            guard !rows.isEmpty else { throw ComityError(.notFound, "There is no such instrument.") }
            return try call.list(rows.map(CoverageLine.init))
        },
    ]

    private struct PeerLine: Encodable {
        let state: StateCode
        let authority: String
        let authorityId: String
        let languages: [String]
        let timeZone: String
        let phone: String?
        let email: String?
        let endpoint: String
        let issued: Instant
        let trust: String
        let fingerprint: String
        let confirmedAt: Instant?
        let confirmedBy: String?

        init(_ peer: Peer) {
            state = peer.entry.state
            authority = peer.entry.authority.name
            authorityId = peer.entry.authority.id
            languages = peer.entry.authority.languages
            timeZone = peer.entry.authority.timeZone
            phone = peer.entry.authority.phone
            email = peer.entry.authority.email
            endpoint = peer.entry.endpoint
            issued = peer.entry.issuedAt
            trust = peer.trust.rawValue
            fingerprint = peer.entry.fingerprint
            confirmedAt = peer.confirmedAt
            confirmedBy = peer.confirmedBy
        }
    }

    private struct Head: Encodable {
        let size: Int64
        let checkpoint: String
    }

    static let states: [Operation] = [
        Operation(
            id: "peers", method: .get, path: "/peers", says: "The nodes of other States, and how far they are trusted.",
            answers: [Operation.json("PeerList")]
        ) { call in try call.list(try call.node.listPeers().map { PeerLine($0) }) },
        Operation(
            id: "addPeer", method: .post, path: "/peers",
            says:
                "Imports the signed entry of a State. Nothing is trusted before somebody compares the fingerprint; a later entry with the same keys changes the facts, and the trust stays.",
            body: "NewPeer",
            answers: [Operation.json("Registered", 200, "This entry is here already."), Operation.json("Registered", 201)]
        ) { call in
            let entry = Array((call.body["entry"]?.string ?? "").utf8)
            return try await call.step(nil, { _ in (201, "/peers") }, same: true) { () async throws(ComityError) in
                try await call.node.addPeer(entry, by: call.officer)
            }
        },
        Operation(
            id: "quarantine", method: .get, path: "/quarantine", says: "Messages that were not believed.",
            query: [Operation.after, Operation.limit], answers: [Operation.json("QuarantineList")]
        ) { call in
            let after = try call.afterNumber() ?? 0
            let lines = try call.node.quarantineLines(after: after, limit: call.limit + 1, officer: call.officer)
            return try call.page(lines) { "\($0.id)" }
        },
        Operation(
            id: "registerHead", method: .get, path: "/register/head", says: "The newest signed head of the register.",
            answers: [Operation.json("RegisterHead")], problems: [404]
        ) { call in
            guard let head = try call.node.registerHead(officer: call.officer) else {
                throw ComityError(.notFound, "The register is empty.")
            }
            return try Reply(Head(size: head.size, checkpoint: head.note))
        },
        Operation(
            id: "registerEntries", method: .get, path: "/register/entries",
            says: "Entries of the register in order: that something was registered, not what was written in it.",
            query: [Operation.after, Operation.limit], answers: [Operation.json("EntryList")]
        ) { call in
            let after = try call.afterNumber() ?? -1
            let lines = try call.node.registerLines(from: after &+ 1, limit: call.limit + 1, officer: call.officer)
            return try call.page(lines) { "\($0.index)" }
        },
        Operation(
            id: "startAudit", method: .post, path: "/audits", says: "Recomputes the register from its bytes; one audit runs at a time.",
            answers: [Operation.json("Audit", 202)]
        ) { call in
            _ = try call.node.registerHead(officer: call.officer)
            let job = try call.api.audits.start(call.node, officer: call.officer)
            return try Reply(job, status: 202).at("/audits/\(job.id)")
        },
        Operation(
            id: "audit", method: .get, path: "/audits/{id}", says: "An audit and what it found. Kept until the node is started again.",
            answers: [Operation.json("Audit")]
        ) { call in
            _ = try call.node.registerHead(officer: call.officer)
            guard let job = call.api.audits.job(call.part("id"), officer: call.officer) else {
                throw ComityError(.notFound, "There is no such audit of yours.", next: "Start one: POST \(APIDocument.base)/audits")
            }
            return try Reply(job)
        },
    ]
}
