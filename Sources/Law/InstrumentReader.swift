// SPDX-License-Identifier: Apache-2.0

import Standards

/// Every fault found in a set of rule files.
public struct LawErrors: Error, Sendable, CustomStringConvertible {
    public struct Fault: Sendable, Equatable {
        public let path: String
        public let line: Int
        public let says: String
    }

    public let faults: [Fault]
    public var description: String { faults.map { "\($0.path):\($0.line): \($0.says)" }.joined(separator: "\n") }
}

/// Turns rule files into instruments; collects all faults before it gives up.
struct InstrumentReader {
    private var faults: [LawErrors.Fault] = []
    private var path = ""
    private var text: YAMLText?

    mutating func read(_ texts: [Law.SourceText]) throws(LawErrors) -> [Instrument] {
        var instruments: [String: Instrument] = [:]
        let sorted = texts.sorted { $0.path < $1.path }
        for source in sorted where source.path.hasSuffix("/instrument.yaml") {
            guard let root = open(source) else { continue }
            allow(root, at: "", ["id", "title", "version", "source"])
            let id = required(root, "id", at: "")
            if id != folder(source.path) { fault("id", "The id “\(id)” differs from the name of the folder.") }
            instruments[folder(source.path)] = Instrument(
                id: id, title: required(root, "title", at: ""), version: required(root, "version", at: ""),
                source: required(root, "source", at: ""))
        }
        for source in sorted where !source.path.hasSuffix("/instrument.yaml") {
            guard let root = open(source) else { continue }
            guard var instrument = instruments[folder(source.path)] else {
                fault("", "The folder “\(folder(source.path))” has no instrument.yaml.")
                continue
            }
            allow(root, at: "", ["article", "title", "types", "rules", "clocks"])
            let article = required(root, "article", at: "")
            for (index, item) in items(root, "types") { instrument.types.append(type(item, "types.\(index)", instrument.id, article)) }
            for (index, item) in items(root, "rules") { rule(item, "rules.\(index)", instrument.id).map { instrument.rules.append($0) } }
            for (index, item) in items(root, "clocks") {
                clock(item, "clocks.\(index)", instrument.id).map { instrument.clocks.append($0) }
            }
            instruments[folder(source.path)] = instrument
        }
        let result = instruments.values.sorted { $0.id < $1.id }
        var seen: Set<String> = []
        for id in result.flatMap({ $0.rules.map(\.id) + $0.clocks.map(\.id) }) where !seen.insert(id).inserted {
            faults.append(.init(path: "instruments", line: 1, says: "The id “\(id)” stands twice."))
        }
        let known = Set(result.flatMap { $0.types.map(\.id) })
        for rule in result.flatMap(\.rules) {
            for type in rule.types where !known.contains(type) {
                faults.append(.init(path: "instruments", line: 1, says: "Rule “\(rule.id)” speaks about the unknown type “\(type)”."))
            }
        }
        if result.isEmpty { faults.append(.init(path: "instruments", line: 1, says: "No instrument was found.")) }
        guard faults.isEmpty else { throw LawErrors(faults: faults) }
        return result
    }

    private mutating func open(_ source: Law.SourceText) -> JSONValue? {
        path = source.path
        do {
            let text = try YAMLText(source.bytes, name: source.path)
            self.text = text
            return text.value
        } catch {
            faults.append(.init(path: source.path, line: 1, says: error.what + (error.why.isEmpty ? "" : " " + error.why)))
            return nil
        }
    }

    private func folder(_ path: String) -> String { String(path.prefix { $0 != "/" }) }

    private mutating func fault(_ at: String, _ says: String) {
        faults.append(.init(path: path, line: text?.line(of: at) ?? 1, says: says))
    }

    private mutating func allow(_ value: JSONValue, at: String, _ names: Set<String>) {
        guard let members = value.object else { return fault(at, "A list of names and values is expected here.") }
        for name in members.keys.sorted() where !names.contains(name) {
            fault(at.isEmpty ? name : "\(at).\(name)", "“\(name)” is not known here; known are \(names.sorted().joined(separator: ", ")).")
        }
    }

    private mutating func required(_ value: JSONValue, _ name: String, at: String) -> String {
        switch value[name] {
        case .string(let text) where !text.isEmpty: return text
        case .integer(let number): return String(number)
        default:
            fault(at, "“\(name)” is missing.")
            return ""
        }
    }

    private func items(_ root: JSONValue, _ name: String) -> [(Int, JSONValue)] { Array((root[name]?.array ?? []).enumerated()) }

    private mutating func tag(_ value: JSONValue, at: String) -> VerificationTag {
        let text = required(value, "tag", at: at)
        if let tag = VerificationTag(rawValue: text) { return tag }
        if !text.isEmpty { fault("\(at).tag", "“\(text)” is not a verification tag; known are V, C, P, M, D.") }
        return .unverified
    }

    private mutating func type(_ item: JSONValue, _ at: String, _ instrument: String, _ article: String) -> RequestType {
        allow(item, at: at, ["id", "code", "title", "tag"])
        return RequestType(
            id: required(item, "id", at: at), code: required(item, "code", at: at), instrument: instrument, article: article,
            title: required(item, "title", at: at), tag: tag(item, at: at))
    }

