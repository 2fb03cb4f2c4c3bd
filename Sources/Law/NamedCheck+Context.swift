// SPDX-License-Identifier: Apache-2.0

import Standards

/// Checks that need to know the two States, the type and the day.
extension NamedCheck {
    func contextFaults(in facts: Condition.Facts, with setting: JSONValue) -> [Fault] {
        switch self {
        case .profilesKnown:
            var found: [Fault] = []
            if facts.requesting == nil { found.append(Fault(field: "from", detail: "Nothing is known here about the requesting State.")) }
            if facts.requested == nil { found.append(Fault(field: "to", detail: "Nothing is known here about the requested State.")) }
            return found
        case .instrumentBinds:
            guard facts.instrument == nil, facts.requested != nil, facts.requesting != nil else { return [] }
            return [Fault(field: "", detail: "No treaty that opens this type binds both States on that day.")]
        case .routeOpen: return closedRoute(facts, setting)
        case .routeSerious:
            guard facts.route == .serious, let opening = facts.type?.opening[.serious], opening != .no else { return [] }
            let index = Offences.items(facts.draft).firstIndex { Offences.months($0) != nil } ?? 0
            return [Fault(field: Offences.penaltyField(facts.draft, index), detail: Offences.penalties(facts.draft))]
        case .offenceOutsideRoute:
            guard let type = facts.type, facts.classes.count > 1, let widest = facts.route, type.opening[widest] ?? .no != .no else {
                return []
            }
            return facts.classes.enumerated().filter { type.opening[$0.element] ?? .no == .no }.map {
                Fault(field: "offences.\($0.offset)", detail: "The type is not open for this offence by itself.")
            }
        case .issuerCompetent: return incompetent(facts)
        case .categoryCompetent:
            guard let authority = facts.issuer.flatMap({ facts.requesting?.authority($0) }), let allowed = authority.categories else {
                return []
            }
            return (facts.draft["data_sought"]?.array ?? []).enumerated().compactMap { index, item in
                guard let category = item["category"]?.string, category != "NONE", !allowed.contains(category) else { return nil }
                return Fault(
                    field: "data_sought.\(index).category", detail: "\(authority.id) may not ask for \(Text.safe(category, limit: 20)).")
            }
        case .languageAccepted: return languageFault(facts)
        case .offencesMatchProfile: return mismatches(facts)
        case .dualCriminalityMet:
            let matches = Offences.items(facts.draft).compactMap { Offences.match($0, facts).pair }
            return matches.isEmpty ? [] : [Fault(field: "offences", detail: matches.joined(separator: "; "))]
        case .dualCriminalityAbsent: return dualAbsent(facts, setting)
        case .nationalOfRequested, .noNationalOfRequested: return nationality(facts)
        case .penaltyBelowMinimum, .penaltyReachesMinimum: return penalty(facts)
        case .setAsideAllowed:
            return facts.wronglySetAside.map {
                Fault(
                    field: "overrides",
                    detail: "The request says that it sets “\(Text.safe($0, limit: 120))” aside; that counts for nothing.")
            }
        default: return []
        }
    }

    private func closedRoute(_ facts: Condition.Facts, _ setting: JSONValue) -> [Fault] {
        guard let type = facts.type, let route = facts.route else { return [] }
        let index = Offences.items(facts.draft).firstIndex { Offences.months($0) != nil } ?? 0
        switch type.opening[route] ?? .no {
        case .yes: return []
        case .no:
            return [
                Fault(field: Offences.penaltyField(facts.draft, index), detail: Offences.penalties(facts.draft), code: "route.not_open")
            ]
        case .evidence:
            // The way is open for electronic evidence only; a type that may serve other purposes says which it serves.
            let allowed = (setting["evidence_purposes"]?.array ?? []).compactMap(\.string)
            let asked = (facts.draft.at("purpose.letters")?.array ?? []).compactMap(\.string)
            let other = allowed.isEmpty ? [] : asked.filter { !allowed.contains($0) }
            return other.isEmpty
                ? []
                : [
                    Fault(
                        field: "purpose.letters", detail: "Electronic evidence only; not \(Text.safe(other.joined(separator: ", "))).",
                        code: "route.evidence_only")
                ]
        }
    }

