// SPDX-License-Identifier: Apache-2.0

import Exchange
import Node
import Standards
import Web

/// What the directory says about one State: who, when, how old that is, test calls, the terms of keys.
struct StatePage {
    private let peer: Peer
    private let scene: Scene
    private let age: Freshness?
    private let rings: [TestCall]
    private let doubtful: [DoubtfulAct]

    init(_ peer: Peer, _ scene: Scene) throws(ComityError) {
        self.peer = peer
        self.scene = scene
        let (node, officer) = (scene.node, scene.session.officer)
        let sees = scene.may(.readRegister)
        age = sees ? try node.freshness(officer: officer).first { $0.state == peer.entry.state } : nil
        rings = sees ? try node.testCalls(with: peer.entry.state, officer: officer) : []
        doubtful = try scene.may(.readMetadata) ? node.doubtfulActs(signedBy: peer.entry.state) : []
    }

    private var strings: Strings { scene.strings }

    var fields: Fields {
        let path = "/directory/\(peer.entry.state)"
        return [
            "authorities": peer.entry.allAuthorities.map(authority),
            "hasRequirements": !(peer.entry.requirements ?? []).isEmpty, "requirements": (peer.entry.requirements ?? []).map(requirement),
            "age": ageRows, "hasDue": !(age?.due ?? []).isEmpty, "due": (age?.due ?? []).map { strings("directory.due.\($0.rawValue)") },
            "hasRings": !rings.isEmpty, "rings": rings.map(ring), "mayRing": scene.may(.answer) && peer.trust == .confirmed,
            "ringPath": "\(path)/ring", "words": peer.entry.fingerprintWords.split(separator: " ").map(String.init), "keys": keys,
            "hasDoubtful": !doubtful.isEmpty,
            "doubtful": doubtful.prefix(100).map { act -> Fields in
                ["ref": act.ref.description, "path": "/files/\(act.ref)", "at": moment(act.registered)]
            },
        ]
    }

    private func moment(_ instant: Instant) -> String { scene.times.text(scene.times.local(instant)) }

    /// A code in words; one that is not known here as it is.
    private func word(_ group: String, _ code: String, isKnown: Bool) -> String {
        isKnown ? strings("\(group).\(code)") : Text.safe(code, limit: 60)
    }

    private func row(_ label: String, _ value: String, sub: String = "") -> Fields {
        ["label": label, "value": Text.safe(value, limit: 2500), "sub": Text.safe(sub, limit: 400), "hasSub": !sub.isEmpty]
    }

    private func authority(_ authority: DirectoryEntry.Authority) -> Fields {
        let there = Node.at(scene.now, zone: authority.timeZone)
        let isOpen = authority.hours?.isOpen(at: there)
        var rows: [Fields] = []
        let purposes = (authority.purposes ?? []).map { word("purpose", $0, isKnown: DirectoryEntry.Purpose(rawValue: $0) != nil) }
        if !purposes.isEmpty { rows.append(row(strings("directory.purposes"), purposes.joined(separator: strings("list.and")))) }
        if let scope = authority.scope { rows.append(row(strings("directory.scope"), scope)) }
        rows.append(row(strings("directory.languages"), authority.languages.joined(separator: strings("list.and"))))
        rows.append(row(strings("directory.time"), scene.times.text(there), sub: authority.timeZone))
        if let hours = authority.hours { rows.append(row(strings("directory.hours"), "\(hours)", sub: ours(hours, there))) }
        if let phone = authority.phone { rows.append(row(strings("directory.phone"), phone)) }
        if let email = authority.email { rows.append(row(strings("directory.email"), email)) }
        for channel in authority.channels ?? [] {
            rows.append(
                row(
                    word("channel", channel.kind, isKnown: DirectoryEntry.Channel.Kind(rawValue: channel.kind) != nil), channel.address,
                    sub: channel.hours.map { [$0.description, ours($0, there)].filter { !$0.isEmpty }.joined(separator: " · ") } ?? ""))
        }
        let names = (authority.names ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        return [
            "name": Text.safe(([authority.name] + names).joined(separator: " · "), limit: 600), "rows": rows, "isOpenKnown": isOpen != nil,
            "openTag": [
                "word": strings(isOpen == true ? "directory.open" : "directory.closed"), "look": isOpen == true ? "tag--ok" : "tag--soon",
                "icon": isOpen == true ? "met" : "pause", "hasIcon": true,
            ] as Fields,
        ]
    }

    /// The same hours on the clock of this desk.
    private func ours(_ hours: OpeningHours, _ there: Instant) -> String {
        let here = scene.times.local(scene.now)
        let minutes = Int(here.offsetMinutes) - Int(there.offsetMinutes)
        guard !hours.isAlways, minutes != 0, let shifted = hours.shifted(by: minutes) else { return "" }
        return strings("directory.hours.ours", ["hours": shifted.description])
    }

    private func requirement(_ requirement: DirectoryEntry.Requirement) -> Fields {
        let value = requirement.value.map { "\($0): " } ?? ""
        return row(
            word("requirement", requirement.code, isKnown: DirectoryEntry.Requirement.Code(rawValue: requirement.code) != nil),
            value + requirement.says, sub: requirement.source ?? "")
    }

    private var ageRows: [Fields] {
        var rows = [row(strings("directory.issued"), moment(peer.entry.issuedAt))]
        rows.append(
            row(strings("directory.confirmed"), peer.confirmedAt.map(moment) ?? strings("directory.never"), sub: peer.confirmedBy ?? ""))
        guard let age else { return rows }
        rows.append(row(strings("directory.asked"), age.asked.map(moment) ?? strings("directory.never")))
        if let listed = age.listed { rows.append(row(strings("directory.listed"), moment(listed), sub: age.listedBy ?? "")) }
        return rows
    }

    private func ring(_ ring: TestCall) -> Fields {
        let way = strings(ring.isIncoming ? "directory.ring.in" : "directory.ring.out")
        let says: String
        if let seconds = ring.answeredAfter {
            says = strings(
                "directory.ring.answered",
                ["span": scene.figures.span(milliseconds: seconds * 1000), "who": Text.safe(ring.by ?? "", limit: 120)])
        } else {
            says = strings(ring.isReached ? "directory.ring.open" : "directory.ring.unreached")
        }
        let over = ring.number.map { " · " + strings("directory.ring.telephone", ["number": Text.safe($0, limit: 40)]) } ?? ""
        return ["at": moment(ring.at), "way": way + over, "says": says]
    }

    private var keys: [Fields] {
        let terms = KeyUse.allCases.compactMap { use -> Fields? in
            guard let term = peer.entry.validity?[use] else { return nil }
            let from = scene.times.fields(term.notBefore, theirs: nil)["date"] as? String ?? ""
            let to = term.notAfter.flatMap { scene.times.fields($0, theirs: nil)["date"] as? String }
            return row(
                strings("key.\(use.rawValue)"),
                to.map { strings("directory.key.until", ["from": from, "to": $0]) } ?? strings("directory.key.from", ["from": from]))
        }
        return terms
            + (peer.entry.successions ?? []).map { succession in
                row(
                    strings("directory.key.was", ["use": strings("key.\(succession.claims.use.rawValue)")]),
                    strings("directory.key.former", ["to": moment(succession.claims.at)]))
            }
    }
}
