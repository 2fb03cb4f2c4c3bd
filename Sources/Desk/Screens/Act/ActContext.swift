// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Law
import Node
import Standards
import Web

/// What the fields of a form choose from: the file at this moment, the directory, the law.
struct ActContext {
    struct Choice {
        let value: String
        let word: String
        var says = ""
        var article = ""
        var isUnverified = false
    }

    let scene: Scene
    let form: ActForm
    let view: FileView
    let dossier: Dossier
    /// Grounds for this step, the forbidden ones last; empty where the step names none.
    let grounds: [GroundLine]
    /// From the directory, never from the request.
    let directoryPhone: String?

    init(_ scene: Scene, _ kind: ActKind, _ view: FileView) throws(ComityError) {
        self.scene = scene
        self.view = view
        form = scene.pages.resources.forms[kind]
        dossier = try scene.node.dossier(view.ref, officer: scene.session.officer)
        grounds = try Self.grounds(kind, view.ref, scene)
        let peer = try scene.node.listPeers().first { $0.entry.state == view.counterpart }
        directoryPhone = peer?.entry.authority.phone
    }

    private static func grounds(_ kind: ActKind, _ ref: FileReference, _ scene: Scene) throws(ComityError) -> [GroundLine] {
        var uses: [GroundUse] = []
        switch kind {
        case .refuse, .partlyRefuse: uses = [.refuse]
        case .postpone: uses = [.postpone]
        case .consult, .override: uses = GroundUse.allCases
        default: break
        }
        var seen: Set<String> = []
        var found: [GroundLine] = []
        for use in uses { found += try scene.node.grounds(ref, use: use, officer: scene.session.officer) }
        return found.filter { seen.insert($0.id).inserted }
    }

    private var strings: Strings { scene.strings }
    var kind: ActKind { form.kind }

    /// Zones a time may be written in: ours, UTC, the counterpart's.
    var zones: [Choice] {
        let own = scene.node.configuration.authority.timeZone
        var zones = [Choice(value: own, word: strings("form.zone.ours", ["zone": own])), Choice(value: "UTC", word: strings("frame.utc"))]
        if let theirs = scene.names.zone(view.counterpart), theirs != own, theirs != "UTC" {
            zones.append(Choice(value: theirs, word: strings("form.zone.theirs", ["state": view.counterpart.description, "zone": theirs])))
        }
        return zones
    }

    /// Packages that may be supplied, or that have arrived and wait.
    func packages(arrived: Bool) -> [FileView.PackageLine] { view.packages.filter { $0.stage == (arrived ? "complete" : "sealed") } }

    /// The open questions of the other side, with their numbers; empty when the answer is to something else.
    var questions: [String] {
        guard dossier.state == .clarification,
            let ask = dossier.entries.last(where: { $0.effect == .applied && $0.act.kind == .ask })?.act, ask.from.state != scene.node.state
        else { return [] }
        return ask.body["questions"]?.array?.compactMap(\.string) ?? []
    }

    /// Amendments that wait.
    var amendments: [Choice] {
        dossier.course.amendments.keys.sorted().map { id in
            let act = dossier.entries.first { $0.act.id == id }?.act
            let text = act?.body["text"]?.string ?? act?.body["until"]?.string ?? id.description
            return Choice(value: id.description, word: Text.safe(text, limit: 200), says: act.map { "\($0.from.state)" } ?? "")
        }
    }

    /// The assets of the request with where each stands.
    var assets: [Choice] {
        let described = Dictionary(
            (dossier.request.content["assets"]?.array ?? []).compactMap { item in item["id"]?.string.map { ($0, item) } },
            uniquingKeysWith: { first, _ in first })
        return dossier.course.assets.sorted { $0.key < $1.key }.prefix(256).map { id, state in
            let item = described[id]
            let words = ["kind", "description", "value", "amount", "currency", "holder"].compactMap { name in
                item?[name]?.string ?? item?[name]?.integer.map { "\($0)" }
            }
            return Choice(
                value: id, word: Text.safe(([id] + words).joined(separator: " · "), limit: 200), says: strings("asset.\(state.rawValue)"))
        }
    }

    /// Files of this node that another may name, the newest first.
    var references: [Choice] {
        let filter = WorkFilter(counterpart: view.counterpart, side: view.side, sort: .changed)
        let items = (try? scene.node.work(filter: filter, limit: 51, officer: scene.session.officer))?.items ?? []
        return items.filter { $0.ref != view.ref }.map { Choice(value: $0.ref.description, word: Text.safe($0.title, limit: 80)) }
    }

    /// Authorities of this State, where its profile is known.
    var authorities: [Choice] {
        (scene.node.law.state(scene.node.state)?.authorities ?? []).filter { $0.id != scene.node.configuration.authority.id }.map {
            Choice(value: $0.id, word: Text.safe($0.name, limit: 120))
        }
    }

    /// What may be set aside: a step the law wants, or a ground's condition.
    var rules: [Choice] {
        [Choice(value: "consultation", word: strings("form.rule.consultation"))]
            + (view.type == .emergency ? [Choice(value: "retroactive-process", word: strings("form.rule.retroactive-process"))] : [])
            + grounds.filter { !$0.forbidden }.map { Choice(value: $0.id, word: Text.safe($0.cite, limit: 60)) }
    }

    /// What stands in the form before anybody has written: what the file itself says already, and today's date.
    var prefilled: Form {
        var fields: [Form.Field] = []
        let own = scene.node.configuration.authority.timeZone
        for field in form.fields where field.kind == .moment && field.isRequired {
            let today = WrittenMoment(scene.now, zone: own)
            fields += WrittenMoment(day: today.day, month: today.month, year: today.year, time: "", zone: own).fields(field.name)
        }
        func moment(_ name: String, _ instant: Instant) {
            fields = fields.filter { !$0.name.hasPrefix("\(name).") } + WrittenMoment(instant, zone: own).fields(name)
        }
        switch kind {
        case .callBack: fields.append(.init(name: "number", value: (directoryPhone ?? "").filter { $0 == "+" || $0.isNumber }))
        case .accept: if let asked = dossier.course.extensionAsked { moment("until", asked) }
        case .agree:
            // The proposal of the other side, to be agreed to as it stands.
            let proposal = dossier.entries.last { $0.act.kind == .schedule && $0.act.from.state != scene.node.state }?.act
            if let when = proposal?.body["when"]?.string.flatMap({ try? Instant($0) }) { moment("when", when) }
            for name in ["place", "zone"] { proposal?.body[name]?.string.map { fields.append(.init(name: name, value: $0)) } }
        default: break
        }
        return Form(fields: fields)
    }
}
