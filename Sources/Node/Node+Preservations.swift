// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Law
public import Standards
import Storage

/// What is kept under one preservation, since when, until when, and for what.
public struct PreservationLine: Sendable, Codable {
    public struct DataSet: Sendable, Codable {
        public let category: String
        public let items: [String]
        /// The period of the data, as the request has it.
        public let from: String?
        public let to: String?
    }

    /// A request that follows: what the data are kept for.
    public struct FollowUp: Sendable, Codable {
        public let ref: FileReference
        public let type: FileType
        public let state: FileState
        public let isDecided: Bool
    }

    /// A later end, asked for or set.
    public struct Extension: Sendable, Codable {
        public let by: StateCode
        public let at: Instant
        public let until: Instant
    }

    /// One provider on the path of a communication.
    public struct HopLine: Sendable, Codable {
        public let hop: Int
        public let state: StateCode
        public let provider: String
        /// The preservation at that hop; nil when none was asked for.
        public let ref: FileReference?
        public let until: Instant?
        public let isHere: Bool
    }

    public let ref: FileReference
    public let title: String
    public let side: Side
    public let counterpart: StateCode
    public let state: FileState
    public let holder: String
    public let dataSets: [DataSet]
    /// `full`, `partial` or `none-found`; nil while nothing is preserved.
    public let outcome: String?
    public let effective: Instant?
    /// The clock of the minimum period; nil before it starts.
    public let clock: Clock?
    public let until: Instant?
    public let followUps: [FollowUp]
    public let extensions: [Extension]
    /// The end that the requesting State asks for and nobody has answered.
    public let extensionAsked: Instant?
    /// It is kept until this request is decided.
    public let heldFor: FileReference?
    /// The path, when more than one provider is known.
    public let hops: [HopLine]
    /// Follow-up requests count from the day the data are safe; false when none is linked.
    public var isLinked: Bool { !followUps.isEmpty }
    /// Nothing is kept any more, or nothing was.
    public var isFinished: Bool { Kept.finished.contains(state) }
}

/// Some of the preservations, those that end first at the top.
public struct PreservationPage: Sendable {
    public let lines: [PreservationLine]
    /// `after` of the next page and of the one before; nil at the ends of the list.
    public let next: String?
    public let previous: String?
    /// How many there are on all pages together, at most `WorkPage.mostCounted`.
    public let total: Int
    /// How many are kept, on all pages together, without a request for the data.
    public let unlinked: Int
}

/// Which preservations are wanted.
public enum PreservationChoice: String, Sendable, CaseIterable {
    /// Something is kept, or will be.
    case open
    /// Nothing is kept any more, or nothing was.
    case done
    case all
}

extension Node {
    /// Preservations, the one that ends first at the top.
    /// - Parameters:
    ///   - after: `next` or `previous` of another page of the same choice; nil for the first.
    ///   - limit: most lines, 1 to 200.
    /// - Throws: `.usage` for a wrong place or limit; `.permission` for somebody who sees no files. An auditor gets no titles, data
    ///   and providers.
    public func preservations(_ choice: PreservationChoice = .all, after: String? = nil, limit: Int = 50, officer: String?)
        throws(ComityError) -> PreservationPage
    {
        guard (1...WorkPage.maximumLimit).contains(limit) else {
            throw ComityError(.usage, "A page has 1 to \(WorkPage.maximumLimit) rows.", next: "Ask for more pages instead.")
        }
        let whole = try sight(of: officer) == .whole
        let now = try now()
        var query = WorkQuery()
        query.type = .preservation
        query.sort = .ends
        query.noneOf = Worklist.Bits.draft.rawValue
        switch choice {
        case .open: query.noneOfStates = Kept.finished
        case .done: query.states = Kept.finished
        case .all: break
        }
        if let after { query.place = try WorkCursor.place(after) }
        query.limit = limit + 1
        let asked = query
        return try store.read { reader in
            var rows = try reader.work(asked)
            let isBackward = asked.place?.isBefore == true
            let hasMore = rows.count > limit
            if hasMore { rows = isBackward ? Array(rows.dropFirst()) : Array(rows.dropLast()) }
            var board = Board(reader: reader) { dossier in try self.standing(of: dossier, reader, now) }
            let lines = try rows.compactMap { row -> PreservationLine? in
                guard let id = row.file, let item = try board.item(id) else { return nil }
                let followUps = try reader.followers(of: id).map { row in
                    let dossier = try Self.dossier(row.id, reader)
                    return PreservationLine.FollowUp(
                        ref: row.ref, type: row.type, state: dossier.state, isDecided: dossier.course.decided != nil)
                }
                return line(item, followUps, hops: whole ? try board.hops(of: item) : [], whole: whole)
            }
            var unlinked = asked
            unlinked.anyOf = Worklist.Bits.unlinked.rawValue
            unlinked.states = []
            unlinked.noneOfStates = []
            let (hasNext, hasPrevious) = isBackward ? (true, hasMore) : (hasMore, asked.place != nil)
            return PreservationPage(
                lines: lines, next: hasNext ? rows.last.map { WorkCursor.text($0, .ends, before: false) } : nil,
                previous: hasPrevious ? rows.first.map { WorkCursor.text($0, .ends, before: true) } : nil,
                total: try reader.countWork(asked, most: WorkPage.mostCounted),
                unlinked: try reader.countWork(unlinked, most: WorkPage.mostCounted))
        }
    }

