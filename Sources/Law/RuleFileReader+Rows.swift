// SPDX-License-Identifier: Apache-2.0

import Standards

extension RuleFileReader {
    static let ruleMembers: Set<String> = [
        "id", "extends", "cite", "tag", "applies", "level", "needs", "check", "with", "tells", "says", "mend", "phase", "code", "decision",
        "field", "source", "override",
    ]

    mutating func rule(_ item: JSONValue, _ at: String, _ instrument: String, source: String) -> Rule? {
        allow(item, at: at, Self.ruleMembers)
        let scope = applies(item, at: at)
        guard let level = Finding.Level(rawValue: required(item, "level", at: at)) else {
            fault("\(at).level", "The level is must, should or note.")
            return nil
        }
        let demand: Rule.Demand
        switch (item["needs"], item["check"]?.string, item["tells"]?.string) {
        case (.some(let needs), nil, nil):
            guard let condition = condition(needs, "\(at).needs") else { return nil }
            demand = .needs(condition)
        case (nil, .some(let name), nil):
            guard let check = NamedCheck(rawValue: name) else {
                fault(
                    "\(at).check", "There is no check “\(name)”; known are \(NamedCheck.allCases.map(\.rawValue).joined(separator: ", ")).")
                return nil
            }
            demand = .check(check, item["with"] ?? .null)
        case (nil, nil, .some(let field)): demand = .tells(field)
        default:
            fault(at, "A rule has one of “needs”, “check” and “tells”.")
            return nil
        }
        if item["with"] != nil, item["check"] == nil { fault("\(at).with", "“with” belongs to a check.") }
        let stands = item["override"] != nil
        if stands, item["override"]?.string != "never" {
            fault("\(at).override", "“override” says never, or is left out.")
        }
        // A note asks for nothing, so it need not say how to mend.
        let mend = level == .note ? optional(item, "mend", at: at) ?? "Nothing has to be changed." : required(item, "mend", at: at)
        return Rule(
            id: required(item, "id", at: at), instrument: instrument, cite: required(item, "cite", at: at), tag: tag(item, at: at),
            types: scope.types, when: scope.when, level: level, demand: demand, says: required(item, "says", at: at), mend: mend,
            phase: choice(item, "phase", at: at, default: .contents), code: optional(item, "code", at: at),
            decision: flag(item, "decision", at: at), stands: stands, field: optional(item, "field", at: at),
            extends: optional(item, "extends", at: at),
            source: optional(item, "source", at: at) ?? source)
    }

    mutating func clock(_ item: JSONValue, _ at: String, _ instrument: String) -> ClockRule? {
        allow(
            item, at: at,
            [
                "id", "cite", "tag", "applies", "starts", "length", "length_from", "working_days", "calendar", "due", "remind", "held_by",
                "stopped_by", "stopped_by_all", "ended_by", "starts_side", "paused_by", "resumed_by", "restarted_by", "side", "at_end",
                "says", "escalate",
            ])
        let scope = applies(item, at: at)
        let starts = required(item, "starts", at: at).split(separator: ".").map(String.init)
        guard starts.count >= 2 else {
            fault("\(at).starts", "A clock starts with a member of an act, for example preserve.effective.")
            return nil
        }
        let working = whole(item, "working_days", at: at, 1...1000)
        let calendar: ClockRule.Calendar = working == nil ? .calendar : .working
        if let named = optional(item, "calendar", at: at), named != calendar.rawValue {
            fault("\(at).calendar", "“working_days” and only they go with the calendar “working”.")
        }
        if working != nil, item["length"] != nil { fault("\(at).length", "A clock has either a length or working days.") }
        let due = dueField(item, at: at)
        let given = working.map { JSONValue.string("P\($0)D") } ?? item["length"]
        guard let length = item["due"] != nil ? try? ISODuration("PT0S") : duration(given, "\(at).length") else { return nil }
        var remind: [ISODuration] = []
        for (index, text) in items(item, "remind", at: at) {
            guard let one = duration(text, "\(at).remind.\(index)") else { return nil }
            if item["due"] == nil, one >= length {
                fault("\(at).remind.\(index)", "A reminder of \(one) lies before the start of a clock of \(length).")
            }
            remind.append(one)
        }
        guard let end = ClockRule.End(rawValue: required(item, "at_end", at: at)) else {
            fault("\(at).at_end", "At its end a clock does one of: lapse, overdue.")
            return nil
        }
        let side = sideName(item, "side", at: at)
        let startsSide = sideName(item, "starts_side", at: at)
        let levels = levels(item, at: at)
        if !levels.isEmpty {
            if working != nil || due != nil || item["length_from"] != nil {
                fault("\(at).escalate", "A clock with levels has a length that is the same for all: length.")
            }
            if side == nil { fault("\(at).escalate", "The side says whose officers are told; it is missing.") }
        }
        let paused = texts(item, "paused_by", at: at).map(Self.kind)
        let resumed = texts(item, "resumed_by", at: at).map(Self.kind)
        if paused.isEmpty != resumed.isEmpty { fault(at, "A clock that is paused by an act is resumed by one.") }
        return ClockRule(
            id: required(item, "id", at: at), instrument: instrument, cite: required(item, "cite", at: at), tag: tag(item, at: at),
            types: scope.types, startAct: Self.kind(starts[0]), startField: starts.dropFirst().joined(separator: "."), when: scope.when,
            length: length,
            remind: remind, heldBy: item["held_by"]?["received"]?.string, stoppedBy: stops(item, "stopped_by", at: at),
            stoppedByAll: texts(item, "stopped_by_all", at: at).map(Self.kind), endedBy: stops(item, "ended_by", at: at),
            startsSide: startsSide,
            atEnd: end,
            says: required(item, "says", at: at), calendar: calendar, workingDays: working, pausedBy: paused, resumedBy: resumed,
            restartedBy: texts(item, "restarted_by", at: at).map(Self.kind), side: side, lengthFrom: profileLength(item, at: at),
            dueField: due, escalate: levels)
    }

