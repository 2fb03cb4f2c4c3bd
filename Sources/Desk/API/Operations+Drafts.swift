// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Law
import Node
import Standards

extension API {
    private struct TypeLine: Encodable {
        let type: String
        let code: String
        let title: String
        let instrument: String
        let article: String
        let tag: VerificationTag
        let unverified: Bool
        let follows: [String]

        init(_ type: RequestType) {
            self.type = type.id
            code = type.code
            title = type.title
            instrument = type.instrument
            article = type.article
            tag = type.tag
            unverified = type.tag.isUnverified
            follows = type.follows
        }
    }

    private struct Template: Encodable {
        let type: TypeLine
        let fields: [FieldLine]
    }

    private struct Judgement: Encodable {
        let sound: Bool
        let findings: [Finding]

        init(_ findings: [Finding]) {
            sound = !findings.contains(where: \.blocks)
            self.findings = findings
        }
    }

    static let asking: [Operation] = [
        Operation(
            id: "requestTypes", method: .get, path: "/requests/types", says: "Every type of request.",
            answers: [Operation.json("RequestTypeList")]
        ) { call in try call.list(call.node.law.requestTypes.map { TypeLine($0) }) },
        Operation(
            id: "requestType", method: .get, path: "/requests/types/{type}", says: "What a draft of a type may say, and who asks for it.",
            answers: [Operation.json("RequestTemplate")]
        ) { call in
            guard let type = call.node.law.requestType(call.part("type")) else {
                throw ComityError(.notFound, "There is no such type of request.")
            }
            return try Reply(Template(type: TypeLine(type), fields: call.node.law.fields(of: type.id)))
        },
        Operation(
            id: "newRequest", method: .post, path: "/requests",
            says: "Keeps a draft when nothing is missing; with dry_run, only judges it.",
            query: [.init(name: "dry_run", schema: Operation.flag, says: "Judge it and keep nothing.")], body: "NewRequest",
            answers: [
                Operation.json("Judgement", 200, "What the rules say; nothing was kept."),
                Operation.json("Registered", 201, "Kept as a draft."),
            ], problems: [404]
        ) { call in
            let (type, draft) = (call.body["type"]?.string ?? "", call.body["draft"] ?? .null)
            let keep = call.body["keep"]?.bool ?? false
            if call.query["dry_run"]?.bool == true {
                return try Reply(
                    Judgement(try await call.node.newRequest(type: type, draft: draft, officer: call.officer, dryRun: true).findings))
            }
            do {
                return try await call.step(nil, { lines in (201, lines.first?.ref.map { "/drafts/\($0)" }) }) { () throws(ComityError) in
                    try await call.node.newRequest(type: type, draft: draft, officer: call.officer, dryRun: false, keep: keep)
                }
            } catch let error as ComityError where error.code == .refusedByRule {
                let judged = try await call.node.newRequest(type: type, draft: draft, officer: call.officer, dryRun: true)
                throw Problem(error, findings: judged.findings)
            }
        },
    ]

    /// A draft as it is now, with its version as the tag.
    private static func draft(_ call: APICall) throws -> Reply {
        let view = try call.node.draftView(try call.ref(), officer: call.officer)
        return try Reply(view).tagged(view.version)
    }

    /// A step of a draft that is registered as an event.
    private static func move(
        _ id: String, _ path: String, _ says: String, body: String? = nil,
        _ work: @escaping @Sendable (APICall, FileReference) async throws(ComityError) -> Void
    ) -> Operation {
        Operation(
            id: id, method: .post, path: "/drafts/{ref}/\(path)", says: says, body: body, answers: [Operation.json("Registered")],
            precondition: .optional
        ) { call in
            let ref = try call.ref()
            return try await call.step(.draft(ref, versions: call.versions), { _ in (200, "/drafts/\(ref)") }) {
                () async throws(ComityError) in try await work(call, ref)
            }
        }
    }

