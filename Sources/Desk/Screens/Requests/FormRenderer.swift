// SPDX-License-Identifier: Apache-2.0

import Dossier
import Law
import Node
import Standards
import Web

/// The fields of a section as the template `form-field` writes them: label, hint, error, field, in that order.
struct FormRenderer {
    /// Rows of a list on one page.
    static let window = 5
    /// More identifiers than this are typed as numbers, not ticked.
    static let ticks = 30

    let choices: FormChoices
    let content: JSONValue
    let unread: [String: String]
    /// First row shown, by path of the list.
    let windows: [String: Int]
    /// Problems of single fields, by path.
    let faults: [String: String]

    var scene: Scene { choices.scene }
    var strings: Strings { scene.strings }

    /// Zones of the three times that matter first, then those of other States.
    static func places(_ scene: Scene, _ recipients: [StateCode]) -> [FormZones.Place] {
        var seen: Set<String> = []
        var places: [FormZones.Place] = []
        func add(_ state: StateCode, _ key: String) {
            guard let zone = scene.names.zone(state), seen.insert(zone).inserted else { return }
            places.append(
                .init(zone: zone, label: "\(scene.strings(key, ["state": state.description])) (\(Text.safe(zone, limit: 60)))"))
        }
        add(scene.node.state, "form.zone.own")
        for state in recipients { add(state, "form.zone.of") }
        for state in scene.names.states { add(state, "form.zone.of") }
        return places
    }

    func fields(of section: FormCatalogue.Section) -> [Fields] {
        section.fields.compactMap { field($0, at: $0.name, content[$0.name], kind: nil, top: true) }
    }

    private static let flags = [
        "isText", "isArea", "isRadios", "isSelect", "isChecks", "isMoment", "isDate", "isGroup", "isRepeat", "isMap", "isRow", "hasHint",
        "hasError", "isOptional", "hasAsks", "isCode", "isShort", "hasReadAs", "canRemove", "hasRows", "hasWindow", "hasEarlier",
        "hasLater",
        "hasKinds", "isDescribed", "isNumeric",
    ]
    private static var blank: Fields { flags.reduce(into: [:]) { $0[$1] = false } }

    private func field(_ field: FormField, at path: String, _ value: JSONValue?, kind: String?, top: Bool) -> Fields? {
        if field.kind.isGiven { return nil }
        var out = Self.blank
        out["id"] = path
        out["label"] = field.label(strings, kind: kind)
        let demands = scene.node.law.demands(on: field.path, type: choices.type.rawValue)
        let musts = demands.filter { $0.level == .must }
        out["isOptional"] =
            !field.isNested && musts.isEmpty && !Self.leaf(field.kind)
            || Self.leaf(field.kind) && musts.isEmpty && demands.isEmpty
        if top, let rule = musts.first {
            out["hasAsks"] = true
            out["asks"] = Article.words(rule.cite, strings)
            out["unverified"] = rule.tag.isUnverified
        }
        hint(field, kind: kind, top: top, &out)
        let fault = faults[path] ?? unread[path].map { FormFault.ofKept(field, $0, choices) }
        if let fault {
            out["hasError"] = true
            out["error"] = fault
        }
        out["isDescribed"] = (out["hasHint"] as? Bool ?? false) || fault != nil
        out["describedBy"] = [(out["hasHint"] as? Bool ?? false) ? "\(path)!hint" : nil, fault == nil ? nil : "\(path)!error"]
            .compactMap { $0 }.joined(separator: " ")
        out["isCode"] = field.isCode
        fill(field, at: path, value, &out)
        return out
    }

    private static func leaf(_ kind: FormField.Kind) -> Bool { kind != .group && kind != .repeat && kind != .map }

    private func hint(_ field: FormField, kind: String?, top: Bool, _ out: inout Fields) {
        let own = field.isNamedByKind ? "named.\(kind ?? "").hint" : "field.\(field.key).hint"
        let law = top ? scene.node.law.fields(for: choices.type.rawValue).first { $0.path == field.path }?.says : nil
        guard let text = strings.has(own) ? strings(own) : law else { return }
        out["hasHint"] = true
        out["hint"] = Text.safe(text, limit: 400)
    }

