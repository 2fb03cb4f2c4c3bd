// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards
import Web

/// The page that asks who is there, and the one that gives kept text back.
struct SignInPage {
    /// Something that was done just before: a password was changed, sessions were ended.
    enum Notice: String { case password, sessions, enrolled, out }

    let pages: DeskPages

    /// - Parameters:
    ///   - to: the page that was wanted.
    ///   - kept: the form whose session had ended; after sign-in it is offered for sending to `to`.
    func page(to: String, typed: Form? = nil, kept: Form? = nil, problem: ComityError? = nil, notice: Notice? = nil)
        throws(ComityError) -> Response
    {
        let strings = pages.strings
        let form = AccessForm(strings: strings, prefix: "sign-in", typed: typed, problem: problem)
        let fields: Fields = [
            "to": to, "hasKept": kept != nil, "hasOIDC": pages.node.oidcName != nil && kept == nil,
            "hasOtherTab": pages.node.oidcName != nil && kept != nil, "oidc": Text.safe(pages.node.oidcName ?? "", limit: 80),
            "oidcPath": "/sign-in/provider?to=\(URLText.encode(to))", "isSetUp": try pages.node.isSetUp(), "hasNotice": notice != nil,
            "notice": notice.map { strings("sign-in.notice.\($0.rawValue)") } ?? "",
        ]
        let inputs = [
            AccessInput(id: "officer", autocomplete: "username"),
            AccessInput(id: "password", kind: .password, autocomplete: "current-password"),
            AccessInput(id: "code", kind: .code, autocomplete: "one-time-code"),
        ]
        return try pages.showOutside(
            "sign-in", fields.merging(form.fields(inputs), uniquingKeysWith: { $1 }), title: form.title(strings("sign-in.title")),
            status: .init(code: form.status), kept: kept.map { CarriedForm(form: $0, prefix: CarriedForm.prefix) })
    }

    /// A form arrived without a session.
    func keeping(_ form: Form, path: String) throws(ComityError) -> Response { try page(to: URLText.ownPath(path), kept: form) }

    /// Signed in again: what was written, and one button that sends it to where it was going.
    func giveBack(_ kept: Form, to: String, session: Session) throws(ComityError) -> Response {
        let texts = kept.fields.filter { $0.name != CrossSite.field && $0.value.contains { !$0.isWhitespace } }
        let fields: Fields = [
            "to": to, "csrf": CrossSite.masked(session.csrf), "officer": Text.safe(session.officer, limit: 80),
            "texts": texts.prefix(60).enumerated().map { number, field in
                ["id": "text-\(number)", "name": Text.safe(field.name, limit: 80), "value": field.value.replacing("\r\n", with: "\n")]
                    as Fields
            },
        ]
        return try pages.showOutside(
            "sign-in-kept", fields, title: pages.strings("sign-in.kept.title"), kept: CarriedForm(form: kept, prefix: ""))
    }

    /// A small page that leads on. A browser does not send the `Strict` cookie along a redirect that began on another site.
    func onward(_ to: String) throws(ComityError) -> Response {
        try pages.showOutside("sign-in-onward", ["hasOnward": true, "onward": to], title: pages.strings("sign-in.onward"))
    }
}
