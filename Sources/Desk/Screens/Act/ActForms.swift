// SPDX-License-Identifier: Apache-2.0

import Dossier
import Standards
import Yams

/// One member of the body of an act, as an officer fills it in.
struct ActField: Sendable, Equatable {
    enum Kind: String, Sendable, CaseIterable {
        /// One line, or several.
        case text, long
        case choice
        /// Day, month, year, time and zone.
        case moment
        /// A moment to come: in so many days, or exactly.
        case ahead
        /// Grounds of the law for this step.
        case grounds
        /// One text a line; questions are numbered.
        case texts, questions
        /// A text for each open question.
        case answers
        /// A package that was sealed here for this file, or one that has arrived.
        case package, arrived
        case money
        case yesNo = "yes-no"
        /// A box that must be ticked.
        case confirm
        /// A file on this node.
        case reference
        /// An act of this file that waits: an amendment.
        case act
        /// Assets that the request names.
        case assets
        /// SHA-256.
        case hash
        case number, zone
        /// A telephone number; the one of the directory stands ready.
        case phone
        /// The path of a communication; costs by name.
        case hops, expenses
        /// An authority of this State.
        case authority
        /// A rule that may be set aside.
        case rule
        /// Not asked here; another screen makes it.
        case whole
    }

    let name: String
    let kind: Kind
    let values: [String]
    let isRequired: Bool
    /// Members that the same field fills in.
    let sets: [String]
    let label: String?
    let hint: String?
}

/// How the act of a kind is asked for.
struct ActForm: Sendable {
    enum Group: String, Sendable, CaseIterable { case work, talk, decide, end, elsewhere }

    let kind: ActKind
    let group: Group
    let fields: [ActField]

    /// Every member of the body.
    var members: [String] { fields.flatMap { [$0.name] + $0.sets } }

    /// The words for a member.
    func label(_ name: String, _ strings: Strings) -> String {
        if let key = fields.first(where: { $0.name == name })?.label { return strings(key) }
        let own = "member.\(kind.rawValue).\(name)"
        return strings(strings.has(own) ? own : "member.\(name)")
    }

    /// What stands below the label; nil when nothing needs saying.
    func hint(_ field: ActField, _ strings: Strings) -> String? {
        let keys = [field.hint, "hint.\(kind.rawValue).\(field.name)", "hint.\(field.name)"].compactMap { $0 }
        return keys.first(where: strings.has).map { strings($0) } ?? field.hint.map { strings($0) }
    }

    /// The words for a value of a choice.
    func word(_ name: String, _ value: String, _ strings: Strings) -> String {
        let own = "choice.\(kind.rawValue).\(name).\(value)"
        return strings(strings.has(own) ? own : "choice.\(name).\(value)")
    }
}

/// The forms of all kinds of acts: `Resources/forms/acts.yaml`.
struct ActForms: Sendable {
    private let forms: [ActKind: ActForm]

    /// - Throws: `.failure` naming what is wrong: a kind without a form, a form without a kind, a member that cannot be read.
    init(yaml: String) throws(ComityError) {
        func fault(_ says: String) -> ComityError { DeskResources.fault("The file forms/acts.yaml of the desk is broken: \(says)") }
        let root: Node.Mapping
        do {
            guard let mapping = try Yams.compose(yaml: yaml)?.mapping else { throw fault("it has no kinds.") }
            root = mapping
        } catch let error as ComityError { throw error } catch { throw fault("it is not YAML: \(error)") }
        var forms: [ActKind: ActForm] = [:]
        for (key, value) in root {
            guard let kind = key.string.flatMap(ActKind.init(rawValue:)) else { throw fault("“\(key.string ?? "")” is no kind of act.") }
            guard let group = value["group"]?.string.flatMap(ActForm.Group.init(rawValue:)), let rows = value["members"]?.sequence else {
                throw fault("\(kind.rawValue) has no group or no members.")
            }
            var fields: [ActField] = []
            for row in rows {
                guard let name = row["name"]?.string, let type = row["is"]?.string.flatMap(ActField.Kind.init(rawValue:)) else {
                    throw fault("a member of \(kind.rawValue) has no name, or is of no known kind.")
                }
                let values = row["of"]?.sequence?.compactMap(\.string) ?? []
                guard (type == .choice) == !values.isEmpty else { throw fault("\(kind.rawValue) \(name): only a choice has values.") }
                fields.append(
                    ActField(
                        name: name, kind: type, values: values, isRequired: row["required"]?.bool ?? false,
                        sets: row["sets"]?.sequence?.compactMap(\.string) ?? [], label: row["label"]?.string, hint: row["hint"]?.string))
            }
            forms[kind] = ActForm(kind: kind, group: group, fields: fields)
        }
        if let missing = ActKind.allCases.first(where: { forms[$0] == nil }) { throw fault("\(missing.rawValue) is missing.") }
        self.forms = forms
    }

    /// Every kind has one: the initialiser refuses less.
    subscript(_ kind: ActKind) -> ActForm { forms[kind] ?? ActForm(kind: kind, group: .elsewhere, fields: []) }
}