    /// Rules may write the names of acts with underscores, as requests write their members; acts have hyphens.
    private static func kind(_ text: String) -> String { String(text.map { $0 == "_" ? "-" : $0 }) }

    private mutating func sideName(_ item: JSONValue, _ name: String, at: String) -> String? {
        let side = optional(item, name, at: at)
        if let side, !["requesting", "requested"].contains(side) { fault("\(at).\(name)", "The side is requesting or requested.") }
        return side
    }

    /// `[refuse, supply.last]`: kinds of acts, and kinds in whose body a member is true.
    private mutating func stops(_ item: JSONValue, _ name: String, at: String) -> [ClockRule.Stop] {
        texts(item, name, at: at).map { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            if parts.count > 2 || parts.contains("") {
                fault("\(at).\(name)", "“\(text)” is not a kind of act, nor a kind and a member of its body such as supply.last.")
            }
            return .init(kind: Self.kind(parts[0]), member: parts.count > 1 ? parts[1] : nil)
        }
    }

    /// `due: {field: urgency.needed_by}`: the clock ends at the time that the draft says there.
    private mutating func dueField(_ item: JSONValue, at: String) -> String? {
        guard let due = item["due"] else { return nil }
        allow(due, at: "\(at).due", ["field"])
        for name in ["length", "working_days", "length_from"] where item[name] != nil {
            fault("\(at).\(name)", "A clock that is due at a time in the draft has no “\(name)”.")
        }
        let field = required(due, "field", at: "\(at).due")
        if FieldPath(field).steps.contains("*") { fault("\(at).due.field", "A clock is due at one time, not at those of a list.") }
        return field.isEmpty ? nil : field
    }

    /// `escalate: [{after: PT30M, tell: second_officer}, …]`, each later than the one before.
    private mutating func levels(_ item: JSONValue, at: String) -> [ClockRule.Level] {
        var levels: [ClockRule.Level] = []
        for (index, entry) in items(item, "escalate", at: at) {
            let inside = "\(at).escalate.\(index)"
            allow(entry, at: inside, ["after", "tell"])
            let tell = required(entry, "tell", at: inside)
            if !tell.isEmpty, !OfficerRole.all.contains(tell) {
                fault("\(inside).tell", "“\(tell)” is not a role; known are \(OfficerRole.all.joined(separator: ", ")).")
            }
            guard let after = duration(entry["after"], "\(inside).after") else { continue }
            if let last = levels.last, after <= last.after {
                fault("\(inside).after", "Each level comes later than the one before, \(last.after).")
            }
            levels.append(.init(after: after, tell: tell))
        }
        return levels
    }

