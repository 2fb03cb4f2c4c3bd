// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Hummingbird
import Law
import Node
import Standards
import Web

/// From what a person needs to a type, and from there to a State: plain links, then one small form.
struct ChooserPage {
    let visit: Visit
    let scene: Scene
    /// The file that the new request follows.
    let follows: FileReference?

    private var strings: Strings { scene.strings }
    private var law: Law { scene.node.law }
    private var chooser: Chooser { scene.pages.resources.chooser }

    private func address(_ query: [(String, String)]) -> String {
        let all = query + (follows.map { [("follows", $0.description)] } ?? [])
        return "/requests/new" + (all.isEmpty ? "" : "?" + all.map { "\($0.0)=\(URLText.encode($0.1))" }.joined(separator: "&"))
    }

    private var common: Fields {
        [
            "hasFollows": follows != nil, "follows": follows?.description ?? "",
            "followsWords": scene.phrase("new.follows", ["ref": .outside(follows?.description ?? "")]), "top": address([]),
            "mayWrite": scene.may(.draft),
        ]
    }

    private func show(_ template: String, _ fields: Fields, title: String, status: HTTPResponse.Status = .ok) throws(ComityError)
        -> Response
    {
        try visit.pages.show(
            template, fields.merging(common) { own, _ in own }, scene, title: title, here: "/requests/new", status: status)
    }

    // MARK: What do you need?

    func needs() throws(ComityError) -> Response {
        let groups = chooser.groups.map { group -> Fields in
            [
                "title": strings("new.group.\(group.id)"),
                "needs": group.needs.map { need -> Fields in
                    ["label": strings("need.\(need.id)"), "path": address([("need", need.id)])]
                },
            ]
        }
        let types = FileType.allCases.map { type -> Fields in
            ["label": strings("type.\(type.rawValue)"), "path": address([("type", type.rawValue)]), "code": type.code]
        }
        return try show("request-new", ["groups": groups, "types": types], title: strings("new.title"))
    }

    /// The types that usually come after a file, for `?follows=`.
    func followUps(_ parent: FileView) throws(ComityError) -> Response {
        let usual = law.requestTypes.filter { $0.follows.contains(parent.type.rawValue) }.compactMap { FileType(rawValue: $0.id) }
        var cards = usual.map { card($0, state: parent.counterpart) }
        for state in hops(parent) {
            var card = card(.preservation, state: state)
            card["hasHop"] = true
            card["hop"] = scene.phrase("new.follow.hop.says", ["state": scene.names.phrase(state)])
            cards.append(card)
        }
        for index in cards.indices { cards[index]["isPrimary"] = index == 0 }
        return try show(
            "request-follow", ["cards": cards, "hasCards": !cards.isEmpty, "another": address([("need", "")])],
            title: strings("new.follow.title", ["ref": parent.ref.description]))
    }

    /// Other States that a disclosed path led to.
    private func hops(_ parent: FileView) -> [StateCode] {
        let found = parent.acts.filter { $0.kind == .disclose }.flatMap { $0.body["path"]?.array ?? [] }
            .compactMap { $0["state"]?.string.flatMap { try? StateCode($0) } }
        return Set(found).subtracting([parent.counterpart, scene.node.state]).sorted()
    }

    // MARK: The type

    func need(_ id: String) throws(ComityError) -> Response {
        guard let need = chooser.need(id) else { return try needs() }
        var cards = need.types.compactMap { FileType(rawValue: $0) }.map { card($0, state: nil) }
        if cards.count > 1 { cards[0]["isLeast"] = true }
        for index in cards.indices { cards[index]["isPrimary"] = index == 0 }
        func side(_ kind: String, _ type: String?) -> Fields? {
            guard let type, strings.has("\(kind).\(id)") else { return nil }
            return [
                "title": strings("new.\(kind)"), "says": strings("\(kind).\(id)"), "path": address([("type", type)]),
                "link": strings("new.less.link", ["type": strings("type.\(type)")]),
            ]
        }
        let advice = [side("less", need.less), side("first", need.first)].compactMap { $0 }
        return try show(
            "request-need", ["title": strings("need.\(id)"), "cards": cards, "advice": advice, "hasAdvice": !advice.isEmpty],
            title: strings("need.\(id)"))
    }

