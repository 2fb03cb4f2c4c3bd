// SPDX-License-Identifier: Apache-2.0

import Law
public import Standards
public import Treaty

/// One thing that is wrong with a meeting, and where it stands.
public struct MeetingProblem: Sendable, Equatable, Codable {
    /// Dotted path of the member, for example `sessions.3.room`.
    public let path: String
    /// Line of a file, 1 for the first; 0 where it is none.
    public let line: Int
    public let says: String
}

extension Meeting {
    public static let maximumBytes = 4 << 20
    /// Most sessions, delegations, documents or rooms of one meeting.
    public static let most = 2_000

    /// Reads a document of YAML or JSON, and judges it.
    /// - Parameter rules: of the treaty whose meeting it is.
    /// - Returns: the meeting, or every problem.
    /// - Throws: `.malformedInput`, `.tooLarge` where it is no document at all.
    public static func read(
        _ bytes: [UInt8], name: String, treaty: Treaty, rules: MeetingRules
    ) throws(ComityError) -> (meeting: Meeting?, problems: [MeetingProblem]) {
        guard bytes.count <= maximumBytes else {
            throw ComityError(.tooLarge, "\(Text.safe(name, limit: 80)) has more than \(maximumBytes) bytes.")
        }
        let text = try YAMLText(bytes, name: name)
        var reader = MeetingReader(treaty: treaty, rules: rules)
        let meeting = reader.meeting(text.value)
        return (
            reader.faults.isEmpty ? meeting : nil, reader.faults.map { .init(path: $0.path, line: text.line(of: $0.path), says: $0.says) }
        )
    }
}

/// Reads and judges a meeting; every fault, never only the first.
struct MeetingReader {
    let treaty: Treaty
    let rules: MeetingRules
    private(set) var faults: [(path: String, says: String)] = []

    init(treaty: Treaty, rules: MeetingRules) {
        self.treaty = treaty
        self.rules = rules
    }

    mutating func fault(_ path: String, _ says: String) { faults.append((path, says)) }

    mutating func meeting(_ root: JSONValue) -> Meeting? {
        allow(
            root, "",
            [
                "v", "id", "kind", "title", "place", "zone", "days", "exercise", "retrieved", "order", "rooms", "sessions", "delegations",
                "documents", "signed_by_records", "unknown", "source", "url", "tag", "note",
            ])
        guard root.object != nil else { return nil }
        let id = text(root, "id", "") ?? ""
        if !Self.isID(id) { fault("id", "The id consists of 1 to 60 small letters, digits and hyphens.") }
        let zone = text(root, "zone", "") ?? "UTC"
        if LocalTime.check("2026-01-01T00:00:00", zone: zone) == .unknownZone {
            fault("zone", "“\(Text.safe(zone, limit: 40))” is no time zone; write it as Asia/Ho_Chi_Minh.")
        }
        let exercise = root["exercise"]?.bool ?? false
        if exercise != treaty.exercise {
            fault(
                "exercise",
                treaty.exercise ? "A node of an exercise keeps meetings of exercises only." : "A real node keeps no meetings of exercises.")
        }
        let days = (root["days"]?.array ?? []).enumerated().compactMap { index, item in day(item.string, "days.\(index)") }
        if days.isEmpty { fault("days", "A meeting has at least one day.") }
        if days != Set(days).sorted() { fault("days", "The days stand in order, each once.") }
        let origin = origin(root, "")
        let rooms = rooms(root)
        let meeting = Meeting(
            id: id, kind: choice(root, "kind", "") ?? .conference, title: text(root, "title", "") ?? "",
            place: text(root, "place", "") ?? "",
            zone: zone, days: days, exercise: exercise, retrieved: day(root["retrieved"]?.string, "retrieved") ?? treaty.retrieved,
            order: order(root["order"]), rooms: rooms, sessions: sessions(root, zone, days, rooms, origin),
            delegations: delegations(root, origin),
            documents: documents(root, origin), signedByRecords: root["signed_by_records"]?.bool ?? false,
            unknown: (root["unknown"]?.array ?? []).compactMap(\.string), origin: origin)
        return meeting
    }

    private mutating func order(_ item: JSONValue?) -> Meeting.Order {
        guard let item, item.string != "name" else { return .name }
        allow(item, "order", ["lot"])
        guard let words = item["lot"]?.string, !words.isEmpty, words.utf8.count <= 200, Text.safe(words) == words else {
            fault("order", "The order is “name”, or a lot with its words: {lot: \"drawn on 24 October by XA and XB\"}.")
            return .name
        }
        return .lot(words)
    }

    private mutating func rooms(_ root: JSONValue) -> [Meeting.Room] {
        var seen: Set<String> = []
        return items(root, "rooms").compactMap { item, at in
            allow(item, at, ["id", "name", "row"])
            guard let id = text(item, "id", at), let name = text(item, "name", at) else { return nil }
            if !seen.insert(id).inserted { fault("\(at).id", "The room “\(id)” stands twice.") }
            let row = item["row"]?.integer
            if let row, !(1...200).contains(row) { fault("\(at).row", "A row has 1 to 200 places.") }
            return Meeting.Room(id: id, name: name, row: row.map { Int(clamping: $0) })
        }
    }

