// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Logging
import Standards

/// Stands before every public page: reading only, the headers with which an answer leaves, and a fault said in a sentence.
struct PortalGuard: RouterMiddleware {
    typealias Context = BasicRequestContext

    private static let headers: [(String, String)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
    ]

    let pages: PortalPages
    let isSecure: Bool
    let budget: PageBudget
    let logger: Logger

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var response = await answer(request, context, next)
        for (name, value) in Self.headers { if let name = HTTPField.Name(name) { response.headers[name] = value } }
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        if response.headers[.cacheControl] == nil {
            response.headers[.cacheControl] = response.status == .ok ? "public, max-age=60" : "no-store"
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response) async -> Response {
        guard request.method == .get || request.method == .head else {
            var response = pages.problem(
                ComityError(.usage, "These pages are for reading.", next: "Open the address in a browser."), status: .methodNotAllowed)
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        // What is read from memory is no work.
        let isFree = request.uri.path.hasPrefix("/assets/") || request.uri.path == "/health"
        guard isFree || budget.takes() else {
            var response = pages.problem(
                ComityError(.throttled, "Too many pages are asked for at this moment.", next: "Try again in a few seconds."),
                status: .serviceUnavailable)
            response.headers[.retryAfter] = "5"
            return response
        }
        do { return try await next(request, context) } catch let error as ComityError {
            if error.code.httpStatus >= 500 { logger.error("A public page cannot be shown: \(error)") }
            return pages.problem(error)
        } catch let error as any HTTPResponseError where error.status.code < 500 {
            return pages.problem(PortalPages.noPage)
        } catch {
            logger.error("A public page cannot be shown: \(error)")
            return pages.problem(ComityError(.failure, "This page cannot be shown now.", next: "Try again in a minute."))
        }
    }
}
