// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

/// Who is there: with a password and a code, or by the ministry's provider.
enum SignInScreen: Screen {
    static let templates = ["sign-in", "sign-in-kept", "sign-in-onward"]

    /// Binds the provider's answer to this browser. `Lax`, because the answer comes from another site.
    private static let providerCookie = "__Host-comity-oidc"
    private static let callback = "/sign-in/provider/answer"

    static func add(to routes: DeskRoutes) {
        let pages = routes.pages
        routes.open("/sign-in") { request, context in
            let to = URLText.ownPath(request.uri.queryParameters["to"].map { String($0) })
            if context.session != nil { return Response(status: .seeOther, headers: [.location: to]) }
            let notice = request.uri.queryParameters["done"].flatMap { SignInPage.Notice(rawValue: String($0)) }
            return try SignInPage(pages: pages).page(to: to, notice: notice)
        }
        routes.openForm("/sign-in") { request, context, form in
            let to = URLText.ownPath(form["to"])
            let kept = CarriedForm.read(form)
            do throws(ComityError) {
                let (token, session) = try await pages.node.signIn(
                    officer: form.text("officer") ?? "", password: form["password"] ?? "", code: form.text("code") ?? "",
                    address: context.address.isEmpty ? nil : context.address)
                var response =
                    try kept.map { kept throws(ComityError) in try SignInPage(pages: pages).giveBack(kept, to: to, session: session) }
                    ?? Response(status: .seeOther, headers: [.location: to])
                response.setCookie(SessionGate.cookie(token, for: request))
                return response
            } catch {
                return try SignInPage(pages: pages).page(to: to, typed: form, kept: kept, problem: error)
            }
        }
        // Signed in meanwhile in another tab: the kept form goes on from here.
        routes.openForm("/sign-in/kept") { _, context, form in
            let (to, kept) = (URLText.ownPath(form["to"]), CarriedForm.read(form))
            guard let session = context.session else {
                let problem = ComityError(.permission, pages.words("sign-in.not-yet"), next: pages.words("sign-in.not-yet.next"))
                return try SignInPage(pages: pages).page(to: to, typed: form, kept: kept, problem: problem)
            }
            guard let kept else { return Response(status: .seeOther, headers: [.location: to]) }
            return try SignInPage(pages: pages).giveBack(kept, to: to, session: session)
        }
        routes.form("/sign-out") { visit, _ in
            if let token = visit.context.token { try await visit.node.signOut(token: token) }
            var response = visit.goTo("/sign-in?done=out")
            response.setCookie(SessionGate.noCookie(for: visit.request))
            return response
        }
        // The page says that somebody is still there; coming here was use enough.
        routes.form("/session/renew") { visit, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: "{\"left\":\(visit.node.idleLeft(visit.session) / 1000)}")))
        }
        addProvider(to: routes)
    }

    private static func addProvider(to routes: DeskRoutes) {
        let pages = routes.pages
        routes.open("/sign-in/provider") { request, _ in
            let to = URLText.ownPath(request.uri.queryParameters["to"].map { String($0) })
            do throws(ComityError) {
                let (url, state) = try await pages.node.beginOIDC(redirect: pages.origin(request) + callback)
                var response = Response(status: .seeOther, headers: [.location: url])
                response.setCookie(
                    Cookie(
                        name: providerCookie, value: "\(state).\(Base64.urlEncode(Array(to.utf8)))", maxAge: 600, path: "/", secure: true,
                        httpOnly: true, sameSite: .lax))
                return response
            } catch {
                return try SignInPage(pages: pages).page(to: to, problem: error)
            }
        }
        routes.open(RouterPath(stringLiteral: callback)) { request, context in
            let parts = (request.cookies[providerCookie]?.value ?? "").split(separator: ".", omittingEmptySubsequences: false)
            let to = URLText.ownPath(
                parts.count == 2 ? Base64.urlDecode(String(parts[1])).map { String(decoding: $0, as: UTF8.self) } : nil)
            var response: Response
            do throws(ComityError) {
                guard parts.count == 2, !parts[0].isEmpty else {
                    throw ComityError(.permission, pages.words("sign-in.provider.lost"), next: pages.words("sign-in.provider.lost.next"))
                }
                let query = Dictionary(
                    request.uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { first, _ in first })
                let (token, _) = try await pages.node.finishOIDC(
                    query, stateToken: String(parts[0]), address: context.address.isEmpty ? nil : context.address)
                response = try SignInPage(pages: pages).onward(to)
                response.setCookie(SessionGate.cookie(token, for: request))
            } catch {
                response = try SignInPage(pages: pages).page(to: to, problem: error)
            }
            response.setCookie(
                Cookie(name: providerCookie, value: "", maxAge: 0, path: "/", secure: true, httpOnly: true, sameSite: .lax))
            return response
        }
    }
}
