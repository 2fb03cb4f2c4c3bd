// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards

extension API {
    /// A file that was sent, as much of it as the caller may see.
    private static func view(_ call: APICall) async throws -> FileView {
        let view = try call.node.fileView(try call.ref(), officer: call.officer)
        guard view.id != nil else {
            throw ComityError(
                .notFound, "\(view.ref) has not been sent yet.", next: "It is a draft: \(APIDocument.base)/drafts/\(view.ref)")
        }
        try await call.node.noteViewed(view, how: .api, officer: call.officer)
        return view
    }

    static let files: [Operation] = [
        Operation(
            id: "files", method: .get, path: "/files", says: "A list of the worklist: files and drafts.",
            query: [
                .init(name: "view", schema: Operation.oneOf(WorkView.allCases.map(\.rawValue)), says: "Which list."),
                .init(name: "type", schema: Operation.named("FileType"), says: "Only files of this type."),
                .init(name: "counterpart", schema: Operation.named("StateCode"), says: "Only files with this State."),
                .init(name: "state", schema: Operation.named("FileState"), says: "Only files in this state."),
                .init(name: "side", schema: Operation.named("Side"), says: "Only files in which we are on this side."),
                .init(name: "assigned", schema: Operation.text(60), says: "Only files in the hands of this officer."),
                .init(name: "q", schema: Operation.text(200), says: "Words of the title or the reference."),
                .init(name: "sort", schema: Operation.oneOf(WorkFilter.Sort.allCases.map(\.rawValue)), says: "due when nothing is said."),
                Operation.after, Operation.limit,
            ], answers: [Operation.json("WorkList")]
        ) { call in
            var filter = WorkFilter(sort: call.code("sort", WorkFilter.Sort.self) ?? .due)
            filter.type = call.code("type", FileType.self)
            filter.state = call.code("state", FileState.self)
            filter.side = call.code("side", Side.self)
            filter.counterpart = try call.text("counterpart").map { text throws(ComityError) in try StateCode(text) }
            filter.assigned = call.text("assigned")
            filter.text = call.text("q")
            let page = try call.node.work(
                view: call.code("view", WorkView.self) ?? .all, filter: filter, after: call.text("after"), limit: call.limit,
                officer: call.officer)
            var reply = try Reply(page)
            reply.headers[values: APICall.link] =
                [page.next.map { call.link($0, "next") }, page.previous.map { call.link($0, "prev") }].compactMap { $0 }
            return reply
        },
        Operation(
            id: "file", method: .get, path: "/files/{ref}", says: "A file at this moment; without content for whoever may not read it.",
            answers: [Operation.json("File"), .init(status: 304)], hasTag: true
        ) { call in try await Reply(view(call)).tagged() },
        Operation(
            id: "acts", method: .get, path: "/files/{ref}/acts", says: "The acts of a file in the order of this register.",
            query: [Operation.after, Operation.limit], answers: [Operation.json("ActList")]
        ) { call in
            let after = try call.afterNumber() ?? -1
            let acts = try await view(call).acts.filter { $0.index > after }.sorted { $0.index < $1.index }
            return try call.page(Array(acts.prefix(call.limit + 1))) { "\($0.index)" }
        },
        Operation(
            id: "act", method: .get, path: "/files/{ref}/acts/{act}", says: "The signed bytes of an act, exactly as made or received.",
            answers: [.init(status: 200, type: "application/jose+json")]
        ) { call in
            let act = try UUIDv7(call.part("act"))
            let bytes = try call.node.signedAct(act, of: try call.ref(), officer: call.officer)
            try await call.node.noteViewed(try call.ref(), how: .api, officer: call.officer)
            return Reply(bytes: bytes, type: "application/jose+json")
        },
        Operation(
            id: "steps", method: .get, path: "/files/{ref}/steps", says: "Every step of a file: possible now for the caller, or why not.",
            answers: [Operation.json("StepList")], problems: [409]
        ) { call in try call.list(try call.node.steps(try call.ref(), officer: call.officer)) },
        Operation(
            id: "evidence", method: .get, path: "/files/{ref}/evidence", says: "The packages of a file and how far they are.",
            answers: [Operation.json("PackageList")]
        ) { call in try await call.list(view(call).packages) },
    ]

    static let filing: [Operation] = [
        Operation(
            id: "takeStep", method: .post, path: "/files/{ref}/acts",
            says: "Takes a step in a file, or prepares it for a second person where the life cycle wants four eyes.", body: "NewStep",
            answers: [
                Operation.json("Registered", 201, "Signed and registered; delivery follows."),
                Operation.json("Registered", 202, "Prepared; it waits for the approval of a second person."),
            ]
        ) { call in
            let ref = try call.ref()
            guard let kind = call.body["kind"]?.string.flatMap(ActKind.init(rawValue:)) else {
                throw ComityError(.malformedInput, "There is no such kind of act.")
            }
            return try await call.step(.file(ref), { taken($0, ref) }) { () async throws(ComityError) in
                try await call.node.take(kind, on: ref, officer: call.officer, body: call.body["body"] ?? .object([:]))
            }
        },
        Operation(
            id: "approveStep", method: .post, path: "/files/{ref}/pending/approve", says: "The second person agrees to the prepared step.",
            answers: [Operation.json("Registered", 201)]
        ) { call in
            let ref = try call.ref()
            return try await call.step(.file(ref), { taken($0, ref) }) { () async throws(ComityError) in
                try await call.node.approve(ref, officer: call.officer)
            }
        },
        Operation(
            id: "discardStep", method: .post, path: "/files/{ref}/pending/discard", says: "Gives up the prepared step.",
            answers: [Operation.json("Registered")]
        ) { call in
            let ref = try call.ref()
            return try await call.step(.file(ref), { _ in (200, nil) }) { () async throws(ComityError) in
                try await call.node.discard(ref, officer: call.officer)
            }
        },
        Operation(
            id: "breakGlass", method: .post, path: "/files/{ref}/break-glass",
            says: "Opens the content of a file to an auditor for an hour; the reason is registered first.", body: "GlassReason",
            answers: [Operation.json("Registered", 201)]
        ) { call in
            let ref = try call.ref()
            return try await call.step(nil, { _ in (201, "/files/\(ref)") }) { () async throws(ComityError) in
                try await call.node.breakGlass(ref, officer: call.officer, reason: call.body["reason"]?.string ?? "")
            }
        },
    ]
}
