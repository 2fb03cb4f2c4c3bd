// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards
import Web

/// The task list of a draft, and the page after a step.
struct RequestPage {
    let page: DraftPage

    private var strings: Strings { page.strings }
    private var view: DraftView { page.view }

    func response() throws(ComityError) -> Response {
        var fields = page.frame(here: nil)
        fields.merge(next) { $1 }
        fields["hasComment"] = view.comment != nil && page.isOpen
        fields["comment"] = (view.comment ?? "").split(separator: "\n").map { Text.safe(String($0), limit: 4000) }
        fields["mayDiscard"] = page.scene.may(.answer)
        fields["canTakeBack"] = (view.state == .review || view.state == .translation) && page.scene.may(.draft)
        fields["written"] = page.scene.phrase(
            "request.written",
            ["author": .outside(view.author), "at": .words(page.scene.times.fields(view.created, theirs: nil)["local"] as? String ?? "")])
        return try page.scene.pages.show("request", fields, page.scene, title: page.title, here: "")
    }

    /// The one thing that comes next for this officer.
    private var next: Fields {
        let (words, path): (String, String?)
        switch view.state {
        case .authorised:
            (words, path) =
                page.scene.may(.send) ? (strings("request.next.send"), "\(page.path)/answers") : (strings("request.next.wait"), nil)
        case .review, .translation:
            let mine = page.scene.may(.approve) && !view.wasWritten(by: page.scene.session.officer) || view.state == .translation
            (words, path) = mine ? (strings("request.next.review"), "\(page.path)/answers") : (strings("request.next.wait.review"), nil)
        default:
            if !page.scene.may(.draft) {
                (words, path) = (strings("request.next.wait"), nil)
            } else if let section = page.next(after: nil) {
                (words, path) = (
                    strings("request.next.section", ["section": strings("section.\(section.id)")]), "\(page.path)/\(section.id)"
                )
            } else if view.isComplete {
                (words, path) = (strings("request.next.answers"), "\(page.path)/answers")
            } else {
                (words, path) = (strings("request.next.check"), "\(page.path)/check")
            }
        }
        return ["nextWords": words, "nextPath": path ?? "", "hasNext": path != nil]
    }

    /// After a legal act: reference, what happens next, print.
    static func done(
        _ scene: Scene, ref: FileReference, step: String, state: StateCode?, next: (words: String, path: String)? = nil
    ) throws(ComityError) -> Response {
        let title = scene.strings("done.\(step).title")
        let fields: Fields = [
            "ref": ref.description, "title": title,
            "next": scene.phrase("done.\(step).next", ["state": state.map(scene.names.phrase) ?? .words("")]),
            "hasClock": step == "sent", "hasGo": next != nil, "goWords": next?.words ?? "", "goPath": next?.path ?? "",
            "filePath": "/files/\(ref)", "hasFile": step != "discarded",
        ]
        return try scene.pages.show("request-done", fields, scene, title: title, here: "")
    }
}
