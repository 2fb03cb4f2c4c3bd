// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards
import Web

/// Two people changed the same section: both texts side by side, and nothing is lost until somebody decides.
struct ConflictPage {
    let page: DraftPage
    let section: FormCatalogue.Section
    /// What this person typed.
    let mine: JSONValue
    let form: Form

    private var strings: Strings { page.strings }

    func response() throws(ComityError) -> Response {
        let answers = AnswerText(choices: page.choices)
        let nothing: Fields = [
            "isText": true, "isList": false, "isPairs": false, "hasMore": false, "paragraphs": [strings("conflict.nothing")],
        ]
        func shown(_ field: FormField, _ value: JSONValue?) -> Fields {
            guard let value, !value.isEmpty else { return nothing }
            return answers.fields(field, value)
        }
        let rows = section.fields.filter { page.view.content[$0.name] != mine[$0.name] }.map { field -> Fields in
            [
                "label": field.label(strings), "theirs": shown(field, page.view.content[field.name]),
                "yours": shown(field, mine[field.name]),
            ]
        }
        let saving = page.view.form?.savings[section.id]
        let by = saving?.officer ?? page.view.savedBy ?? page.view.author
        let at = saving?.at ?? page.view.savedAt ?? page.view.created
        let time = page.scene.times.fields(at, theirs: nil)["time"] as? String ?? ""
        var fields = page.frame(here: section.id)
        fields["section"] = section.id
        fields["sectionTitle"] = strings("section.\(section.id)")
        fields["rows"] = rows
        fields["hasRows"] = !rows.isEmpty
        fields["lede"] =
            by == page.scene.session.officer
            ? page.scene.phrase("conflict.lede.self", ["time": .words(time)])
            : page.scene.phrase("conflict.lede", ["who": .outside(by), "time": .words(time)])
        fields["kept"] = form.fields.filter { ![CrossSite.field, "version", "base", "do"].contains($0.name) }.map { field -> Fields in
            ["name": PageText.verbatim(field.name), "value": PageText.verbatim(field.value)]
        }
        fields["version"] = "\(page.view.version)"
        fields["base"] = DraftPage.base(section, content: page.view.content, unread: page.view.form?.unread ?? [:])
        return try page.scene.pages.show(
            "request-conflict", fields, page.scene, title: strings("problem.title", ["what": strings("conflict.title")]), here: "",
            status: .conflict)
    }
}
