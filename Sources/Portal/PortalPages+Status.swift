// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Law
import Standards
import Treaty
import Web

/// How a State stands, as a tile and a filter show it. The strongest that holds.
enum Look: String, CaseIterable {
    /// Bound by the Convention.
    case party
    /// Its instrument lies with the depositary.
    case deposited
    /// Approved at home or announced; no deposit is known.
    case reported
    case signed
    /// Named as a signatory without a day, or by a source that nobody compared.
    case said
    case none

    init(_ standing: Standing) {
        self =
            if standing.isParty { .party } else if standing.deposit != nil {
                .deposited
            } else if !standing.approvedAtHome.isEmpty
                || !standing.announced.isEmpty || standing.uncertain.contains(where: \.isDeposit)
            { .reported } else if let signature = standing.signature, signature.isExact, !signature.tag.isUnverified {
                .signed
            } else if standing
                .signature != nil || standing.uncertain.contains(where: { $0.action == .signature })
            { .said } else { .none }
    }

    var words: String {
        switch self {
        case .party: "Party"
        case .deposited: "Deposited with the depositary"
        case .reported: "Approved at home or announced, no deposit known"
        case .signed: "Signed"
        case .said: "Signed, without a day or from one source only"
        case .none: "Not signed, as far as is known"
        }
    }
}

/// What the table shows of.
enum Shown: String, CaseIterable {
    case all, signed, unsigned, reported, deposited, party, organisation

    var words: String {
        switch self {
        case .all: "Everybody"
        case .signed: "Signed"
        case .unsigned: "Not signed"
        case .reported: "Approved or announced"
        case .deposited: "Deposited"
        case .party: "Parties"
        case .organisation: "Organisations"
        }
    }

    func holds(_ standing: Standing) -> Bool {
        switch self {
        case .all: true
        case .signed: standing.signature != nil
        case .unsigned: standing.signature == nil
        case .reported: Look(standing) == .reported
        case .deposited: standing.deposit != nil
        case .party: standing.isParty
        case .organisation: standing.kind == .organisation
        }
    }
}

extension PortalPages {
    /// The counter, the map, the table.
    func status(_ asked: Asked) throws(ComityError) -> Response {
        let view = try view(asked)
        let status = view.status
        guard let shown = asked.show.map({ Shown(rawValue: $0) }) ?? .all else {
            throw ComityError(
                .malformedInput, "The table cannot show “\(Text.safe(asked.show ?? "", limit: 40))”.",
                next: "Choose one of the links above the table.")
        }
        let search = asked.find?.lowercased()
        let rows = status.standings.filter { standing in
            shown.holds(standing) && (search.map { Self.matches(standing, $0, view.treaty) } ?? true)
        }
        let here: [(name: String, value: String)] = [("show", shown == .all ? "" : shown.rawValue), ("find", asked.find ?? "")]
        var fields = resources.tiles.fields { code in
            status.standing(code).map {
                (Look($0).rawValue, view.link("/treaty/\(code)"), "\($0.name): \(Look($0).words)")
            }
        }
        fields.merge(counter(status)) { $1 }
        fields["asOf"] = DayWords.words(status.asOf)
        fields["asOfISO"] = status.asOf.description
        fields["isToday"] = status.asOf == view.today
        fields["knownBy"] = DayWords.words(status.knownBy)
        fields["knownByISO"] = status.knownBy.description
        fields["title"] = status.title
        fields["days"] = days(view, here)
        fields["looks"] = Look.allCases.map { ["look": $0.rawValue, "words": $0.words] as Fields }
        fields["filters"] = Shown.allCases.map { one -> Fields in
            [
                "words": one.words, "many": status.standings.count(where: one.holds), "isHere": one == shown,
                "link": view.link("/treaty", [("show", one == .all ? "" : one.rawValue), ("find", asked.find ?? "")]) + "#table",
            ]
        }
        fields["find"] = asked.find ?? ""
        fields["carried"] = (view.carried + (shown == .all ? [] : [("show", shown.rawValue)])).map { ["name": $0.name, "value": $0.value] }
        fields["rows"] = rows.map { row($0, view) }
        fields["rowCount"] = rows.count
        fields["isNothing"] = rows.isEmpty
        fields["csv"] = view.link("/treaty.csv")
        fields["json"] = view.link("/treaty.json")
        fields["ics"] = view.link("/treaty.ics")
        fields["comparisons"] = status.comparisons.map(comparison)
        fields["hasComparisons"] = !status.comparisons.isEmpty
        fields["unknown"] = status.unknown
        fields["hasUnknown"] = !status.unknown.isEmpty
        fields["rules"] = status.rules.map {
            ["cite": $0.cite, "says": $0.says, "value": $0.value, "isUnverified": $0.unverified] as Fields
        }
        fields["assumption"] = status.assumption ?? ""
        fields["hasAssumption"] = status.assumption != nil
        fields["states"] = options(view, nil)
        return try page("treaty", title: "\(status.title): status", fields)
    }

    private static func matches(_ standing: Standing, _ search: String, _ treaty: Treaty) -> Bool {
        standing.code.description.lowercased() == search || standing.name.lowercased().contains(search)
            || (treaty.participants[standing.code]?.also.contains { $0.lowercased().contains(search) } ?? false)
    }

