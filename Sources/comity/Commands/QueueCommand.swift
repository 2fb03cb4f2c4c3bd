// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dossier
import Foundation
import Node
import Standards

struct Queue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the files, the most pressing first.",
        discussion: """
            Views: \(WorkView.allCases.map(\.rawValue).joined(separator: ", ")).
            Without --limit everything is listed; with it, --after takes the place that the page before named as the next.
            """)
    @OptionGroup var global: GlobalOptions
    @Option(help: "One of the views.") var view = WorkView.all.rawValue
    @Option(help: "Only files of this type.") var type: String?
    @Option(name: .customLong("with"), help: "Only files with this State.") var counterpart: String?
    @Option(help: "Only files in this state.") var state: String?
    @Option(help: "requesting: made here; requested: from other States.") var side: String?
    @Option(help: "Only what this officer has in hand.") var assigned: String?
    @Option(help: "Words of the title or the reference; accents and ends of words may be missing.") var search: String?
    @Option(help: "due, changed or reference.") var sort = WorkFilter.Sort.due.rawValue
    @Option(help: "Most files on one page, at most 200.") var limit: Int?
    @Option(help: "Where the page begins: the place that the page before named.") var after: String?
    @Option(name: .customLong("as"), help: "The officer whose files “mine” lists. Default: $COMITY_OFFICER.") var officer: String?

    struct Listing: Encodable {
        let items: [QueueItem]
        let next: String?
        let previous: String?
        let total: Int
        let isMore: Bool
    }

    func run() async throws {
        let node = try global.node()
        // A node that nobody serves has nobody who looks at the time.
        try await node.refreshWork()
        let listing = try listing(node)
        if global.json { return try Output.json(listing) }
        if node.exercise { Output.line("EXERCISE  nothing here is real") }
        if listing.items.isEmpty {
            Output.line(
                try node.work(limit: 1).items.isEmpty
                    ? "No files yet. Draft a request: comity request new preservation --from-file FILE --as OFFICER"
                    : "Nothing in this list.")
        }
        let now = try node.now()
        for item in listing.items { Output.line(Self.line(item, now)) }
        if let next = listing.next { Output.line("more      add --after \(next)") }
    }

    private static func line(_ item: QueueItem, _ now: Instant) -> String {
        let clock = item.clock.map { Output.text($0, now: now) + Output.level($0) } ?? "-"
        let next = item.next.whose == .nobody ? "-" : "\(item.next.step) (\(item.next.whose == .us ? "us" : item.counterpart.description))"
        let pending = item.pending.map { "  [\($0.rawValue) waits for approval]" } ?? ""
        return
            "\(item.ref)  \(item.side == .requesting ? "to  " : "from") \(item.counterpart)  \(item.state.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0))  \(clock.padding(toLength: 22, withPad: " ", startingAt: 0))  \(next.padding(toLength: 18, withPad: " ", startingAt: 0))  \(Text.safe(item.title, limit: 60))\(pending)"
    }

    private func listing(_ node: Node) throws(ComityError) -> Listing {
        let view = try Self.read(view, "a view", WorkView.self)
        var filter = WorkFilter(sort: try Self.read(sort, "an order", WorkFilter.Sort.self))
        if let type { filter.type = try Self.read(type, "a type", FileType.self) }
        if let counterpart { filter.counterpart = try StateCode(counterpart.uppercased()) }
        if let state { filter.state = try Self.read(state, "a state of a file", FileState.self) }
        if let side { filter.side = try Self.read(side, "a side", Side.self) }
        filter.assigned = assigned
        filter.text = search
        let officer = officer ?? ProcessInfo.processInfo.environment["COMITY_OFFICER"]
        let page = try node.work(
            view: view, filter: filter, after: after, limit: limit ?? WorkPage.maximumLimit, officer: view == .mine ? officer : nil)
        var items = page.items
        var next = page.next
        while limit == nil, after == nil, let place = next {
            let more = try node.work(
                view: view, filter: filter, after: place, limit: WorkPage.maximumLimit, officer: view == .mine ? officer : nil)
            items += more.items
            next = more.next
        }
        return Listing(items: items, next: next, previous: page.previous, total: page.total, isMore: page.isMore)
    }

    private static func read<Value: RawRepresentable & CaseIterable>(
        _ text: String, _ what: String, _ kind: Value.Type
    ) throws(ComityError) -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            throw ComityError(
                .usage, "“\(Text.safe(text, limit: 40))” is not \(what).",
                next: "Use \(Value.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return value
    }
}

extension FileCommand {
    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a file or draft to an officer, or to nobody.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the file.") var ref: String
        @Argument(help: "The officer who takes it in hand; without, nobody.") var to: String?

        func run() async throws {
            let node = try global.node()
            let ref = try FileReference(ref)
            try await node.assign(ref, to: to, by: try officer.resolved())
            if let item = try node.workItem(ref), global.json { return try Output.json(item) }
            Output.line(to.map { "\(ref) is in the hands of \($0)." } ?? "\(ref) is in nobody’s hands.")
        }
    }
}
