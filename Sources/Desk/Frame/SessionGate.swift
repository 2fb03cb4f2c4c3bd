// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

/// Finds who is signed in. It lets everybody through: whether a page needs somebody is said where the page is added
/// (`DeskRoutes`), and what he may do is decided in the use cases.
struct SessionGate: RouterMiddleware {
    typealias Context = DeskContext

    /// `__Host-`: only over a secure connection (browsers count loopback as one), only this host, every path.
    static let cookie = "__Host-comity"

    /// What pages ask for by themselves.
    static let unasked: Set<String> = ["/events", "/changes"]

    let pages: DeskPages

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var context = context
        let isAsked = !Self.unasked.contains(request.uri.path)
        if let session = try Self.token(of: request).flatMap({ try pages.node.session(token: $0, renewing: isAsked) }) {
            context.token = Self.token(of: request)
            context.session = session
        }
        return try await next(request, context)
    }

    /// The name of the cookie on this address. Browsers do not keep the cookies of two ports apart; two nodes on one machine
    /// would sign each other's officers out.
    static func name(_ authority: String?) -> String {
        guard let authority, let colon = authority.lastIndex(of: ":"), let port = UInt16(authority[authority.index(after: colon)...]) else {
            return cookie
        }
        return "\(cookie)-\(port)"
    }

    static func token(of request: Request) -> String? { request.cookies[name(request.head.authority)]?.value }

    static func session(of request: Request, _ node: Node) -> Session? {
        token(of: request).flatMap { try? node.session(token: $0, renewing: false) }
    }

    /// The cookie that signs in.
    static func cookie(_ token: String, for request: Request) -> Cookie {
        Cookie(name: name(request.head.authority), value: token, path: "/", secure: true, httpOnly: true, sameSite: .strict)
    }

    /// The cookie that takes it away.
    static func noCookie(for request: Request) -> Cookie {
        Cookie(name: name(request.head.authority), value: "", maxAge: 0, path: "/", secure: true, httpOnly: true, sameSite: .strict)
    }
}