    /// What a type is, what it asks for, how long it takes; all from the law.
    private func card(_ type: FileType, state: StateCode?) -> Fields {
        let known = law.requestType(type.rawValue)
        let musts = law.rules(for: type.rawValue).filter { $0.level == .must && $0.phase == .contents && $0.when == nil }
        var said: Set<String> = []
        let asks = musts.filter { said.insert($0.says).inserted }.prefix(8).map { rule -> Fields in
            ["says": Text.safe(rule.says, limit: 300), "article": Article.words(rule.cite, strings), "unverified": rule.tag.isUnverified]
        }
        let clocks = law.clocks(for: type.rawValue).filter { $0.side != "requesting" }.prefix(4).map { clock -> Fields in
            [
                "says": Text.safe(clock.says, limit: 300), "article": Article.words(clock.cite, strings),
                "unverified": clock.tag.isUnverified,
            ]
        }
        var query = [("type", type.rawValue)]
        if let state { query.append(("to", state.description)) }
        return [
            "name": strings("type.\(type.rawValue)"), "lawTitle": Text.safe(known?.title ?? ""), "what": strings("kind.\(type.rawValue)"),
            "article": known.map { Article.words($0.article, strings) } ?? "", "unverified": known?.tag.isUnverified ?? true,
            "asks": Array(asks), "hasAsks": !asks.isEmpty, "clocks": Array(clocks), "hasClocks": !clocks.isEmpty, "isLeast": false,
            "isPrimary": false,
            "hasHop": false, "hop": "", "path": address(query), "id": type.rawValue,
        ]
    }

    // MARK: The State

    /// - Parameters:
    ///   - chosen: what was chosen before, when the form is shown again.
    ///   - problem: why it is.
    func states(_ type: FileType, chosen: Set<String>, title: String, problem: String? = nil) throws(ComityError) -> Response {
        var open: [Fields] = []
        var closed: [Fields] = []
        for peer in try scene.node.listPeers().sorted(by: { $0.entry.state < $1.entry.state }) {
            let state = peer.entry.state
            var fields = scene.names.fields(state)
            let reason = obstacle(peer, type)
            fields["reason"] = reason ?? ""
            fields["isOn"] = chosen.contains(state.description)
            if reason == nil { open.append(fields) } else { closed.append(fields) }
        }
        // States whose law is known here, and whose node is not.
        let peers = Set(scene.names.states + [scene.node.state])
        for profile in law.states where !peers.contains(profile.state) {
            closed.append([
                "code": profile.state.description, "name": Text.safe(profile.names["en"] ?? ""), "isNamed": profile.names["en"] != nil,
                "reason": strings("new.state.not-peer"), "isOn": false,
            ])
        }
        if open.count == 1, !type.allowsSeveralParties { open[0]["isOn"] = true }
        return try show(
            "request-start",
            [
                "type": type.rawValue, "card": card(type, state: nil), "open": open, "hasOpen": !open.isEmpty, "closed": closed,
                "hasClosed": !closed.isEmpty, "isMany": type.allowsSeveralParties, "title": PageText.verbatim(title),
                "hasProblem": problem != nil, "problem": problem ?? "",
            ],
            title: problem.map { strings("problem.title", ["what": $0]) } ?? strings("new.state.title"),
            status: problem == nil ? .ok : .unprocessableContent)
    }

    /// Why a State cannot be asked for this now.
    private func obstacle(_ peer: Peer, _ type: FileType) -> String? {
        switch peer.trust {
        case .unconfirmed: return strings("new.state.unconfirmed")
        case .revoked: return strings("new.state.revoked")
        case .confirmed: break
        }
        guard law.state(peer.entry.state) != nil else { return strings("new.state.unknown") }
        return law.governing(type: type.rawValue, from: scene.node.state, to: peer.entry.state, on: scene.now) == nil
            ? strings("new.state.no-treaty") : nil
    }
}
