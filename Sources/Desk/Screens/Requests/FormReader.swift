// SPDX-License-Identifier: Apache-2.0

import Dossier
import Law
import Node
import Standards

/// The fields of a form by name: a long form is looked up many times.
struct FormInput {
    private let values: [String: [String]]

    init(_ form: Form) { values = Dictionary(grouping: form.fields, by: \.name).mapValues { $0.map(\.value) } }

    func all(_ name: String) -> [String]? { values[name] }
    func has(_ name: String) -> Bool { values[name] != nil }

    /// Without spaces around it, with plain line ends; nil when the form has no such field.
    func text(_ name: String) -> String? {
        guard let value = values[name]?.first else { return nil }
        return Self.trimmed(value[...]).replacing("\r\n", with: "\n")
    }

    /// By scalars: a combining mark behind a space belongs to the text, and makes one character of both for Swift.
    static func trimmed(_ text: Substring) -> String {
        let scalars = text.unicodeScalars.drop { $0.properties.isWhitespace }
        guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(String.UnicodeScalarView(scalars[...last]))
    }
}

/// What a person typed into a section, put into the members of a draft.
///
/// Only what stood in the form is touched: other rows of a long list, members the form does not know, and fields that were
/// not sent stay as they are. Text that is no value goes to `unread`, so that nothing typed is lost.
struct FormReader {
    let input: FormInput
    let choices: FormChoices
    /// Text that is no value, by path; of the whole draft.
    private(set) var unread: [String: String]

    init(_ form: Form, choices: FormChoices, unread: [String: String]) {
        input = FormInput(form)
        self.choices = choices
        self.unread = unread
    }

