// SPDX-License-Identifier: Apache-2.0

import Standards

/// What can be said only when all files are read: names of types and groups, citations, articles, circles.
extension InstrumentReader {
    mutating func judge(_ instruments: inout [Instrument]) {
        let types = instruments.flatMap(\.types)
        var groups: [String: [String]] = ["all": types.map(\.id)]
        for type in types { for group in type.groups { groups[group, default: []].append(type.id) } }
        let known = Set(types.map(\.id))
        func resolve(_ reader: inout InstrumentReader, _ names: [String], _ id: String) -> [String] {
            var found: [String] = []
            for name in names where !name.hasPrefix("-") {
                if let members = groups[name] {
                    for member in members where !found.contains(member) { found.append(member) }
                } else if known.contains(name) {
                    if !found.contains(name) { found.append(name) }
                } else {
                    reader.fault(id, "applies.type", "“\(id)” speaks about the unknown type “\(name)”.")
                }
            }
            for name in names where name.hasPrefix("-") {
                let out = String(name.dropFirst())
                if groups[out] == nil, !known.contains(out) {
                    reader.fault(id, "applies.except", "“\(id)” leaves out the unknown type “\(out)”.")
                }
                found.removeAll { $0 == out || groups[out]?.contains($0) ?? false }
            }
            return found
        }
        for index in instruments.indices {
            for row in instruments[index].rules.indices {
                instruments[index].rules[row].types = resolve(&self, instruments[index].rules[row].types, instruments[index].rules[row].id)
            }
            for row in instruments[index].clocks.indices {
                let clock = instruments[index].clocks[row]
                instruments[index].clocks[row].types = resolve(&self, clock.types, clock.id)
                if let held = clock.heldBy, !known.contains(held) {
                    fault(clock.id, "held_by", "“\(clock.id)” is held by the unknown type “\(held)”.")
                }
            }
            for row in instruments[index].grounds.indices {
                instruments[index].grounds[row].types = resolve(
                    &self, instruments[index].grounds[row].types, instruments[index].grounds[row].id)
            }
            for row in instruments[index].duties.indices {
                instruments[index].duties[row].types = resolve(
                    &self, instruments[index].duties[row].types, instruments[index].duties[row].id)
            }
            for row in instruments[index].fields.indices {
                let field = instruments[index].fields[row]
                instruments[index].fields[row].types = resolve(&self, field.types, "field \(field.path)")
            }
            for row in instruments[index].retention.indices {
                let rule = instruments[index].retention[row]
                instruments[index].retention[row].types = resolve(&self, rule.types, rule.id)
            }
            for name in instruments[index].opens where !known.contains(name) {
                fault(instrument: instruments[index].id, "It opens the unknown type “\(name)”.")
            }
            for name in instruments[index].with where !instruments.contains(where: { $0.id == name }) {
                fault(instrument: instruments[index].id, "It goes with the unknown instrument “\(name)”.")
            }
            articles(&instruments[index])
        }
        dueFields(instruments)
        resolveProfiles(resolve)
        circles(types, known)
    }

    /// A clock that is due at a time in the draft names a member that drafts of its types have, where the members are listed.
    private mutating func dueFields(_ instruments: [Instrument]) {
        let fields = instruments.flatMap(\.fields)
        for clock in instruments.flatMap(\.clocks) {
            guard let due = clock.dueField else { continue }
            let known = fields.filter { !Set($0.types).isDisjoint(with: clock.types) }.map(\.path)
            if !known.isEmpty, !known.contains(where: { due == $0 || due.hasPrefix($0 + ".") }) {
                fault(clock.id, "due.field", "“\(due)” is not a member of a draft of its types; see the fields.")
            }
        }
    }

    /// With `article_count` every article from 1 stands exactly once, and holds rows or says why none. Citations then name
    /// articles that exist.
    private mutating func articles(_ instrument: inout Instrument) {
        guard let count = instrument.articleCount else { return }
        let present = Set(instrument.articles.map(\.number))
        for number in 1...count where !present.contains(String(number)) {
            fault(instrument: instrument.id, "Article \(number) is missing.")
        }
        for head in instrument.articles where !(Int(head.number).map { (1...count).contains($0) } ?? false) {
            fault(instrument: instrument.id, "Article \(head.number) is not one of the \(count) articles.")
        }
        instrument.articles.sort { (Int($0.number) ?? 0) < (Int($1.number) ?? 0) }
        var rows: Set<String> = []
        var cites: [(id: String, cite: String)] = instrument.rules.map { ($0.id, $0.cite) }
        cites += instrument.clocks.map { ($0.id, $0.cite) }
        cites += instrument.grounds.map { ($0.id, $0.cite) }
        cites += instrument.duties.map { ($0.id, $0.cite) }
        cites += instrument.constants.map { ($0.id, $0.cite) }
        cites += instrument.notifications.map { ($0.id, $0.cite) }
        for (id, cite) in cites {
            let articles = Law.articles(of: cite)
            if articles.isEmpty { fault(id, "cite", "“\(cite)” names no article.") }
            for article in articles where !present.contains(article) {
                fault(id, "cite", "“\(cite)” names article \(article), which is not in the list of articles.")
            }
            if let first = articles.first { rows.insert(first) }
        }
        rows.formUnion(instrument.categories.compactMap { Law.articles(of: $0.cite).first })
        rows.formUnion(instrument.types.map(\.article))
        rows.formUnion(instrument.offences.map(\.article))
        for head in instrument.articles {
            if head.whyNone == nil, !rows.contains(head.number) {
                fault(instrument: instrument.id, "Article \(head.number) has neither rows nor a reason why none (why_none).")
            }
            if head.whyNone != nil, rows.contains(head.number) {
                fault(instrument: instrument.id, "Article \(head.number) says why it has no rows, but has some.")
            }
        }
    }

    private mutating func circles(_ types: [RequestType], _ known: Set<String>) {
        let follows = Dictionary(types.map { ($0.id, $0.follows) }, uniquingKeysWith: { first, _ in first })
        for type in types {
            for name in type.follows where !known.contains(name) {
                fault("type " + type.id, "follows", "The type “\(type.id)” follows the unknown type “\(name)”.")
            }
            var open = type.follows
            var seen: Set<String> = []
            while let next = open.popLast() {
                if next == type.id {
                    fault("type " + type.id, "follows", "The types follow each other in a circle through “\(type.id)”.")
                    break
                }
                if seen.insert(next).inserted { open += follows[next] ?? [] }
            }
        }
    }
}
