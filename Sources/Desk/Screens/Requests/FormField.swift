// SPDX-License-Identifier: Apache-2.0

import Standards

/// A member of a draft as the form asks for it.
struct FormField: Sendable {
    enum Kind: String, Sendable {
        case text, long, lines, choice, choices, number, date, moment, state, states, reference, references, language, issuer, recipient
        case identifiers, group, `repeat`, map, id, code
        case yesNo = "yes-no"
        case ownState = "own-state"
        case theirState = "their-state"

        /// Written by the form itself; nobody types it.
        var isGiven: Bool { self == .id || self == .code || self == .ownState || self == .theirState }
    }

    /// A condition on another member of the same row.
    struct When: Sendable {
        let member: String
        let values: Set<String>
    }

    /// Its own name in its parent.
    let name: String
    /// Dotted path in a draft, with `*` for every row of a list: `data_sought.*.from`.
    let path: String
    let kind: Kind
    /// Name of its list of choices.
    let options: String?
    let fields: [FormField]
    /// Types whose template lacks it and whose rules name it.
    let also: Set<String>
    let when: When?
    /// The member of a row that decides its other fields.
    let by: String?
    /// What an id of a row begins with.
    let prefix: String
    let maximum: Int
    /// Letters and digits that are compared one by one.
    let isCode: Bool
    /// Takes its words from the kind of its row.
    let isNamedByKind: Bool

    /// What its words stand under: the path without the `*`.
    var key: String { path.split(separator: ".").filter { $0 != "*" }.joined(separator: ".") }

    func label(_ strings: Strings, kind: String? = nil) -> String {
        if isNamedByKind, let kind, strings.has("named.\(kind)") { return strings("named.\(kind)") }
        return strings("field.\(key)")
    }

    /// Its members in a row, or in a group.
    func shown(in value: JSONValue?) -> [FormField] {
        fields.filter { field in
            guard let when = field.when else { return true }
            return value?[when.member]?.string.map(when.values.contains) ?? false
        }
    }

    /// Itself and everything below.
    var all: [FormField] { [self] + fields.flatMap(\.all) }

    // MARK: Reading

    static let longest = 300_000

    /// - Parameter parent: path of what it is a member of; empty at the top.
    init(_ item: JSONValue, parent: String) throws(ComityError) {
        guard let name = item["path"]?.string, let kind = item["kind"]?.string.flatMap(Kind.init) else {
            throw DeskResources.fault("A field of forms/requests.yaml in “\(parent)” has no path or an unknown kind.")
        }
        self.name = name
        path = parent.isEmpty ? name : "\(parent).\(name)"
        self.kind = kind
        options = item["options"]?.string
        also = Set(Self.list(item["also"]))
        when = item["when"]?.object?.first.map { When(member: $0.key, values: Set(Self.list($0.value))) }
        by = item["by"]?.string
        prefix = item["prefix"]?.string ?? ""
        maximum = item["max"]?.integer.map { Int($0) } ?? (kind == .text ? 4000 : Self.longest)
        isCode = item["code"]?.bool ?? false
        isNamedByKind = item["named"]?.string == "kind"
        var fields: [FormField] = []
        for inner in item["fields"]?.array ?? [] { fields.append(try FormField(inner, parent: kind == .repeat ? "\(path).*" : path)) }
        self.fields = fields
        guard fields.isEmpty != (kind == .group || kind == .repeat) else {
            throw DeskResources.fault("The field “\(path)” of forms/requests.yaml has members and is no group, or is one without.")
        }
    }

    private static func list(_ value: JSONValue?) -> [String] { value?.array?.compactMap(\.string) ?? value?.string.map { [$0] } ?? [] }
}
