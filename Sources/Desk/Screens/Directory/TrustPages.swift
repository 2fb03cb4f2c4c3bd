// SPDX-License-Identifier: Apache-2.0

import Exchange
import Hummingbird
import Node
import Standards
import Web

/// Confirming a State's keys after a call, and ceasing to believe them.
enum TrustPages {
    /// How a fingerprint may have been compared.
    static let ways = ["telephone", "video", "person"]

    static func add(to routes: DeskRoutes) {
        routes.page("/directory/:state/confirm") { visit in try showConfirm(visit, [:], nil, FormFaults()) }
        routes.form("/directory/:state/confirm") { visit, form in try await confirm(visit, form) }
        routes.page("/directory/:state/revoke") { visit in try showRevoke(visit, [:], FormFaults()) }
        routes.form("/directory/:state/revoke") { visit, form in try await revoke(visit, form) }
    }

    // MARK: Confirming

    /// Two groups are left out of the page: they are typed as they are heard.
    private static func showConfirm(_ visit: Visit, _ answers: [String: String], _ places: [Int]?, _ faults: FormFaults)
        throws(ComityError) -> Response
    {
        let (peer, scene) = (try visit.peer(), try visit.scene())
        try mustTrust(visit, scene)
        let hidden = places ?? Array((1...8).shuffled().prefix(2)).sorted()
        var fields = DirectoryPage.peer(peer, scene)
        fields["groups"] = DirectoryPage.groups(peer.entry.fingerprint).enumerated().map { index, group -> Fields in
            let isHidden = hidden.contains(index + 1)
            return [
                "place": scene.figures.count(index + 1), "group": isHidden ? scene.strings("peer.confirm.hidden") : group,
                "isHidden": isHidden,
            ]
        }
        fields["fields"] = hidden.enumerated().map { index, place -> Fields in
            [
                "name": "group\(index + 1)", "placeName": "place\(index + 1)", "place": "\(place)",
                "label": scene.strings("peer.confirm.group", ["place": scene.figures.count(place)]),
                "value": answers["group\(index + 1)"] ?? "",
            ]
        }
        fields["ways"] = ways.map { way -> Fields in
            [
                "value": way, "word": scene.strings("peer.way.\(way)"), "isOn": answers["how"] == way,
                "id": way == ways[0] ? "how" : "how-\(way)",
            ]
        }
        for name in ["called", "number", "source"] { fields[name] = answers[name] ?? "" }
        let known = try visit.node.knownNumbers(peer.entry.state)
        fields["hasKnown"] = !known.isEmpty
        fields["known"] = known.map { row -> Fields in
            ["number": Text.safe(row.number, limit: 40), "source": Text.safe(row.source, limit: 200)]
        }
        fields.merge(faults.fields(["group1", "how", "called", "number", "source"]), uniquingKeysWith: { $1 })
        return try visit.show(
            "peer-confirm", fields, title: scene.strings("peer.confirm.title", ["state": "\(peer.entry.state)"]), faults: faults,
            here: "/directory")
    }