    private func fill(_ field: FormField, at path: String, _ value: JSONValue?, _ out: inout Fields) {
        switch field.kind {
        case .group:
            out["isGroup"] = true
            out["fields"] = field.shown(in: value).compactMap {
                self.field($0, at: "\(path).\($0.name)", value?[$0.name], kind: nil, top: false)
            }
        case .repeat: rows(field, at: path, value, &out)
        case .map: map(at: path, value, &out)
        case .yesNo:
            let said = value?.bool.map { $0 ? "yes" : "no" } ?? ""
            out["isRadios"] = true
            out["isShort"] = true
            out["choices"] = ["yes", "no"].map { choice(path, $0, strings("form.\($0)"), on: said == $0) }
        case .choice, .issuer, .language: single(field, at: path, value, &out)
        case .choices, .states, .identifiers, .recipient: several(field, at: path, value, &out)
        case .date, .moment: moment(field, at: path, value, &out)
        case .long, .lines, .references:
            out["isArea"] = true
            let text =
                unread[path] ?? value?.string ?? value?.array?.map(FormReader.text).joined(separator: "\n") ?? value.map(FormReader.text)
                ?? ""
            out["value"] = PageText.verbatim(text)
            out["size"] = field.kind == .long ? "6" : "3"
        case .id, .code, .ownState, .theirState: break
        default:
            out["isText"] = true
            out["isShort"] = field.kind == .number || field.kind == .state
            out["isNumeric"] = field.kind == .number
            out["value"] = PageText.verbatim(unread[path] ?? value.map(FormReader.text) ?? "")
        }
    }

    private func choice(_ path: String, _ value: String, _ label: String, on: Bool) -> Fields {
        ["id": "\(path)!\(value)", "name": path, "value": PageText.verbatim(value), "label": label, "isOn": on]
    }

    /// Few choices are radio buttons, many a list.
    private func single(_ field: FormField, at path: String, _ value: JSONValue?, _ out: inout Fields) {
        let said = unread[path] ?? value.map(FormReader.text) ?? ""
        var known = choices.choices(field)
        if !said.isEmpty, !known.contains(where: { $0.value == said }) {
            known.append(.init(value: said, label: Text.safe(said, limit: 80)))
        }
        out[known.count <= 5 ? "isRadios" : "isSelect"] = true
        out["choices"] = known.map { choice(path, $0.value, $0.label, on: $0.value == said) }
    }

    private func several(_ field: FormField, at path: String, _ value: JSONValue?, _ out: inout Fields) {
        let said = value?.array?.map(FormReader.text) ?? value?.string.map { [$0] } ?? []
        var known: [FormChoices.Choice]
        switch field.kind {
        case .identifiers:
            let ids = (content["identifiers"]?.array ?? []).compactMap { item in item["id"]?.string.map { ($0, item) } }
            guard ids.count <= Self.ticks else {
                out["isArea"] = true
                out["size"] = "3"
                out["hasHint"] = true
                out["hint"] = strings("form.identifiers.more")
                out["value"] = PageText.verbatim(unread[path] ?? said.joined(separator: "\n"))
                return
            }
            known = ids.map { .init(value: $0.0, label: "\(Text.safe($0.0, limit: 40)) \(AnswerText.identifier($0.1))") }
        case .recipient:
            known = scene.names.confirmed.map { .init(value: $0.description, label: stateLabel($0)) }
        case .states:
            known = ([scene.node.state] + scene.names.states).map { .init(value: $0.description, label: stateLabel($0)) }
        default: known = choices.choices(field)
        }
        for value in said where !known.contains(where: { $0.value == value }) {
            known.append(.init(value: value, label: Text.safe(value, limit: 80)))
        }
        let one = field.kind == .recipient && !choices.type.allowsSeveralParties
        out[one ? "isRadios" : "isChecks"] = true
        out["choices"] = known.map { choice(path, $0.value, $0.label, on: said.contains($0.value)) }
    }

    private func stateLabel(_ state: StateCode) -> String {
        let name = scene.names.name(state)
        return name.isEmpty ? state.description : "\(state) \(Text.safe(name))"
    }

    private func moment(_ field: FormField, at path: String, _ value: JSONValue?, _ out: inout Fields) {
        let places = Self.places(scene, choices.recipients)
        var typed = unread[path].map { FormMoment(kept: $0) } ?? value?.string.flatMap { FormMoment($0, zones: places) } ?? FormMoment()
        if unread[path] == nil, value == nil, path.hasPrefix("identifiers."), path.hasSuffix(".at") { local(path, places, &typed) }
        for (name, text) in zip(FormMoment.parts, [typed.day, typed.month, typed.year, typed.time]) { out[name] = PageText.verbatim(text) }
        out[field.kind == .date ? "isDate" : "isMoment"] = true
        guard field.kind == .moment else { return }
        var offsets = FormZones.offsets
        do throws(FormMoment.Fault) {
            let moment = try typed.moment()
            out["hasReadAs"] = true
            out["readAs"] = scene.times.fields(moment, theirs: choices.recipients.first.flatMap(scene.names.zone), exact: true)
            out["theirs"] = choices.recipients.first.map(\.description) ?? ""
        } catch { offsets += error.offsets.filter { !offsets.contains($0) } }
        let known = ["UTC"] + places.map(\.zone) + offsets
        if !typed.zone.isEmpty, !known.contains(typed.zone) { offsets.insert(typed.zone, at: 0) }
        func option(_ value: String, _ label: String) -> Fields {
            ["value": PageText.verbatim(value), "label": label, "isOn": value == typed.zone]
        }
        out["places"] = [option("UTC", strings("time.utc"))] + places.map { option($0.zone, $0.label) }
        out["offsets"] = offsets.map { option($0, Text.safe($0, limit: 60)) }
    }

