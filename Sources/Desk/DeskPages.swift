// SPDX-License-Identifier: Apache-2.0

import Exchange
import Hummingbird
import Node
import Standards

/// The pages: each takes what the node knows at this moment and makes HTML of it. Nothing is kept between two requests.
struct DeskPages: Sendable {
    let node: Node
    let resources: DeskResources

    var strings: Strings { resources.strings }
    var figures: Figures { Figures(strings: strings) }
    var times: Times { Times(strings: strings, zone: node.configuration.authority.timeZone) }

    func words(_ key: String) -> String { strings(key) }

    func queue(view name: String?, page: String?) throws(ComityError) -> Response {
        guard let view = QueueView(rawValue: name ?? QueueView.all.rawValue) else { return notFound() }
        let scene = try Scene(self)
        guard let fields = QueuePage(scene: scene, view: view, page: page.map { Int($0) ?? 0 } ?? 1).fields else { return notFound() }
        return try show(.queue, fields, scene, title: strings("view.\(view.rawValue)"), here: view.path)
    }

    func file(_ text: String) throws(ComityError) -> Response {
        let ref = try FileReference(text)
        let view = try node.fileView(ref, officer: nil)
        let scene = try Scene(self)
        return try show(.file, FilePage(scene: scene, view: view).fields, scene, title: "\(ref)", here: "")
    }

    func register() throws(ComityError) -> Response {
        let scene = try Scene(self)
        return try show(.register, try RegisterPage(scene: scene).fields, scene, title: strings("register.title"), here: "/register")
    }

    func directory() throws(ComityError) -> Response {
        let scene = try Scene(self)
        return try show(.directory, try DirectoryPage(scene: scene).fields, scene, title: strings("directory.title"), here: "/directory")
    }

    func asset(_ name: String, known: String?) throws(ComityError) -> Response {
        resources.assets.response(name, known: known) ?? notFound()
    }

    // MARK: Problems

    func notFound() -> Response {
        problem(ComityError(.notFound, strings("missing.what"), why: strings("missing.why"), next: strings("missing.next")))
    }

    /// A page that says what, why and what next; the code last, in small type.
    func problem(_ error: ComityError) -> Response {
        problem(error, status: .init(code: error.code.httpStatus))
    }

    /// A request that is refused before it reaches a page.
    func refusal(_ key: String, status: HTTPResponse.Status) -> Response {
        // Nothing of the node on this page: whoever asked may not be allowed to read it.
        let text = [strings("\(key).what"), strings("\(key).next")].joined(separator: "\n") + "\n"
        return Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private func problem(_ error: ComityError, status: HTTPResponse.Status) -> Response {
        let fields: Fields = [
            "what": Text.safe(error.what, limit: 600), "why": Text.safe(error.why, limit: 600), "hasWhy": !error.why.isEmpty,
            "next": Text.safe(error.next, limit: 600), "hasNext": !error.next.isEmpty, "code": error.code.rawValue,
        ]
        do {
            return try show(
                .problem, fields, try? Scene(self), title: strings("problem.title", ["what": error.what]), here: "", status: status)
        } catch {
            let text = "\(error)\n"
            return Response(
                status: status, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: text)))
        }
    }

    // MARK: The frame

    private func show(
        _ page: Templates.Page, _ fields: Fields, _ scene: Scene?, title: String, here: String, status: HTTPResponse.Status = .ok
    ) throws(ComityError) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8", .contentLanguage: strings.language],
            body: .init(byteBuffer: ByteBuffer(string: try html(page, fields, scene, title: title, here: here))))
    }

    /// A whole page.
    /// - Parameters:
    ///   - scene: nil when the node cannot be read; the page then stands without counts and times.
    ///   - here: the address of the entry of the rail that this page is.
    func html(_ page: Templates.Page, _ fields: Fields, _ scene: Scene?, title: String, here: String) throws(ComityError) -> String {
        var fields = fields
        let titled = strings(node.exercise ? "frame.title-exercise" : "frame.title", ["page": title])
        fields["t"] = strings.root
        fields["lang"] = strings.language
        fields["pageTitle"] = Text.safe(titled, limit: 200)
        fields["css"] = resources.assets.path("desk")
        fields["mark"] = resources.assets.path("mark")
        fields["exercise"] = node.exercise
        fields["own"] =
            [
                "code": node.state.description, "name": Text.safe(node.configuration.authority.name), "isNamed": true,
            ] as Fields
        fields["nodeName"] = "\(node.state) \(node.configuration.authority.id)"
        fields["hasScene"] = scene != nil
        fields["now"] = scene.map { times.fields($0.now, theirs: nil) } ?? [:]
        fields["views"] = QueueView.allCases.map { view -> Fields in
            [
                "path": view.path, "word": strings("view.\(view.rawValue)"), "isHere": view.path == here,
                "count": scene.map { figures.count($0.items.count { view.holds($0) }) } ?? "",
            ]
        }
        fields["work"] = [("/register", "register.title", "book"), ("/directory", "directory.title", "people")].map {
            path, key, icon -> Fields in
            ["path": path, "word": strings(key), "icon": icon, "isHere": path == here]
        }
        return try resources.templates.render(page, fields)
    }
}

/// What every page reads of the node, once a request.
struct Scene {
    let pages: DeskPages
    let now: Instant
    let items: [QueueItem]
    let names: StateNames

    init(_ pages: DeskPages) throws(ComityError) {
        self.pages = pages
        now = try pages.node.now()
        items = try pages.node.queue(officer: nil)
        names = StateNames(node: pages.node, peers: try pages.node.listPeers())
    }

    var strings: Strings { pages.strings }
    var figures: Figures { pages.figures }
    var times: Times { pages.times }
    var node: Node { pages.node }

    func phrase(_ key: String, _ values: [String: Phrase.Value] = [:]) -> Phrase { strings.phrase(key, values) }

    /// `Our time`, `UTC` and the counterpart's plate, above three renderings of a moment.
    func zones(_ counterpart: StateCode) -> Fields { ["theirs": names.fields(counterpart)] }
}