    /// The members of a section as they are now.
    mutating func members(of section: FormCatalogue.Section, from content: JSONValue) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for field in section.fields { members[field.name] = value(field, at: field.name, old: content[field.name]) }
        return members
    }

    private mutating func value(_ field: FormField, at path: String, old: JSONValue?) -> JSONValue? {
        switch field.kind {
        case .group:
            let before = old?.object ?? [:]
            let members = group(field, field.shown(in: old), at: path, old: before)
            // A text where the form has a group stays, unless the group was filled in.
            if old?.object == nil, old?.isEmpty == false, members.isEmpty { return old }
            return members.isEmpty ? nil : .object(members)
        case .repeat: return rows(field, at: path, old: old)
        case .map: return map(at: path, old: old)
        case .id, .code, .ownState, .theirState: return old
        case .choice, .yesNo, .issuer, .language: return choice(field, at: path, old: old)
        case .choices, .states, .identifiers, .recipient: return several(field, at: path, old: old)
        case .lines, .references: return lines(field, at: path, old: old)
        case .date, .moment: return moment(field, at: path, old: old)
        case .text, .long, .number, .state, .reference: return typed(field, at: path, old: old)
        }
    }

    // MARK: Groups and rows

    private mutating func group(_ field: FormField, _ shown: [FormField], at path: String, old: [String: JSONValue]) -> [String: JSONValue]
    {
        var members = old
        for inner in shown { members[inner.name] = value(inner, at: "\(path).\(inner.name)", old: old[inner.name]) }
        give(field, old: old, to: &members)
        for inner in shown where inner.kind == .ownState || inner.kind == .theirState {
            let state = inner.kind == .ownState ? choices.scene.node.state : choices.recipients.first
            let isSaid = members.contains { $0.key != inner.name && !$0.value.isEmpty }
            if !isSaid {
                members[inner.name] = nil
            } else if members[inner.name] == nil {
                members[inner.name] = state.map { .string($0.description) }
            }
        }
        return members
    }

    /// What follows from a choice by itself.
    private func give(_ field: FormField, old: [String: JSONValue], to members: inout [String: JSONValue]) {
        switch field.key {
        case "authority":
            guard let id = members["id"]?.string, id != old["id"]?.string,
                let authority = choices.scene.node.law.state(choices.scene.node.state)?.authority(id)
            else { return }
            members["name"] = .string(authority.name)
            members["contact"] = .string(authority.contact)
        case "offences":
            if let code = members["article"]?.string.flatMap(choices.code(ofArticle:)) { members["code"] = .string(code) }
        case "identifiers":
            // What a local log showed is written as the moment it names.
            guard members["at"] != nil, members["local_time"] != nil else { return }
            members["local_time"] = nil
            members["zone"] = nil
        case "offences.domestic":
            guard let ref = members["ref"]?.string, ref != old["ref"]?.string, members["max_penalty_months"] == old["max_penalty_months"],
                let months = choices.offence(ref)?.maxPenaltyMonths
            else { return }
            members["max_penalty_months"] = .integer(Int64(months))
        default: return
        }
    }

    private mutating func rows(_ field: FormField, at path: String, old: JSONValue?) -> JSONValue? {
        guard let shown = input.text("\(path)!rows") else { return old }
        var rows = old?.array ?? []
        for index in shown.split(separator: ",").compactMap({ Int($0) }) where rows.indices.contains(index) {
            guard rows[index].object != nil || rows[index].isEmpty else { continue }
            rows[index] = .object(group(field, field.shown(in: rows[index]), at: "\(path).\(index)", old: rows[index].object ?? [:]))
        }
        return rows.isEmpty ? nil : .array(rows)
    }

    /// A State and what belongs to it, row by row; an empty row is left out.
    private mutating func map(at path: String, old: JSONValue?) -> JSONValue? {
        guard let count = input.text("\(path)!rows").flatMap({ Int($0) }) else { return old }
        var members: [String: JSONValue] = [:]
        unread = unread.filter { !$0.key.hasPrefix("\(path).") }
        for index in 0..<min(max(0, count), 40) {
            let state = input.text("\(path).\(index)!state") ?? ""
            let text = input.text("\(path).\(index)") ?? ""
            if state.isEmpty, text.isEmpty { continue }
            guard let code = try? StateCode(state.uppercased()) else {
                unread["\(path).\(index)"] = "\(state)\n\(text)"
                continue
            }
            members[code.description] = .string(text)
        }
        return members.isEmpty ? nil : .object(members)
    }

    // MARK: Single values

    private mutating func typed(_ field: FormField, at path: String, old: JSONValue?) -> JSONValue? {
        guard let text = input.text(path) else { return old }
        unread[path] = nil
        if text.isEmpty { return nil }
        if let old, Self.text(old) == text { return old }
        guard FormFault.of(field, text: text, choices) == nil else {
            unread[path] = text
            return nil
        }
        switch field.kind {
        case .number: return Int64(text).map(JSONValue.integer)
        case .state: return .string(text.uppercased())
        case .reference: return .string(text.uppercased())
        default: return .string(text)
        }
    }

    private mutating func choice(_ field: FormField, at path: String, old: JSONValue?) -> JSONValue? {
        let chosen = input.text(path)
        guard input.has("\(path)!here") || chosen != nil else { return old }
        unread[path] = nil
        guard let chosen, !chosen.isEmpty else { return nil }
        if field.kind == .yesNo { return chosen == "yes" ? .bool(true) : chosen == "no" ? .bool(false) : old }
        if let old, Self.text(old) == chosen { return old }
        guard choices.choices(field).contains(where: { $0.value == chosen }) else {
            unread[path] = String(chosen.prefix(200))
            return nil
        }
        return .string(chosen)
    }

    private mutating func several(_ field: FormField, at path: String, old: JSONValue?) -> JSONValue? {
        guard input.has("\(path)!here") else { return lines(field, at: path, old: old) }
        unread[path] = nil
        let chosen = (input.all(path) ?? []).filter { !$0.isEmpty && $0.utf8.count <= 200 }
        if field.kind == .recipient {
            // A request without a recipient cannot be kept; what was there stays, and the form says so.
            guard !chosen.isEmpty, chosen.allSatisfy({ (try? StateCode($0)) != nil }),
                chosen.count == 1 || choices.type.allowsSeveralParties
            else {
                unread[path] = chosen.joined(separator: "\n")
                return old
            }
            return chosen.count == 1 ? .string(chosen[0]) : .array(chosen.map(JSONValue.string))
        }
        return chosen.isEmpty ? nil : .array(chosen.map(JSONValue.string))
    }

    private mutating func lines(_ field: FormField, at path: String, old: JSONValue?) -> JSONValue? {
        guard let text = input.text(path) else { return old }
        unread[path] = nil
        let lines = text.split(separator: "\n").map(FormInput.trimmed).filter { !$0.isEmpty }
        if lines.isEmpty { return nil }
        guard FormFault.of(field, text: text, choices) == nil else {
            unread[path] = text
            return nil
        }
        switch field.kind {
        // One line is written as a text, as people do in a file.
        case .references where lines.count == 1: return .string(lines[0].uppercased())
        case .references, .states: return .array(lines.map { .string($0.uppercased()) })
        default: return .array(lines.map(JSONValue.string))
        }
    }

    private mutating func moment(_ field: FormField, at path: String, old: JSONValue?) -> JSONValue? {
        guard input.has("\(path)!day") else { return old }
        unread[path] = nil
        var typed = FormMoment()
        typed.day = part(path, "day")
        typed.month = part(path, "month")
        typed.year = part(path, "year")
        typed.time = part(path, "time")
        typed.zone = part(path, "zone")
        if typed.isEmpty { return nil }
        do throws(FormMoment.Fault) {
            if field.kind == .date { return .string(try typed.date()) }
            let moment = try typed.moment()
            // The same moment stays in the words in which it was written.
            if let known = old?.string.flatMap({ try? Instant($0) }), known == moment, known.offsetMinutes == moment.offsetMinutes {
                return old
            }
            return .string(moment.description)
        } catch {
            unread[path] = typed.kept
            return nil
        }
    }

    private func part(_ path: String, _ name: String) -> String {
        String((input.text("\(path)!\(name)") ?? "").filter { !$0.isNewline }.prefix(40))
    }

    /// A value as it stands in a field.
    static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .bool(let flag): flag ? "yes" : "no"
        default: ""
        }
    }

    // MARK: Rows come and go

    /// Adds an empty row, with its number and kind.
    static func adding(to field: FormField, kind: String?, _ old: JSONValue?) -> JSONValue {
        var rows = old?.array ?? []
        var row: [String: JSONValue] = [:]
        if let id = field.fields.first(where: { $0.kind == .id }) {
            let used = rows.compactMap { $0[id.name]?.string }.filter { $0.hasPrefix(id.prefix) }.compactMap {
                Int($0.dropFirst(id.prefix.count))
            }
            row[id.name] = .string("\(id.prefix)\((used.max() ?? 0) + 1)")
        }
        if let by = field.by, let kind { row[by] = .string(kind) }
        rows.append(.object(row))
        return .array(rows)
    }

    /// Takes a row out; what could not be read in the rows behind it moves up with them.
    static func removing(_ index: Int, from path: String, _ old: JSONValue?, unread: inout [String: String]) -> JSONValue? {
        var rows = old?.array ?? []
        guard rows.indices.contains(index) else { return old }
        rows.remove(at: index)
        var moved: [String: String] = [:]
        for (key, text) in unread {
            guard key.hasPrefix("\(path)."), let number = key.dropFirst(path.count + 1).split(separator: ".").first.flatMap({ Int($0) })
            else {
                moved[key] = text
                continue
            }
            if number == index { continue }
            let rest = key.dropFirst(path.count + 1 + String(number).count)
            moved["\(path).\(number > index ? number - 1 : number)\(rest)"] = text
        }
        unread = moved
        return rows.isEmpty ? nil : .array(rows)
    }
}
