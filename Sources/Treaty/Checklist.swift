// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards

/// What a State or organisation tells the depositary: what it has told, what it owes, and when.
public struct Checklist: Sendable, Encodable {
    public enum State: String, Sendable, Encodable {
        /// Told, and it holds.
        case given
        /// Told, but its own term is over.
        case expired
        /// Its time has come, and no record says that it was told.
        case owed
        /// Its day is known and lies ahead.
        case upcoming
        /// Goes with the instrument of consent, or with becoming a Party, for which there is no day yet.
        case withInstrument = "with-instrument"
        case whenParty = "when-party"
        case whenDesignated = "when-designated"
        case ongoing
        case onRequest = "on-request"
        /// A declaration that it may make.
        case optional
    }

    public struct Line: Sendable, Encodable {
        public let number: String
        public let title: String
        public let cite: String
        public let tag: VerificationTag
        public let unverified: Bool
        public let state: State
        /// The day on which it is due, or was; of one that is given, the day until which it holds.
        public let day: CalendarDay?
        public let optional: Bool
        public let moments: [DepositaryNotification.Moment]
        public let says: String
        /// Ids of the records that tell it.
        public let records: [String]
        /// What the authority that it names is for, as a directory entry says it; nil where it names none.
        public let purpose: String?
        /// Authorities that the directory names for that; nil where no entry is known, or none is looked at.
        public internal(set) var named: [String]?
    }

    public let code: StateCode
    public let name: String
    public let asOf: CalendarDay
    public private(set) var lines: [Line]

    /// The same beside a directory entry.
    /// - Parameter authorities: names of those that the entry has for a purpose.
    public func beside(_ authorities: (String) -> [String]) -> Checklist {
        var list = self
        for (index, line) in lines.enumerated() { list.lines[index].named = line.purpose.map(authorities) }
        return list
    }
}

extension Treaty {
    /// The checklist of a State or organisation as of a day.
    public func checklist(_ code: StateCode, in status: TreatyStatus) -> Checklist? {
        guard let standing = status.standing(code) else { return nil }
        let maker = StandingMaker(self, asOf: status.asOf, knownBy: status.knownBy)
        let told = maker.holding(code).filter { [.declaration, .reservation, .notification].contains($0.action) }
        let teller: DepositaryNotification.Teller = standing.kind == .organisation ? .organisation : .state
        let rows = rules.notifications.filter { $0.tellers.contains(teller) }
        let lines = rows.map { row in
            let shared = rows.filter { $0.number == row.number }.count > 1
            let records = told.filter { record in
                record.article.map(row.places.contains) ?? (record.notification == row.number && !shared)
                    || record.notification == row.number && !shared
            }
            let (state, day) = Self.state(row, standing, records, asOf: status.asOf)
            return Checklist.Line(
                number: row.number, title: row.title, cite: row.cite, tag: row.tag, unverified: row.tag.isUnverified, state: state,
                day: day,
                optional: row.optional, moments: row.due, says: row.says, records: records.map(\.id), purpose: row.purpose)
        }
        return Checklist(code: code, name: standing.name, asOf: status.asOf, lines: lines)
    }

    private static func state(
        _ row: DepositaryNotification, _ standing: Standing, _ records: [TreatyRecord], asOf: CalendarDay
    ) -> (Checklist.State, CalendarDay?) {
        if let last = records.max(by: { $0.settled < $1.settled }) {
            let until = last.expires ?? row.renews.map { last.settled.adding(days: Int($0.milliseconds / 86_400_000)) }
            return (until.map { $0 < asOf } ?? false ? .expired : .given, until)
        }
        if row.optional { return (.optional, nil) }
        // What may come with the signature or with the deposit is due with the deposit.
        let bond = standing.bonds.last
        let days: [CalendarDay?] = [
            row.due.contains(.deposit) ? standing.deposit?.settled ?? (bond?.record == nil ? bond?.from : nil) : nil,
            row.due.contains(.becomingParty) ? standing.bindingFrom : nil,
            row.due.contains(.signature) && !row.due.contains(.deposit) ? standing.signature?.settled : nil,
        ]
        if let day = days.compactMap({ $0 }).min() { return (day <= asOf ? .owed : .upcoming, day) }
        if row.due.contains(.designation) { return (.whenDesignated, nil) }
        if row.due.contains(.deposit) || row.due.contains(.signature) { return (.withInstrument, nil) }
        if row.due.contains(.becomingParty) { return (.whenParty, nil) }
        return (row.due.contains(.onRequest) ? .onRequest : .ongoing, nil)
    }

    /// A model letter to the depositary, as plain text.
    /// - Parameter which: number, citation or id of a notification; a number that several articles share gives all of them in one letter.
    /// - Throws: `.notFound` for a notification that is none, or not one of a State, or of an organisation.
    public func letter(_ which: String, from code: StateCode) throws(ComityError) -> String {
        let participant = try participants.find(code.description)
        let teller: DepositaryNotification.Teller = participant.isOrganisation ? .organisation : .state
        let rows = rules.notifications.filter {
            ($0.number == which.uppercased() || $0.id == which || $0.places.contains(which)) && $0.tellers.contains(teller)
        }
        guard !rows.isEmpty else {
            throw ComityError(
                .notFound, "“\(Text.safe(which, limit: 40))” is not a notification that \(participant.name) gives.",
                next: "comity treaty notifications \(code) lists them.")
        }
        let body = rows.map { row in
            // A text beside the row is data too: placeholders in it stand for what the row says.
            Self.filled(row.letter, ["state": participant.name, "cite": row.cite])
                + (row.tag.isUnverified
                    ? "\n\n[The number and wording of article \(row.cite) were not compared with the official text.]" : "")
        }
        return Self.filled(rules.letter, ["state": participant.name, "instrument": rules.title, "body": body.joined(separator: "\n\n")])
    }

    private static func filled(_ text: String, _ values: [String: String]) -> String {
        var out = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            out += rest[..<open]
            guard let close = rest[open...].firstIndex(of: "}") else { break }
            let name = String(rest[rest.index(after: open)..<close])
            out += values[name] ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }
}

extension StandingMaker {
    /// Records of a participant that had happened and were not withdrawn.
    func holding(_ code: StateCode) -> [TreatyRecord] {
        let withdrawn = Set(ledger.effective.filter { $0.action == .withdrawal && $0.settled <= asOf }.compactMap(\.of))
        return ledger.effective.filter { $0.participant == code && $0.settled <= asOf && !withdrawn.contains($0.id) }
    }
}
