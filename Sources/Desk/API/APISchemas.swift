// SPDX-License-Identifier: Apache-2.0

import Court
import Dossier
import Law
import Node
import Standards

/// The schemas of the API by name, from `api/schemas.yaml`: what the document shows, and what requests are checked against.
struct APISchemas: Sendable {
    let named: [String: JSONValue]

    /// Lists of codes that stand in the program, under the names by which the file calls them.
    static let lists: [String: [String]] = [
        "FileType": FileType.allCases.map(\.rawValue), "FileState": FileState.allCases.map(\.rawValue),
        "ActKind": ActKind.allCases.map(\.rawValue), "Side": Side.allCases.map(\.rawValue), "Outcome": Outcome.allCases.map(\.rawValue),
        "Permission": Permission.allCases.map(\.rawValue), "Tag": VerificationTag.allCases.map(\.rawValue),
        "Level": Finding.Level.allCases.map(\.rawValue), "WebhookEvent": Webhook.Event.allCases.map(\.rawValue),
        "SubscribedEvent": Webhook.Event.allCases.filter { $0 != .test }.map(\.rawValue),
        "DutyLayer": DutyLayer.allCases.map(\.rawValue), "CallResult": Call.Result.allCases.map(\.rawValue),
        "CustodyKind": CustodyStep.Kind.allCases.map(\.rawValue), "TaskKind": NodeTask.Kind.allCases.map(\.rawValue),
        "Indicator": Authenticity.Indicator.allCases.map(\.rawValue), "ExhibitFlag": ExhibitFlag.allCases.map(\.rawValue),
        "ProblemCode": Problem.Code.all.map(\.name),
    ]

    /// - Throws: `.failure` naming what is broken.
    init(yaml: String) throws(ComityError) {
        let value: JSONValue
        do throws(ComityError) { value = try YAMLText(Array(yaml.utf8), name: "api/schemas.yaml").value } catch {
            throw DeskResources.fault("The schemas of the API cannot be read: \(error.what)")
        }
        guard let members = value.object else { throw DeskResources.fault("The schemas of the API have no names.") }
        var named: [String: JSONValue] = [:]
        for (name, schema) in members { named[name] = try Self.unfolded(schema) }
        for schema in named.values {
            for name in Self.references(schema) where named[name] == nil {
                throw DeskResources.fault("The schemas of the API name “\(name)”, which is missing.")
            }
        }
        self.named = named
    }

    static let place = "#/components/schemas/"

    static func reference(_ name: String) -> JSONValue { .object(["$ref": .string(place + name)]) }

    private static func unfolded(_ schema: JSONValue) throws(ComityError) -> JSONValue {
        guard var members = schema.object else { return schema }
        if let name = members["$ref"]?.string { return reference(name) }
        if let name = members["enum"]?.string {
            guard let list = lists[name] else {
                throw DeskResources.fault("The schemas of the API name the list “\(name)”, which is missing.")
            }
            members["enum"] = .array(list.map(JSONValue.string))
        }
        if let items = members["items"] { members["items"] = try unfolded(items) }
        if let properties = members["properties"]?.object {
            var all: [String: JSONValue] = [:]
            var required: [String] = []
            for (name, property) in properties {
                let isOptional = name.hasSuffix("?")
                all[isOptional ? String(name.dropLast()) : name] = try unfolded(property)
                if !isOptional { required.append(name) }
            }
            members["properties"] = .object(all)
            if !required.isEmpty { members["required"] = .array(required.sorted().map(JSONValue.string)) }
        }
        return .object(members)
    }

    private static func references(_ schema: JSONValue) -> [String] {
        switch schema {
        case .array(let items): items.flatMap(references)
        case .object(let members):
            members.flatMap { $0.key == "$ref" ? [$0.value.string.map { String($0.dropFirst(place.count)) } ?? ""] : references($0.value) }
        default: []
        }
    }
}

/// Compares a value with a schema: the part of JSON Schema 2020-12 that `api/schemas.yaml` uses.
struct SchemaCheck {
    struct Fault: Equatable {
        let path: String
        let says: String
    }