    private mutating func sessions(
        _ root: JSONValue, _ zone: String, _ days: [CalendarDay], _ rooms: [Meeting.Room], _ origin: Meeting.Origin
    ) -> [Meeting.Session] {
        var found: [(at: String, session: Meeting.Session)] = []
        var seen: Set<String> = []
        for (item, at) in items(root, "sessions") {
            allow(item, at, ["id", "kind", "title", "day", "start", "end", "room", "languages", "source", "url", "tag", "note"])
            guard let id = text(item, "id", at), let title = text(item, "title", at),
                let kind: Meeting.Session.Kind = choice(item, "kind", at),
                let day = day(item["day"]?.string, "\(at).day")
            else { continue }
            if !Self.isID(id) { fault("\(at).id", "The id consists of small letters, digits and hyphens.") }
            if !seen.insert(id).inserted { fault("\(at).id", "The session “\(id)” stands twice.") }
            if !days.contains(day) { fault("\(at).day", "\(day) is no day of the meeting.") }
            let start = clock(item, "start", at, day, zone)
            let end = clock(item, "end", at, day, zone)
            if let start, let end, end <= start { fault("\(at).end", "The session ends before it begins.") }
            if start == nil, item["end"] != nil { fault("\(at).end", "An end needs a start.") }
            let room = item["room"]?.string
            if let room, !rooms.contains(where: { $0.id == room }) {
                fault("\(at).room", "There is no room “\(Text.safe(room, limit: 40))”.")
            }
            let languages = (item["languages"]?.array ?? []).compactMap(\.string)
            for code in languages { language(code, "\(at).languages") }
            found.append(
                (
                    at,
                    Meeting.Session(
                        id: id, kind: kind, title: title, day: day, start: start, end: end, room: room, languages: languages,
                        origin: self.origin(item, at, origin))
                ))
        }
        for (index, one) in found.enumerated() {
            guard let room = one.session.room, let start = one.session.start, let end = one.session.end else { continue }
            for other in found[..<index] where other.session.room == room {
                guard let from = other.session.start, let to = other.session.end, start < to, from < end else { continue }
                fault("\(one.at).room", "“\(one.session.id)” and “\(other.session.id)” are in the same room at the same time.")
            }
        }
        return found.map(\.session).sorted {
            ($0.day, $0.start?.milliseconds ?? .min, $0.id) < ($1.day, $1.start?.milliseconds ?? .min, $1.id)
        }
    }

    private mutating func delegations(_ root: JSONValue, _ origin: Meeting.Origin) -> [Meeting.Delegation] {
        var seen: Set<StateCode> = []
        return items(root, "delegations").compactMap { item, at in
            allow(item, at, ["participant", "head", "members", "source", "url", "tag", "note"])
            guard let code = participant(item, at) else { return nil }
            if !seen.insert(code).inserted { fault("\(at).participant", "The delegation of \(code) stands twice.") }
            guard let head = delegate(item["head"], "\(at).head") else { return nil }
            var members: [Meeting.Delegate] = []
            for (index, one) in (item["members"]?.array ?? []).prefix(Meeting.most).enumerated() {
                guard let member = delegate(one, "\(at).members.\(index)") else { continue }
                if member.name == head.name || members.contains(where: { $0.name == member.name }) {
                    fault("\(at).members.\(index)", "“\(member.name)” stands twice in the delegation of \(code).")
                }
                members.append(member)
            }
            return Meeting.Delegation(participant: code, head: head, members: members, origin: self.origin(item, at, origin))
        }
    }

    private mutating func documents(_ root: JSONValue, _ origin: Meeting.Origin) -> [Meeting.Document] {
        var seen: Set<String> = []
        return items(root, "documents").compactMap { item, at in
            allow(item, at, ["symbol", "title", "day", "languages", "source", "url", "tag", "note"])
            guard let symbol = text(item, "symbol", at), let title = text(item, "title", at),
                let day = day(item["day"]?.string, "\(at).day")
            else { return nil }
            if !seen.insert(symbol).inserted { fault("\(at).symbol", "The document \(symbol) stands twice.") }
            var languages: [String: String] = [:]
            for (code, value) in item["languages"]?.object ?? [:] {
                language(code, "\(at).languages.\(code)")
                let hash = value.string ?? ""
                if !hash.isEmpty, hash.count != 64 || !hash.allSatisfy({ "0123456789abcdef".contains($0) }) {
                    fault("\(at).languages.\(code)", "A SHA-256 has 64 digits 0-9 and a-f; leave it empty where it is not known.")
                }
                languages[code] = hash
            }
            return Meeting.Document(symbol: symbol, title: title, day: day, languages: languages, origin: self.origin(item, at, origin))
        }
    }
}

