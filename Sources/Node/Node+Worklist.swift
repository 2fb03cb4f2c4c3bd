// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
public import Standards
import Storage

extension Node {
    /// A page of a list.
    /// - Parameters:
    ///   - after: `next` or `previous` of another page of the same list and sort; nil for the first.
    ///   - limit: rows on the page, 1 to 200.
    ///   - officer: who asks; needed for `mine`. Nil is the owner of the node on the command line.
    /// - Throws: `.usage` for a wrong place or limit, or `mine` without an officer.
    public func work(
        view: WorkView = .all, filter: WorkFilter = WorkFilter(), after: String? = nil, limit: Int = 100, officer: String? = nil
    ) throws(ComityError) -> WorkPage {
        guard (1...WorkPage.maximumLimit).contains(limit) else {
            throw ComityError(.usage, "A page has 1 to \(WorkPage.maximumLimit) rows.", next: "Ask for more pages instead.")
        }
        var place: WorkQuery.Place?
        if let after { place = try WorkCursor.place(after) }
        if view == .mine, officer == nil {
            throw ComityError(.usage, "Whose files are meant is not said.", next: "Name the officer with --as.")
        }
        let sight = try sight(of: officer)
        return try store.read { reader in
            let now = try time.now(reader)
            var query = Self.query(view, filter, now: now.milliseconds, officer: officer)
            query.place = place
            // Whoever sees no titles finds nothing by them.
            query.onlyReferences = sight == .metadata
            // One more than is shown says whether there is more.
            query.limit = limit + 1
            var rows = try reader.work(query)
            let isBackward = place?.isBefore == true
            let hasMore = rows.count > limit
            if hasMore { rows = isBackward ? Array(rows.dropFirst()) : Array(rows.dropLast()) }
            let hasNext = isBackward ? place != nil : hasMore
            let hasPrevious = isBackward ? hasMore : place != nil
            let total = try reader.countWork(query, most: WorkPage.mostCounted + 1)
            return WorkPage(
                items: try rows.map { try shown(try item($0, reader, now), to: officer, sight) },
                next: hasNext ? rows.last.map { WorkCursor.text($0, query.sort, before: false) } : nil,
                previous: hasPrevious ? rows.first.map { WorkCursor.text($0, query.sort, before: true) } : nil,
                total: min(total, WorkPage.mostCounted), isMore: total > WorkPage.mostCounted)
        }
    }

    /// The line of one file or draft; nil when there is none.
    public func workItem(_ ref: FileReference, officer: String? = nil) throws(ComityError) -> QueueItem? {
        let sight = try sight(of: officer)
        return try store.read { reader in
            try reader.workRow(ref).map { try shown(try item($0, reader, try time.now(reader)), to: officer, sight) }
        }
    }

    private func shown(_ item: QueueItem, to officer: String?, _ sight: Sight) throws(ComityError) -> QueueItem {
        guard sight == .metadata, let officer else { return item }
        return try glassIsBroken(item.ref, officer: officer) ? item : item.withoutContent
    }

    /// How many rows each list has; `mine` only for an officer.
    public func workCounts(officer: String? = nil) throws(ComityError) -> [WorkView: Int] {
        _ = try sight(of: officer)
        return try store.read { reader in
            let now = try time.now(reader).milliseconds
            let groups = try reader.countWorkByViews()
            var counts: [WorkView: Int] = [:]
            for view in WorkView.allCases {
                if let due = view.due(at: now) {
                    counts[view] = try reader.countWork(due: due)
                } else if let lapses = view.lapses(at: now) {
                    counts[view] = try reader.countWork(lapses: lapses)
                } else if view == .mine {
                    if let officer { counts[view] = try reader.countWork(officer: officer, noneOf: Worklist.Bits.closed.rawValue) }
                } else {
                    let bits = view.bits.rawValue
                    counts[view] = groups.reduce(0) { $0 + (bits == 0 || $1.key & bits != 0 ? $1.value : 0) }
                }
            }
            return counts
        }
    }

