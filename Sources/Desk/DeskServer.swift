// SPDX-License-Identifier: Apache-2.0

public import Hummingbird
public import Logging
public import Node
public import Standards

/// The listener for officials: server-rendered pages, read-only, readable without JavaScript. The front door of the room.
///
/// | request | answer |
/// | --- | --- |
/// | `GET /` | 303 to `/queue` |
/// | `GET /queue?view=…&page=…` | the files by time left; `QueueView` lists the views |
/// | `GET /files/{ref}` | one file or draft |
/// | `GET /register`, `GET /directory` | what this node has recorded, and whom it trusts |
/// | `GET /assets/{name}` | style sheet and mark, with a content hash in the name |
/// | `GET /health` | `ok` |
///
/// It listens on loopback, over plain HTTP: sign-in is not here yet, so whoever reaches it reads everything.
public enum DeskServer {
    /// Builds the listener; `onRunning` gets the port that was bound.
    /// - Throws: `.permission` for an address that other machines reach, `.failure` for a missing or broken resource.
    public static func application(
        node: Node, host: String, port: Int, logger: Logger, onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(ComityError) -> some ApplicationProtocol {
        guard NodeConfiguration.Listener(host: host, port: port).isLoopback else {
            throw ComityError(
                .permission, "The desk does not listen on \(Text.safe(host, limit: 80)).",
                why: "It has no sign-in yet, so it is for this machine only.", next: "Use 127.0.0.1 or ::1.")
        }
        return Application(
            router: try router(node: node, host: host, logger: logger),
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: logger)
    }

    /// The pages without a socket.
    /// - Parameter host: the name or address in a browser's address bar, accepted besides the loopback names.
    /// - Throws: `.failure` for a missing or broken resource.
    public static func router(node: Node, host: String, logger: Logger) throws(ComityError) -> Router<BasicRequestContext> {
        router(try DeskPages(node: node, resources: DeskResources()), host: host, logger: logger)
    }

    static func router(_ pages: DeskPages, host: String, logger: Logger) -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: DeskGuard(pages: pages, host: host, logger: logger))
        router.get("/") { _, _ in Response(status: .seeOther, headers: [.location: "/queue"]) }
        router.get("/queue") { request, _ in
            try pages.queue(
                view: request.uri.queryParameters["view"].map(String.init), page: request.uri.queryParameters["page"].map(String.init))
        }
        router.get("/files/:ref") { _, context in try pages.file(context.parameters.get("ref") ?? "") }
        router.get("/register") { _, _ in try pages.register() }
        router.get("/directory") { _, _ in try pages.directory() }
        router.get("/assets/:name") { request, context in
            try pages.asset(context.parameters.get("name") ?? "", known: request.headers[.ifNoneMatch])
        }
        router.get("/health") { _, _ in
            Response(status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: "ok")))
        }
        return router
    }
}