// What members consist of.
extension MeetingReader {
    static func isID(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    private mutating func allow(_ item: JSONValue, _ at: String, _ names: Set<String>) {
        guard let members = item.object else { return fault(at, "This is a list of names and values.") }
        for name in members.keys.sorted() where !names.contains(name) {
            fault(join(at, name), "“\(Text.safe(name, limit: 40))” is not known; known are \(names.sorted().joined(separator: ", ")).")
        }
    }

    private func join(_ at: String, _ name: String) -> String { at.isEmpty ? name : "\(at).\(name)" }

    private mutating func items(_ root: JSONValue, _ name: String) -> [(JSONValue, String)] {
        guard let value = root[name] else { return [] }
        guard let all = value.array else {
            fault(name, "“\(name)” is a list.")
            return []
        }
        if all.count > Meeting.most { fault(name, "There are more than \(Meeting.most).") }
        return all.prefix(Meeting.most).enumerated().map { ($0.element, "\(name).\($0.offset)") }
    }

    private mutating func text(_ item: JSONValue, _ name: String, _ at: String) -> String? {
        guard let text = item[name]?.string, !text.isEmpty else {
            fault(join(at, name), "“\(name)” is missing.")
            return nil
        }
        return checked(text, join(at, name))
    }

    private mutating func checked(_ text: String, _ at: String) -> String? {
        guard text.utf8.count <= 1_000, Text.safe(text, limit: .max) == text else {
            fault(at, "This has more than 1000 characters, or invisible ones.")
            return nil
        }
        return text
    }

    private mutating func choice<Choice: RawRepresentable & CaseIterable>(_ item: JSONValue, _ name: String, _ at: String) -> Choice?
    where Choice.RawValue == String {
        guard let text = text(item, name, at) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        fault(join(at, name), "“\(Text.safe(text, limit: 40))” is not known; known are \(known).")
        return nil
    }

    private mutating func day(_ text: String?, _ at: String) -> CalendarDay? {
        guard let text, let day = try? CalendarDay(text) else {
            fault(at, text == nil ? "The day is missing." : "“\(Text.safe(text ?? "", limit: 40))” is no day; write it as 2025-10-25.")
            return nil
        }
        return day
    }

    /// `09:30`, as the clocks of the place show it on that day.
    private mutating func clock(_ item: JSONValue, _ name: String, _ at: String, _ day: CalendarDay, _ zone: String) -> Instant? {
        guard let value = item[name] else { return nil }
        guard let text = value.string, text.utf8.count == 5, case .exact(let instant) = LocalTime.check("\(day)T\(text):00", zone: zone)
        else {
            fault(
                join(at, name),
                "“\(Text.safe(value.string ?? "", limit: 20))” is no time of that day in \(Text.safe(zone, limit: 40)); write it as 09:30.")
            return nil
        }
        return instant
    }

    private mutating func participant(_ item: JSONValue, _ at: String) -> StateCode? {
        guard let text = text(item, "participant", at) else { return nil }
        guard let code = try? StateCode(text), treaty.participants[code] != nil else {
            fault("\(at).participant", "“\(Text.safe(text, limit: 20))” is not a State or organisation that can take part.")
            return nil
        }
        return code
    }

    private mutating func delegate(_ item: JSONValue?, _ at: String) -> Meeting.Delegate? {
        guard let item, item.object != nil else {
            fault(at, "A delegate has a name and a function.")
            return nil
        }
        allow(item, at, ["name", "function"])
        guard let name = text(item, "name", at), let function = text(item, "function", at) else { return nil }
        if !Self.isID(function) { fault("\(at).function", "A function is written as minister-for-foreign-affairs.") }
        return Meeting.Delegate(name: name, function: function)
    }

    private mutating func language(_ code: String, _ at: String) {
        guard !rules.languageCodes.contains(code) else { return }
        fault(
            at,
            "“\(Text.safe(code, limit: 20))” is none of the languages \(rules.languageCodes.joined(separator: ", ")) (Art. \(rules.languages.cite))."
        )
    }

    /// A member of the meeting that names no source of its own has that of the meeting.
    private mutating func origin(_ item: JSONValue, _ at: String, _ whole: Meeting.Origin? = nil) -> Meeting.Origin {
        let note = item["note"]?.string.flatMap { checked($0, join(at, "note")) }
        if let whole, item["source"] == nil { return .init(source: whole.source, tag: whole.tag, note: note) }
        let title = text(item, "source", at) ?? ""
        let url = item["url"]?.string
        if let url, !url.hasPrefix("https://"), !url.hasPrefix("http://") { fault(join(at, "url"), "This is no address of the web.") }
        let tag: VerificationTag = choice(item, "tag", at) ?? .unverified
        return .init(source: .init(title: title, url: url), tag: tag, note: note)
    }
}