    private mutating func profileLength(_ item: JSONValue, at: String) -> ClockRule.ProfileLength? {
        guard let from = item["length_from"] else { return nil }
        allow(from, at: "\(at).length_from", ["path", "unit"])
        guard let unit = ClockRule.ProfileLength.Unit(rawValue: required(from, "unit", at: "\(at).length_from")) else {
            fault("\(at).length_from", "The unit is days or hours.")
            return nil
        }
        return .init(path: required(from, "path", at: "\(at).length_from"), unit: unit)
    }

    mutating func ground(_ item: JSONValue, _ at: String, _ instrument: String, source: String) -> Ground {
        allow(item, at: at, ["id", "cite", "tag", "applies", "for", "says", "requires", "forbidden", "code", "source"])
        let scope = applies(item, at: at)
        let uses = texts(item, "for", at: at)
        for use in uses where GroundUse(rawValue: use) == nil { fault("\(at).for", "A ground is for refuse or postpone, not “\(use)”.") }
        if uses.isEmpty { fault(at, "“for” is missing.") }
        let requires = texts(item, "requires", at: at)
        for name in requires where !["reason", "consultation", "decision"].contains(name) {
            fault("\(at).requires", "“\(name)” is not known; known are reason, consultation, decision.")
        }
        return Ground(
            id: required(item, "id", at: at), instrument: instrument, cite: required(item, "cite", at: at), tag: tag(item, at: at),
            types: scope.types, uses: uses.compactMap(GroundUse.init), says: required(item, "says", at: at), requires: requires,
            forbidden: flag(item, "forbidden", at: at), when: scope.when, code: optional(item, "code", at: at),
            source: optional(item, "source", at: at) ?? source)
    }

    mutating func duty(_ item: JSONValue, _ at: String, _ instrument: String, source: String) -> Duty {
        allow(item, at: at, ["id", "cite", "tag", "applies", "side", "on", "says", "source"])
        let side = required(item, "side", at: at)
        if !["requesting", "requested", "both"].contains(side) { fault("\(at).side", "The side is requesting, requested or both.") }
        return Duty(
            id: required(item, "id", at: at), instrument: instrument, cite: required(item, "cite", at: at), tag: tag(item, at: at),
            types: applies(item, at: at).types, side: side, on: texts(item, "on", at: at), says: required(item, "says", at: at),
            source: optional(item, "source", at: at) ?? source)
    }

    mutating func type(_ item: JSONValue, _ at: String, _ instrument: String, _ article: String) -> RequestType {
        allow(item, at: at, ["id", "code", "title", "tag", "groups", "languages", "issuers", "open_for", "follows"])
        let code = required(item, "code", at: at)
        if code.utf8.count != 3 || !code.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) {
            fault("\(at).code", "The code of a type is three capital letters.")
        }
        var opening: [RouteClass: RequestType.Opening] = [:]
        for (name, value) in item["open_for"]?.object ?? [:] {
            guard let route = RouteClass(rawValue: name), let open = RequestType.Opening(rawValue: value.string ?? "") else {
                fault("\(at).open_for", "“open_for” says yes, evidence or no (in quotes) for convention, serious and other.")
                continue
            }
            opening[route] = open
        }
        return RequestType(
            id: required(item, "id", at: at), code: code, instrument: instrument, article: article, title: required(item, "title", at: at),
            tag: tag(item, at: at), groups: texts(item, "groups", at: at),
            languagePurpose: optional(item, "languages", at: at) ?? "mutual_legal_assistance", issuers: texts(item, "issuers", at: at),
            opening: opening, follows: texts(item, "follows", at: at))
    }

    mutating func offence(_ item: JSONValue, _ at: String, _ instrument: String, _ article: String) -> Offence {
        allow(item, at: at, ["code", "title", "tag", "conduct", "options"])
        var options: [Offence.Option] = []
        for (index, option) in items(item, "options", at: at) {
            let inside = "\(at).options.\(index)"
            allow(option, at: inside, ["cite", "tag", "says"])
            options.append(
                .init(cite: required(option, "cite", at: inside), tag: tag(option, at: inside), says: required(option, "says", at: inside)))
        }
        return Offence(
            code: required(item, "code", at: at), instrument: instrument, article: article, title: required(item, "title", at: at),
            tag: tag(item, at: at), conduct: required(item, "conduct", at: at), options: options)
    }
}
