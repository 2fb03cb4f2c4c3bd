// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

/// Who is there.
enum SignInScreen: Screen {
    static let templates = ["sign-in"]

    static func add(to routes: DeskRoutes) {
        let pages = routes.pages
        routes.open("/sign-in") { request, context in
            let to = URLText.ownPath(request.uri.queryParameters["to"].map { String($0) })
            if context.session != nil { return Response(status: .seeOther, headers: [.location: to]) }
            return try SignInPage(pages: pages).page(to: to)
        }
        routes.openForm("/sign-in") { _, context, form in
            let to = URLText.ownPath(form["to"])
            let kept = SignInPage.kept(form)
            do throws(ComityError) {
                let (token, _) = try await pages.node.signIn(
                    officer: form.text("officer") ?? "", password: form["password"] ?? "", code: form.text("code") ?? "",
                    address: context.address.isEmpty ? nil : context.address)
                var response = Response(status: .seeOther, headers: [.location: to])
                response.setCookie(SessionGate.cookie(token))
                return response
            } catch {
                return try SignInPage(pages: pages).page(to: to, kept: kept, problem: error)
            }
        }
        routes.form("/sign-out") { visit, _ in
            if let token = visit.context.token { try await visit.node.signOut(token: token) }
            var response = visit.goTo("/sign-in")
            response.setCookie(SessionGate.noCookie)
            return response
        }
    }
}
