// SPDX-License-Identifier: Apache-2.0

import Crypto
import Dossier
import Foundation
import Law
import Node
import Standards
import Web

/// What the pages of one draft share: its sections with how far each is, its head, and the requested State's sheet.
struct DraftPage {
    enum Status: String {
        case notStarted = "not-started"
        case inProgress = "in-progress"
        case completed
        case problem

        var look: (name: String, icon: String) {
            switch self {
            case .notStarted: ("", "")
            case .inProgress: ("state--here", "dots")
            case .completed: ("state--ok", "check")
            case .problem: ("state--bad", "alert")
            }
        }
    }

    let scene: Scene
    let view: DraftView
    let sections: [FormCatalogue.Section]
    let choices: FormChoices

    init(scene: Scene, view: DraftView) {
        let forms = scene.pages.resources.catalogue
        self.scene = scene
        self.view = view
        sections = forms.sections(for: view.type.rawValue, law: scene.node.law)
        choices = FormChoices(scene: scene, type: view.type, recipients: view.recipients, catalogue: forms)
    }

    var strings: Strings { scene.strings }
    var path: String { "/requests/\(view.ref)" }
    var isOpen: Bool { view.state == .draft }

    func section(_ id: String) -> FormCatalogue.Section? { sections.first { $0.id == id } }

    func place(of finding: Finding) -> FormCatalogue.Place? { scene.pages.resources.catalogue.place(of: finding.field, in: sections) }

    /// The address of a place: the page of its section, at the right part of a long list, at the field.
    func address(of place: FormCatalogue.Place) -> String {
        let steps = place.path.split(separator: ".")
        let window =
            steps.dropFirst().first.flatMap { Int($0) }.map { "?\(steps[0])=\($0 + 1)" } ?? ""
        return "\(path)/\(place.section)\(window)#\(place.path)"
    }

    /// What a place is called on a button.
    func words(of place: FormCatalogue.Place) -> String {
        let steps = place.path.split(separator: ".").map(String.init)
        var keys = [steps.filter { Int($0) == nil }.joined(separator: ".")]
        if let row = steps.last, Int(row) != nil { keys.insert("\(keys[0]).row", at: 0) }
        for key in keys where strings.has("field.\(key)") { return strings("field.\(key)") }
        return strings("section.\(place.section)")
    }

    // MARK: How far it is

    func status(_ section: FormCatalogue.Section) -> Status {
        let unread = (view.form?.unread ?? [:]).keys.contains { key in section.members.contains { key == $0 || key.hasPrefix("\($0).") } }
        let musts = view.findings.filter { $0.blocks && place(of: $0)?.section == section.id }
        // Something stands there and is wrong; what is only missing is no problem yet.
        let isWrong = musts.contains { !$0.field.isEmpty && view.content.at($0.field)?.isEmpty == false }
        if unread || isWrong { return .problem }
        let isSaid = section.members.contains { view.content[$0]?.isEmpty == false }
        // A draft that came as a whole was written without the form.
        let isDone = view.form?.done.contains(section.id) ?? isSaid
        if musts.isEmpty, isDone { return .completed }
        return isSaid || isDone ? .inProgress : .notStarted
    }

    var completed: Int { sections.count { status($0) == .completed } }

    /// Where the author goes on: the section after `id`, or the first, that is not completed.
    func next(after id: String?) -> FormCatalogue.Section? {
        let start = id.flatMap { id in sections.firstIndex { $0.id == id } }.map { $0 + 1 } ?? 0
        return (sections[start...] + sections[..<start]).first { status($0) != .completed && $0.id != id }
    }

    func tasks(here: String?) -> Fields {
        let items = sections.enumerated().map { index, section -> Fields in
            let status = status(section)
            return [
                "id": section.id, "label": strings("section.\(section.id)"), "path": "\(path)/\(section.id)", "isHere": section.id == here,
                "status": strings("request.status.\(status.rawValue)"), "look": status.look.name, "icon": status.look.icon,
                "hasIcon": !status.look.icon.isEmpty, "isOpen": isOpen,
            ]
        }
        let count = completed
        return [
            "items": items,
            "progress": strings(
                "request.done.\(count == 1 ? "one" : "other")",
                ["count": scene.figures.count(count), "all": scene.figures.count(sections.count)]),
            "mayCheck": view.isComplete, "checkPath": "\(path)/check", "answersPath": "\(path)/answers",
            "checkStatus": strings(
                !isOpen ? "request.status.reviewer" : view.isComplete ? "request.status.not-started" : "request.status.cannot-start"),
        ]
    }

    // MARK: Head

    var title: String {
        let title = Text.safe(view.content["title"]?.string ?? "", limit: 200)
        return title.allSatisfy(\.isWhitespace) ? strings("request.untitled") : title
    }

    /// Fields of every page of the draft.
    func frame(here: String?) -> Fields {
        let saved = saved
        return [
            "ref": view.ref.description, "path": path, "title": title, "type": strings("type.\(view.type.rawValue)"),
            "state": StateTag(view.state, strings).fields, "recipients": view.recipients.map { scene.names.fields($0) },
            "tasks": tasks(here: here), "sheets": view.recipients.map { StateSheet(scene: scene, state: $0, type: view.type).fields },
            "isOpen": isOpen, "mayWrite": scene.may(.draft), "saved": saved, "hasSaved": !saved.isEmpty, "parents": parents,
            "hasParents": !parents.isEmpty,
        ]
    }

    /// `Saved 14:02`, and by whom when it was somebody else.
    var saved: String {
        guard let at = view.savedAt else { return "" }
        let time = scene.times.fields(at, theirs: nil)["time"] as? String ?? ""
        guard let by = view.savedBy, by != scene.session.officer else { return strings("request.saved", ["time": time]) }
        return strings("request.saved.by", ["time": time, "who": Text.safe(by, limit: 80)])
    }

    private var parents: [Fields] {
        ActBody.Link.Relation.allCases.flatMap { relation -> [Fields] in
            let value = view.content[relation.rawValue.replacing("-", with: "_")]
            let texts = value?.string.map { [$0] } ?? value?.array?.compactMap(\.string) ?? []
            return texts.prefix(10).compactMap { text in
                (try? FileReference(text)).map { ["ref": $0.description, "path": "/files/\($0)"] }
            }
        }
    }

    /// A digest of what a section holds, to see whether somebody else changed this very section.
    static func base(_ section: FormCatalogue.Section, content: JSONValue, unread: [String: String]) -> String {
        var members: [String: JSONValue] = [:]
        for name in section.members {
            members[name] = content[name]
            for (key, text) in unread where key == name || key.hasPrefix("\(name).") { members["!\(key)"] = .string(text) }
        }
        let bytes = (try? IJSON.encode(JSONValue.object(members))) ?? []
        return Base64.urlEncode(Array(SHA256.hash(data: Data(bytes))))
    }
}
