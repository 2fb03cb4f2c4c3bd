// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOCore
import Node
import Standards
import Web

/// One screen or a few that belong together: adds its pages, and an entry to the rail when it has one.
protocol Screen: Sendable {
    static var rail: [RailEntry] { get }
    /// The templates it renders by name; the desk does not start without them.
    static var templates: [String] { get }
    static func add(to routes: DeskRoutes)
}

extension Screen {
    static var rail: [RailEntry] { [] }
}

/// A line of the rail at the side of every page.
struct RailEntry: Sendable {
    let path: String
    /// Key of the words.
    let key: String
    /// Symbol of `assets/icons.svg`.
    let icon: String
    /// Who sees it; nil is everybody.
    var permission: Permission?
    /// A number beside the words, when it is not 0.
    var count: (@Sendable (Scene) -> Int)?
}

/// How screens name their addresses.
///
/// | added with | needs | gets |
/// | --- | --- | --- |
/// | `page` | an officer signed in | a `Visit` |
/// | `form` | an officer signed in, and the token of his session in the form | a `Visit` and the `Form` |
/// | `stream` | an officer signed in; checks the token itself (`Visit.requireToken`) | a `Visit` with the body still to read |
/// | `open`, `openForm` | nothing: sign-in, set-up, health | the request |
struct DeskRoutes {
    typealias Page = @Sendable (Visit) async throws -> Response
    typealias Post = @Sendable (Visit, Form) async throws -> Response

    let router: Router<DeskContext>
    let pages: DeskPages

    func page(_ path: RouterPath, _ handler: @escaping Page) {
        let pages = pages
        router.get(path) { request, context in
            guard let session = context.session else { return pages.signInFirst(request) }
            let visit = Visit(request: request, context: context, session: session, pages: pages)
            let response = try await handler(visit)
            // Whatever part of a file it is: that somebody opens it is registered before it is shown.
            if response.status == .ok, context.parameters.get("ref") != nil {
                try await visit.node.noteViewed(try visit.ref(), how: .desk, officer: visit.officer)
            }
            return response
        }
    }

    func form(_ path: RouterPath, _ handler: @escaping Post) {
        let pages = pages
        router.post(path) { request, context in
            let form = try await Self.form(of: request)
            guard let session = context.session else { return try await pages.keep(form, of: request, context) }
            let visit = Visit(request: request, context: context, session: session, pages: pages)
            try visit.requireToken(form[CrossSite.field])
            return try await handler(visit, form)
        }
    }

    func stream(_ path: RouterPath, _ handler: @escaping Page) {
        let pages = pages
        router.post(path) { request, context in
            guard let session = context.session else { return pages.signInFirst(request) }
            return try await handler(Visit(request: request, context: context, session: session, pages: pages))
        }
    }

    func open(_ path: RouterPath, _ handler: @escaping @Sendable (Request, DeskContext) async throws -> Response) {
        router.get(path) { request, context in try await handler(request, context) }
    }

    func openForm(_ path: RouterPath, _ handler: @escaping @Sendable (Request, DeskContext, Form) async throws -> Response) {
        router.post(path) { request, context in try await handler(request, context, try await Self.form(of: request)) }
    }

    static func form(of request: Request) async throws -> Form {
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") ?? false else {
            throw ComityError(.malformedInput, "This address takes a form.", next: "Use the page of the desk.")
        }
        let body: ByteBuffer
        do { body = try await request.body.collect(upTo: Form.limit) } catch is NIOTooManyBytesError {
            throw ComityError(.tooLarge, "The form is larger than \(Form.limit >> 20) MiB.", next: "Put long texts into a sealed package.")
        }
        return try Form(urlEncoded: body.readableBytesView)
    }
}

/// One request of an officer who is signed in.
struct Visit: Sendable {
    let request: Request
    let context: DeskContext
    let session: Session
    let pages: DeskPages

    var node: Node { pages.node }
    var strings: Strings { pages.strings }
    var officer: String { session.officer }

    /// A part of the path, decoded; empty when it is not there.
    func path(_ name: String) -> String { context.parameters.get(name) ?? "" }

    /// The reference in the path, under the name `ref`.
    func ref() throws(ComityError) -> FileReference { try FileReference(path("ref")) }

    /// A value of the address after `?`; nil when it is not there or empty.
    func query(_ name: String) -> String? {
        request.uri.queryParameters[Substring(name)].map { String($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What every page reads of the node.
    func scene() throws(ComityError) -> Scene { try Scene(pages, session: session) }

    /// A page.
    /// - Parameter here: the address of the entry of the rail that this page is.
    func show(_ template: String, _ fields: Fields, title: String, here: String = "", status: HTTPResponse.Status = .ok)
        throws(ComityError) -> Response
    {
        try pages.show(template, fields, try scene(), title: title, here: here, status: status)
    }

    /// After something was done: the page that shows it, fetched anew, so that loading it again repeats nothing.
    func goTo(_ path: String) -> Response { Response(status: .seeOther, headers: [.location: path]) }

    /// - Throws: `.permission` when the token of the form or header is not that of the session.
    func requireToken(_ given: String?) throws(ComityError) {
        guard let given, CrossSite.matches(given, session.csrf) else { throw CrossSite.refusal }
    }
}