    private static func confirm(_ visit: Visit, _ form: Form) async throws -> Response {
        let (peer, scene) = (try visit.peer(), try visit.scene())
        let strings = visit.strings
        var faults = FormFaults()
        let places = ["place1", "place2"].compactMap { form[$0].flatMap { Int($0) } }.filter { (1...8).contains($0) }
        guard Set(places).count == 2 else { return try showConfirm(visit, [:], nil, faults) }
        let answers = Dictionary(
            ["group1", "group2", "how", "called", "number", "source"].map { ($0, form.text($0) ?? "") },
            uniquingKeysWith: { first, _ in first })
        let typed = Dictionary(uniqueKeysWithValues: zip(places, [answers["group1"] ?? "", answers["group2"] ?? ""]))
        if typed.values.contains("") {
            faults.add("group1", strings("peer.confirm.missing"))
        } else {
            do throws(ComityError) { try Node.compare(typed, with: peer.entry.fingerprint, of: peer.entry.state) } catch {
                faults.add("group1", "\(error.what) \(error.next)")
            }
        }
        let how = answers["how"] ?? ""
        let called = (answers["called"] ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if !ways.contains(how) { faults.add("how", strings("peer.way.missing")) }
        if called.isEmpty || called.count > 200 { faults.add("called", strings("peer.called.missing")) }
        let state = peer.entry.state
        let (number, said) = (answers["number"] ?? "", answers["source"] ?? "")
        var source = ""
        if !number.isEmpty || how == "telephone" {
            do throws(ComityError) { source = try visit.node.source(ofNumber: number, said: said, of: state) } catch {
                faults.add(
                    "number", error.code == .usage ? strings(number.isEmpty ? "peer.number.missing" : "peer.number.unknown") : error.what)
            }
        }
        guard faults.isEmpty else { return try showConfirm(visit, answers, places, faults) }
        if form["sure"] == "yes" {
            let channel = SecondChannel(
                how: strings("peer.way.\(how)"), called: called, number: number.isEmpty ? nil : number,
                numberSource: said.isEmpty ? nil : said)
            _ = try await visit.node.confirmPeer(state, groups: typed, by: visit.officer, over: channel)
            return visit.goTo("/directory/\(state)?done=confirmed")
        }
        let path = "/directory/\(peer.entry.state)"
        let look = SecondLook(
            title: strings("peer.confirm.look"), lede: strings("peer.confirm.look.says"),
            rows: [
                .init(label: strings("peer.state"), value: "\(peer.entry.state) · \(peer.entry.authority.name)"),
                .init(label: strings("directory.fingerprint"), value: peer.entry.fingerprint, isCode: true),
                .init(label: strings("peer.confirm.how"), value: strings("peer.way.\(how)")),
                .init(label: strings("peer.confirm.called"), value: called),
                .init(label: strings("peer.confirm.number"), value: number.isEmpty ? strings("peer.no-phone") : number, note: source),
            ], warning: strings("peer.confirm.warning"), action: "\(path)/confirm",
            hidden: [
                ("sure", "yes"), ("place1", "\(places[0])"), ("place2", "\(places[1])"), ("group1", typed[places[0]] ?? ""),
                ("group2", typed[places[1]] ?? ""), ("how", how), ("called", called), ("number", number), ("source", said),
            ], button: strings("peer.confirm.do", ["state": "\(peer.entry.state)"]), back: path, backWords: strings("peer.back"))
        try mustTrust(visit, scene)
        return try visit.show("second-look", look.fields, title: look.title, here: "/directory")
    }

    // MARK: Revoking

    private static func showRevoke(_ visit: Visit, _ answers: [String: String], _ faults: FormFaults) throws(ComityError) -> Response {
        let (peer, scene) = (try visit.peer(), try visit.scene())
        try mustTrust(visit, scene)
        var fields = DirectoryPage.peer(peer, scene)
        fields["reason"] = answers["reason"] ?? ""
        fields["typed"] = answers["typed"] ?? ""
        fields["code"] = "\(peer.entry.state)"
        fields["typeWords"] = scene.strings("peer.revoke.type", ["state": "\(peer.entry.state)"])
        fields.merge(faults.fields(["reason", "typed"]), uniquingKeysWith: { $1 })
        return try visit.show(
            "peer-revoke", fields, title: scene.strings("peer.revoke.title", ["state": "\(peer.entry.state)"]), faults: faults,
            here: "/directory")
    }

    private static func revoke(_ visit: Visit, _ form: Form) async throws -> Response {
        let peer = try visit.peer()
        let (state, strings) = (peer.entry.state, visit.strings)
        let answers = ["reason": form.text("reason") ?? "", "typed": form.text("typed") ?? ""]
        let reason = (answers["reason"] ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        var faults = FormFaults()
        if reason.count < 10 || reason.count > 2000 { faults.add("reason", strings("peer.revoke.reason.missing")) }
        if answers["typed"] != "\(state)" { faults.add("typed", strings("peer.revoke.typed.wrong", ["state": "\(state)"])) }
        guard faults.isEmpty else { return try showRevoke(visit, answers, faults) }
        if form["sure"] == "yes" {
            _ = try await visit.node.revokePeer(state, by: visit.officer, reason: reason)
            return visit.goTo("/directory/\(state)?done=revoked")
        }
        try mustTrust(visit, try visit.scene())
        let look = SecondLook(
            title: strings("peer.revoke.look"), lede: strings("peer.revoke.look.says"),
            rows: [
                .init(label: strings("peer.state"), value: "\(state) · \(peer.entry.authority.name)"),
                .init(label: strings("directory.fingerprint"), value: peer.entry.fingerprint, isCode: true),
                .init(label: strings("peer.revoke.reason"), value: reason),
            ], warning: strings("peer.revoke.warning"), action: "/directory/\(state)/revoke",
            hidden: [("sure", "yes"), ("reason", reason), ("typed", "\(state)")],
            button: strings("peer.revoke.do", ["state": "\(state)"]), isGrave: true, back: "/directory/\(state)",
            backWords: strings("peer.back"))
        return try visit.show("second-look", look.fields, title: look.title, here: "/directory")
    }

    private static func mustTrust(_ visit: Visit, _ scene: Scene) throws(ComityError) {
        guard scene.may(.trust) else {
            throw ComityError(.permission, visit.strings("peer.not-allowed"), next: visit.strings("peer.not-allowed.next"))
        }
    }
}
