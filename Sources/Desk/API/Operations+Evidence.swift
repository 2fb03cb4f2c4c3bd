// SPDX-License-Identifier: Apache-2.0

import Court
import Dossier
import Hummingbird
import Node
import Standards

extension API {
    private struct Summary: Encodable {
        let ref: FileReference
        let title: String
        let digest: String
        let name: String
        let size: Int64
        let exhibits: Int
        let outgoing: Bool
        let counterpart: StateCode
        let stage: String
        let partsHere: Int
        let partsAll: Int
        let created: Instant
        let conditions: [String]
        let verdict: String

        init(_ package: PackageSummary) {
            ref = package.ref
            title = package.title
            digest = package.digest
            name = package.name
            size = package.size
            exhibits = package.count
            outgoing = package.outgoing
            counterpart = package.counterpart
            stage = package.stage
            partsHere = package.partsHere
            partsAll = package.partsAll
            created = package.created
            conditions = package.conditions
            verdict = package.verdict.rawValue
        }
    }

    private struct Record: Encodable {
        struct Signed: Encodable {
            let authority: String
            let officer: String
            let at: Instant
            let authorisation: String
            let tool: String
        }

        struct Exhibit: Encodable {
            let number: Int
            let name: String
            let size: Int64
            let expected: String
            let found: String?
            let state: String
            let note: String
            let flags: [String]
        }

        struct TimeStamp: Encodable {
            let at: Instant
            let authority: String
        }

        struct Signature: Encodable {
            let algorithm: String
            let kid: String
            let state: String
        }

        struct Custody: Encodable {
            let kind: String
            let state: String
            let who: String
            let by: StateCode?
            let at: Instant?
            let place: String
            let length: Int64?
            let why: String
            let tool: String
            let seal: String
            let exhibits: [Int]
            let remeasured: Bool?
            let sha256: String?
            let equal: Bool?
            let index: Int64?
        }

        struct Access: Encodable {
            let kind: String
            let officer: String
            let at: Instant
            let exhibit: Int?
        }

        let ref: FileReference
        let title: String
        let digest: String
        let name: String
        let size: Int64
        let outgoing: Bool
        let counterpart: StateCode
        let stage: String
        let partsHere: Int
        let partsAll: Int
        let created: Instant
        let conditions: [String]
        let verdict: String
        let sentence: String
        let findings: [String]
        let verifiedAt: Instant?
        let verifiedBy: String?
        let signed: Signed?
        let signerKnown: Bool
        let signatures: [Signature]
        let timeStamp: TimeStamp?
        let belongs: Bool?
        let exhibits: [Exhibit]
        let custody: [Custody]
        let access: [Access]
        let contentWithheld: Bool
        let pending: String?
        let task: UUIDv7?

        init(_ view: PackageView) {
            ref = view.ref
            title = view.title
            digest = view.digest
            name = view.name
            size = view.size
            outgoing = view.outgoing
            counterpart = view.counterpart
            stage = view.stage
            partsHere = view.partsHere
            partsAll = view.partsAll
            created = view.created
            conditions = view.conditions
            verdict = view.verdict.rawValue
            sentence = view.sentence
            findings = view.findings
            verifiedAt = view.verified?.at
            verifiedBy = view.verified?.by
            signed = view.signed.map {
                Signed(authority: $0.authority, officer: $0.officer, at: $0.at, authorisation: $0.authorisation, tool: $0.tool)
            }
            signerKnown = view.isSignerKnown
            timeStamp = view.stamp?.given.map { TimeStamp(at: $0.at, authority: $0.authority) }
            signatures = view.signatures.map { Signature(algorithm: $0.algorithm, kid: $0.kid, state: $0.state) }
            belongs = view.belongs
            exhibits = view.exhibits.map {
                Exhibit(
                    number: $0.number, name: $0.name, size: $0.size, expected: $0.expected, found: $0.found, state: $0.state, note: $0.note,
                    flags: $0.flags.map(\.rawValue))
            }
            custody = view.custody.map {
                Custody(
                    kind: $0.kind.rawValue, state: $0.state.rawValue, who: $0.who, by: $0.by, at: $0.at, place: $0.place, length: $0.length,
                    why: $0.why, tool: $0.tool, seal: $0.seal, exhibits: $0.exhibits, remeasured: $0.isRemeasured, sha256: $0.sha256,
                    equal: $0.isEqual, index: $0.index)
            }
            access = view.access.map { Access(kind: $0.kind, officer: $0.officer, at: $0.at, exhibit: $0.exhibit) }
            contentWithheld = view.isWithheld
            pending = view.pending
            task = view.task?.id
        }
    }

