// SPDX-License-Identifier: Apache-2.0

import Law
import Node
import Standards

/// What is wrong with an answer, in words, as far as a form can say; the rest the rules say.
enum FormFault {
    /// Why a typed text is no value for this field; nil when it is one.
    static func of(_ field: FormField, text: String, _ choices: FormChoices) -> String? {
        let strings = choices.scene.strings
        guard text.count <= field.maximum else {
            return strings("fault.too-long", ["count": choices.scene.figures.count(field.maximum)])
        }
        switch field.kind {
        case .number: return text.utf8.count <= 18 && Int64(text) != nil ? nil : strings("fault.number")
        case .state: return (try? StateCode(text.uppercased())) == nil ? strings("fault.state") : nil
        case .states:
            let wrong = text.split(whereSeparator: \.isNewline).contains { (try? StateCode($0.uppercased())) == nil }
            return wrong ? strings("fault.state") : nil
        case .reference, .references:
            for line in text.split(separator: "\n") where !line.allSatisfy(\.isWhitespace) {
                guard let ref = try? FileReference(line.filter { !$0.isWhitespace }) else { return strings("fault.reference") }
                guard choices.scene.item(ref) != nil else {
                    return strings("fault.reference.here", ["ref": ref.description])
                }
            }
            return nil
        default: return nil
        }
    }

    /// Why text that was kept as unread is no value.
    static func ofKept(_ field: FormField, _ kept: String, _ choices: FormChoices) -> String {
        let strings = choices.scene.strings
        switch field.kind {
        case .date, .moment:
            let typed = FormMoment(kept: kept)
            do throws(FormMoment.Fault) {
                if field.kind == .date { _ = try typed.date() } else { _ = try typed.moment() }
            } catch { return strings(error.key, error.values) }
            return strings("fault.option")
        case .choice, .issuer, .language: return strings("fault.option")
        case .recipient: return strings(kept.isEmpty ? "fault.state.none" : "fault.state.one")
        case .map: return strings("fault.state")
        default: return of(field, text: kept, choices) ?? strings("fault.option")
        }
    }

    /// What the checks of the law say about the identifiers of some rows, by path.
    /// - Parameter strict: a missing content is a fault too, not only a wrong one.
    static func identifiers(
        _ rows: [(index: Int, value: JSONValue)], strict: Bool, sharing: String?, theirs: StateCode?, _ strings: Strings
    ) -> [String: String] {
        guard !rows.isEmpty else { return [:] }
        let draft = JSONValue.object(["identifiers": .array(rows.map(\.value))])
        var faults: [String: String] = [:]
        for check in [NamedCheck.ipEndpointPort, .ipEndpointTime, .identifiersWellFormed] {
            for fault in check.faults(in: draft) {
                let steps = fault.field.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
                guard steps.count >= 3, let number = Int(steps[1]), rows.indices.contains(number) else { continue }
                // A local time is asked as the moment it names.
                let member = steps[2] == "local_time" ? "at" : steps[2]
                let said = rows[number].value[steps[2]].map { !$0.isEmpty } ?? false
                guard strict || said else { continue }
                let path = "identifiers.\(rows[number].index).\(member)"
                guard faults[path] == nil else { continue }
                faults[path] = check == .ipEndpointPort ? port(sharing, theirs, strings) : Text.safe(fault.detail, limit: 300)
            }
        }
        return faults
    }

    private static func port(_ sharing: String?, _ theirs: StateCode?, _ strings: Strings) -> String {
        guard let sharing, let theirs else { return strings("fault.port") }
        return strings("fault.port.sharing", ["state": theirs.description, "sharing": Text.safe(sharing, limit: 200)])
    }
}