    private static func aside(_ method: HTTPRequest.Method, _ id: String, _ says: String, body: String?) -> Operation {
        Operation(
            id: id, method: method, path: "/drafts/{ref}/overrides/{rule}", says: says, body: body, answers: [Operation.json("Draft")],
            precondition: .required, hasTag: true, problems: [409, 422]
        ) { call in
            let ref = try call.ref()
            try await call.change(.draft(ref, versions: call.versions)) { () async throws(ComityError) in
                try await call.node.override(ref, rule: call.part("rule"), reason: call.body["reason"]?.string, officer: call.officer)
            }
            return try draft(call)
        }
    }

    static let drafting: [Operation] = [
        Operation(
            id: "draft", method: .get, path: "/drafts/{ref}", says: "A request that has not been sent.", answers: [Operation.json("Draft")],
            hasTag: true, problems: [409]
        ) { call in try draft(call) },
        Operation(
            id: "revise", method: .put, path: "/drafts/{ref}", says: "Gives a draft another content. An approval does not outlast it.",
            body: "DraftChange", answers: [Operation.json("Draft")], precondition: .required, hasTag: true, problems: [409, 422]
        ) { call in
            let (ref, content) = (try call.ref(), call.body["draft"] ?? .null)
            do {
                try await call.change(.draft(ref, versions: call.versions)) { () async throws(ComityError) in
                    try await call.node.revise(ref, draft: content, officer: call.officer, keep: call.body["keep"]?.bool ?? false)
                }
            } catch let error as ComityError where error.code == .refusedByRule {
                let findings = try await call.node.revise(ref, draft: content, officer: call.officer, dryRun: true)
                throw Problem(error, findings: findings)
            }
            return try draft(call)
        },
        Operation(
            id: "discardDraft", method: .delete, path: "/drafts/{ref}", says: "Gives up a draft.", answers: [.init(status: 204)],
            precondition: .required, problems: [409]
        ) { call in
            let ref = try call.ref()
            try await call.change(.draft(ref, versions: call.versions)) { () async throws(ComityError) in
                try await call.node.discard(ref, officer: call.officer)
            }
            return Reply(status: 204)
        },
        move("submit", "submit", "Hands a draft to the reviewer.") { call, ref throws(ComityError) in
            try await call.node.submit(ref, officer: call.officer)
        },
        move("return", "return", "Gives a draft back to its author, with a comment.", body: "Comment") { call, ref throws(ComityError) in
            try await call.node.returnDraft(ref, officer: call.officer, comment: call.body["comment"]?.string ?? "")
        },
        move("approve", "approve", "The second person agrees to a draft.") { call, ref throws(ComityError) in
            try await call.node.approve(ref, officer: call.officer)
        },
        Operation(
            id: "send", method: .post, path: "/drafts/{ref}/send", says: "Signs an approved draft and registers it; delivery follows.",
            answers: [Operation.json("Registered", 201)], precondition: .optional
        ) { call in
            let ref = try call.ref()
            do {
                return try await call.step(.draft(ref, versions: call.versions), { taken($0, ref) }) { () async throws(ComityError) in
                    try await call.node.send(ref, officer: call.officer)
                }
            } catch let error as ComityError where error.code == .refusedByRule {
                throw Problem(error, findings: try call.node.draftView(ref, officer: call.officer).findings)
            }
        },
        aside(.put, "setAside", "Sets a rule aside for a draft, in the open and with a reason.", body: "Reason"),
        aside(.delete, "takeBack", "Takes back that a rule is set aside.", body: nil),
    ]

    /// Where the act is that was registered.
    static func taken(_ lines: [EntryLine], _ ref: FileReference) -> (status: Int, location: String?) {
        guard let act = lines.first(where: { $0.type == "act" }) else { return (202, "/files/\(ref)") }
        return (201, "/files/\(ref)/acts/\(act.id)")
    }
}
