// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

extension API {
    private struct RosterRow: Encodable {
        let id: UUIDv7
        let layer: DutyLayer
        let officer: String
        let name: String
        let from: Instant
        let to: Instant
        let override: Bool

        init(_ line: RosterLine) {
            id = line.id
            layer = line.layer
            officer = line.officer
            name = line.name
            from = line.start
            to = line.end
            override = line.isOverride
        }
    }

    private struct Duty: Encodable {
        let officer: String?
        let name: String?
        let since: Instant?
        let until: Instant?
        let taken: Bool
        let shift: UUIDv7?
        let layers: [RosterRow]
    }

    private struct Officer: Encodable {
        let officer: String
        let name: String
        let role: String
    }

    private struct Changes: Encodable {
        let head: Int64
        let acts: Int
    }

    private struct CallRow: Encodable {
        let id: UUIDv7?
        let at: Instant
        let officer: String
        let direction: String
        let number: String
        let person: String
        let result: Call.Result
        let note: String
        let ref: FileReference?
        let quarantine: Int64?

        init(_ call: Call) {
            id = call.id
            at = call.at
            officer = call.officer
            direction = call.isIncoming ? "in" : "out"
            number = call.number
            person = call.person
            result = call.result
            note = call.note
            ref = call.ref
            quarantine = call.quarantine
        }
    }

    private struct CallBackRow: Encodable {
        let state: StateCode
        let phone: String?
        let confirmed: Instant?
        var ref: FileReference?
        var quarantine: Int64?
        var code: String?

        init(_ call: CallBack) {
            state = call.state
            phone = call.phone
            confirmed = call.confirmed
            switch call.reason {
            case .emergency(let ref), .file(let ref): self.ref = ref
            case .quarantined(let number, let code, _): (quarantine, self.code) = (number, code)
            }
        }
    }

    /// How far the roster is shown when nothing is said, and how far at most, milliseconds.
    private static let ahead: Int64 = 35 * 86_400_000
    private static let widest: Int64 = 400 * 86_400_000

    private static func moment(_ value: JSONValue?) throws(ComityError) -> Instant? {
        try value?.string.map { text throws(ComityError) in try Instant(text) }
    }

    // What a body says is read apart from the steps that wait: with both in one closure the optimiser of Swift 6.3.1 crashes, and no
    // release can be built.

    private struct NewLine {
        let layer: DutyLayer
        let officer: String
        let from: Instant
        let to: Instant
        let days: Int
        let isOverride: Bool
    }

    @inline(never)
    private static func newLine(_ body: JSONValue) throws(ComityError) -> NewLine {
        guard let layer = body["layer"]?.string.flatMap(DutyLayer.init(rawValue:)), let from = try moment(body["from"]),
            let to = try moment(body["to"])
        else { throw ComityError(.malformedInput, "Layer and times are needed.") }
        return NewLine(
            layer: layer, officer: body["officer"]?.string ?? "", from: from, to: to, days: Int(body["days"]?.integer ?? 1),
            isOverride: body["override"]?.bool ?? false)
    }

    @inline(never)
    private static func newCall(_ body: JSONValue) throws(ComityError) -> Call {
        Call(
            isIncoming: body["direction"]?.string == "in", number: body["number"]?.string ?? "", person: body["person"]?.string ?? "",
            result: body["result"]?.string.flatMap(Call.Result.init(rawValue:)) ?? .notReached, note: body["note"]?.string ?? "",
            ref: try body["ref"]?.string.map { text throws(ComityError) in try FileReference(text) },
            quarantine: body["quarantine"]?.integer)
    }

    @inline(never)
    private static func references(_ body: JSONValue) throws(ComityError) -> [FileReference] {
        var refs: [FileReference] = []
        for text in (body["refs"]?.array ?? []).compactMap(\.string) {
            let ref = try FileReference(text)
            if !refs.contains(ref) { refs.append(ref) }
        }
        return refs
    }

