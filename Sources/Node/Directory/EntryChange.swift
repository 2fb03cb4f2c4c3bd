// SPDX-License-Identifier: Apache-2.0

import Exchange
import Law
import Standards

/// Changes of what an entry says, as people write them: `authority.phone=+999 105 550 101`, or a YAML file with whole members.
public enum EntryChange {
    /// One member that differs, by its dotted path; items of a list by their id, code or kind.
    public struct Difference: Sendable, Codable, Equatable {
        public let path: String
        public let before: String?
        public let after: String?
    }

    /// Lists whose items are named by one of their members.
    private static let keyed = ["authorities": "id", "requirements": "code", "channels": "kind"]
    /// The member that an item itself stands for.
    private static let main = ["requirements": "says", "channels": "address"]
    private static let texts: Set<String> = ["languages", "purposes"]

    /// Applies changes one after the other; only the whole must make sense.
    /// - Parameters:
    ///   - file: YAML or JSON whose members take the place of those of the entry, first.
    ///   - changes: `path=value`; an empty value takes the member away.
    /// - Throws: `.usage`, `.malformedInput`.
    static func apply(file: (bytes: [UInt8], name: String)?, _ changes: [String], to facts: DirectoryEntry.Facts)
        throws(ComityError) -> DirectoryEntry.Facts
    {
        var value = try json(facts)
        if let file {
            guard case .object(let members) = try YAMLText(file.bytes, name: file.name).value, case .object(let old) = value else {
                throw ComityError(
                    .malformedInput, "\(file.name) does not hold members of an entry.", next: "Begin it with authority: or authorities:.")
            }
            value = .object(old.merging(members) { $1 }.filter { $0.value != .null })
        }
        for change in changes {
            guard let sign = change.firstIndex(of: "=") else {
                throw ComityError(
                    .usage, "“\(Text.safe(change, limit: 80))” is not PATH=VALUE.",
                    next: "Write for example authority.phone=+999105550101.")
            }
            let path = change[..<sign].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            let text = change[change.index(after: sign)...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
            guard path.allSatisfy({ !$0.isEmpty }) else {
                throw ComityError(.usage, "“\(Text.safe(change, limit: 80))” names no member.")
            }
            value = try set(value, path[...], text, name: "") ?? .object([:])
        }
        return try read(value)
    }

    private static func set(_ value: JSONValue?, _ path: ArraySlice<String>, _ text: String, name: String) throws(ComityError) -> JSONValue?
    {
        guard let step = path.first else {
            if let main = main[name], case .object(var members) = value ?? .object([:]) {
                members[main] = .string(text)
                return .object(members)
            }
            if text.isEmpty { return nil }
            guard texts.contains(name) else { return .string(text) }
            return .array(text.split(separator: ",").map { .string($0.trimmed) })
        }
        guard let key = keyed[name] else {
            var members = value?.object ?? [:]
            members[step] = try set(members[step], path.dropFirst(), text, name: step)
            return .object(members)
        }
        var items = value?.array ?? []
        let place = items.firstIndex { $0[key]?.string == step }
        if path.count == 1, text.isEmpty {
            if let place { items.remove(at: place) }
            return items.isEmpty ? nil : .array(items)
        }
        guard path.count > 1 || main[name] != nil else {
            throw ComityError(.usage, "Say which member of \(step) is meant.", next: "For example \(name).\(step).name=…")
        }
        var item = place.map { items[$0] } ?? .object([key: .string(step)])
        if path.count == 1 {
            item = try set(item, [], text, name: name) ?? item
        } else {
            item = try set(item, path.dropFirst(), text, name: "") ?? item
        }
        if let place { items[place] = item } else { items.append(item) }
        return .array(items)
    }

    private static func json(_ facts: DirectoryEntry.Facts) throws(ComityError) -> JSONValue {
        try IJSON.decode(JSONValue.self, from: try IJSON.encode(facts), limit: 8 << 20)
    }

    /// Reads facts; a name that means nothing is an error, never dropped.
    private static func read(_ value: JSONValue) throws(ComityError) -> DirectoryEntry.Facts {
        let facts: DirectoryEntry.Facts
        do { facts = try IJSON.decode(DirectoryEntry.Facts.self, from: try IJSON.encode(value), limit: 8 << 20) } catch {
            throw ComityError(
                .usage, "The entry cannot say that.", why: error.what,
                next: "An authority has id, name, languages and timeZone; docs/formats/directory-entry.md lists all members.")
        }
        let (given, kept) = (leaves(value), leaves(try json(facts)))
        if let lost = given.keys.sorted().first(where: { kept[$0] == nil }) {
            throw ComityError(
                .usage, "“\(Text.safe(lost, limit: 80))” is not a member of an entry.",
                next: "docs/formats/directory-entry.md lists the members.")
        }
        return facts
    }

    /// What differs, in the order of the paths.
    static func differences(_ old: DirectoryEntry.Facts, _ new: DirectoryEntry.Facts) throws(ComityError) -> [Difference] {
        let (before, after) = (leaves(try json(old)), leaves(try json(new)))
        return Set(before.keys).union(after.keys).sorted().compactMap { path in
            before[path] == after[path] ? nil : Difference(path: path, before: before[path], after: after[path])
        }
    }

    private static func leaves(_ value: JSONValue, at path: String = "", name: String = "") -> [String: String] {
        func below(_ step: String) -> String { path.isEmpty ? step : "\(path).\(step)" }
        switch value {
        case .object(let members):
            return members.reduce(into: [:]) { found, member in
                found.merge(leaves(member.value, at: below(member.key), name: member.key)) { $1 }
            }
        case .array(let items):
            guard let key = keyed[name] else { return [path: items.compactMap(\.string).joined(separator: ", ")] }
            var counts: [String: Int] = [:]
            return items.reduce(into: [:]) { found, item in
                var step = item[key]?.string ?? "?"
                counts[step, default: 0] += 1
                if let count = counts[step], count > 1 { step += "#\(count)" }
                found.merge(leaves(item, at: below(step))) { $1 }
            }
        case .string(let text): return [path: text]
        case .null: return [:]
        case .bool(let flag): return [path: "\(flag)"]
        case .integer(let number): return [path: "\(number)"]
        case .number(let number): return [path: "\(number)"]
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
