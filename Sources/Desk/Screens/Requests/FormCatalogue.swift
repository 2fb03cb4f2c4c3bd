// SPDX-License-Identifier: Apache-2.0

import Law
import Standards

/// The form of a request as data: `forms/requests.yaml`. Which fields a type has is said by the law's templates; this says in
/// which section and how each is asked.
struct FormCatalogue: Sendable {
    struct Section: Sendable {
        let id: String
        let fields: [FormField]

        /// Names of the members of a draft that it holds.
        var members: [String] { fields.map(\.name) }
    }

    /// Where something in a draft is edited.
    struct Place: Sendable, Equatable {
        let section: String
        /// Path of the nearest thing that stands on the page, for `#` and for the window of a long list.
        let path: String
    }

    /// Words that stand in the place of a section's name in an address.
    static let reserved: Set<String> = [
        "new", "check", "answers", "done", "discard", "submit", "approve", "return", "send", "take-back", "translated",
    ]

    let sections: [Section]
    let options: [String: [String]]
    /// Where a rule that names one of several members leads, for a type that has only the other.
    let instead: [String: String]

    /// - Throws: `.failure` for a file that cannot be read, a section or a field that comes twice, or an unknown list.
    init(yaml: String) throws(ComityError) {
        let root: JSONValue
        do { root = try YAMLText(Array(yaml.utf8), name: "forms/requests.yaml").value } catch {
            throw DeskResources.fault("The file forms/requests.yaml of the desk cannot be read: \(error.what)")
        }
        options = (root["options"]?.object ?? [:]).mapValues { $0.array?.compactMap(\.string) ?? [] }
        instead = (root["instead"]?.object ?? [:]).compactMapValues(\.string)
        var sections: [Section] = []
        var names: Set<String> = []
        for item in root["sections"]?.array ?? [] {
            var fields: [FormField] = []
            for field in item["fields"]?.array ?? [] { fields.append(try FormField(field, parent: "")) }
            guard let id = item["id"]?.string, !Self.reserved.contains(id), !sections.contains(where: { $0.id == id }), !fields.isEmpty
            else {
                throw DeskResources.fault("A section of forms/requests.yaml has no name or fields, or a name that is taken.")
            }
            for field in fields where !names.insert(field.name).inserted {
                throw DeskResources.fault("The field “\(field.name)” stands twice in forms/requests.yaml.")
            }
            for field in fields.flatMap(\.all) {
                guard let list = field.options, options[list] == nil, FormChoices.Made(rawValue: list) == nil else { continue }
                throw DeskResources.fault("The field “\(field.path)” of forms/requests.yaml names the list “\(list)”, which is missing.")
            }
            sections.append(Section(id: id, fields: fields))
        }
        guard !sections.isEmpty else { throw DeskResources.fault("The file forms/requests.yaml of the desk has no sections.") }
        self.sections = sections
    }

    /// The sections of a type with the fields that its template has; a section without any is left out.
    func sections(for type: String, law: Law) -> [Section] {
        let known = Set(law.fields(for: type).map { $0.path.split(separator: ".").first.map(String.init) ?? "" })
        return sections.compactMap { section in
            let fields = section.fields.filter { known.contains($0.name) || $0.also.contains(type) }
            return fields.isEmpty ? nil : Section(id: section.id, fields: fields)
        }
    }

    /// Where a finding leads: to its field, or to the nearest thing above it that stands on a page.
    /// - Parameter path: dotted path with numbers, `identifiers.3.port`; may be empty or lead nowhere.
    func place(of path: String, in sections: [Section]) -> Place? {
        var steps = path.split(separator: ".").map(String.init)
        if let first = steps.first, let other = instead[first], !sections.contains(where: { $0.members.contains(first) }) {
            steps = [other]
        }
        guard let first = steps.first, let section = sections.first(where: { $0.members.contains(first) }),
            let field = section.fields.first(where: { $0.name == first })
        else { return nil }
        return Place(section: section.id, path: ([first] + Self.nearest(steps.dropFirst(), below: field)).joined(separator: "."))
    }

    private static func nearest(_ steps: ArraySlice<String>, below field: FormField) -> [String] {
        guard let step = steps.first else { return [] }
        switch field.kind {
        case .repeat:
            guard Int(step) != nil else { return [] }
            return [step] + member(steps.dropFirst(), of: field)
        case .group: return member(steps, of: field)
        default: return []
        }
    }

    private static func member(_ steps: ArraySlice<String>, of field: FormField) -> [String] {
        guard let step = steps.first, let inner = field.fields.first(where: { $0.name == step }), !inner.kind.isGiven else { return [] }
        return [step] + nearest(steps.dropFirst(), below: inner)
    }
}