    /// `applies: {type: x}` or `{type: [x, y]}`; any further member narrows by equality.
    private mutating func applies(_ item: JSONValue, at: String) -> (types: [String], when: Condition?) {
        guard let members = item["applies"]?.object else {
            fault(at, "“applies” is missing.")
            return ([], nil)
        }
        let types = members["type"]?.string.map { [$0] } ?? members["type"]?.array?.compactMap(\.string) ?? []
        if types.isEmpty { fault("\(at).applies", "“type” is missing.") }
        var narrowed: [Condition] = []
        for (name, value) in members.sorted(by: { $0.key < $1.key }) where name != "type" {
            if name == "when" {
                condition(value, "\(at).applies.when").map { narrowed.append($0) }
            } else {
                fault("\(at).applies.\(name)", "“\(name)” is not known here; known are type, when.")
            }
        }
        return (types, narrowed.isEmpty ? nil : .all(narrowed))
    }

    private mutating func rule(_ item: JSONValue, _ at: String, _ instrument: String) -> Rule? {
        allow(item, at: at, ["id", "cite", "tag", "applies", "level", "needs", "check", "says", "mend"])
        let scope = applies(item, at: at)
        guard let level = Finding.Level(rawValue: required(item, "level", at: at)) else {
            fault("\(at).level", "The level is must, should or note.")
            return nil
        }
        let demand: Rule.Demand
        switch (item["needs"], item["check"]?.string) {
        case (.some(let needs), nil):
            guard let condition = condition(needs, "\(at).needs") else { return nil }
            demand = .needs(condition)
        case (nil, .some(let name)):
            guard let check = NamedCheck(rawValue: name) else {
                fault(
                    "\(at).check", "There is no check “\(name)”; known are \(NamedCheck.allCases.map(\.rawValue).joined(separator: ", ")).")
                return nil
            }
            demand = .check(check)
        default:
            fault(at, "A rule has either “needs” or “check”.")
            return nil
        }
        return Rule(
            id: required(item, "id", at: at), instrument: instrument, cite: required(item, "cite", at: at), tag: tag(item, at: at),
            types: scope.types, when: scope.when, level: level, demand: demand, says: required(item, "says", at: at),
            mend: required(item, "mend", at: at))
    }

    private mutating func condition(_ value: JSONValue, _ at: String) -> Condition? {
        if let field = value.string { return .exists(field) }
        guard let members = value.object, members.count == 1, let (name, inner) = members.first else {
            fault(at, "A condition is a field, or one of all, any, not, is, in, exists, before.")
            return nil
        }
        switch name {
        case "exists": if let field = inner.string { return .exists(field) }
        case "not": return condition(inner, "\(at).not").map(Condition.not)
        case "all", "any":
            guard let parts = inner.array, !parts.isEmpty else { break }
            var conditions: [Condition] = []
            for (index, part) in parts.enumerated() {
                guard let condition = condition(part, "\(at).\(name).\(index)") else { return nil }
                conditions.append(condition)
            }
            return name == "all" ? .all(conditions) : .any(conditions)
        case "is": if let pair = inner.array, pair.count == 2, let field = pair[0].string { return .equals(field, pair[1]) }
        case "in":
            if let pair = inner.array, pair.count == 2, let field = pair[0].string, let allowed = pair[1].array {
                return .oneOf(field, allowed)
            }
        case "before":
            if let pair = inner.array, pair.count == 2, let first = pair[0].string, let second = pair[1].string {
                return .before(first, second)
            }
        default:
            fault(at, "“\(name)” is not a condition; known are all, any, not, is, in, exists, before.")
            return nil
        }
        fault(at, "“\(name)” is not followed by what it needs.")
        return nil
    }

    private mutating func clock(_ item: JSONValue, _ at: String, _ instrument: String) -> ClockRule? {
        allow(item, at: at, ["id", "cite", "tag", "applies", "starts", "length", "remind", "held_by", "stopped_by", "at_end", "says"])
        let scope = applies(item, at: at)
        let starts = required(item, "starts", at: at).split(separator: ".").map(String.init)
        guard starts.count == 2 else {
            fault("\(at).starts", "A clock starts with a member of an act, for example preserve.effective.")
            return nil
        }
        guard let length = duration(item["length"], "\(at).length") else { return nil }
        var remind: [ISODuration] = []
        for (index, text) in (item["remind"]?.array ?? []).enumerated() {
            guard let one = duration(text, "\(at).remind.\(index)") else { return nil }
            if one >= length { fault("\(at).remind.\(index)", "A reminder of \(one) lies before the start of a clock of \(length).") }
            remind.append(one)
        }
        guard let end = ClockRule.End(rawValue: required(item, "at_end", at: at)) else {
            fault("\(at).at_end", "At its end a clock does one of: lapse, overdue.")
            return nil
        }
        return ClockRule(
            id: required(item, "id", at: at), instrument: instrument, cite: required(item, "cite", at: at), tag: tag(item, at: at),
            types: scope.types, startAct: starts[0], startField: starts[1], when: scope.when, length: length, remind: remind,
            heldBy: item["held_by"]?["received"]?.string, stoppedBy: item["stopped_by"]?.array?.compactMap(\.string) ?? [], atEnd: end,
            says: required(item, "says", at: at))
    }

    private mutating func duration(_ value: JSONValue?, _ at: String) -> ISODuration? {
        do {
            let duration = try ISODuration(value?.string ?? "")
            guard duration.milliseconds > 0 else {
                fault(at, "A length of zero makes no sense.")
                return nil
            }
            return duration
        } catch {
            fault(at, error.what)
            return nil
        }
    }
}
