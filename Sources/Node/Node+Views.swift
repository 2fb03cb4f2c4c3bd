// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Law
import Register
public import Standards
public import Storage

extension Node {
    /// One file at this moment, as much of it as the officer may see: an auditor sees no content unless the glass is broken.
    /// - Parameter officer: nil is the node's owner on the command line.
    /// - Throws: `.notFound`; `.permission` for somebody who sees no files.
    public func fileView(_ ref: FileReference, officer: String?) throws(ComityError) -> FileView {
        let sight = try sight(of: officer, on: ref)
        let view = try fileView(ref)
        return sight == .whole ? view : view.withoutContent
    }

    func fileView(_ ref: FileReference) throws(ComityError) -> FileView {
        let now = try now()
        return try store.read { reader in
            if let draft = try reader.draft(ref) { return draftView(draft, now) }
            guard let row = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
            let filed = try reader.filedActs(of: row.id)
            let dossier = try Self.dossier(row.id, reader)
            let standing = try standing(of: dossier, reader, now)
            let undelivered = try reader.undelivered(of: row.id).mapValues(Self.deliveryText)
            let known = Dictionary(filed.map { ($0.act.id, $0) }, uniquingKeysWith: { first, _ in first })
            func line(_ act: Act, _ known: FiledAct, _ effect: Dossier.Entry.Effect) -> FileView.ActLine {
                FileView.ActLine(
                    id: act.id, kind: act.kind, from: act.from.state, officer: act.by.officer, at: act.at, hash: known.hash.description,
                    registered: true, index: known.index, receipted: !known.outgoing || known.receipted != nil, effect: effect,
                    delivery: known.receipted == nil ? undelivered[act.id.description] ?? nil : nil, body: act.body)
            }
            var lines = dossier.entries.compactMap { entry in known[entry.act.id].map { line(entry.act, $0, entry.effect) } }
            let folded = Set(dossier.entries.map(\.act.id))
            lines += filed.filter { !folded.contains($0.act.id) }.map { line($0.act, $0, .overtaken) }
            return FileView(
                ref: ref, id: row.id, type: row.type, article: law.requestType(row.type.rawValue)?.article ?? "", title: row.title,
                state: standing.state,
                side: row.side, counterpart: row.counterpart, exercise: exercise, acts: lines, clocks: standing.clocks,
                links: try links(of: dossier, reader), packages: try packages(of: row.id, reader),
                steps: stepLines(dossier, standing, side: row.side, role: nil, now),
                next: commands(for: dossier, side: row.side, state: standing.state), content: dossier.request.content,
                overrides: (dossier.request.overrides ?? []).map { .init(rule: $0.rule, reason: $0.reason, by: $0.by) },
                findings: Self.marked(judgement(dossier), by: dossier.request), pending: try pendingLine(row.id, reader), comment: nil,
                outcome: standing.outcome.rawValue, contentWithheld: false)
        }
    }

    /// What the rules of today say about the request, at the receiver as at the sender.
    private func judgement(_ dossier: Dossier) -> [Finding] {
        var seen: Set<String> = []
        return dossier.opening.to.flatMap { recipient in
            law.assess(
                judged(dossier), type: dossier.type.rawValue,
                context: AssessmentContext(
                    from: dossier.opening.from.state, to: recipient.state,
                    issuer: dossier.request.content.at("authority.id")?.string ?? dossier.opening.from.authority, on: dossier.opening.at,
                    setAside: (dossier.request.overrides ?? []).map(\.rule))
            ).findings
        }.filter { seen.insert("\($0.rule) \($0.field) \($0.detail ?? "")").inserted }
    }

    private func pendingLine(_ file: UUIDv7, _ reader: Reader) throws -> FileView.PendingLine? {
        try reader.pending(file).map { FileView.PendingLine(kind: $0.kind, officer: $0.officer, created: $0.created) }
    }

    /// Every step of the file for an officer: possible now, or not and why not, and whose it is.
    public func steps(_ ref: FileReference, officer: String?) throws(ComityError) -> [StepLine] {
        _ = try sight(of: officer)
        let (dossier, standing) = try dossierAndStanding(ref)
        guard let side = dossier.side(of: state) else { throw Self.noFile(ref) }
        var role: String?
        if let officer { role = try self.role(of: officer) }
        return stepLines(dossier, standing, side: side, role: role, try now())
    }

    private func stepLines(_ dossier: Dossier, _ standing: Standing, side: Side, role: String?, _ now: Instant) -> [StepLine] {
        dossier.possible(side: side, role: role, law: law, now: now, party: party, standing: standing).map { step in
            return StepLine(
                kind: step.kind, side: step.side, ours: step.side == side, possible: step.isPossible, fourEyes: step.fourEyes,
                roles: step.roles.sorted(),
                grounds: step.grounds.isEmpty
                    ? nil
                    : step.grounds.map { GroundLine($0) },
                why: step.obstacle.map { [$0.what, $0.why].filter { !$0.isEmpty }.joined(separator: " ") },
                next: step.obstacle?.next)
        }
    }