    /// All files and drafts, the most pressing first, page by page; without titles for an auditor.
    /// - Parameter officer: nil is the node's owner on the command line.
    public func queue(officer: String? = nil) throws(ComityError) -> [QueueItem] {
        var items: [QueueItem] = []
        var after: String?
        repeat {
            let page = try work(after: after, limit: WorkPage.maximumLimit, officer: officer)
            items += page.items
            after = page.next
        } while after != nil
        return items
    }

    /// Gives a file or draft to an officer, or to nobody; registered as the event `assigned`.
    /// - Throws: `.permission` when one of the two is no officer of this node, `.notFound`.
    public func assign(_ ref: FileReference, to officer: String?, by assigner: String) async throws(ComityError) {
        _ = try require(assigner, .readContent, to: "assign a file")
        if let officer { _ = try role(of: officer) }
        let file = try store.read { try $0.file(ref)?.id }
        let event = try event(
            .assigned, file: file, by: assigner, detail: ["ref": .string(ref.description), "to": officer.map(JSONValue.string) ?? .null])
        _ = try await store.commit { writer in
            guard try writer.reader.file(ref)?.id == file else {
                throw ComityError(.wrongState, "\(ref) was sent in this moment.", next: "Assign it again.")
            }
            if file == nil { _ = try Self.openDraft(ref, writer.reader) }
            try writer.assign(ref, to: officer)
            try writer.append(event)
        }
    }

    /// Computes again the rows that time alone has changed. `serve` does it every half minute, and a command before it lists.
    /// - Returns: how many there were.
    @discardableResult
    public func refreshWork() async throws(ComityError) -> Int {
        var done: Set<WorkRow.Key> = []
        while true {
            let now = try now().milliseconds
            let keys = try store.read { try $0.outdatedWork(at: now, limit: 200) }.filter { !done.contains($0) }
            guard !keys.isEmpty else { return done.count }
            _ = try await store.commit { writer in for key in keys { writer.touch(key) } }
            done.formUnion(keys)
        }
    }

    /// Computes the whole worklist anew from the acts.
    public func rebuildViews() throws(ComityError) { try store.rebuildWork(version: workVersion) }

    // MARK: Parts

    private static func query(_ view: WorkView, _ filter: WorkFilter, now: Int64, officer: String?) -> WorkQuery {
        var query = WorkQuery()
        query.anyOf = view.bits.rawValue
        query.due = view.due(at: now)
        query.lapses = view.lapses(at: now)
        if view == .mine {
            query.officer = officer
            query.noneOf = Worklist.Bits.closed.rawValue
        }
        query.type = filter.type
        query.counterpart = filter.counterpart
        query.side = filter.side
        query.state = filter.state
        query.states = filter.states
        query.assigned = filter.assigned
        if let text = filter.text, !text.allSatisfy(\.isWhitespace) { query.text = text }
        query.sort =
            switch filter.sort {
            case .due: .due
            case .changed: .changed
            case .reference: .reference
            }
        return query
    }

    /// A row as it is at this moment: one that time has changed since is computed again for the reader.
    private func item(_ kept: WorkRow, _ reader: Reader, _ now: Instant) throws -> QueueItem {
        let holds = (kept.since..<kept.until).contains(now.milliseconds)
        let row = holds ? kept : try worklist.row(kept.key, reader, now: now) ?? kept
        return QueueItem(
            ref: row.ref, type: row.type, title: row.title, side: row.side, counterpart: row.counterparts[0],
            counterparts: row.counterparts, state: row.state, clock: row.clock,
            next: NextStep(step: row.step, whose: NextStep.Whose(rawValue: row.whose.rawValue) ?? .nobody), opened: row.opened,
            changed: row.changed, urgency: row.urgency == 2 ? .emergency : row.urgency == 1 ? .urgent : .normal, assigned: row.assigned,
            author: row.author, pending: row.pending, unanswered: row.unanswered)
    }
}