    private struct TaskRow: Encodable {
        struct Failure: Encodable {
            let code: String
            let what: String
            let why: String
            let next: String
        }

        let id: UUIDv7
        let kind: String
        let state: String
        let officer: String
        let ref: FileReference?
        let started: Instant
        let ended: Instant?
        let done: Int64
        let all: Int64
        let result: JSONValue?
        let failure: Failure?

        init(_ task: NodeTask) {
            id = task.id
            kind = task.kind.rawValue
            state = task.state.rawValue
            officer = task.officer
            ref = task.ref
            started = task.started
            ended = task.ended
            done = task.done
            all = task.all
            result = task.result.object == nil ? nil : task.result
            failure = task.problem.map { Failure(code: $0.code.rawValue, what: $0.what, why: $0.why, next: $0.next) }
        }
    }

    private static func task(_ id: UUIDv7, _ call: APICall) throws -> Reply {
        try Reply(TaskRow(try call.node.task(id, officer: call.officer)), status: 202).at("/tasks/\(id)")
    }

    static let evidence: [Operation] = [
        Operation(
            id: "packages", method: .get, path: "/evidence", says: "Packages of all files, the newest first, with what verifying found.",
            query: [Operation.after, Operation.limit], answers: [Operation.json("PackageSummaryList")]
        ) { call in try call.page(of: try call.node.packages(nil, officer: call.officer).map { Summary($0) }) { $0.digest } },
        Operation(
            id: "package", method: .get, path: "/files/{ref}/evidence/{package}",
            says: "A package with its verdict, exhibits, chain of custody and who looked.", answers: [Operation.json("PackageRecord")]
        ) { call in
            try Reply(Record(try call.node.packageView(try call.ref(), package: call.part("package"), officer: call.officer)))
        },
        Operation(
            id: "verifyPackage", method: .post, path: "/files/{ref}/evidence/{package}/verify",
            says: "Verifies a package that arrived and records what was found; no receipt goes out.", answers: [Operation.json("Task", 202)]
        ) { call in
            try task(try await call.node.startVerifying(try call.ref(), package: call.part("package"), officer: call.officer), call)
        },
        Operation(
            id: "receivePackage", method: .post, path: "/files/{ref}/evidence/{package}/receive",
            says: "Verifies a package that arrived and, when it is valid, signs the receipt.", answers: [Operation.json("Task", 202)]
        ) { call in
            try task(try await call.node.startReceiving(try call.ref(), package: call.part("package"), officer: call.officer), call)
        },
        Operation(
            id: "task", method: .get, path: "/tasks/{id}", says: "Work that runs on the node: how far it is, and what came of it.",
            answers: [Operation.json("Task")]
        ) { call in try Reply(TaskRow(try call.node.task(try UUIDv7(call.part("id")), officer: call.officer))) },
        Operation(
            id: "preservations", method: .get, path: "/preservations",
            says: "What is kept since when and until when, and for what; what ends first comes first.",
            query: [Operation.after, Operation.limit], answers: [Operation.json("PreservationList")]
        ) { call in
            let page = try call.node.preservations(after: call.text("after"), limit: call.limit, officer: call.officer)
            return try call.page(page.lines, next: page.next, previous: page.previous)
        },
    ]
}