    private func incompetent(_ facts: Condition.Facts) -> [Fault] {
        guard let type = facts.type, let issuer = facts.issuer, let requesting = facts.requesting else { return [] }
        guard let authority = requesting.authority(issuer) else {
            return [Fault(field: "authority", detail: "“\(Text.safe(issuer, limit: 40))” is not in the directory of \(requesting.state).")]
        }
        return authority.mayIssue(type)
            ? [] : [Fault(field: "authority", detail: "\(authority.name) (\(authority.kind)) may not issue this type.")]
    }

    private func languageFault(_ facts: Condition.Facts) -> [Fault] {
        guard let type = facts.type, let requested = facts.requested, let accepted = requested.languages[type.languagePurpose],
            !accepted.isEmpty
        else {
            return []
        }
        func base(_ tag: String) -> String { tag.split(separator: "-").first.map { $0.lowercased() } ?? "" }
        func holds(_ tag: String?) -> Bool { tag.map { tag in accepted.contains { base($0) == base(tag) } } ?? false }
        if holds(facts.draft["lang"]?.string) || holds(facts.draft.at("translation.to")?.string) { return [] }
        return [Fault(field: "lang", detail: "\(requested.state) accepts \(accepted.joined(separator: ", ")).")]
    }

    private func mismatches(_ facts: Condition.Facts) -> [Fault] {
        guard let requesting = facts.requesting else { return [] }
        return Offences.items(facts.draft).enumerated().compactMap { index, item in
            guard let ref = item["domestic"]?["ref"]?.string,
                item["domestic"]?["state"]?.string ?? requesting.state.description == requesting.state.description
            else { return nil }
            guard let law = requesting.offence(ref) else {
                return Fault(
                    field: "offences.\(index).domestic.ref",
                    detail: "“\(Text.safe(ref, limit: 40))” is not in the profile of \(requesting.state).")
            }
            if let claimed = Offences.months(item), let known = law.maxPenaltyMonths, claimed != known {
                return Fault(
                    field: "offences.\(index).domestic.max_penalty_months",
                    detail: "The profile gives \(known) months for \(ref), the draft \(claimed).")
            }
            if let article = Offences.article(item), !law.articles.contains(article) {
                return Fault(field: "offences.\(index).article", detail: "The profile does not map \(ref) to article \(article).")
            }
            return nil
        }
    }

    private func dualAbsent(_ facts: Condition.Facts, _ setting: JSONValue) -> [Fault] {
        guard let type = facts.type, let requested = facts.requested else { return [] }
        let policy = requested.dualCriminality[type.id]
        if policy?.required == false, policy?.mayWaive == true { return [] }
        return Offences.items(facts.draft).enumerated().compactMap { index, item in
            guard item["excluded_by_counterpart"]?.isEmpty ?? true, let why = Offences.match(item, facts).absent else { return nil }
            var detail = why
            if let policy {
                detail +=
                    policy.required
                    ? (policy.mayWaive ? " It is required, and may be waived." : " It is required.") : " It is not required, but assessed."
            }
            if let by = policy?.decidedBy { detail += " \(by) decides." }
            return Fault(field: "offences.\(index).counterpart", detail: detail)
        }
    }

