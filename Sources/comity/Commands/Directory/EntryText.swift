// SPDX-License-Identifier: Apache-2.0

import Exchange
import Law
import Node
import Standards
import Treaty

/// An entry, and how old it is, as lines for a person.
enum EntryText {
    /// `open now`, `closed now`, or nothing when the hours are not known.
    static func open(_ authority: DirectoryEntry.Authority, now: Instant) -> String? {
        authority.hours.map { $0.isOpen(at: Node.at(now, zone: authority.timeZone)) ? "open now" : "closed now" }
    }

    static func short(_ authority: DirectoryEntry.Authority, now: Instant) -> String {
        [
            (authority.purposes ?? []).joined(separator: ", "), authority.languages.joined(separator: ", "), authority.phone ?? "",
            authority.email ?? "", open(authority, now: now) ?? "",
        ].filter { !$0.isEmpty }.map { Text.safe($0, limit: 300) }.joined(separator: "  ·  ")
    }

    static func lines(_ entry: DirectoryEntry, now: Instant) -> [String] {
        var lines = ["\(entry.state)\(entry.exercise ? "  EXERCISE" : "")"]
        for authority in entry.allAuthorities {
            lines.append("")
            lines += Self.lines(authority, now: now)
        }
        for requirement in entry.requirements ?? [] {
            let value = requirement.value.map { " (\($0))" } ?? ""
            lines.append("")
            lines.append("requires      \(requirement.code)\(value): \(requirement.says)")
            if let source = requirement.source { lines.append("              source: \(source)") }
        }
        lines += ["", "node          \(entry.endpoint)", "issued        \(entry.issuedAt)"]
        lines.append("fingerprint   \(entry.fingerprint)")
        let words = entry.fingerprintWords.split(separator: " ")
        lines.append("  in words    \(words.prefix(8).joined(separator: " "))")
        lines.append("              \(words.dropFirst(8).joined(separator: " "))")
        for use in KeyUse.allCases {
            guard let period = entry.validity?[use] else { continue }
            lines.append("key           \(use.rawValue) from \(period.notBefore)\(period.notAfter.map { " to \($0)" } ?? "")")
        }
        for succession in entry.successions ?? [] {
            lines.append("key before    \(succession.claims.use.rawValue) until \(succession.claims.at)")
        }
        return lines.map { Text.safe($0, limit: 2500) }
    }

    private static func lines(_ authority: DirectoryEntry.Authority, now: Instant) -> [String] {
        var lines = ["\(authority.name)  (\(authority.id))"]
        func add(_ label: String, _ text: String?) {
            if let text, !text.isEmpty { lines.append(label.padded(to: 14) + text) }
        }
        for (tag, name) in (authority.names ?? [:]).sorted(by: { $0.key < $1.key }) { add("  \(tag)", name) }
        add("for", (authority.purposes ?? []).joined(separator: ", "))
        add("scope", authority.scope)
        add("languages", authority.languages.joined(separator: ", "))
        let there = Node.at(now, zone: authority.timeZone)
        add("there", "\(there)  \(authority.timeZone)")
        add("hours", authority.hours.map { "\($0)\(open(authority, now: now).map { "  (\($0))" } ?? "")" })
        add("telephone", authority.phone)
        add("e-mail", authority.email)
        for channel in authority.channels ?? [] { add(channel.kind, channel.address + (channel.hours.map { "  (\($0))" } ?? "")) }
        return lines
    }

    static func lines(_ age: Freshness) -> [String] {
        var lines: [String] = []
        lines.append("confirmed     " + (age.confirmed.map { "\($0) by \(age.confirmedBy ?? "")" } ?? "never"))
        lines.append("last shown    " + (age.asked.map { "\($0) by its own node" } ?? "never by its own node"))
        if let listed = age.listed { lines.append("listed        \(listed) by \(age.listedBy ?? "")") }
        lines.append(
            "last ring     "
                + (age.rang.map { "\($0), \(age.answeredAfter.map { "answered after \($0) s" } ?? "not answered")" } ?? "never"))
        if !age.due.isEmpty { lines.append("due           " + age.due.map { says($0, age.state) }.joined(separator: "; ")) }
        return lines.map { Text.safe($0, limit: 600) }
    }

    /// What the State told the depositary, with the source: another voice than its own entry.
    static func lines(_ notified: [Node.Notified]) -> [String] {
        notified.flatMap { one in
            let texts = one.record.text.sorted { $0.key < $1.key }.map { "              \($0.key): \($0.value)" }
            return [
                "depositary    \(one.purpose): \(one.title) (Art. \(one.cite)), \(one.record.counting?.description ?? "day unknown")  [\(one.record.id)]"
            ] + texts + [
                "              source \(one.record.source.title)\(one.record.tag.isUnverified ? "  (not verified)" : ""), known \(one.record.known)"
            ]
        }.map { Text.safe($0, limit: 600) }
    }

    private static func says(_ due: Freshness.Due, _ state: StateCode) -> String {
        switch due {
        case .confirm: "compare the fingerprint by telephone (comity trust confirm \(state))"
        case .fetch: "fetch the newest entry (comity directory import --from \(state))"
        case .ring: "make a test call (comity directory ring \(state))"
        case .unanswered: "the last test call was not answered: telephone"
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { count < width ? self + String(repeating: " ", count: width - count) : self + "  " }
}
