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
}

extension Node {
    /// Every preservation, the one that ends first at the top.
    /// - Throws: `.permission` for somebody who sees no files. An auditor gets no titles, data and providers.
    public func preservations(officer: String?) throws(ComityError) -> [PreservationLine] {
        let whole = try sight(of: officer) == .whole
        let now = try now()
        let lines = try store.read { reader -> [PreservationLine] in
            var found = Board(links: try reader.allLinks())
            for row in try reader.files() where row.type == .preservation || row.type == .trafficDisclosure {
                let dossier = try Self.dossier(row.id, reader)
                found.files[row.id] = Board.Item(row: row, dossier: dossier, standing: try standing(of: dossier, reader, now))
            }
            return try found.files.values.filter { $0.row.type == .preservation }.map { item in
                let followUps = try reader.followers(of: item.row.id).map { row in
                    let dossier = try Self.dossier(row.id, reader)
                    return PreservationLine.FollowUp(
                        ref: row.ref, type: row.type, state: dossier.state, isDecided: dossier.course.decided != nil)
                }
                return line(item, followUps, hops: whole ? found.hops(of: item) : [], whole: whole)
            }
        }
        return lines.sorted { left, right in
            switch (left.until, right.until) {
            case (let first?, let second?): first != second ? first < second : left.ref.description < right.ref.description
            case (.some, nil): true
            case (nil, .some): false
            case (nil, nil): left.ref.description < right.ref.description
            }
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
            dataSets: whole ? sets : [], outcome: preserve?.body["outcome"]?.string, effective: item.effective, clock: item.clock,
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

/// The preservations and disclosures of paths that hang together.
private struct Board {
    struct Item {
        let row: FileRow
        let dossier: Dossier
        let standing: Standing

        var effective: Instant? {
            dossier.entries.last { $0.effect == .applied && $0.act.kind == .preserve }?.act.body["effective"]?.string
                .flatMap { try? Instant($0) }
        }
        var clock: Clock? { standing.clocks.first { $0.atEnd == .lapse } }
        var until: Instant? { [clock?.due, dossier.course.end].compactMap { $0 }.max() }
    }

    let links: [(file: UUIDv7, target: UUIDv7, relation: String)]
    var files: [UUIDv7: Item] = [:]

    /// The path as it was disclosed in a file that is linked to this one, with the preservation at each hop; where nobody
    /// disclosed one, the preservations that were asked for one after the other.
    func hops(of item: Item) -> [PreservationLine.HopLine] {
        let together = component(of: item.row.id).sorted { $0.row.opened < $1.row.opened }
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

    private func component(of start: UUIDv7) -> [Item] {
        var open = [start]
        var seen: Set<UUIDv7> = []
        while let id = open.popLast() {
            guard files[id] != nil, seen.insert(id).inserted else { continue }
            open += links.filter { $0.file == id }.map(\.target) + links.filter { $0.target == id }.map(\.file)
        }
        return seen.compactMap { files[$0] }
    }
}
