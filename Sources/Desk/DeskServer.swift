// SPDX-License-Identifier: Apache-2.0

public import Hummingbird
import HummingbirdTLS
public import Logging
import NIOSSL
public import Node
public import Standards
import Web

/// The listener for officials: server-rendered pages, readable without JavaScript. The front door of the room.
///
/// Each screen adds its own addresses (`Screen`); `docs/screens.md` lists them. Whoever is not signed in reaches the pages
/// for signing in, the assets and `/health`, nothing else.
public enum DeskServer {
    /// Every screen, in the order of the rail.
    static let screens: [any Screen.Type] = [
        SignInScreen.self, EnrolmentScreen.self, SetUpScreen.self, DutyScreen.self, MeScreen.self, QueueScreen.self, HandoverScreen.self,
        RosterScreen.self, CallsScreen.self, FileScreen.self, ActScreen.self, RequestsScreen.self, TriageScreen.self,
        PreservationScreen.self, EvidenceScreen.self, TaskScreen.self, QuarantineScreen.self, RegisterScreen.self,
        DirectoryScreen.self, AdminScreen.self, AccountsScreen.self, KeysScreen.self, EventsScreen.self,
    ]

    /// Builds the listener; `onRunning` gets the port that was bound.
    /// - Throws: `.permission` for an address that other machines reach without TLS, `.usage` for a certificate or name that
    ///   cannot be, `.failure` for a missing or broken resource.
    public static func application(
        node: Node, host: String, port: Int, logger: Logger, onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(ComityError) -> some ApplicationProtocol {
        let desk = node.configuration.desk
        let tls = try desk.tls.map { files throws(ComityError) in
            try ListenerTLS.configuration(
                certificate: node.folder.resolve(files.certificate), key: node.folder.resolve(files.key), of: "desk")
        }
        guard desk.tls != nil || NodeConfiguration.Listener(host: host, port: port).isLoopback else {
            throw ComityError(
                .permission, "The desk does not listen on \(Text.safe(host, limit: 80)) without TLS.",
                why: "Passwords and files would cross the network for everybody to read.",
                next: "Give it a certificate (desk.tls in node.json), or use 127.0.0.1.")
        }
        guard desk.name != nil || !["0.0.0.0", "::"].contains(host) else {
            throw ComityError(
                .usage, "The desk listens on every address and has no name.",
                why: "It answers only to the name in the browser’s address bar that it knows.",
                next: "Write it in node.json: desk.name, for example desk.example.org.")
        }
        let router = try router(node: node, host: host, logger: logger)
        do {
            return Application(
                router: router,
                server: try tls.map { try .tls(.http1(configuration: .init(idleTimeout: .seconds(60))), tlsConfiguration: $0) } ?? .http1(),
                configuration: .init(address: .hostname(host, port: port), serverName: nil),
                onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: logger)
        } catch { throw ComityError(.failure, "The desk cannot be set up: \(error).") }
    }

    /// The pages without a socket: for tests and for the benchmark of the desk.
    /// - Parameter host: the name or address in a browser's address bar, accepted besides the loopback names.
    /// - Throws: `.failure` for a missing or broken resource.
    package static func router(node: Node, host: String, logger: Logger) throws(ComityError) -> Router<DeskContext> {
        router(DeskPages(node: node, resources: try DeskResources()), host: host, logger: logger)
    }

    /// The name of the cookie of a session on an address without a port: for the benchmark of the desk.
    package static let sessionCookie = SessionGate.cookie

    static func router(_ pages: DeskPages, host: String, logger: Logger) -> Router<DeskContext> {
        var pages = pages
        pages.rail = screens.flatMap { $0.rail }
        let router = Router(context: DeskContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Compression())
        let guardian = DeskGuard(pages: pages, host: host, logger: logger)
        router.add(middleware: APIDoor(api: API(pages), guardian: guardian, logger: logger))
        router.add(middleware: guardian)
        router.add(middleware: SessionGate(pages: pages))
        let routes = DeskRoutes(router: router, pages: pages)
        for screen in screens { screen.add(to: routes) }
        let desk = pages
        router.get("/assets/:name") { request, context in
            desk.asset(context.parameters.get("name") ?? "", known: request.headers[.ifNoneMatch], context.session)
        }
        router.get("/health") { _, _ in
            Response(status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: "ok")))
        }
        return router
    }
}
