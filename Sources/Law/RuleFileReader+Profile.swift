// SPDX-License-Identifier: Apache-2.0

import Standards

extension RuleFileReader {
    /// A State profile, or nil when its State cannot be read; every fault is collected.
    mutating func profile() -> StateProfile? {
        let root = text.value
        allow(
            root, at: "",
            [
                "state", "names", "adjective", "source", "note", "fictional", "bound_by", "treaty", "time_zone", "languages",
                "working_hours", "holidays",
                "channels", "authorities", "dual_criminality", "preservation", "extradition", "assets", "declarations", "offences", "rules",
            ])
        let state: StateCode
        do { state = try StateCode(required(root, "state", at: "")) } catch {
            fault("state", error.what)
            return nil
        }
        if path != "states/\(state).yaml" { fault("state", "The State “\(state)” differs from the name of the file.") }
        let source = required(root, "source", at: "")
        var bonds: [StateProfile.Bond] = []
        for (index, item) in items(root, "bound_by") {
            let at = "bound_by.\(index)"
            allow(item, at: at, ["instrument", "from", "note"])
            if let from = instant(item, "from", at: at) {
                bonds.append(
                    .init(instrument: required(item, "instrument", at: at), from: from, note: optional(item, "note", at: at) ?? ""))
            }
        }
        var languages: [String: [String]] = [:]
        for (purpose, _) in root["languages"]?["accepted"]?.object ?? [:] {
            languages[purpose] = root["languages"]?["accepted"].map { texts($0, purpose, at: "languages.accepted") } ?? []
        }
        var policies: [String: StateProfile.DualCriminality] = [:]
        for (type, value) in root["dual_criminality"]?.object ?? [:] {
            if value.string == "not_required" {
                policies[type] = .init(required: false, mayWaive: true, decidedBy: nil)
            } else {
                let at = "dual_criminality.\(type)"
                allow(value, at: at, ["required", "may_waive", "decided_by", "assessed", "reservation"])
                policies[type] = .init(
                    required: flag(value, "required", at: at), mayWaive: flag(value, "may_waive", at: at),
                    decidedBy: optional(value, "decided_by", at: at))
            }
        }
        var declarations: [StateProfile.Declaration] = []
        for (index, item) in items(root, "declarations") {
            let at = "declarations.\(index)"
            allow(item, at: at, ["article", "text", "source"])
            declarations.append(
                .init(
                    article: required(item, "article", at: at), text: required(item, "text", at: at),
                    source: optional(item, "source", at: at) ?? source))
        }
        var rules: [Rule] = []
        for (index, item) in items(root, "rules") {
            if let rule = rule(item, "rules.\(index)", state.description, source: source) { rules.append(rule) }
        }
        return StateProfile(
            state: state, names: (root["names"]?.object ?? [:]).compactMapValues(\.string), source: source, bonds: bonds,
            languages: languages,
            authorities: authorities(root), offences: domesticOffences(root), declarations: declarations, dualCriminality: policies,
            rules: rules,
            calendar: workingCalendar(root), data: root)
    }

    private mutating func authorities(_ root: JSONValue) -> [StateProfile.Authority] {
        var found: [StateProfile.Authority] = []
        for (index, item) in items(root, "authorities") {
            let at = "authorities.\(index)"
            allow(
                item, at: at,
                [
                    "id", "kind", "name", "languages", "phone", "phone_backup", "email", "address", "roles", "may_issue", "also_for",
                    "officers",
                    "as_number", "retention_days", "address_sharing", "categories",
                ])
            let id = required(item, "id", at: at)
            if found.contains(where: { $0.id == id }) { fault(at, "The authority “\(id)” stands twice.") }
            found.append(
                .init(
                    id: id, kind: required(item, "kind", at: at), name: required(item, "name", at: at),
                    contact: item["phone"]?.string ?? item["email"]?.string ?? "", languages: texts(item, "languages", at: at),
                    roles: texts(item, "roles", at: at), mayIssue: item["may_issue"] == nil ? nil : texts(item, "may_issue", at: at),
                    alsoFor: texts(item, "also_for", at: at),
                    categories: item["categories"] == nil ? nil : texts(item, "categories", at: at)))
        }
        return found
    }

    private mutating func domesticOffences(_ root: JSONValue) -> [StateProfile.DomesticOffence] {
        var found: [StateProfile.DomesticOffence] = []
        for (index, item) in items(root, "offences") {
            let at = "offences.\(index)"
            allow(item, at: at, ["ref", "articles", "title", "provision", "max_penalty_months", "text", "element", "exclusion"])
            found.append(
                .init(
                    ref: required(item, "ref", at: at), articles: texts(item, "articles", at: at), title: required(item, "title", at: at),
                    provision: required(item, "provision", at: at), maxPenaltyMonths: whole(item, "max_penalty_months", at: at, 0...2400),
                    text: required(item, "text", at: at)))
        }
        return found
    }

    private mutating func workingCalendar(_ root: JSONValue) -> WorkingCalendar? {
        guard let hours = root["working_hours"], let zone = optional(root, "time_zone", at: "") else { return nil }
        allow(hours, at: "working_hours", ["days", "from", "to", "contact_point_24_7"])
        let names = texts(hours, "days", at: "working_hours")
        for name in names where WorkingCalendar.dayNames[name] == nil {
            fault("working_hours.days", "“\(name)” is not a day; write mon, tue and so on.")
        }
        func minutes(_ text: String?) -> Int {
            let parts = (text ?? "").split(separator: ":").compactMap { Int($0) }
            return parts.count == 2 ? parts[0] * 60 + parts[1] : -1
        }
        var dates: Set<String> = []
        for (index, item) in items(root, "holidays") {
            allow(item, at: "holidays.\(index)", ["date", "name"])
            let date = required(item, "date", at: "holidays.\(index)")
            if (try? Instant(date + "T00:00:00Z")) == nil { fault("holidays.\(index)", "“\(date)” is not a date.") }
            if !dates.insert(date).inserted { fault("holidays.\(index)", "The holiday \(date) stands twice.") }
        }
        do {
            return try WorkingCalendar(
                zone: zone, days: Set(names.compactMap { WorkingCalendar.dayNames[$0] }), opens: minutes(hours["from"]?.string),
                closes: minutes(hours["to"]?.string), holidays: dates)
        } catch {
            fault("working_hours", error.what)
            return nil
        }
    }
}
