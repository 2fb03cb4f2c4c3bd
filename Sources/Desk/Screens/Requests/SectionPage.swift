// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Law
import Node
import Standards
import Web

/// One section of a draft as a form.
struct SectionPage {
    let page: DraftPage
    let section: FormCatalogue.Section
    /// The members and the unread text to show: those of the draft, or what was just typed.
    let content: JSONValue
    let unread: [String: String]
    /// First row shown, by path of the list.
    let windows: [String: Int]

    init(
        page: DraftPage, section: FormCatalogue.Section, content: JSONValue? = nil, unread: [String: String]? = nil, windows: [String: Int]
    ) {
        self.page = page
        self.section = section
        self.content = content ?? page.view.content
        self.unread = unread ?? page.view.form?.unread ?? [:]
        self.windows = windows
    }

    private var strings: Strings { page.strings }

    /// The problems of the section, by path: what is no value, and what the checks of the law say of single fields.
    /// - Parameter strict: a missing port or time is a problem too.
    func faults(strict: Bool) -> [String: String] {
        var faults: [String: String] = [:]
        for field in section.fields { collect(field, at: field.name, content[field.name], &faults) }
        guard section.members.contains("identifiers") else { return faults }
        let rows = (content["identifiers"]?.array ?? []).enumerated()
        let first = (windows["identifiers"] ?? 0) / FormRenderer.window * FormRenderer.window
        let shown = rows.filter { $0.offset >= first && $0.offset < first + FormRenderer.window }.map {
            (index: $0.offset, value: $0.element)
        }
        let state = page.view.recipients.first
        let sharing = state.flatMap { StateSheet.sharing(page.scene.node.law, $0) }
        let found = FormFault.identifiers(shown, strict: strict, sharing: sharing, theirs: state, strings)
        return faults.merging(found) { first, _ in first }
    }

    private func collect(_ field: FormField, at path: String, _ value: JSONValue?, _ faults: inout [String: String]) {
        if let kept = unread[path] { faults[path] = FormFault.ofKept(field, kept, page.choices) }
        switch field.kind {
        case .group: for inner in field.fields { collect(inner, at: "\(path).\(inner.name)", value?[inner.name], &faults) }
        case .repeat:
            // Only rows with such text are walked; a list may have thousands.
            for key in unread.keys where key.hasPrefix("\(path).") {
                guard let number = key.dropFirst(path.count + 1).split(separator: ".").first.flatMap({ Int($0) }) else { continue }
                for inner in field.fields { collect(inner, at: "\(path).\(number).\(inner.name)", nil, &faults) }
            }
        case .map:
            for (key, kept) in unread where key.hasPrefix("\(path).") { faults[key] = FormFault.ofKept(field, kept, page.choices) }
        default: return
        }
    }

    /// The page.
    /// - Parameters:
    ///   - problem: a refusal of the use case, shown above the form with everything that was typed.
    ///   - strict: after “Save and continue”.
    func response(problem: ComityError? = nil, strict: Bool = false, status: HTTPResponse.Status = .ok) throws(ComityError) -> Response {
        let faults = faults(strict: strict)
        let renderer = FormRenderer(choices: page.choices, content: content, unread: unread, windows: windows, faults: faults)
        let name = strings("section.\(section.id)")
        let items = faults.sorted { $0.key < $1.key }.prefix(50).map { path, text -> Fields in ["anchor": path, "text": text] }
        var fields = page.frame(here: section.id)
        fields["section"] = section.id
        fields["sectionTitle"] = name
        fields["number"] = strings(
            "form.section",
            [
                "number": page.scene.figures.count((page.sections.firstIndex { $0.id == section.id } ?? 0) + 1),
                "all": page.scene.figures.count(page.sections.count),
            ])
        fields["fields"] = renderer.fields(of: section)
        fields["version"] = "\(page.view.version)"
        fields["base"] = DraftPage.base(section, content: page.view.content, unread: page.view.form?.unread ?? [:])
        fields["problems"] = items
        fields["hasProblems"] = !items.isEmpty
        fields["problemCount"] = strings.count("form.problems", faults.count, page.scene.figures)
        fields["isSaved"] = strict && problem == nil
        fields["hasRefusal"] = problem != nil
        fields["refusal"] = Text.safe(problem?.what ?? "", limit: 400)
        fields["refusalNext"] = Text.safe(
            problem.map { [$0.why, $0.next].filter { !$0.isEmpty }.joined(separator: " ") } ?? "", limit: 600)
        let title = problem != nil || !items.isEmpty ? strings("problem.title", ["what": name]) : name
        return try page.scene.pages.show("request-section", fields, page.scene, title: title, here: "", status: status)
    }
}
