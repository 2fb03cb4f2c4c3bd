// SPDX-License-Identifier: Apache-2.0

import Dossier
public import Standards
import Storage

/// What presses at this moment.
public struct Pressing: Sendable {
    /// The one thing that the officer should do first; nil when nothing presses that the officer's role may do.
    public let first: QueueItem?
    /// Files and drafts whose time is over or ends within 24 hours, those that ended last at the head of the first, the most
    /// pressing of the others after them; without the first.
    public let atRisk: [QueueItem]
    /// How many more there are.
    public let more: Int
}

extension Node {
    /// What an officer should see first, among what the officer can do: an emergency before anything else, then a request that nobody
    /// has acknowledged, then what ends first.
    /// - Parameter most: how many rows besides the first.
    public func pressing(most: Int = 8, officer: String?) throws(ComityError) -> Pressing {
        let now = try now()
        let day = now.adding(milliseconds: WorkView.day)
        func head(_ view: WorkView) throws(ComityError) -> QueueItem? {
            // A few rows at a time: mostly one of the first is it.
            var after: String?
            for _ in 0..<5 {
                let page = try work(view: view, after: after, limit: 10, officer: officer)
                for item in page.items where item.next.whose == .us {
                    guard let clock = item.clock, clock.due <= day, clock.stopped == nil, clock.pausedSince == nil else { continue }
                    if try isFor(officer, item) { return item }
                }
                guard let next = page.next else { break }
                after = next
            }
            return nil
        }
        var first: QueueItem?
        for view in [WorkView.emergency, .unacknowledged, .waitingForUs] where first == nil { first = try head(view) }
        // The end of the list: whatever stands before this moment, the nearest last.
        let place = try FileReference(state: state, year: 2000, typeCode: FileType.preservation.code, number: 1)
        let over = try work(view: .overdue, after: "b\(now.milliseconds + 1)_\(place)", limit: 2 * most, officer: officer)
        let soon = try work(view: .due24h, limit: 2 * most, officer: officer)
        // What has just run out can still be mended; what ran out long ago is known.
        let all = (over.items.reversed() + soon.items).filter { $0.ref != first?.ref }
        let half = all.prefix { ($0.clock?.due ?? now) <= now }.prefix(most / 2)
        let shown = half + all.filter { ($0.clock?.due ?? now) > now }.prefix(most - half.count)
        let total = over.total + soon.total - (first.map { item in (item.clock?.due ?? day) <= day } == true ? 1 : 0)
        return Pressing(first: first, atRisk: Array(shown), more: max(0, total - shown.count))
    }

    /// Whether the next step of a file or draft is one that the officer can take now. Delivery is no step of a person.
    private func isFor(_ officer: String?, _ item: QueueItem) throws(ComityError) -> Bool {
        switch item.next.step {
        case "deliver", "none": return false
        case "submit", "follow-up": return try may(officer, .draft)
        case "approve": return try may(officer, .approve)
        case "send": return try may(officer, .send)
        default: return try steps(item.ref, officer: officer).contains { $0.kind.rawValue == item.next.step && $0.ours && $0.possible }
        }
    }

    /// Files and drafts whose time ends in the next shift: until the end of the next line of the roster, or for eight hours; and
    /// those whose time is over.
    public func dueNextShift(officer: String?) throws(ComityError) -> [QueueItem] {
        let end = try nextShiftEnd()
        return try work(view: .due24h, limit: 100, officer: officer).items.filter { ($0.clock?.due ?? end) < end }
    }

    /// When the next shift ends by the roster; in eight hours where it says nothing.
    public func nextShiftEnd() throws(ComityError) -> Instant {
        let now = try now()
        let fallback = now.adding(milliseconds: ShiftLog.lookback)
        let lines = try roster(from: now, to: now.adding(milliseconds: WorkView.day), officer: nil).filter { $0.layer == .primary }
        let next = lines.first { $0.start > now } ?? lines.first
        return max(fallback, next?.end ?? fallback)
    }

    /// Gives several files or drafts to an officer, or to nobody; each is registered as the event `assigned`.
    /// - Returns: those that changed, and who had them before.
    /// - Throws: `.permission`; `.notFound`, and then nothing is changed.
    @discardableResult
    public func assign(_ refs: [FileReference], to officer: String?, by assigner: String) async throws(ComityError)
        -> [(ref: FileReference, was: String?)]
    {
        try await assign(refs.map { ($0, officer) }, by: assigner)
    }

    /// Takes an assignment back: each file goes to whom it was with before, unless somebody has moved it since.
    public func undoAssignment(_ moved: [(ref: FileReference, was: String?)], to officer: String?, by assigner: String)
        async throws(ComityError) -> [(ref: FileReference, was: String?)]
    {
        let still = try store.read { reader in try moved.filter { try reader.assigned($0.ref) == officer } }
        return try await assign(still.map { ($0.ref, $0.was) }, by: assigner)
    }

    /// How many of these are with an officer now.
    public func countAssigned(_ refs: [FileReference], to officer: String?) throws(ComityError) -> Int {
        try store.read { reader in try refs.count { try reader.assigned($0) == officer } }
    }

    private func assign(_ wanted: [(ref: FileReference, to: String?)], by assigner: String) async throws(ComityError)
        -> [(ref: FileReference, was: String?)]
    {
        _ = try require(assigner, .readContent, to: "assign files")
        for officer in Set(wanted.compactMap(\.to)) { _ = try role(of: officer) }
        let now = try now()
        let items = wanted.map { (ref: $0.ref, to: $0.to, id: newID(at: now)) }
        return try await store.commit { writer in
            var changed: [(ref: FileReference, was: String?)] = []
            for item in items {
                let file = try writer.reader.file(item.ref)?.id
                if file == nil { _ = try Self.openDraft(item.ref, writer.reader) }
                let was = try writer.reader.assigned(item.ref)
                guard was != item.to else { continue }
                try writer.assign(item.ref, to: item.to)
                try writer.append(
                    RegisterEvent(
                        id: item.id, event: .assigned, file: file, at: now, by: assigner,
                        detail: ["ref": .string(item.ref.description), "to": item.to.map(JSONValue.string) ?? .null]))
                changed.append((item.ref, was))
            }
            return changed
        }.value
    }
}
