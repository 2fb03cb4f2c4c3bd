// SPDX-License-Identifier: Apache-2.0

public import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
public import Node
public import Standards
import Treaty
import Web

/// The public listener: pages that everybody may read, without cookies and without JavaScript. The front door of the room.
public enum PortalServer {
    /// Most connections at once, of everybody together.
    static let connections = 256

    /// Builds the listener that `publicPages` of `node.json` names; `onRunning` gets the port that was bound.
    /// - Throws: `.usage` for a certificate that cannot be used, `.permission` beyond this machine without one, `.failure` for a missing or broken resource.
    public static func application(
        node: Node, listener: NodeConfiguration.Listener, logger: Logger, onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(ComityError) -> some ApplicationProtocol {
        let tls = try listener.tls.map { files throws(ComityError) in
            try ListenerTLS.configuration(
                certificate: node.folder.resolve(files.certificate), key: node.folder.resolve(files.key), of: "public")
        }
        guard tls != nil || listener.isLoopback else {
            throw ComityError(
                .permission, "The public pages do not listen on \(Text.safe(listener.host, limit: 80)) without TLS.",
                why: "Whoever stands in between could change what they say.",
                next: "Give them a certificate (publicPages.tls in node.json), or use 127.0.0.1 and a web server before it.")
        }
        let router = router(try PortalPages(node: node), isSecure: tls != nil, budget: PageBudget(), logger: logger)
        do {
            let patience = HTTP1Channel.Configuration(idleTimeout: .seconds(20))
            return Application(
                router: router,
                server: try tls.map { try .tls(.http1(configuration: patience), tlsConfiguration: $0) } ?? .http1(configuration: patience),
                configuration: .init(
                    address: .hostname(listener.host, port: listener.port), serverName: nil,
                    availableConnectionsDelegate: MaximumAvailableConnections(connections)),
                onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? listener.port) }, logger: logger)
        } catch { throw ComityError(.failure, "The public listener cannot be set up: \(error).") }
    }

    /// The pages without a socket: for tests.
    /// - Throws: `.failure` for a missing or broken resource.
    static func router(node: Node, budget: PageBudget = PageBudget(), logger: Logger) throws(ComityError) -> Router<BasicRequestContext> {
        router(try PortalPages(node: node), isSecure: false, budget: budget, logger: logger)
    }

    private static func router(_ pages: PortalPages, isSecure: Bool, budget: PageBudget, logger: Logger) -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Compression())
        router.add(middleware: PortalGuard(pages: pages, isSecure: isSecure, budget: budget, logger: logger))
        router.get("/") { _, _ in Response.redirect(to: "/treaty", type: .found) }
        router.get("/treaty") { request, _ in try pages.status(Asked(request)) }
        router.get("/treaty.csv") { request, _ in try pages.table(Asked(request), .csv) }
        router.get("/treaty.json") { request, _ in try pages.json(Asked(request)) }
        router.get("/records.json") { request, _ in try pages.table(Asked(request), .json) }
        router.get("/treaty.ics") { request, _ in try pages.calendar(Asked(request)) }
        router.get("/treaty/pair") { request, _ in try pages.pair(Asked(request)) }
        router.get("/treaty/:state") { request, context in try pages.state(context.parameters.get("state") ?? "", Asked(request)) }
        router.get("/meetings") { request, _ in try pages.meetings(Asked(request)) }
        router.get("/meetings/:meeting") { request, context in try pages.meeting(context.parameters.get("meeting") ?? "", Asked(request)) }
        router.get("/assets/:name") { request, context in
            guard let asset = pages.resources.assets.response(context.parameters.get("name") ?? "", known: request.headers[.ifNoneMatch])
            else {
                throw PortalPages.noPage
            }
            return asset
        }
        router.get("/health") { _, _ in
            Response(status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: .init(string: "ok")))
        }
        return router
    }
}

/// What an address asks for. Only these members count; a page that is asked for otherwise is the same page.
struct Asked {
    let asOf: String?
    let knownBy: String?
    let show: String?
    let find: String?
    let one: String?
    let other: String?

    init(_ request: Request) {
        func member(_ name: String) -> String? {
            let value = request.uri.queryParameters[name[...]].map { String($0) }
            return value.flatMap { $0.isEmpty ? nil : String($0.prefix(80)) }
        }
        asOf = member("as-of")
        knownBy = member("known-by")
        show = member("show")
        find = member("find")
        one = member("one")
        other = member("other")
    }
}