    static let duty: [Operation] = [
        Operation(
            id: "duty", method: .get, path: "/duty", says: "Who answers for the desk now, and whom the roster names, layer by layer.",
            answers: [Operation.json("Duty")]
        ) { call in
            let (duty, now) = (try call.node.duty(), try call.node.now())
            return try Reply(
                Duty(
                    officer: duty?.officer, name: duty?.name, since: duty?.since, until: duty?.until, taken: duty?.isTaken ?? false,
                    shift: try call.node.shift()?.id, layers: try call.node.onDuty(at: now).map { RosterRow($0) }))
        },
        Operation(
            id: "takeDuty", method: .post, path: "/duty/take",
            says: "Takes the duty. While another officer has it and did not hand it over, only with a reason.", body: "TakeDuty",
            answers: [Operation.json("Registered", 201)]
        ) { call in
            try await call.step(nil, { _ in (201, "/duty") }) { () async throws(ComityError) in
                try await call.node.takeDuty(officer: call.officer, reason: call.body["reason"]?.string)
            }
        },
        Operation(
            id: "officers", method: .get, path: "/officers", says: "Officers who may have files in hand and be on duty.",
            answers: [Operation.json("OfficerList")]
        ) { call in
            try call.list(
                try call.node.colleagues(officer: call.officer).map { Officer(officer: $0.officer, name: $0.name, role: $0.role) })
        },
        Operation(
            id: "assign", method: .post, path: "/assignments",
            says: "Gives files or drafts to an officer, or to nobody; all of them or none.",
            body: "Assignment", answers: [Operation.json("Registered", 200, "What changed; entries are empty when nothing did.")],
            problems: [404]
        ) { call in
            let wanted = try references(call.body)
            return try await call.step(nil, { _ in (200, nil) }, same: true) { () async throws(ComityError) in
                try await call.node.assign(wanted, to: call.body["officer"]?.string, by: call.officer).count
            }
        },
        Operation(
            id: "changes", method: .get, path: "/changes", says: "How far the register has grown, and how many acts came since an entry.",
            query: [.init(name: "since", schema: .object(["type": "integer", "minimum": .integer(0)]), says: "Index of an entry.")],
            answers: [Operation.json("Changes")]
        ) { call in
            let changes = try call.node.changes(since: call.query["since"]?.integer ?? 0, officer: call.officer)
            return try Reply(Changes(head: changes.head, acts: changes.acts))
        },
        Operation(
            id: "roster", method: .get, path: "/roster",
            says: "Lines of the roster that are not over at a moment and begin before another.",
            query: [
                .init(name: "from", schema: Operation.named("Moment"), says: "Now when nothing is said."),
                .init(name: "to", schema: Operation.named("Moment"), says: "35 days later when nothing is said; 400 days at most."),
            ], answers: [Operation.json("RosterList")]
        ) { call in
            let from = try moment(call.query["from"]) ?? call.node.now()
            let to = try moment(call.query["to"]) ?? from.adding(milliseconds: ahead)
            guard to > from, to.milliseconds - from.milliseconds <= widest else {
                throw ComityError(.usage, "The end is not within 400 days after the beginning.", next: "Ask for less at once.")
            }
            return try call.list(try call.node.roster(from: from, to: to, officer: call.officer).map { RosterRow($0) })
        },
        Operation(
            id: "addToRoster", method: .post, path: "/roster",
            says: "Puts an officer on the roster, on several days at once when it is repeated.", body: "NewRosterLine",
            answers: [Operation.json("Registered", 201)]
        ) { call in
            let line = try newLine(call.body)
            return try await call.step(nil, { _ in (201, "/roster") }) { () async throws(ComityError) in
                try await call.node.addToRoster(
                    line.layer, officer: line.officer, from: line.from, to: line.to, days: line.days, isOverride: line.isOverride,
                    by: call.officer)
            }
        },
        Operation(
            id: "removeFromRoster", method: .delete, path: "/roster/{line}",
            says: "Takes a line off the roster; one that has begun ends now.", answers: [.init(status: 204)], problems: [409]
        ) { call in
            try await call.node.removeFromRoster(try UUIDv7(call.part("line")), by: call.officer)
            return Reply(status: 204)
        },
        Operation(
            id: "calls", method: .get, path: "/calls", says: "The telephone log, the newest first.",
            query: [
                .init(name: "ref", schema: Operation.named("FileReference"), says: "Only calls about this file."), Operation.after,
                Operation.limit,
            ], answers: [Operation.json("CallList")]
        ) { call in
            let ref = try call.text("ref").map { text throws(ComityError) in try FileReference(text) }
            let before = try call.afterID()
            let calls = try call.node.calls(about: ref, before: before, limit: call.limit + 1, officer: call.officer)
            return try call.page(calls.map { CallRow($0) }) { $0.id?.description ?? "" }
        },
        Operation(
            id: "logCall", method: .post, path: "/calls", says: "Logs a telephone call, in the file it was about when one is named.",
            body: "NewCall", answers: [Operation.json("Registered", 201)], problems: [404]
        ) { call in
            let made = try newCall(call.body)
            return try await call.step(nil, { _ in (201, "/calls") }) { () async throws(ComityError) in
                try await call.node.logCall(made, officer: call.officer)
            }
        },
        Operation(
            id: "callBacks", method: .get, path: "/call-backs", says: "Calls that are still to be made, on the numbers of the directory.",
            answers: [Operation.json("CallBackList")]
        ) { call in try call.list(try call.node.callBacksPending(officer: call.officer).map { CallBackRow($0) }) },
    ]
}
