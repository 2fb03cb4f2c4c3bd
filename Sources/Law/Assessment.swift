// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Between whom and when a draft is judged.
public struct AssessmentContext: Sendable {
    public let from: StateCode
    public let to: StateCode
    /// Id of the authority that issues it, in the directory of its State.
    public let issuer: String?
    public let on: Instant
    /// Ids of the rules that a request which arrived sets aside; empty for a draft.
    public let setAside: [String]

    public init(from: StateCode, to: StateCode, issuer: String? = nil, on: Instant, setAside: [String] = []) {
        self.setAside = setAside
        self.from = from
        self.to = to
        self.issuer = issuer
        self.on = on
    }
}

/// What the law says about a draft between two States on a day.
public struct Assessment: Sendable {
    /// The door through which the request goes.
    public struct Route: Sendable, Equatable, Codable {
        /// The type is open for the offences of this draft.
        public let open: Bool
        /// The widest class of the offences named; nil when none was named.
        public let by: RouteClass?
        /// Open for electronic evidence only.
        public let evidenceOnly: Bool
        public let why: String
    }

    /// All findings, the gravest first.
    public let findings: [Finding]
    /// The instrument that governs; nil when none binds both States.
    public let instrument: String?
    public let route: Route

    /// Something stops the sending.
    public var isBlocked: Bool { findings.contains { $0.level == .must } }
    /// What a person has to decide and record.
    public var decisions: [Finding] { findings.filter(\.decision) }
}

extension Law {
    /// Judges a draft: which instrument applies and whether the way is open, contents, competence, dual criminality, safeguards,
    /// language, and what the requested State asks on top. All findings, never only the first.
    public func assess(_ draft: JSONValue, type: String, context: AssessmentContext) -> Assessment {
        var facts = facts(draft, type, context)
        fillAuthority(&facts)
        var found: [Finding] = []
        for rule in rules(for: type, under: facts.instrument, facts) { judge(rule, facts, into: &found) }
        for rule in facts.requested?.rules ?? [] where rule.types.contains(type) { judge(rule, facts, into: &found) }
        return Assessment(
            findings: found.sorted(by: Self.gravestFirst), instrument: facts.instrument?.id, route: route(facts))
    }

    /// What the rules look at.
    func facts(_ draft: JSONValue, _ type: String, _ context: AssessmentContext) -> Condition.Facts {
        var facts = Condition.Facts(draft: draft)
        facts.requesting = state(context.from)
        facts.requested = state(context.to)
        facts.on = context.on
        facts.issuer = context.issuer
        facts.type = requestType(type)
        facts.instrument = governing(type, from: facts.requesting, to: facts.requested, on: context.on)
        facts.classes = routeClasses(draft)
        facts.route = Self.widest(facts.classes)
        facts.wronglySetAside = context.setAside.filter { !maySetAside($0) }
        return facts
    }

    /// Whether the sender of a request may set the rule aside at all, whoever decides it there. Unknown rules, those of the course of a
    /// file (`retroactive-process`) and safeguards are not the sender's to set aside.
    func maySetAside(_ id: String) -> Bool {
        let rule = instruments.lazy.flatMap(\.rules).first { $0.id == id } ?? states.lazy.flatMap(\.rules).first { $0.id == id }
        return rule.map { Finding.override(of: $0) != .never } ?? false
    }

    /// The instrument that governs a type between two States on a day; nil when none binds both.
    public func governing(type: String, from: StateCode, to: StateCode, on: Instant) -> String? {
        governing(type, from: state(from), to: state(to), on: on)?.id
    }

    private func governing(_ type: String, from: StateProfile?, to: StateProfile?, on: Instant) -> Instrument? {
        guard let from, let to else { return nil }
        return byRank.first { instrument in
            (openers[type]?.contains(instrument.id) ?? false) && from.isBound(by: instrument.id, on: on)
                && to.isBound(by: instrument.id, on: on)
        }
    }

    private func rules(for type: String, under instrument: Instrument?, _ facts: Condition.Facts) -> [Rule] {
        guard let instrument, let on = facts.on else { return rules(for: type) }
        var ids = [instrument.id]
        for id in instrument.with
        where facts.requesting?.isBound(by: id, on: on) ?? false && facts.requested?.isBound(by: id, on: on) ?? false {
            ids.append(id)
        }
        return ids.flatMap { table[$0]?[type] ?? [] } + (alwaysTable[type] ?? [])
    }

    /// The class of each offence of a draft.
    func routeClasses(_ draft: JSONValue) -> [RouteClass] {
        Offences.items(draft).map { item in
            if item["article"]?.string.map(conventionOffences.contains) ?? false { return .convention }
            if let line = seriousLine, let months = Offences.months(item), months >= line { return .serious }
            return .other
        }
    }

    /// The widest of the classes; nil when no offence is named.
    static func widest(_ classes: [RouteClass]) -> RouteClass? { RouteClass.allCases.first(where: classes.contains) }

    private func route(_ facts: Condition.Facts) -> Assessment.Route {
        guard let type = facts.type else { return .init(open: false, by: facts.route, evidenceOnly: false, why: "The type is not known.") }
        guard facts.instrument != nil else {
            return .init(
                open: false, by: facts.route, evidenceOnly: false, why: "No treaty that opens this type binds both States on that day.")
        }
        guard let by = facts.route, let opening = type.opening[by] else {
            return .init(
                open: true, by: facts.route, evidenceOnly: false,
                why: facts.route == nil ? "No offence is named." : "Open whatever the offence.")
        }
        let name =
            ["convention": "an offence of the Convention", "serious": "another serious crime", "other": "another offence"][by.rawValue]
            ?? ""
        switch opening {
        case .yes: return .init(open: true, by: by, evidenceOnly: false, why: "Open for \(name).")
        case .evidence: return .init(open: true, by: by, evidenceOnly: true, why: "Open for \(name), for electronic evidence only.")
        case .no: return .init(open: false, by: by, evidenceOnly: false, why: "Not open for \(name). \(Offences.penalties(facts.draft))")
        }
    }

    /// A draft need not repeat what the directory says about its author.
    private func fillAuthority(_ facts: inout Condition.Facts) {
        guard facts.draft["authority"]?.isEmpty ?? true, var members = facts.draft.object,
            let authority = facts.issuer.flatMap({ facts.requesting?.authority($0) })
        else { return }
        members["authority"] = .object(["name": .string(authority.name), "contact": .string(authority.contact)])
        facts.draft = .object(members)
    }

    func judge(_ rule: Rule, _ facts: Condition.Facts, into found: inout [Finding]) {
        guard rule.when?.holds(in: facts) ?? true else { return }
        switch rule.demand {
        case .needs(let condition):
            if !condition.holds(in: facts) {
                let fields = condition.unmet(in: facts)
                for field in fields.prefix(NamedCheck.listed) { found.append(Finding(rule: rule, field: field)) }
                if fields.count > NamedCheck.listed {
                    found.append(
                        Finding(rule: rule, field: fields[0], detail: "and \(fields.count - NamedCheck.listed) more of the same kind"))
                }
            }
        case .check(let check, let setting):
            for fault in check.faults(in: facts, with: setting) {
                found.append(Finding(rule: rule, field: fault.field, detail: fault.detail, code: rule.code ?? fault.code))
            }
        case .tells(let field): found.append(Finding(rule: rule, field: field))
        }
    }

    static func gravestFirst(_ left: Finding, _ right: Finding) -> Bool {
        if left.level != right.level { return left.level < right.level }
        return left.rule != right.rule ? left.rule < right.rule : left.field < right.field
    }
}
