// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Law
import Register
public import Standards
public import Storage

extension Node {
    /// Everything about one file, at this moment.
    public func fileView(_ ref: FileReference) throws(ComityError) -> FileView {
        let now = try now()
        return try store.read { reader in
            if let draft = try reader.draft(ref) { return draftView(draft) }
            guard let row = try reader.file(ref) else { throw Self.noFile(ref) }
            let dossier = try Self.dossier(row.id, reader)
            let stored = try Dictionary(reader.acts(of: row.id).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            let standing = try standing(of: dossier, stored: stored, reader, now)
            var lines: [FileView.ActLine] = []
            for entry in dossier.entries {
                guard let known = stored[entry.act.id] else { continue }
                let delivery = known.outgoing && known.receipted == nil ? try reader.outbox(.act, entry.act.id.description) : nil
                lines.append(
                    FileView.ActLine(
                        id: entry.act.id, kind: entry.act.kind, from: entry.act.from.state, officer: entry.act.by.officer, at: entry.act.at,
                        hash: Hex.encode(entry.hash), registered: true, index: known.index,
                        receipted: !known.outgoing || known.receipted != nil,
                        effect: entry.effect, delivery: delivery.map(Self.deliveryText), body: entry.act.body))
            }
            for known in try reader.acts(of: row.id) where known.refused && !lines.contains(where: { $0.id == known.id }) {
                let act = try Self.hashed(known).act
                lines.append(
                    FileView.ActLine(
                        id: act.id, kind: act.kind, from: act.from.state, officer: act.by.officer, at: act.at, hash: known.hash.description,
                        registered: true, index: known.index, receipted: false, effect: .overtaken,
                        delivery: try reader.outbox(.act, act.id.description).map(Self.deliveryText), body: act.body))
            }
            return FileView(
                ref: ref, id: row.id, type: row.type, article: law.requestType(row.type.rawValue)?.article ?? "", title: row.title,
                state: standing.state,
                side: row.side, counterpart: row.counterpart, exercise: exercise, acts: lines, clocks: standing.clocks,
                links: try links(of: dossier, reader), packages: try packages(of: row.id, reader),
                next: commands(for: dossier, side: row.side, state: standing.state), content: dossier.request.content,
                findings: law.findings(for: judged(dossier), type: row.type.rawValue))
        }
    }

    /// The content of a request as the rules read it: with the title that the act carries beside it.
    private func judged(_ dossier: Dossier) -> JSONValue {
        var content = dossier.request.content.object ?? [:]
        content["title"] = .string(dossier.request.title)
        return .object(content)
    }

    private func draftView(_ draft: DraftRow) -> FileView {
        FileView(
            ref: draft.ref, id: nil, type: draft.type, article: law.requestType(draft.type.rawValue)?.article ?? "",
            title: draft.content["title"]?.string ?? "", state: draft.approval == nil ? .draft : .authorised, side: .requesting,
            counterpart: draft.recipient, exercise: exercise, acts: [], clocks: [], links: [], packages: [],
            next: [
                draft.approval == nil ? "comity request approve \(draft.ref) --as OFFICER" : "comity request send \(draft.ref) --as OFFICER"
            ],
            content: draft.content, findings: law.findings(for: draft.content, type: draft.type.rawValue))
    }

    /// All files and drafts, the most pressing first.
    public func queue() throws(ComityError) -> [QueueItem] {
        let now = try now()
        let items = try store.read { reader -> [QueueItem] in
            var items: [QueueItem] = []
            for draft in try reader.drafts() {
                items.append(
                    QueueItem(
                        ref: draft.ref, type: draft.type, title: draft.content["title"]?.string ?? "", side: .requesting,
                        counterpart: draft.recipient,
                        state: draft.approval == nil ? .draft : .authorised, clock: nil,
                        next: NextStep(step: draft.approval == nil ? "approve" : "send", whose: .us)))
            }
            for row in try reader.files() {
                let dossier = try Self.dossier(row.id, reader)
                let stored = try Dictionary(reader.acts(of: row.id).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
                let standing = try standing(of: dossier, stored: stored, reader, now)
                items.append(
                    QueueItem(
                        ref: row.ref, type: row.type, title: row.title, side: row.side, counterpart: row.counterpart, state: standing.state,
                        clock: standing.pressing, next: nextStep(dossier, row.side, standing)))
            }
            return items
        }
        return items.sorted { left, right in
            switch (left.clock?.due, right.clock?.due) {
            case (let first?, let second?): first != second ? first < second : left.ref.description < right.ref.description
            case (.some, nil): true
            case (nil, .some): false
            case (nil, nil):
                (left.next.whose == .us ? 0 : 1, left.ref.description) < (right.next.whose == .us ? 0 : 1, right.ref.description)
            }
        }
    }

    private func standing(of dossier: Dossier, stored: [UUIDv7: StoredAct], _ reader: Reader, _ now: Instant) throws -> Standing {
        let opening = stored[dossier.opening.id]
        let followers = try reader.followers(of: dossier.id).map {
            Standing.Follower(file: $0.id, ref: $0.ref, type: $0.type, at: $0.opened)
        }
        return Standing(
            of: dossier, law: law, followers: followers, delivered: opening.map { !$0.outgoing || $0.receipted != nil } ?? false, now: now)
    }

    private func links(of dossier: Dossier, _ reader: Reader) throws -> [FileView.LinkLine] {
        try dossier.request.links.map {
            FileView.LinkLine(relation: $0.relation.rawValue, ref: $0.ref, known: try reader.file(id: $0.file) != nil)
        } + reader.followers(of: dossier.id).map { FileView.LinkLine(relation: "followed-by", ref: $0.ref, known: true) }
    }

    private func packages(of file: UUIDv7, _ reader: Reader) throws -> [FileView.PackageLine] {
        try reader.packages(of: file).map { package in
            let all = Self.partCount(package.size)
            let here = package.outgoing || package.stage != .supplied ? all : try reader.parts(ofPackage: package.sha256).count
            return FileView.PackageLine(
                name: package.name, size: package.size, sha256: package.sha256, exhibits: package.exhibits, stage: package.stage.rawValue,
                partsHere: here,
                partsAll: all, conditions: package.conditions)
        }
    }

    static func deliveryText(_ row: OutboxRow) -> String {
        switch row.stage {
        case .delivered: "delivered"
        case .refused: "refused by \(row.peer): \(row.says ?? "") (\(row.code ?? ""))"
        case .waiting:
            row.attempts == 0
                ? "not yet delivered"
                : "not yet delivered after \(row.attempts) tries, next try at \(Instant(milliseconds: row.next).utc): \(row.says ?? "")"
        }
    }

    private func steps(_ dossier: Dossier, _ side: Side) -> [ActKind] {
        dossier.type.lifeCycle.transitions.filter { $0.side == side && $0.from.contains(dossier.state) }.map(\.kind)
    }

    private func commands(for dossier: Dossier, side: Side, state: FileState) -> [String] {
        var commands = steps(dossier, side).map { kind -> String in
            switch kind {
            case .request: "comity request send \(dossier.ref)"
            case .acknowledge: "comity request ack \(dossier.ref) --as OFFICER"
            case .preserve: "comity request preserve \(dossier.ref) --as OFFICER"
            case .supply:
                "comity evidence seal PATH --file \(dossier.ref) --to \(dossier.opening.from.state) --authorisation TEXT --as OFFICER"
            case .receive: "comity evidence receive \(dossier.ref) --as OFFICER"
            }
        }
        if dossier.type == .preservation, state == .preserved, side == .requesting {
            commands.append("comity request new stored-data --from-file FILE --follows \(dossier.ref) --as OFFICER")
        }
        return commands
    }

    private func nextStep(_ dossier: Dossier, _ side: Side, _ standing: Standing) -> NextStep {
        if standing.state == .sent { return NextStep(step: "deliver", whose: .us) }
        if standing.state == .preserved { return NextStep(step: "follow-up", whose: side == .requesting ? .us : .them) }
        if let own = steps(dossier, side).first, standing.state != .received { return NextStep(step: own.rawValue, whose: .us) }
        if let theirs = steps(dossier, side.other).first, standing.state != .received {
            return NextStep(step: theirs.rawValue, whose: .them)
        }
        return NextStep(step: "none", whose: .nobody)
    }
}

extension Node {
    public func quarantined() throws(ComityError) -> [QuarantineRow] { try store.read { try $0.quarantine() } }

    /// The newest signed head of the register; nil while it is empty.
    public func registerHead() throws(ComityError) -> (size: Int64, note: String)? {
        let key = keys.register.verifier
        return try store.read { try $0.head(signedBy: key) }.map { ($0.checkpoint.size, $0.note) }
    }
}
