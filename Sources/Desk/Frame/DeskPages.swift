// SPDX-License-Identifier: Apache-2.0

import Exchange
import Hummingbird
import Node
import Standards
import Web

/// What all pages share: the node, the words and templates, and the frame around every page.
struct DeskPages: Sendable {
    let node: Node
    let resources: DeskResources
    /// The entries of the rail, from the screens that are there.
    var rail: [RailEntry] = []

    var strings: Strings { resources.strings }
    var figures: Figures { Figures(strings: strings) }
    var times: Times { Times(strings: strings, zone: node.configuration.authority.timeZone) }

    /// The desk itself speaks TLS.
    var isSecure: Bool { node.configuration.desk.tls != nil }

    /// `https://desk.example.org`: where a browser finds this desk. A name in `node.json` without a certificate is that of a
    /// TLS proxy before it.
    func origin(_ request: Request) -> String {
        let authority = request.head.authority ?? node.configuration.desk.description
        guard let name = node.configuration.desk.name else { return (isSecure ? "https://" : "http://") + authority }
        let port = isSecure ? node.configuration.desk.port : 443
        return "https://\(name)" + (port == 443 ? "" : ":\(port)")
    }

    func words(_ key: String) -> String { strings(key) }

    func asset(_ name: String, known: String?, _ session: Session?) -> Response {
        resources.assets.response(name, known: known) ?? notFound(session)
    }

    // MARK: Nobody is signed in

    /// Where a person signs in, and comes back from to the page he wanted.
    func signInFirst(_ request: Request) -> Response {
        let wanted = request.method == .get ? request.uri.description : "/"
        let path = wanted == "/" ? "/sign-in" : "/sign-in?to=\(URLText.encode(wanted))"
        return Response(status: .seeOther, headers: [.location: path, .cacheControl: "no-store"])
    }

    /// A form arrived after its session had ended: what was written is kept in the page that asks to sign in, and is sent
    /// again from there.
    func keep(_ form: Form, of request: Request, _ context: DeskContext) async throws -> Response {
        try SignInPage(pages: self).keeping(form, path: request.uri.description)
    }

    // MARK: Problems

    func notFound(_ session: Session? = nil) -> Response {
        problem(ComityError(.notFound, strings("missing.what"), why: strings("missing.why"), next: strings("missing.next")), session)
    }

    /// A page that says what, why and what next; the code last, in small type.
    func problem(_ error: ComityError, _ session: Session? = nil) -> Response {
        let fields: Fields = [
            "what": Text.safe(error.what, limit: 600), "why": Text.safe(error.why, limit: 600), "hasWhy": !error.why.isEmpty,
            "next": Text.safe(error.next, limit: 600), "hasNext": !error.next.isEmpty, "code": error.code.rawValue,
        ]
        let status = HTTPResponse.Status(code: error.code.httpStatus)
        do {
            let title = strings("problem.title", ["what": error.what])
            guard let session else { return try showOutside("problem-outside", fields, title: title, status: status) }
            return try show("problem", fields, try? Scene(self, session: session), title: title, here: "", status: status)
        } catch {
            return plain("\(error)\n", status: status)
        }
    }

    /// A request that is refused before it reaches a page.
    func refusal(_ key: String, status: HTTPResponse.Status) -> Response {
        // Nothing of the node on this page: whoever asked may not be allowed to read it.
        plain([strings("\(key).what"), strings("\(key).next")].joined(separator: "\n") + "\n", status: status)
    }

