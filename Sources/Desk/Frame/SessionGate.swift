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

    let pages: DeskPages

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var context = context
        if let token = request.cookies[Self.cookie]?.value, let session = try pages.node.session(token: token) {
            context.token = token
            context.session = session
        }
        return try await next(request, context)
    }

    static func cookie(_ token: String) -> Cookie {
        Cookie(name: cookie, value: token, path: "/", secure: true, httpOnly: true, sameSite: .strict)
    }

    static var noCookie: Cookie {
        Cookie(name: cookie, value: "", maxAge: 0, path: "/", secure: true, httpOnly: true, sameSite: .strict)
    }
}
