// SPDX-License-Identifier: Apache-2.0

import Standards

/// A form whose session had ended, as hidden fields of the page that asks to sign in.
///
/// It does not pass through the templates: they replace invisible characters, and what a person wrote comes back as it was,
/// with the joiners of Persian or Hindi and the ends of its lines.
struct CarriedForm {
    /// Where a template wants the fields.
    static let place = "<!--kept-->"
    static let prefix = "kept."

    let form: Form
    /// `kept.` before every name while the page asks to sign in; nothing when the form is sent on.
    let prefix: String

    func placed(in html: String) -> String {
        guard let place = html.firstRange(of: Self.place) else { return html }
        var out = html
        out.replaceSubrange(place, with: fields)
        return out
    }

    private var fields: String {
        form.fields.lazy.filter { $0.name != CrossSite.field }.map { field in
            "<input type=\"hidden\" name=\"\(Self.escaped(prefix + field.name))\" value=\"\(Self.escaped(field.value))\">\n"
        }.joined()
    }

    /// The value of an attribute: whatever means something in HTML, and every control character, as a number.
    static func escaped(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<", ">", "&", "\"", "'", "`", "\u{0}"..."\u{1F}", "\u{7F}": out.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
            default: out.append(scalar)
            }
        }
        return String(out)
    }

    /// The fields that a form carried along, without those of signing in; nil when there are none.
    static func read(_ form: Form) -> Form? {
        let fields = form.fields.compactMap { field in
            field.name.hasPrefix(prefix) ? Form.Field(name: String(field.name.dropFirst(prefix.count)), value: field.value) : nil
        }
        return fields.isEmpty ? nil : Form(fields: fields)
    }
}
