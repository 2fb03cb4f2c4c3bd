// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Logging
import Node
import Standards

/// Stands before every page: who may ask, how, and with which headers the answer leaves.
///
/// Guarantees: a request for another host name never reaches a page (a web site whose name was rebound to this machine
/// cannot read the desk); no answer leaves without the headers; no fault of the program shows more than a sentence.
struct DeskGuard: RouterMiddleware {
    typealias Context = DeskContext

    static let policy = [
        "default-src 'none'", "style-src 'self'", "script-src 'self'", "connect-src 'self'", "img-src 'self'", "form-action 'self'",
        "frame-ancestors 'none'", "base-uri 'none'",
    ].joined(separator: "; ")

    private static let headers: [(String, String)] = [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]

    private static let methods: Set<HTTPRequest.Method> = [.post, .put, .patch, .delete]

    let pages: DeskPages
    let host: String
    let logger: Logger

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var response = await answer(request, context: context, next: next)
        for (name, value) in Self.headers {
            // A page may be stricter (pictures of exhibits have a policy of their own), never laxer by leaving one out.
            if let name = HTTPFields.Element.Name(name), response.headers[name] == nil { response.headers[name] = value }
        }
        if pages.isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async -> Response {
        if let refusal = refusal(request.head) { return refusal }
        do { return try await next(request, context) } catch {
            // The gate has read the session on its way in; a problem is shown inside the frame to whoever is signed in.
            return problem(error, request, SessionGate.session(of: request, pages.node))
        }
    }

    private func problem(_ error: any Error, _ request: Request, _ session: Session?) -> Response {
        switch error {
        case let error as ComityError:
            if error.code.httpStatus >= 500 { logger.error("The desk cannot show \(request.uri.path): \(error)") }
            return pages.problem(error, session)
        case let error as any HTTPResponseError where error.status == .notFound:
            return pages.notFound(session)
        case let error as any HTTPResponseError where error.status.code < 500:
            return pages.problem(
                ComityError(.usage, pages.words("refused.request.what"), next: pages.words("refused.request.next")), session)
        default:
            logger.error("The desk cannot show \(request.uri.path): \(error)")
            return pages.problem(ComityError(.failure, pages.words("failure.what"), next: pages.words("failure.next")), session)
        }
    }

    /// The answer to a request that no page may see, or nil.
    func refusal(_ request: HTTPRequest) -> Response? {
        guard isOurs(request.authority) else { return pages.refusal("refused.host", status: .misdirectedRequest) }
        if request.method == .get || request.method == .head { return nil }
        guard Self.methods.contains(request.method) else {
            var response = pages.refusal("refused.method", status: .methodNotAllowed)
            response.headers[.allow] = "GET, HEAD, POST, PUT, PATCH, DELETE"
            return response
        }
        // What changes something comes from this site.
        return CrossSite.isForeign(request) ? pages.refusal("refused.site", status: .forbidden) : nil
    }

    /// Loopback names, the configured host and the name of `node.json`; the port does not matter.
    func isOurs(_ authority: String?) -> Bool {
        guard let authority = authority?.lowercased(), !authority.isEmpty else { return false }
        let name: String
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            name = String(authority[authority.index(after: authority.startIndex)..<end])
        } else {
            name = String(authority.prefix { $0 != ":" })
        }
        return name == "localhost" || name == "::1" || name == host.lowercased() || name == pages.node.configuration.desk.name?.lowercased()
            || Self.isLoopbackV4(name)
    }

    /// Four numbers that begin with 127. `127.0.0.1.example.org` is somebody's name, not this machine.
    private static func isLoopbackV4(_ name: String) -> Bool { name.hasPrefix("127.") && Identifier.isIPAddress(name) }
}