    private func nationality(_ facts: Condition.Facts) -> [Fault] {
        guard let requested = facts.requested, requested.data.at("extradition.nationals")?.string ?? "allowed" != "allowed" else {
            return []
        }
        let wanted = (facts.draft["persons"]?.array ?? []).enumerated().filter { _, person in
            ["accused", "suspect", "convicted"].contains(person["role"]?.string ?? "")
        }
        let nationals = wanted.filter { _, person in
            (person["nationality"]?.array?.compactMap(\.string) ?? [person["nationality"]?.string ?? ""]).contains(
                requested.state.description)
        }
        if self == .noNationalOfRequested {
            return nationals.isEmpty && !wanted.isEmpty
                ? [Fault(field: "nationality_check", detail: "\(requested.state) does not surrender its nationals; the person is not one.")]
                : []
        }
        return nationals.map {
            Fault(field: "persons.\($0.offset).nationality", detail: "\(requested.state) does not surrender its nationals.")
        }
    }

    private func penalty(_ facts: Condition.Facts) -> [Fault] {
        let agreed = facts.instrument?.constants.first { $0.id.hasSuffix("minimum-penalty-months") }.flatMap { Int64($0.value) }
        guard let minimum = agreed ?? facts.requested?.data.at("extradition.minimum_penalty_months")?.integer else { return [] }
        let offences = Offences.items(facts.draft)
        let reached = offences.filter { Int64(Offences.months($0) ?? 0) >= minimum }
        guard !offences.isEmpty else { return [] }
        if self == .penaltyReachesMinimum {
            return reached.isEmpty
                ? [] : [Fault(field: "offences", detail: "\(reached.count) of \(offences.count) reach \(minimum) months.")]
        }
        return reached.isEmpty ? [Fault(field: "offences", detail: "None reaches \(minimum) months.")] : []
    }
}

/// The offences of a draft.
enum Offences {
    static func items(_ draft: JSONValue) -> [JSONValue] { draft["offences"]?.array ?? [] }

    /// `10` of `UNCC-10`.
    static func article(_ item: JSONValue) -> String? {
        guard let parts = item["article"]?.string?.split(separator: "-"), parts.count == 2 else { return nil }
        return String(parts[1])
    }

    static func months(_ item: JSONValue) -> Int? {
        (item["domestic"]?["max_penalty_months"] ?? item["max_penalty_months"])?.integer.map { Int($0) }
    }

    static func penaltyField(_ draft: JSONValue, _ index: Int) -> String {
        guard let item = items(draft).dropFirst(index).first else { return "offences" }
        return item["domestic"]?["max_penalty_months"] != nil
            ? "offences.\(index).domestic.max_penalty_months" : "offences.\(index).max_penalty_months"
    }

    static func penalties(_ draft: JSONValue) -> String {
        let months = items(draft).map { item in Self.months(item).map { "\($0) months" } ?? "no maximum given" }
        return "Maximum penalties: \(months.prefix(20).joined(separator: ", "))."
    }

    /// The pair of laws when the conduct is an offence in both States, or why it is not shown.
    static func match(_ item: JSONValue, _ facts: Condition.Facts) -> (pair: String?, absent: String?) {
        guard let requested = facts.requested else { return (nil, nil) }
        guard item["excluded_by_counterpart"]?.isEmpty ?? true else {
            return (nil, "The law of \(requested.state) leaves this conduct out.")
        }
        let own = item["domestic"]?["ref"]?.string ?? item["domestic"]?.string ?? item["article"]?.string ?? ""
        let named = ["counterpart", "counterpart_2", "counterpart_3"].compactMap { item[$0] }.first {
            $0["state"]?.string == requested.state.description
        }
        if let named {
            guard let ref = named["ref"]?.string else {
                return (nil, "No offence of \(requested.state) is named that matches \(Text.safe(own, limit: 80)).")
            }
            guard requested.offence(ref) != nil else {
                return (nil, "“\(Text.safe(ref, limit: 40))” is not in the profile of \(requested.state).")
            }
            return ("\(Text.safe(own, limit: 80)) and \(ref)", nil)
        }
        if let article = article(item), let found = requested.offences.first(where: { $0.articles.contains(article) }) {
            return ("\(Text.safe(own, limit: 80)) and \(found.ref)", nil)
        }
        return (nil, "No offence of \(requested.state) is named that matches \(Text.safe(own, limit: 80)).")
    }
}
