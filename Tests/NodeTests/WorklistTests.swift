// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Law
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// The rows that lists read are what the acts come to, whatever happened in whatever order.
@Suite struct WorklistTests {
    /// Two nodes, some files, and things that happen to them at random.
    private struct History {
        let pair: NodePair
        var generator: Seeded
        let types: [FileType]
        var refs: [FileReference] = []

        var nodes: [Node] { [pair.requesting, pair.requested] }

        mutating func happen() async throws {
            guard let node = nodes.randomElement(using: &generator) else { return }
            switch Int.random(in: 0..<20, using: &generator) {
            case 0, 1:
                guard let type = types.randomElement(using: &generator), refs.count < 6 else { return }
                refs.append(try await TypesTests().draft(type, nodes))
            case 2, 3: try await follow()
            case 4: try await draftWork()
            case 5, 6, 7: try await deliver()
            case 8: try await refuse(node)
            case 9: try await moveClocks()
            case 10: _ = try await node.remind()
            case 11:
                guard let ref = refs.randomElement(using: &generator) else { return }
                try await assign(ref, on: node)
            default: try await step(node)
            }
        }

        private mutating func assign(_ ref: FileReference, on node: Node) async throws {
            let officer = ["D1", "D3", ""].randomElement(using: &generator)
            do { try await node.assign(ref, to: officer == "" ? nil : officer, by: "D1") } catch {
                guard error.code == .notFound else { throw error }
            }
        }

        /// A request that follows a preservation, so that it may hold it; sent at once, and sometimes withdrawn again.
        private mutating func follow() async throws {
            let a = pair.requesting
            let files = try a.store.read { try $0.files() }
            if let open = files.first(where: { $0.type == .storedData }), Int.random(in: 0..<3, using: &generator) == 0 {
                let steps = try a.steps(open.ref, officer: "D1").filter { $0.possible && $0.ours && $0.kind == .withdraw }
                if !steps.isEmpty { try await a.step(.withdraw, open.ref, ["reason": .string("x")]) }
                return
            }
            guard let first = files.first(where: { $0.type == .preservation }), refs.count < 8 else { return }
            var draft = try pair.draft("stored-data")
            draft["follows"] = .string(first.ref.description)
            guard let ref = try await a.newRequest(type: "stored-data", draft: .object(draft), officer: "D1", dryRun: false).ref else {
                return
            }
            refs.append(ref)
            try await a.approve(ref, officer: "D3")
            _ = try await a.send(ref, officer: "D1")
        }

        private mutating func draftWork() async throws {
            guard let ref = refs.randomElement(using: &generator) else { return }
            let a = pair.requesting
            do {
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: try await a.submit(ref, officer: "D1")
                case 1: try await a.returnDraft(ref, officer: "D3", comment: "Say more.")
                case 2: if Int.random(in: 0..<4, using: &generator) == 0 { try await a.discard(ref, officer: "D1") }
                case 3, 4: try await a.approve(ref, officer: "D3")
                default:
                    try await a.approve(ref, officer: "D3")
                    _ = try await a.send(ref, officer: "D1")
                }
            } catch {
                guard [.wrongState, .notFound, .permission].contains(error.code) else { throw error }
            }
        }

        /// Some of what is owed arrives, or only its bytes do and the receipt is lost.
        private mutating func deliver() async throws {
            for (from, to) in [(nodes[0], nodes[1]), (nodes[1], nodes[0])] {
                for row in try from.store.read({ try $0.waiting() }) where row.kind == .act {
                    guard Int.random(in: 0..<4, using: &generator) > 0 else { break }
                    do {
                        let receipt = try await to.receive(try pair.sealed(row.ref, from: from, to: to), from: from.state)
                        guard Int.random(in: 0..<6, using: &generator) > 0 else { continue }
                        guard let stored = try from.store.read({ try $0.act(row.ref) }) else { continue }
                        try await from.register(receipt, for: stored, from: try from.confirmedPeer(to.state), row: row.id)
                    } catch let error as ComityError
                        where [.predecessorMissing, .transitionNotAllowed, .impossibleTime].contains(error.code)
                    {}
                }
            }
        }

        /// The other State's node will never take an act.
        private mutating func refuse(_ node: Node) async throws {
            guard Int.random(in: 0..<4, using: &generator) == 0 else { return }
            let rows = try node.store.read { try $0.waiting() }.filter { $0.kind == .act }
            guard let row = rows.randomElement(using: &generator) else { return }
            _ = try await node.store.commit { try $0.finish(row.id, .refused, code: "schema", says: "test") }
        }

