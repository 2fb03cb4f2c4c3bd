// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards

extension API {
    private struct HandoverRow: Encodable {
        let shift: UUIDv7
        let officer: String
        let name: String
        let began: Instant
        let notes: HandoverNotes?
        let saved: Instant?
        let figures: HandoverText.Figures?
        let due: [HandoverText.Due]?
        let hash: String?
        let signed: Instant?
        let taker: String?
        let takerName: String?
        let taken: Instant?
        let intact: Bool

        init(_ handover: Handover) {
            shift = handover.shift
            officer = handover.officer
            name = handover.name
            began = handover.began
            notes = handover.text?.notes ?? handover.notes
            saved = handover.saved
            figures = handover.text?.figures
            due = handover.text?.due
            hash = handover.hash
            signed = handover.signed
            taker = handover.taker
            takerName = handover.takerName
            taken = handover.taken
            intact = handover.isIntact
        }
    }

    private struct Log: Encodable {
        struct Line: Encodable {
            let at: Instant
            let what: String
            let by: String
            let ref: FileReference?
            var act: ActKind?
            var type: FileType?
            var state: StateCode?
            var outgoing: Bool?
            /// Of a quarantined message, the rule that was set aside, whom somebody called, the role to tell, who handed over.
            var about: String?

            init(_ line: ShiftLog.Line) {
                at = line.at
                by = line.by
                ref = line.ref
                switch line.what {
                case .act(let kind, let type, let from, let outgoing):
                    what = "act"
                    (act, self.type, state, self.outgoing) = (kind, type, from, outgoing)
                case .quarantined(let code, _): (what, about) = ("quarantined", code)
                case .approved: what = "approved"
                case .overridden(let rule): (what, about) = ("overridden", rule)
                case .called(let person): (what, about) = ("called", person)
                case .escalated(_, let tell): (what, about) = ("escalated", tell)
                case .dutyTaken: what = "duty-taken"
                case .handedOver(let from): (what, about) = ("handed-over", from)
                case .peer(let peer, let change): (what, state, about) = ("peer", peer, change.rawValue)
                }
            }
        }

        let since: Instant
        let shift: Bool
        let actsIn: Int
        let actsOut: Int
        let decisions: Int
        let calls: Int
        let quarantined: Int
        let acknowledged: Int
        let acknowledgedAfter: Int64?
        let more: Bool
        let items: [Line]
    }

    static let handing: [Operation] = [
        Operation(
            id: "shiftLog", method: .get, path: "/duty/log",
            says: "What happened since the shift began, or in the last eight hours: figures, and the newest lines.",
            answers: [Operation.json("ShiftLog")]
        ) { call in
            let log = try call.node.shiftLog(officer: call.officer)
            return try Reply(
                Log(
                    since: log.since, shift: log.isShift, actsIn: log.actsIn, actsOut: log.actsOut, decisions: log.decisions,
                    calls: log.calls, quarantined: log.quarantined, acknowledged: log.acknowledged,
                    acknowledgedAfter: log.acknowledgedAfter, more: log.isMore, items: log.lines.map { Log.Line($0) }))
        },
        Operation(
            id: "handoverInHand", method: .get, path: "/duty/handover",
            says: "The handover of the shift that lasts, as far as it is written.",
            answers: [Operation.json("Handover")], problems: [404]
        ) { call in
            guard let handover = try call.node.handoverInHand(officer: call.officer) else {
                throw ComityError(.notFound, "Nobody has the duty.", next: "Take it: POST \(APIDocument.base)/duty/take")
            }
            return try Reply(HandoverRow(handover))
        },
        Operation(
            id: "handovers", method: .get, path: "/handovers", says: "The newest handovers that two officers signed.",
            query: [Operation.limit], answers: [Operation.json("HandoverList")]
        ) { call in try call.list(try call.node.handovers(limit: call.limit, officer: call.officer).map { HandoverRow($0) }) },
        Operation(
            id: "handover", method: .get, path: "/handovers/{id}", says: "A handover that two officers signed, by the id of its shift.",
            answers: [Operation.json("Handover")]
        ) { call in try Reply(HandoverRow(try call.node.handover(try UUIDv7(call.part("id")), officer: call.officer))) },
    ]
}