    private func plain(_ text: String, status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    // MARK: The frame

    /// A page inside the frame: bar, rail, main part, foot.
    /// - Parameters:
    ///   - scene: nil when the node cannot be read; the page then stands without counts and times.
    ///   - here: the address of the entry of the rail that this page is.
    func show(
        _ template: String, _ fields: Fields, _ scene: Scene?, title: String, here: String, status: HTTPResponse.Status = .ok
    ) throws(ComityError) -> Response {
        page(try html(template, fields, scene, title: title, here: here), status: status)
    }

    /// A page for someone who is not signed in: nothing of the node but its name.
    /// - Parameter kept: a form that the page carries along, where its template has `CarriedForm.place`.
    func showOutside(
        _ template: String, _ fields: Fields, title: String, status: HTTPResponse.Status = .ok, kept: CarriedForm? = nil
    ) throws(ComityError) -> Response {
        let frame = common(title: title).merging(OutsideFrame(pages: self).fields, uniquingKeysWith: { first, _ in first })
        let html = try resources.templates.render(template, fields.merging(frame, uniquingKeysWith: { $1 }))
        return page(kept?.placed(in: html) ?? html, status: status)
    }

    private func page(_ html: String, status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8", .contentLanguage: strings.language],
            body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    /// A whole page.
    func html(_ template: String, _ fields: Fields, _ scene: Scene?, title: String, here: String) throws(ComityError) -> String {
        var fields = fields.merging(common(title: title), uniquingKeysWith: { $1 })
        fields["hasScene"] = scene != nil
        fields["refreshes"] = fields["refreshes"] ?? false
        guard let scene else { return try resources.templates.render(template, fields) }
        fields["now"] = times.fields(scene.now, theirs: nil)
        fields["csrf"] = CrossSite.masked(scene.session.csrf)
        fields["idleSeconds"] = "\(node.idleLeft(scene.session) / 1000)"
        fields["me"] =
            [
                "officer": Text.safe(scene.session.officer, limit: 80), "name": Text.safe(scene.session.name, limit: 80),
                "role": strings("role.\(scene.session.role)"),
            ] as Fields
        for (name, known) in [("theme", ["light", "dark"]), ("density", ["compact"])] {
            let value = Self.choice(scene.session.preferences[name], of: known)
            fields[name] = value
            fields[name == "theme" ? "hasTheme" : "hasDensity"] = !value.isEmpty
        }
        fields["shortcuts"] = scene.session.preferences["shortcuts"] != "off"
        fields["hasViews"] = scene.may(.readMetadata)
        fields["registerSize"] = "\(scene.registerSize)"
        fields["views"] = QueueView.allCases.map { view -> Fields in
            [
                "path": view.path, "word": strings("view.\(view.rawValue)"), "isHere": view.path == here,
                "count": figures.count(scene.counts[view.work] ?? 0),
                "isUrgent": (view == .emergency || view == .overdue) && (scene.counts[view.work] ?? 0) > 0,
            ]
        }
        let saved = SavedView.all(in: scene.session.preferences)
        fields["hasOwnViews"] = !saved.isEmpty && scene.may(.readMetadata)
        fields["ownViews"] = saved.map {
            ["path": $0.view.path, "word": Text.safe($0.view.name, limit: 40), "isHere": $0.view.path == here] as Fields
        }
        fields["isHome"] = here == "/"
        fields["duty"] = DutyBar(scene).fields
        fields["work"] = rail.filter { $0.permission.map { scene.may($0) } ?? true }.map { entry -> Fields in
            let count = entry.count?(scene) ?? 0
            return [
                "path": entry.path, "word": strings(entry.key), "icon": entry.icon, "isHere": entry.path == here, "hasCount": count > 0,
                "count": figures.count(count),
            ]
        }
        return try resources.templates.render(template, fields)
    }

    /// What templates of every page may use.
    private func common(title: String) -> Fields {
        [
            "t": strings.root, "lang": strings.language,
            "pageTitle": Text.safe(strings(node.exercise ? "frame.title-exercise" : "frame.title", ["page": title]), limit: 200),
            "css": resources.assets.path("desk"), "script": resources.assets.path("desk-script"), "mark": resources.assets.path("mark"),
            "exercise": node.exercise,
            "own": ["code": node.state.description, "name": Text.safe(node.configuration.authority.name), "isNamed": true] as Fields,
            "nodeName": "\(node.state) \(node.configuration.authority.id)",
        ]
    }

    private static func choice(_ value: String?, of known: [String]) -> String { value.flatMap { known.contains($0) ? $0 : nil } ?? "" }
}

/// What every page reads of the node, once a request.
struct Scene {
    let pages: DeskPages
    let session: Session
    let now: Instant
    /// How many rows each list has, for the rail.
    let counts: [WorkView: Int]
    let names: StateNames
    /// Entries in the register when the page was made.
    let registerSize: Int64
    /// Who answers for the desk.
    let duty: OnDuty?

    init(_ pages: DeskPages, session: Session) throws(ComityError) {
        self.pages = pages
        self.session = session
        now = try pages.node.now()
        counts =
            Permission.of(role: session.role).contains(.readMetadata) ? try pages.node.workCounts(officer: session.officer) : [:]
        registerSize = try pages.node.registerSize()
        names = StateNames(node: pages.node, peers: pages.node.knownPeers)
        duty = try pages.node.duty()
    }

    var strings: Strings { pages.strings }
    var figures: Figures { pages.figures }
    var times: Times { pages.times }
    var node: Node { pages.node }

    /// The line of one file or draft; nil when there is none, or this officer sees none.
    func item(_ ref: FileReference) -> QueueItem? { try? node.workItem(ref, officer: session.officer) }

    /// For what a page shows or hides; the use cases decide again.
    func may(_ permission: Permission) -> Bool { Permission.of(role: session.role).contains(permission) }

    func phrase(_ key: String, _ values: [String: Phrase.Value] = [:]) -> Phrase { strings.phrase(key, values) }

    /// `Our time`, `UTC` and the counterpart's plate, above three renderings of a moment.
    func zones(_ counterpart: StateCode) -> Fields { ["theirs": names.fields(counterpart)] }
}
