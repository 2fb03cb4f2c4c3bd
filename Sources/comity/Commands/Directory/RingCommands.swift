// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Node
import Standards
import Storage

extension DirectoryCommand {
    struct RingLine: Encodable {
        let id: UUIDv7
        let state: StateCode
        let incoming: Bool
        let number: String?
        let at: Instant
        let reached: Instant?
        let answered: Instant?
        let by: String?
        let seconds: Int64?

        init(_ ring: RingRow) {
            id = ring.id
            state = ring.state
            incoming = ring.isIncoming
            number = ring.number
            at = ring.at
            reached = ring.reached
            answered = ring.answered
            by = ring.by
            seconds = ring.answered.map { max(0, ($0.milliseconds - ring.at.milliseconds) / 1000) }
        }

        var text: String {
            let way = incoming ? "from" : "to"
            let over = number.map { " by telephone, \($0)" } ?? ""
            let end =
                seconds.map { "answered after \($0) s by \(Text.safe(by ?? "", limit: 120))" }
                ?? (number != nil ? "not answered" : reached == nil ? "has not reached the node" : "reached the node, nobody answered yet")
            return "\(at)  \(way) \(state)\(over)  \(end)"
        }
    }

    struct Ring: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a test call on the 24/7 channel of a State, or record one that was made by telephone.",
            discussion: """
                EXAMPLES
                  comity directory ring XB --as D1
                  comity directory ring XB --by-telephone --number "+999 205 550 201" --answered-after PT2M --by "Ms Ilves" --as D1
                  comity directory ring XB --by-telephone --number "+999 205 550 201" --as D1        (nobody answered)
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "The State.") var state: String
        @Option(help: "Seconds to wait for an answer.") var wait = 60
        @Flag(help: "The call was made by telephone.") var byTelephone = false
        @Option(help: "The number that was called, one of the entry.") var number: String?
        @Option(help: "How long it took until somebody answered (ISO 8601); left out: nobody did.") var answeredAfter: String?
        @Option(help: "Who answered.") var by: String?

        func run() async throws {
            let node = try global.node()
            let code = try StateCode(state)
            let who = try officer.resolved()
            if byTelephone {
                guard let number else { throw ComityError(.usage, "Which number was called is not said.", next: "Add --number NUMBER.") }
                let after = try answeredAfter.map { text throws(ComityError) in try ISODuration(text) }
                return try show(
                    try await node.ringByTelephone(code, number: number, answeredAfter: after, name: by, by: who))
            }
            guard number == nil, answeredAfter == nil, by == nil else {
                throw ComityError(.usage, "A number and who answered belong to a call by telephone.", next: "Add --by-telephone.")
            }
            let ring = try await node.ring(code, by: who)
            let delivery = Delivery(node: node)
            let end = ContinuousClock.now + .seconds(max(0, min(wait, 3600)))
            var newest = ring
            repeat {
                await delivery.bringNotices()
                newest = try node.rings(with: code, limit: 50, officer: nil).first { $0.id == ring.id } ?? newest
                if newest.answered != nil { break }
                try? await Task.sleep(for: .milliseconds(500))
            } while ContinuousClock.now < end
            await delivery.shutdown()
            try show(newest)
            if !global.json, newest.answered == nil {
                Output.line("next          the answer is recorded when it comes; comity directory rings \(code) shows it")
            }
        }

        private func show(_ ring: RingRow) throws {
            if global.json { try Output.json(RingLine(ring)) } else { Output.line(RingLine(ring).text) }
        }
    }

    struct Answer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answer the test calls that other States have made: a person is here.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "One of them by its id; without it, all.") var ring: String?

        func run() async throws {
            let node = try global.node()
            let id = try ring.map { text throws(ComityError) in try UUIDv7(text) }
            let answered = try await node.answerRings(id, by: try officer.resolved())
            let delivery = Delivery(node: node)
            await delivery.bringNotices()
            await delivery.shutdown()
            if global.json { return try Output.json(answered.map(RingLine.init)) }
            for ring in answered { Output.line(RingLine(ring).text) }
        }
    }

    struct Rings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Test calls, the newest first, those without an answer too.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "Only those with this State.") var state: String?

        func run() async throws {
            let code = try state.map { text throws(ComityError) in try StateCode(text) }
            let rings = try global.node().rings(with: code, limit: 100, officer: nil)
            if global.json { return try Output.json(rings.map(RingLine.init)) }
            if rings.isEmpty { Output.line("No test call yet. Make one: comity directory ring STATE --as OFFICER") }
            for ring in rings { Output.line(RingLine(ring).text) }
        }
    }
}