    private func line(_ item: Board.Item, _ followUps: [PreservationLine.FollowUp], hops: [PreservationLine.HopLine], whole: Bool)
        -> PreservationLine
    {
        let dossier = item.dossier
        let applied = dossier.entries.filter { $0.effect == .applied }.map(\.act)
        let preserve = applied.last { $0.kind == .preserve }
        let sets = (dossier.request.content["data_sought"]?.array ?? []).map { set in
            PreservationLine.DataSet(
                category: set["category"]?.string ?? "", items: set["items"]?.array?.compactMap(\.string) ?? [],
                from: set["from"]?.string, to: set["to"]?.string)
        }
        let custodian = dossier.request.content["custodian"]
        return PreservationLine(
            ref: item.row.ref, title: whole ? item.row.title : "", side: item.row.side, counterpart: item.row.counterpart,
            state: item.standing.state, holder: whole ? custodian?["provider"]?.string ?? custodian?.string ?? "" : "",
            dataSets: whole ? sets : [], outcome: preserve?.body["outcome"]?.string, effective: item.kept.effective, clock: item.kept.clock,
            until: item.until, followUps: followUps,
            extensions: applied.compactMap { act in
                guard act.kind == .extend || act.kind == .accept, let until = act.body["until"]?.string.flatMap({ try? Instant($0) }) else {
                    return nil
                }
                return PreservationLine.Extension(by: act.from.state, at: act.at, until: until)
            }, extensionAsked: dossier.course.extensionAsked,
            heldFor: item.standing.holder?.ref ?? followUps.first { _ in item.standing.state == .held }?.ref, hops: hops)
    }
}

/// What is kept under one preservation: since when, until when, and whether anything is.
struct Kept {
    /// States in which nothing is kept any more, or nothing was.
    static let finished: Set<FileState> = [.released, .closed, .withdrawn, .refused, .nothingFound, .notExecutable, .lapsed]

    let effective: Instant?
    let clock: Clock?
    let until: Instant?
    /// The data are there and still kept.
    let isKept: Bool

    init(_ dossier: Dossier, _ standing: Standing) {
        let preserve = dossier.entries.last { $0.effect == .applied && $0.act.kind == .preserve }?.act
        effective = preserve?.body["effective"]?.string.flatMap { try? Instant($0) }
        clock = standing.clocks.first { $0.atEnd == .lapse }
        until = [clock?.due, dossier.course.end].compactMap { $0 }.max()
        isKept =
            effective != nil && preserve?.body["outcome"]?.string != ActBody.Preserve.Outcome.none.rawValue
            && !Self.finished.contains(standing.state)
    }
}

/// The preservations and disclosures of paths that hang together, each read when it is needed.
private struct Board {
    struct Item {
        let row: FileRow
        let dossier: Dossier
        let standing: Standing
        let kept: Kept

        var until: Instant? { kept.until }
    }

    /// Most files of one path: a page shows no more.
    private static let most = 100

    let reader: Reader
    let standing: (Dossier) throws -> Standing
    private var files: [UUIDv7: Item] = [:]

    init(reader: Reader, standing: @escaping (Dossier) throws -> Standing) {
        self.reader = reader
        self.standing = standing
    }

    /// A preservation or disclosure; nil for every other file.
    mutating func item(_ id: UUIDv7) throws -> Item? {
        if let known = files[id] { return known }
        guard let row = try reader.file(id: id), row.type == .preservation || row.type == .trafficDisclosure else { return nil }
        let dossier = try Node.dossier(id, reader)
        let standing = try standing(dossier)
        let item = Item(row: row, dossier: dossier, standing: standing, kept: Kept(dossier, standing))
        files[id] = item
        return item
    }

    /// The path as it was disclosed in a file that is linked to this one, with the preservation at each hop; where nobody
    /// disclosed one, the preservations that were asked for one after the other.
    mutating func hops(of item: Item) throws -> [PreservationLine.HopLine] {
        let together = try component(of: item).sorted { $0.row.opened < $1.row.opened }
        let kept = together.filter { $0.row.type == .preservation && $0.row.side == item.row.side }
        func line(_ number: Int, _ state: StateCode, _ provider: String, _ file: Item?) -> PreservationLine.HopLine {
            PreservationLine.HopLine(
                hop: number, state: state, provider: provider, ref: file?.row.ref, until: file?.until,
                isHere: file?.row.id == item.row.id)
        }
        let disclosed = together.flatMap { $0.dossier.course.hops }
        guard disclosed.isEmpty else {
            return disclosed.sorted { ($0.hop, $0.state, $0.provider) < ($1.hop, $1.state, $1.provider) }.map { hop in
                line(hop.hop, hop.state, hop.provider, kept.first { requested($0) == hop.state })
            }
        }
        guard kept.count > 1 else { return [] }
        return zip(1..., kept).map { number, file in
            let custodian = file.dossier.request.content["custodian"]
            return line(number, requested(file), custodian?["provider"]?.string ?? custodian?.string ?? "", file)
        }
    }

    private func requested(_ item: Item) -> StateCode { item.dossier.opening.to[0].state }

    private mutating func component(of start: Item) throws -> [Item] {
        var open = [start.row.id]
        var seen: Set<UUIDv7> = []
        var found: [Item] = []
        while let id = open.popLast(), found.count < Self.most {
            guard seen.insert(id).inserted, let item = try item(id) else { continue }
            found.append(item)
            open += try reader.neighbours(of: id).map(\.id)
        }
        return found
    }
}
