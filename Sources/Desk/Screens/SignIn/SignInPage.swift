// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

/// The page that asks who is there.
struct SignInPage {
    let pages: DeskPages

    /// - Parameters:
    ///   - to: the page that was wanted.
    ///   - kept: the fields of a form whose session had ended; they are sent again to `to` after sign-in.
    func page(to: String, kept: Form? = nil, problem: ComityError? = nil) throws(ComityError) -> Response {
        let fields: Fields = [
            "to": to, "hasKept": kept != nil, "kept": Self.fields(kept), "hasProblem": problem != nil,
            "what": Text.safe(problem?.what ?? "", limit: 400), "next": Text.safe(problem?.next ?? "", limit: 400),
        ]
        return try pages.showOutside(
            "sign-in", fields, title: pages.strings("sign-in.title"),
            status: problem.map { .init(code: $0.code.httpStatus) } ?? .ok)
    }

    func keeping(_ form: Form, path: String) throws(ComityError) -> Response { try page(to: URLText.ownPath(path), kept: form) }

    /// The fields of a form that the page carried along, without those of signing in; nil when there are none.
    static func kept(_ form: Form) -> Form? {
        let fields = form.fields.compactMap { field in
            field.name.hasPrefix("kept.") ? Form.Field(name: String(field.name.dropFirst("kept.".count)), value: field.value) : nil
        }
        return fields.isEmpty ? nil : Form(fields: fields)
    }

    static func fields(_ form: Form?) -> [Fields] {
        (form?.fields ?? []).filter { $0.name != CrossSite.field }.map { ["name": $0.name, "value": $0.value] }
    }
}