    /// The time of an identifier as a local log showed it, with the zone beside it.
    private func local(_ path: String, _ places: [FormZones.Place], _ typed: inout FormMoment) {
        let row = content.at(String(path.dropLast(".at".count)))
        guard let text = row?["local_time"]?.string, let moment = FormMoment(text + "Z", zones: places) else { return }
        typed = moment
        typed.zone = row?["zone"]?.string ?? ""
    }

    // MARK: Lists

    private func rows(_ field: FormField, at path: String, _ value: JSONValue?, _ out: inout Fields) {
        let rows = value?.array ?? []
        let first = min(max(0, windows[path] ?? 0), max(0, rows.count - 1)) / Self.window * Self.window
        let shown = Array(rows.enumerated().dropFirst(first).prefix(Self.window))
        out["isRepeat"] = true
        out["hasRows"] = !rows.isEmpty
        out["shown"] = shown.map { "\($0.offset)" }.joined(separator: ",")
        out["rows"] = shown.map { index, row -> Fields in self.row(field, at: "\(path).\(index)", index, row) }
        out["hasWindow"] = rows.count > Self.window
        out["range"] = strings(
            "form.rows.shown",
            [
                "from": scene.figures.count(first + 1), "to": scene.figures.count(first + shown.count),
                "all": scene.figures.count(rows.count),
            ])
        out["hasEarlier"] = first > 0
        out["earlier"] = "?\(path)=\(max(1, first - Self.window + 1))#\(path)"
        out["hasLater"] = first + Self.window < rows.count
        out["later"] = "?\(path)=\(first + Self.window + 1)#\(path)"
        out["add"] = strings(rows.isEmpty ? "form.add.first" : "form.add")
        guard field.by != nil, let options = field.options else { return }
        out["hasKinds"] = true
        out["kinds"] = (choices.catalogue.options[options] ?? []).map { kind -> Fields in
            ["value": kind, "label": strings("option.\(options).\(kind)")]
        }
    }

    private func row(_ field: FormField, at path: String, _ index: Int, _ row: JSONValue) -> Fields {
        var out = Self.blank
        let kind = field.by.flatMap { row[$0]?.string }
        var words = strings("form.row", ["what": strings("field.\(field.key).row"), "number": scene.figures.count(index + 1)])
        if let id = row["id"]?.string { words += " · \(Text.safe(id, limit: 40))" }
        if let kind, let options = field.options, choices.catalogue.options[options]?.contains(kind) == true {
            words += ": \(strings("option.\(options).\(kind)"))"
        }
        out["id"] = path
        out["isRow"] = true
        out["label"] = words
        out["canRemove"] = true
        out["removes"] = strings("form.remove.what", ["what": words])
        if let fault = faults[path] {
            out["hasError"] = true
            out["error"] = fault
        }
        out["fields"] = field.shown(in: row).compactMap { inner -> Fields? in
            // The kind was chosen when the row was added; only one that is not known is asked again.
            if inner.name == field.by, let kind, field.options.flatMap({ choices.catalogue.options[$0] })?.contains(kind) == true {
                return nil
            }
            return self.field(inner, at: "\(path).\(inner.name)", row[inner.name], kind: kind, top: false)
        }
        return out
    }

    private func map(at path: String, _ value: JSONValue?, _ out: inout Fields) {
        var rows = (value?.object ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, FormReader.text($0.value)) }
        for (key, kept) in unread where key.hasPrefix("\(path).") {
            let lines = kept.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            rows.append((lines.first ?? "", lines.dropFirst().joined(separator: " ")))
        }
        rows.append(("", ""))
        out["isMap"] = true
        out["count"] = "\(rows.count)"
        out["entries"] = rows.enumerated().map { index, row -> Fields in
            ["id": "\(path).\(index)", "state": PageText.verbatim(row.0), "text": PageText.verbatim(row.1)]
        }
    }
}

extension FormField {
    /// It stands inside another.
    var isNested: Bool { path.contains(".") }
}