    /// The content of a request as the rules read it: with the title that the act carries beside it.
    private func judged(_ dossier: Dossier) -> JSONValue {
        var content = dossier.request.content.object ?? [:]
        content["title"] = .string(dossier.request.title)
        content["lang"] = .string(dossier.opening.lang)
        content["tlp"] = .string(dossier.opening.tlp.rawValue)
        return .object(content)
    }

    /// Local states, before the first act: being written, being translated, with the reviewer, approved.
    static func state(of draft: DraftRow) -> FileState {
        if draft.approval != nil { return .authorised }
        let translation = draft.content.at("translation.status")?.string
        if draft.stage == .review { return translation == nil || translation == "attached" ? .review : .translation }
        return .draft
    }

    private func draftView(_ draft: DraftRow, _ now: Instant) -> FileView {
        FileView(
            ref: draft.ref, id: nil, type: draft.type, article: law.requestType(draft.type.rawValue)?.article ?? "",
            title: draft.content["title"]?.string ?? "", state: Self.state(of: draft), side: .requesting,
            counterpart: draft.recipients[0], exercise: exercise, acts: [], clocks: [], links: [], packages: [], steps: [],
            next: [
                draft.approval == nil ? "comity request approve \(draft.ref) --as OFFICER" : "comity request send \(draft.ref) --as OFFICER"
            ],
            content: draft.content, overrides: draft.overrides.map { .init(rule: $0.rule, reason: $0.reason, by: $0.officer) },
            findings: assess(draft, now: now),
            pending: nil, comment: draft.comment, outcome: Outcome.running.rawValue, contentWithheld: false)
    }

    private func links(of dossier: Dossier, _ reader: Reader) throws -> [FileView.LinkLine] {
        try dossier.request.links.map {
            FileView.LinkLine(relation: $0.relation.rawValue, ref: $0.ref, known: try reader.file(id: $0.file) != nil)
        } + reader.followers(of: dossier.id).map { FileView.LinkLine(relation: "followed-by", ref: $0.ref, known: true) }
    }

    private func packages(of file: UUIDv7, _ reader: Reader) throws -> [FileView.PackageLine] {
        try reader.packages(of: file).map { package in
            let all = Self.partCount(package.size)
            let here = package.outgoing || package.stage != .supplied ? all : try reader.parts(ofPackage: package.digest).count
            return FileView.PackageLine(
                name: package.name, size: package.size, digest: package.digest, exhibits: package.exhibits, stage: package.stage.rawValue,
                partsHere: here,
                partsAll: all, conditions: package.conditions)
        }
    }

    /// How the delivery to each recipient stands, those that are done left out.
    static func deliveryText(_ rows: [OutboxRow]) -> String? {
        let open = rows.filter { $0.stage != .delivered }.map(deliveryText)
        return open.isEmpty ? nil : open.joined(separator: "; ")
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

    private func commands(for dossier: Dossier, side: Side, state: FileState) -> [String] {
        var commands = dossier.open(to: side).filter { !Self.unusual.contains($0) }.map { kind -> String in
            switch kind {
            case .acknowledge: "comity request ack \(dossier.ref) --as OFFICER"
            case .supply:
                "comity evidence seal PATH --file \(dossier.ref) --to \(dossier.counterparts(of: party)[0].state) --authorisation TEXT --as OFFICER"
            case .receive where dossier.entries.contains(where: { $0.act.kind == .supply }):
                "comity evidence receive \(dossier.ref) --as OFFICER"
            default: "comity request \(kind.rawValue) \(dossier.ref) --as OFFICER"
            }
        }
        if dossier.type == .preservation, state == .preserved || state == .extended, side == .requesting {
            commands.insert("comity request new stored-data --from-file FILE --follows \(dossier.ref) --as OFFICER", at: 0)
        }
        return commands
    }

    /// Steps that are always open and seldom wanted; `comity file next` lists them all.
    private static let unusual: Set<ActKind> = [.statusQuery, .override, .report, .screen, .transfer, .reopen]
}

extension Node {
    /// Messages that were not believed, for whoever may read the register; nil is the node's owner.
    public func quarantined(officer: String?) throws(ComityError) -> [QuarantineRow] {
        try authorise(officer, .readRegister, to: "see what was not believed")
        return try store.read { try $0.quarantine() }
    }

    /// How many entries the register has: a page compares it to know that there is something new.
    public func registerSize() throws(ComityError) -> Int64 { try store.read { try $0.registerSize() } }

    /// The newest signed head of the register; nil while it is empty.
    /// - Parameter officer: nil is the node's owner on the command line.
    public func registerHead(officer: String?) throws(ComityError) -> (size: Int64, note: String)? {
        try authorise(officer, .readRegister, to: "read the register")
        let head = try store.publish()
        return head.checkpoint.size == 0 ? nil : (head.checkpoint.size, head.note)
    }
}
