// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

/// Saves a section: by the button, by the script as one writes, or because a row comes or goes.
struct SectionSaving {
    static let header = "X-Autosave"

    let visit: Visit
    let page: DraftPage
    let section: FormCatalogue.Section
    let form: Form

    private enum Step {
        case goOn, stay
        case add(FormField)
        case remove(FormField, Int)
    }

    private var isScript: Bool { HTTPFields.Element.Name(Self.header).flatMap { visit.request.headers[$0] } != nil }

    func response() async throws -> Response {
        var reader = FormReader(form, choices: page.choices, unread: page.view.form?.unread ?? [:])
        var members = reader.members(of: section, from: page.view.content)
        var unread = reader.unread
        let step = step
        if case .remove(let field, let index) = step {
            members[field.name] = FormReader.removing(index, from: field.name, members[field.name], unread: &unread)
        }
        if case .add(let field) = step {
            members[field.name] = FormReader.adding(to: field, kind: kind(field), members[field.name])
        }
        if case .goOn = step { dropEmptyRows(&members, &unread) }
        let content = merged(members)
        guard isCurrent || content == page.view.content else { return try conflict(content) }
        var kept = page.view.form ?? DraftForm(done: Set(page.sections.filter { page.status($0) == .completed }.map(\.id)))
        kept.unread = unread
        if case .goOn = step { kept.done.insert(section.id) }
        if content != page.view.content { kept.savings[section.id] = .init(officer: visit.officer, at: page.scene.now) }
        do throws(ComityError) {
            switch try await visit.node.saveDraft(
                page.view.ref, content: content, form: kept, officer: visit.officer, expecting: page.view.version, registers: !isScript)
            {
            case .saved(let view): return try saved(view, step)
            case .conflict(let view):
                // Somebody saved between reading and writing; the next try compares with what is there now.
                let again = SectionSaving(visit: visit, page: DraftPage(scene: page.scene, view: view), section: section, form: form)
                return try again.conflict(again.merged(members))
            }
        } catch {
            // Whatever the reason, what was typed stands in the form again.
            if isScript { return answer(visit.strings("request.autosave.failed", ["why": error.what]), status: error.code.httpStatus) }
            return try SectionPage(page: page, section: section, content: content, unread: unread, windows: windows)
                .response(problem: error, strict: true, status: .init(code: error.code.httpStatus))
        }
    }

    private func merged(_ members: [String: JSONValue]) -> JSONValue {
        var content = page.view.content.object ?? [:]
        for name in section.members { content[name] = members[name] }
        return .object(content)
    }

    /// The form was made from what the section holds now. Whoever changed another section is no conflict.
    private var isCurrent: Bool {
        form["version"] == "\(page.view.version)"
            || form["base"] == DraftPage.base(section, content: page.view.content, unread: page.view.form?.unread ?? [:])
    }

    private func conflict(_ mine: JSONValue) throws(ComityError) -> Response {
        if isScript {
            return answer(visit.strings("request.autosave.failed", ["why": visit.strings("conflict.title")]), status: 409)
        }
        return try ConflictPage(page: page, section: section, mine: mine, form: form).response()
    }

    // MARK: What the buttons say

    private var step: Step {
        let words = (form["do"] ?? "").split(separator: ":", maxSplits: 1).map(String.init)
        guard words.count == 2 else { return words.first == "stay" || isScript ? .stay : .goOn }
        let path = words[1].split(separator: ".").map(String.init)
        guard
            let field = section.fields.flatMap(\.all).first(where: {
                $0.kind == .repeat && $0.key == path.filter { Int($0) == nil }.joined(separator: ".")
            })
        else { return .stay }
        if words[0] == "add" { return .add(field) }
        if words[0] == "remove", let index = path.last.flatMap({ Int($0) }) { return .remove(field, index) }
        return .stay
    }

    private func kind(_ field: FormField) -> String? {
        guard field.by != nil, let options = field.options, let known = page.choices.catalogue.options[options] else { return nil }
        return form.text("\(field.key)!kind").flatMap { known.contains($0) ? $0 : nil } ?? known.first
    }

    /// Rows that were added and never filled in.
    private func dropEmptyRows(_ members: inout [String: JSONValue], _ unread: inout [String: String]) {
        for field in section.fields where field.kind == .repeat {
            guard let rows = members[field.name]?.array, rows.count <= 1000 else { continue }
            let given = Set(field.fields.filter { $0.kind.isGiven }.map(\.name) + [field.by].compactMap { $0 })
            for (index, row) in rows.enumerated().reversed() {
                let isSaid = (row.object ?? ["": row]).contains { !given.contains($0.key) && !$0.value.isEmpty }
                if isSaid || unread.keys.contains(where: { $0.hasPrefix("\(field.name).\(index).") }) { continue }
                members[field.name] = FormReader.removing(index, from: field.name, members[field.name], unread: &unread)
            }
        }
    }

    /// The rows that stood on the page.
    private var windows: [String: Int] {
        var windows: [String: Int] = [:]
        for field in section.fields where field.kind == .repeat {
            windows[field.name] = form.text("\(field.name)!rows")?.split(separator: ",").first.flatMap { Int($0) }
        }
        return windows
    }

    // MARK: Afterwards

    private func saved(_ view: DraftView, _ step: Step) throws(ComityError) -> Response {
        let page = DraftPage(scene: page.scene, view: view)
        if isScript {
            let time = page.scene.times.fields(view.savedAt ?? page.scene.now, theirs: nil)["time"] as? String ?? ""
            return answer(
                visit.strings("request.saved", ["time": time]), status: 200,
                [
                    "version": .string("\(view.version)"),
                    "base": .string(DraftPage.base(section, content: view.content, unread: view.form?.unread ?? [:])),
                ])
        }
        let here = "\(page.path)/\(section.id)"
        switch step {
        case .add(let field):
            let count = view.content.at(field.key)?.array?.count ?? 1
            return visit.goTo("\(here)?\(field.key)=\(count)#\(field.key).\(count - 1)")
        case .remove(let field, let index): return visit.goTo("\(here)?\(field.key)=\(max(1, index))#\(field.key)")
        case .stay: return visit.goTo(page.path)
        case .goOn:
            let again = SectionPage(page: page, section: section, windows: windows)
            guard again.faults(strict: true).isEmpty else { return try again.response(strict: true, status: .unprocessableContent) }
            guard let next = page.next(after: section.id) else { return visit.goTo("\(page.path)/check") }
            return visit.goTo("\(page.path)/\(next.id)")
        }
    }

    private func answer(_ says: String, status: Int, _ more: [String: JSONValue] = [:]) -> Response {
        let members = more.merging(["says": .string(says)]) { $1 }
        let bytes = (try? IJSON.encode(JSONValue.object(members))) ?? []
        return Response(
            status: .init(code: status), headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
