// SPDX-License-Identifier: Apache-2.0

import Law
import Standards

/// What people need, and the types that give it: `forms/chooser.yaml`.
struct Chooser: Sendable {
    struct Need: Sendable {
        let id: String
        /// The least intrusive first.
        let types: [String]
        /// A type that reaches less far.
        let less: String?
        /// A type to send before.
        let first: String?
    }

    struct Group: Sendable {
        let id: String
        let needs: [Need]
    }

    let groups: [Group]

    /// - Throws: `.failure` for a file that cannot be read, or a need without a type.
    init(yaml: String) throws(ComityError) {
        let root: JSONValue
        do { root = try YAMLText(Array(yaml.utf8), name: "forms/chooser.yaml").value } catch {
            throw DeskResources.fault("The file forms/chooser.yaml of the desk cannot be read: \(error.what)")
        }
        var groups: [Group] = []
        for item in root["groups"]?.array ?? [] {
            var needs: [Need] = []
            for need in item["needs"]?.array ?? [] {
                guard let id = need["id"]?.string, let types = need["types"]?.array?.compactMap(\.string), !types.isEmpty else {
                    throw DeskResources.fault("A need of forms/chooser.yaml has no name or no type.")
                }
                needs.append(Need(id: id, types: types, less: need["less"]?.string, first: need["first"]?.string))
            }
            groups.append(Group(id: item["id"]?.string ?? "", needs: needs))
        }
        guard !groups.isEmpty else { throw DeskResources.fault("The file forms/chooser.yaml of the desk has no groups.") }
        self.groups = groups
    }

    func need(_ id: String) -> Need? { groups.flatMap(\.needs).first { $0.id == id } }
}