    /// How many instruments, and how many days are left to sign.
    private func counter(_ status: TreatyStatus) -> Fields {
        let (entry, window) = (status.entry, status.window)
        let reported = status.standings.count { Look($0) == .reported }
        let strokes = (0..<max(entry.needed, 1)).map { index -> Fields in
            ["x": Double(index) * 10.1, "look": index < entry.counting ? "have" : index < entry.counting + reported ? "rep" : "none"]
        }
        let left: String
        switch window.daysLeft {
        case nil: left = "over"
        case let days? where status.asOf < window.opens:

            let wait = status.asOf.days(until: window.opens)
            left = "opens in \(wait) \(wait == 1 ? "day" : "days") (\(days) until it closes)"
        case let days?: left = "\(days)"
        }
        let force =
            entry.day.map { day in
                (entry.inForce ? "In force since " : "Enters into force on ") + DayWords.words(day)
                    + (entry.approximate ? ", at the latest" : "")
                    + (entry.assumed ? ", as the exercise assumes" : "")
            } ?? "Not in force. \(entry.missing) more instruments are needed."
        return [
            "counting": entry.counting, "needed": entry.needed, "missing": entry.missing, "strokes": strokes,
            "tallyWidth": Double(entry.needed) * 10.1, "reported": reported, "hasReported": reported > 0,
            "uncounted": status.deposited.count - entry.counting, "hasUncounted": status.deposited.count > entry.counting,
            "organisationRule": status.rules.count > 1 ? status.rules[1].says : "", "needRule": status.rules.first?.cite ?? "",
            "force": force, "signatories": status.signatories.count, "perhaps": status.perhapsSignatories.count,
            "hasPerhaps": !status.perhapsSignatories.isEmpty, "parties": status.parties.count, "daysLeft": left,
            "isDayCount": window.daysLeft != nil && status.asOf >= window.opens, "closes": DayWords.words(window.closes),
            "isWindowOver": window.daysLeft == nil,
        ]
    }

    /// Days to go to, as links: the opening, the first of each month since, today, and the day after signing ends.
    private func days(_ view: View, _ here: [(name: String, value: String)]) -> [Fields] {
        let rules = view.treaty.rules
        var days: [CalendarDay] = [rules.signatureOpens]
        if let first = try? CalendarDay(String(rules.signatureOpens.description.prefix(8)) + "01") {
            var months = 1
            while first.adding(months: months) < view.today, months <= 120 {
                days.append(first.adding(months: months))
                months += 1
            }
        }
        // A line of links stays one that a person can look over.
        while days.count > 18 { days = days.enumerated().filter { $0.offset == 0 || $0.offset % 2 == 1 }.map(\.element) }
        days.append(view.today)
        for later in [rules.signatureCloses, rules.signatureCloses.adding(days: 1), view.status.entry.day].compactMap({ $0 }) {
            days.append(later)
        }
        return Set(days).sorted().map { day -> Fields in
            [
                "words": day == view.today ? "today" : DayWords.words(day), "iso": day.description, "isHere": day == view.status.asOf,
                "link": view.link("/treaty", [("as-of", day == view.today ? "" : day.description)] + here),
            ]
        }
    }

    private func row(_ standing: Standing, _ view: View) -> Fields {
        let signed = standing.signature
        let perhaps = standing.uncertain.first { $0.action == .signature }
        let deposit = standing.deposit
        let look = Look(standing)
        return [
            "code": standing.code.description, "name": standing.name, "link": view.link("/treaty/\(standing.code)"),
            "signed": signed.map { $0.counting == nil ? "yes; its day is not known" : DayWords.words($0.counting) }
                ?? (perhaps != nil ? "perhaps; its day is not known" : "no"),
            "isSigned": signed != nil, "signedSource": (signed ?? perhaps)?.source.title ?? "",
            "hasSignedSource": (signed ?? perhaps) != nil,
            "isSignedUnverified": (signed ?? perhaps)?.tag.isUnverified ?? false, "declares": !standing.declarations.isEmpty,
            "deposited": deposit.map { DayWords.words($0.counting) } ?? (look == .reported ? "reported, no deposit known" : "no"),
            "isReported": look == .reported, "isDeposited": deposit != nil, "depositSource": deposit?.source.title ?? "",
            "isUncounted": deposit != nil && !standing.counts,
            "bound": standing.bonds.last.map { bond in
                (bond.binds(on: view.status.asOf) ? "since " : "from ") + DayWords.words(bond.from)
            } ?? "–",
            "may": standing.possible.map(\.action).joined(separator: ", "), "mayNothing": standing.possible.isEmpty,
            "isDisputed": !standing.disputes.isEmpty,
        ]
    }

    private func comparison(_ one: TreatyStatus.Comparison) -> Fields {
        [
            "value": one.published.value, "of": one.published.of == .signatories ? "signatories" : "deposits",
            "date": DayWords.words(one.published.date), "source": one.published.source.title, "note": one.published.note ?? "",
            "hasNote": one.published.note != nil,
            "computed": one.computed == one.computedAtMost ? "\(one.computed)" : "\(one.computed) to \(one.computedAtMost)",
            "differs": one.differs,
        ]
    }

    /// Everybody, for a list to choose from.
    func options(_ view: View, _ chosen: StateCode?) -> [Fields] {
        view.treaty.participants.all.map { ["code": $0.code.description, "name": $0.name, "isChosen": $0.code == chosen] }
    }
}