        /// Both clocks to about the same moment, mostly ahead, sometimes back.
        private mutating func moveClocks() async throws {
            let minutes = Int64.random(in: -60 * 24 * 5...60 * 24 * 45, using: &generator)
            let moment = try pair.requesting.now().adding(milliseconds: minutes * 60_000 + Int64.random(in: 1..<60_000, using: &generator))
            for node in nodes { try await node.setClock(moment) }
        }

        private mutating func step(_ node: Node) async throws {
            guard let ref = refs.randomElement(using: &generator), try node.store.read({ try $0.file(ref) }) != nil else { return }
            do {
                if Int.random(in: 0..<3, using: &generator) == 0, try node.fileView(ref).pending != nil {
                    if Bool.random(using: &generator) {
                        try await node.approve(ref, officer: "D4")
                    } else {
                        try await node.discard(ref, officer: "D1")
                    }
                    return
                }
                let open = try node.steps(ref, officer: "D1").filter { $0.possible && $0.ours }
                guard let kind = open.randomElement(using: &generator)?.kind else { return }
                let why: JSONValue = .object(["rule": .string("consultation"), "reason": .string("danger")])
                let body = kind == .override ? why : try TypesTests().body(kind, node, ref)
                _ = try await node.take(kind, on: ref, officer: "D1", body: body)
            } catch let error as ComityError where [.wrongState, .refusedByRule, .malformedInput, .permission].contains(error.code) {}
        }
    }

    @Test(arguments: 0..<6)
    func rowsAreWhatTheActsComeTo(_ number: Int) async throws {
        var generator = Seeded.fresh()
        for _ in 0..<number { _ = generator.next() }
        let seed = generator.seed
        let others = FileType.allCases.filter { !$0.allowsSeveralParties }.shuffled(using: &generator).prefix(2)
        var history = History(pair: try await NodePair(), generator: generator, types: [.preservation] + others)
        let start = try Instant("2026-12-03T12:00:00Z")
        for node in history.nodes { try await node.setClock(start) }
        let preserved = try await history.pair.deliveredPreservation()
        history.refs.append(preserved)
        if number.isMultiple(of: 2) {
            try await history.nodes[1].acknowledge(preserved, officer: "D1", localReference: nil)
            try await history.nodes[1].preserve(preserved, officer: "D1", effective: nil, outcome: .full, note: nil)
        }
        for turn in 0..<90 {
            try await history.happen()
            guard turn % 3 == 2 else { continue }
            for node in history.nodes {
                try await check(node, "seed \(seed) number \(number) turn \(turn)")
                if turn % 30 == 29 { try checkViews(node, "seed \(seed) number \(number) turn \(turn)") }
            }
        }
        for node in history.nodes {
            let kept = try dump(node)
            #expect(!kept.isEmpty)
            try node.rebuildViews()
            #expect(try dump(node) == kept, "seed \(seed) number \(number)")
            #expect(try node.audit().ok)
        }
    }

    private func dump(_ node: Node) throws -> [[String]] {
        var all: [[String]] = []
        try node.store.read { try $0.eachWorkRow { all.append($0) } }
        return all
    }

    /// Every file and open draft has the row that folding it from scratch gives, and nothing else has one.
    private func check(_ node: Node, _ what: String) async throws {
        let before = try node.now().milliseconds
        try await node.refreshWork()
        #expect(try node.store.read { try $0.outdatedWork(at: before, limit: 9) }.isEmpty, "\(what)")
        try node.store.read { reader in
            let keys = try reader.files().map { WorkRow.Key.file($0.id) } + reader.drafts().map { .draft($0.ref) }
            var query = WorkQuery()
            query.limit = 1000
            let kept = Dictionary(uniqueKeysWithValues: try reader.work(query).map { ($0.key, $0) })
            #expect(Set(kept.keys) == Set(keys), "\(what)")
            let now = try node.time.now(reader).milliseconds
            for key in keys {
                let row = try #require(kept[key])
                let moment = min(max(now, row.since), row.until - 1)
                let scratch = try node.worklist.row(key, reader, now: Instant(milliseconds: moment))
                #expect(row == scratch, "\(what)")
            }
        }
    }

    /// Each view is the rows that its name says, on pages that fit together, and is counted.
    private func checkViews(_ node: Node, _ what: String) throws {
        let now = try node.now().milliseconds
        let items = try node.queue()
        let counts = try node.workCounts(officer: "D1")
        func isOpen(_ item: QueueItem) -> Bool { item.state != .closed }
        for view in WorkView.allCases {
            let expected: [QueueItem]? =
                switch view {
                case .all: items
                case .emergency: items.filter { $0.urgency == .emergency && isOpen($0) }
                case .unacknowledged: items.filter { $0.side == .requested && $0.next == NextStep(step: "acknowledge", whose: .us) }
                case .waitingForUs: items.filter { $0.next.whose == .us }
                case .waitingForThem: items.filter { $0.next.whose == .them }
                case .mine: items.filter { isOpen($0) && ($0.assigned == "D1" || $0.author == "D1") }
                case .incoming: items.filter { isOpen($0) && $0.side == .requested }
                case .outgoing: items.filter { isOpen($0) && $0.side == .requesting }
                case .drafts: items.filter { [.draft, .review, .translation, .authorised].contains($0.state) }
                case .closed: items.filter { !isOpen($0) }
                // The clock runs on between two calls; these are compared where it cannot matter.
                case .overdue: items.contains(where: Self.isNear(now)) ? nil : items.filter { ($0.clock?.due.milliseconds ?? .max) <= now }
                case .due24h:
                    items.contains(where: Self.isNear(now))
                        ? nil : items.filter { (now + 1...now + 86_400_000).contains($0.clock?.due.milliseconds ?? 0) }
                case .preservationsExpiring: nil
                }
            for sort in WorkFilter.Sort.allCases {
                let whole = try node.work(view: view, filter: WorkFilter(sort: sort), limit: 200, officer: "D1")
                let refs = whole.items.map(\.ref)
                if let expected { #expect(Set(refs) == Set(expected.map(\.ref)), "\(view) \(what)") }
                if let expected { #expect(counts[view] == expected.count && whole.total == expected.count, "\(view) \(what)") }
                var forward: [FileReference] = []
                var pages: [WorkPage] = []
                var after: String?
                repeat {
                    let page = try node.work(view: view, filter: WorkFilter(sort: sort), after: after, limit: 2, officer: "D1")
                    forward += page.items.map(\.ref)
                    pages.append(page)
                    after = page.next
                } while after != nil
                #expect(forward == refs, "\(view) \(sort) \(what)")
                for (page, earlier) in zip(pages.dropFirst(), pages) {
                    let back = try node.work(view: view, filter: WorkFilter(sort: sort), after: page.previous, limit: 2, officer: "D1")
                    #expect(back.items.map(\.ref) == earlier.items.map(\.ref) && back.next != nil, "\(view) \(sort) \(what)")
                }
            }
        }
    }

    /// A clock ends within a minute of now, or of now in a day.
    private static func isNear(_ now: Int64) -> (QueueItem) -> Bool {
        { item in
            guard let due = item.clock?.due.milliseconds else { return false }
            return abs(due - now) < 60_000 || abs(due - now - 86_400_000) < 60_000
        }
    }

    @Test func filtersAndSearch() async throws {
        let pair = try await NodePair()
        let a = pair.requesting
        var draft = try pair.draft()
        var refs: [FileReference] = []
        for title in ["Évasion de données à l’hôpital", "Wallet host", "Żółw ransomware", "Wallet of the 42nd host"] {
            draft["title"] = .string(title)
            refs.append(
                try #require(try await a.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false).ref))
        }
        func found(_ filter: WorkFilter) throws -> Set<FileReference> { Set(try a.work(filter: filter).items.map(\.ref)) }
        for (text, expected) in [
            ("evasion hopital", [0]), ("EVAS", [0]), ("wallet", [1, 3]), ("host wall", [1, 3]), ("wallet 42nd", [3]), ("no-such", []),
            ("\"", []), ("a\" OR b", []), ("  ", [0, 1, 2, 3]), (refs[2].description, [2]), (refs[2].description.lowercased(), [2]),
            ("3", [2]), ("PRE", [0, 1, 2, 3]), ("* NEAR(", []), ("ref:wallet", []),
        ] { #expect(try found(WorkFilter(text: text)) == Set(expected.map { refs[$0] }), "\(text)") }
        try await a.approve(refs[1], officer: "D3")
        _ = try await a.send(refs[1], officer: "D1")
        // A new title is found, the old one is not.
        draft["title"] = .string("Tortoise")
        _ = try await a.revise(refs[2], draft: .object(draft), officer: "D1")
        #expect(try found(WorkFilter(text: "ransomware")).isEmpty)
        #expect(try found(WorkFilter(text: "tortoise")) == [refs[2]])
        #expect(try found(WorkFilter(state: .sent)) == [refs[1]])
        #expect(try found(WorkFilter(type: .emergency)).isEmpty && found(WorkFilter(type: .preservation)).count == 4)
        #expect(try found(WorkFilter(counterpart: try StateCode("XB"))).count == 4)
        #expect(try found(WorkFilter(counterpart: try StateCode("XC"))).isEmpty)
        #expect(try found(WorkFilter(side: .requested)).isEmpty)
        #expect(try a.work(filter: WorkFilter(sort: .changed)).items.first?.ref == refs[2])
        try await a.assign(refs[0], to: "D4", by: "D3")
        #expect(try found(WorkFilter(assigned: "D4")) == [refs[0]])
        #expect(try a.work(view: .mine, officer: "D4").items.map(\.assigned) == ["D4"])
        #expect(try a.workCounts(officer: "D4")[.mine] == 1)
        try await a.assign(refs[0], to: nil, by: "D3")
        #expect(try a.workItem(refs[0])?.assigned == nil)
        await #expect(throws: ComityError(.permission, "")) { try await a.assign(refs[0], to: "nobody", by: "D1") }
        await #expect(throws: ComityError(.notFound, "")) {
            try await a.assign(try FileReference(state: a.state, year: 2026, typeCode: "PRE", number: 999), to: "D1", by: "D1")
        }
        #expect(throws: ComityError(.usage, "")) { try a.work(view: .mine) }
        #expect(throws: ComityError(.usage, "")) { try a.work(limit: 201) }
        for place in ["", "a", "x0_\(refs[0])", "a_\(refs[0])", "a0_XA-2026", "a9e9_\(refs[0])"] {
            #expect(throws: ComityError(.usage, ""), "\(place)") { try a.work(after: place) }
        }
        #expect(try a.audit().ok)
    }

    /// A preservation that runs out lapses in the list by time alone; back in time it is preserved again.
    @Test func timeAloneChangesARow() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await b.preserve(ref, officer: "D1", effective: nil, outcome: .full, note: nil)
        try await pair.carry(from: b, to: a)
        let start = try a.now()
        let due = try #require(try a.fileView(ref).clocks.first { $0.atEnd == .lapse }?.due)
        #expect(try a.workCounts()[.preservationsExpiring] == 0)
        try await a.setClock(due.adding(milliseconds: -86_400_000))
        #expect(try a.workCounts()[.preservationsExpiring] == 1)
        #expect(try a.work(view: .preservationsExpiring).items.map(\.ref) == [ref])
        try await a.setClock(due.adding(milliseconds: 1))
        #expect(try a.workItem(ref)?.state == .lapsed)
        #expect(try a.store.read { try $0.workRow(ref) }?.state == .lapsed)
        #expect(try a.workCounts()[.preservationsExpiring] == 0)
        try await a.setClock(start)
        #expect(try a.store.read { try $0.workRow(ref) }?.state == .preserved)
        // Whoever reads a row before it was computed again sees it as it is.
        let value = "\(due.milliseconds + 1) \(Node.realMilliseconds())"
        _ = try await a.store.commit { try $0.set(NodeTime.setting, value) }
        #expect(try a.store.read { try $0.workRow(ref) }?.state == .preserved)
        #expect(try a.workItem(ref)?.state == .lapsed)
        #expect(try await a.refreshWork() == 1)
        #expect(try a.store.read { try $0.workRow(ref) }?.state == .lapsed)
        // Another process that reads other rules computes all anew.
        _ = try await a.store.commit { try $0.set(Store.workVersion, "0 other") }
        let again = try Node(folder: a.folder.path)
        #expect(try again.store.read { try $0.setting(Store.workVersion) } == again.workVersion)
        #expect(try again.workItem(ref)?.state == .lapsed)
    }

    /// The request that holds a preservation was decided; with the clock back before that moment it holds it again, and when the
    /// moment comes a second time it lets it go.
    @Test func aDecisionThatIsAheadDoesNotCountYet() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await b.preserve(ref, officer: "D1", effective: nil, outcome: .full, note: nil)
        try await pair.carry(from: b, to: a)
        var draft = try pair.draft("stored-data")
        draft["follows"] = .string(ref.description)
        let second = try #require(try await a.newRequest(type: "stored-data", draft: .object(draft), officer: "D1", dryRun: false).ref)
        try await a.approve(second, officer: "D3")
        _ = try await a.send(second, officer: "D1")
        #expect(try a.store.read { try $0.workRow(ref) }?.state == .held)
        let before = try a.now()
        try await a.setClock(before.adding(try ISODuration("PT2H")))
        try await a.step(.withdraw, second, ["reason": .string("x")])
        #expect(try a.store.read { try $0.workRow(ref) }?.state == .preserved)
        try await a.setClock(before.adding(try ISODuration("PT1H")))
        #expect(try a.store.read { try $0.workRow(ref) }?.state == .held)
        try await a.setClock(before.adding(try ISODuration("PT3H")))
        #expect(try a.store.read { try $0.workRow(ref) }?.state == .preserved)
        #expect(try a.audit().ok)
    }
}
