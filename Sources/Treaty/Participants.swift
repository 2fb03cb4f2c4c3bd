// SPDX-License-Identifier: Apache-2.0

import Law
public import Standards

/// Who may take part in a treaty, from a resource: States with the names that the United Nations use, and regional organisations.
public struct Participants: Sendable {
    public struct Participant: Sendable, Equatable, Codable {
        public enum Kind: String, Sendable, Codable, CaseIterable { case member, observer, organisation }

        public let code: StateCode
        public let name: String
        public let kind: Kind
        /// Other names under which people look for it.
        public let also: [String]
        /// Of an organisation.
        public let members: [StateCode]

        public var isOrganisation: Bool { kind == .organisation }
    }

    /// By name.
    public let all: [Participant]
    private let byCode: [StateCode: Participant]
    private let byName: [String: StateCode]

    init(_ all: [Participant]) {
        self.all = all.sorted { $0.name < $1.name }
        byCode = Dictionary(all.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
        byName = Dictionary(
            all.flatMap { one in (one.also + [one.name]).map { ($0.lowercased(), one.code) } }, uniquingKeysWith: { first, _ in first })
    }

    public subscript(_ code: StateCode) -> Participant? { byCode[code] }

    public func name(_ code: StateCode) -> String { byCode[code]?.name ?? code.description }

    /// By code or by name.
    /// - Throws: `.notFound`.
    public func find(_ text: String) throws(ComityError) -> Participant {
        if let code = try? StateCode(text.uppercased()), let found = byCode[code] { return found }
        if let code = byName[text.lowercased()], let found = byCode[code] { return found }
        throw ComityError(
            .notFound, "“\(Text.safe(text, limit: 60))” is not a State or organisation of this collection.",
            why:
                "Members and observer States of the United Nations and regional organisations can take part; in an exercise, fictional States.",
            next: "Use a code of ISO 3166-1 such as VN, EU for the European Union, or the name that the United Nations use.")
    }

    /// From `participants:` of a resource.
    /// - Throws: `.malformedInput` naming the row.
    static func read(_ root: JSONValue, name: String) throws(ComityError) -> [Participant] {
        var found: [Participant] = []
        var seen: Set<StateCode> = []
        for (row, item) in (root["participants"]?.array ?? []).enumerated() {
            guard let code = item["code"]?.string.flatMap({ try? StateCode($0) }), let title = item["name"]?.string,
                let kind = item["kind"]?.string.flatMap(Participant.Kind.init), seen.insert(code).inserted
            else {
                throw ComityError(
                    .malformedInput, "\(name), participant \(row + 1): code, name or kind cannot be read, or the code stands twice.",
                    next: "Kinds are member, observer, organisation.")
            }
            let texts = { (member: String) in (item[member]?.array ?? []).compactMap(\.string) }
            found.append(
                Participant(
                    code: code, name: title, kind: kind, also: texts("also"), members: texts("members").compactMap { try? StateCode($0) }))
        }
        return found
    }
}