    let schemas: APISchemas
    /// A member that the schema does not know is a fault, also where it is allowed: for the tests of answers.
    var isStrict = false

    /// Every fault, in the order of the schema.
    func faults(_ value: JSONValue, _ schema: JSONValue, at path: String = "") -> [Fault] {
        if let name = schema["$ref"]?.string {
            guard let named = schemas.named[String(name.dropFirst(APISchemas.place.count))] else { return [] }
            return faults(value, named, at: path)
        }
        if let type = schema["type"]?.string, !Self.matches(value, type) {
            return [Fault(path: path, says: "It must be \(Self.words(type)).")]
        }
        if let allowed = schema["enum"]?.array, !allowed.contains(value) {
            return [Fault(path: path, says: "It must be one of: \(allowed.compactMap(\.string).joined(separator: ", ")).")]
        }
        switch value {
        case .string(let text): return Self.faults(text, schema).map { Fault(path: path, says: $0) }
        case .integer(let number): return Self.faults(Double(number), schema).map { Fault(path: path, says: $0) }
        case .number(let number): return Self.faults(number, schema).map { Fault(path: path, says: $0) }
        case .array(let items):
            var found: [Fault] = []
            if let least = schema["minItems"]?.integer, items.count < least {
                found.append(.init(path: path, says: "It has too few items."))
            }
            if let most = schema["maxItems"]?.integer, items.count > most {
                found.append(.init(path: path, says: "It has too many items."))
            }
            if let each = schema["items"] {
                for (index, item) in items.enumerated().prefix(1000) { found += faults(item, each, at: Self.join(path, "\(index)")) }
            }
            return found
        case .object(let members): return faults(members, schema, at: path)
        default: return []
        }
    }

    private func faults(_ members: [String: JSONValue], _ schema: JSONValue, at path: String) -> [Fault] {
        var found: [Fault] = []
        for name in (schema["required"]?.array ?? []).compactMap(\.string) where members[name] == nil {
            found.append(.init(path: Self.join(path, name), says: "It is missing."))
        }
        guard let known = schema["properties"]?.object else { return found }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            if let property = known[name] {
                found += faults(value, property, at: Self.join(path, name))
            } else if isStrict || schema["additionalProperties"]?.bool == false {
                found.append(.init(path: Self.join(path, Text.safe(name, limit: 60)), says: "There is no such member."))
            }
        }
        return found
    }

    private static func faults(_ text: String, _ schema: JSONValue) -> [String] {
        var found: [String] = []
        let count = text.unicodeScalars.count
        if let least = schema["minLength"]?.integer, count < least {
            found.append(least == 1 ? "It is empty." : "It is shorter than \(least) characters.")
        }
        if let most = schema["maxLength"]?.integer, count > most { found.append("It is longer than \(most) characters.") }
        if let pattern = schema["pattern"]?.string, let regex = try? Regex(pattern), text.wholeMatch(of: regex) == nil {
            found.append("It does not have the right form: \(pattern)")
        }
        if schema["format"]?.string == "date-time", (try? Instant(text)) == nil {
            found.append("It must be a time with its zone (RFC 3339).")
        }
        return found
    }

    private static func faults(_ number: Double, _ schema: JSONValue) -> [String] {
        var found: [String] = []
        if let least = schema["minimum"]?.integer, number < Double(least) { found.append("It must be at least \(least).") }
        if let most = schema["maximum"]?.integer, number > Double(most) { found.append("It must be at most \(most).") }
        return found
    }

    private static func matches(_ value: JSONValue, _ type: String) -> Bool {
        switch (type, value) {
        case ("string", .string), ("boolean", .bool), ("integer", .integer), ("number", .integer), ("number", .number), ("array", .array),
            ("object", .object), ("null", .null):
            true
        default: false
        }
    }

    private static func words(_ type: String) -> String {
        ["string": "a text", "boolean": "true or false", "integer": "a whole number", "array": "a list", "object": "an object"][type]
            ?? type
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
