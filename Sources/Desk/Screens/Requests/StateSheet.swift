// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
import Node
import Standards
import Web

/// What a State needs of a request of one type, from its profile and its directory entry: stands beside every section.
struct StateSheet {
    let scene: Scene
    let state: StateCode
    let type: FileType

    private var strings: Strings { scene.strings }

    var fields: Fields {
        let peer = (try? scene.node.listPeers())?.first { $0.entry.state == state }
        let profile = scene.node.law.state(state)
        var out: Fields = [
            "code": state.description, "title": scene.phrase("sheet.title", ["state": scene.names.phrase(state)]),
            "isConfirmed": peer?.trust == .confirmed, "hasProfile": profile != nil, "lines": [Fields](), "extra": [Fields](),
            "hasExtra": false, "declarations": [Fields](), "hasDeclarations": false, "source": "", "confirmed": "", "hasConfirmed": false,
            "signed": scene.phrase("sheet.confirmed", ["state": scene.names.phrase(state)]),
        ]
        if let at = peer?.confirmedAt {
            out["hasConfirmed"] = true
            out["confirmed"] = strings("sheet.confirmed.at", ["at": scene.times.fields(at, theirs: nil)["date"] as? String ?? ""])
        }
        guard let profile else {
            out["lines"] = clock(nil).map { [$0] } ?? []
            return out
        }
        out["source"] = strings("sheet.profile.source", ["source": Text.safe(profile.source, limit: 120)])
        out["lines"] = [languages(profile), clock(profile), dual(profile), preservation(profile), retention(profile), holidays(profile)]
            .compactMap { $0 }
        let rules = profile.rules.filter { $0.types.contains(type.rawValue) && $0.level != .note }
        out["extra"] = rules.prefix(8).map { rule -> Fields in
            [
                "says": Text.safe(rule.says, limit: 300), "level": strings("level.\(rule.level.rawValue)"),
                "article": Article.words(rule.cite, strings), "unverified": rule.tag.isUnverified,
            ]
        }
        out["hasExtra"] = !rules.isEmpty
        out["declarations"] = profile.declarations.prefix(8).map { declaration -> Fields in
            ["article": Article.words(declaration.article, strings), "text": Text.safe(declaration.text, limit: 300)]
        }
        out["hasDeclarations"] = !profile.declarations.isEmpty
        return out
    }

    private func line(_ key: String, _ value: String, sub: String = "") -> Fields {
        ["label": strings("sheet.\(key)"), "value": value, "sub": sub, "hasSub": !sub.isEmpty]
    }

    private func languages(_ profile: StateProfile) -> Fields? {
        let purpose = scene.node.law.requestType(type.rawValue)?.languagePurpose ?? ""
        let tags = profile.languages[purpose] ?? []
        return tags.isEmpty
            ? nil : line("languages", tags.map { FormChoices.language($0, strings) }.joined(separator: strings("list.and")))
    }

    private func clock(_ profile: StateProfile?) -> Fields? {
        guard let zone = scene.names.zone(state) ?? profile?.data["time_zone"]?.string else { return nil }
        var notes: [String] = []
        if let calendar = profile?.calendar { notes.append(strings(calendar.isOpen(at: scene.now) ? "sheet.open" : "sheet.closed")) }
        if profile?.data.at("working_hours.contact_point_24_7")?.string == "always" { notes.append(strings("sheet.contact-point")) }
        return line("time", scene.times.text(Node.at(scene.now, zone: zone)), sub: notes.joined(separator: strings("list.and")))
    }

    private func dual(_ profile: StateProfile) -> Fields {
        let said = profile.data.at("dual_criminality.\(type.rawValue)")
        let policy = profile.dualCriminality[type.rawValue]
        let key: String
        if said?.string == "not_required" {
            key = "not-required"
        } else if let policy {
            key = policy.required ? (policy.mayWaive ? "waivable" : "required") : "assessed"
        } else {
            key = "unknown"
        }
        return line("dual", strings("sheet.dual.\(key)"))
    }

    private func preservation(_ profile: StateProfile) -> Fields? {
        guard let kept = profile.data["preservation"], let days = kept["domestic_order_days"]?.integer,
            [.preservation, .storedData, .subscriberInformation, .trafficDisclosure].contains(type)
        else { return nil }
        return line(
            "preservation", strings.count("sheet.preservation.days", Int(clamping: days), scene.figures),
            sub: strings(kept["renewable"]?.bool == true ? "sheet.preservation.renewable" : "sheet.preservation.once"))
    }

    /// How long the State's provider keeps what is asked; an address that is shared needs its port.
    private func retention(_ profile: StateProfile) -> Fields? {
        guard let provider = profile.data["authorities"]?.array?.first(where: { $0["retention_days"]?.object != nil }),
            let kept = provider["retention_days"]?.object
        else { return nil }
        let words = kept.sorted { $0.key > $1.key }.prefix(4).map { name, value -> String in
            let category = Text.safe(name.lowercased(), limit: 30)
            guard let days = value.integer else {
                return strings("sheet.retention.text", ["category": category, "text": Text.safe(value.string ?? "", limit: 80)])
            }
            return strings(
                "sheet.retention.days.\(days == 1 ? "one" : "other")", ["category": category, "count": scene.figures.count(days)])
        }
        return line(
            "retention", words.joined(separator: strings("list.and")), sub: Text.safe(provider["address_sharing"]?.string ?? "", limit: 120)
        )
    }

    static func sharing(_ law: Law, _ state: StateCode) -> String? {
        law.state(state)?.data["authorities"]?.array?.lazy.compactMap { $0["address_sharing"]?.string }.first
    }

    private func holidays(_ profile: StateProfile) -> Fields? {
        let today = String(Node.at(scene.now, zone: scene.names.zone(state) ?? "UTC").description.prefix(10))
        let next = (profile.data["holidays"]?.array ?? []).compactMap { item -> (String, String)? in
            guard let date = item["date"]?.string, date >= today else { return nil }
            return (date, item["name"]?.string ?? "")
        }.sorted { $0.0 < $1.0 }.prefix(2)
        guard !next.isEmpty else { return nil }
        let words = next.map { date, name -> String in
            let day = (try? Instant(date + "T12:00:00Z")).map { scene.times.text($0) } ?? date
            return "\(day.split(separator: ",").first ?? "") \(Text.safe(name, limit: 60))"
        }
        return line("holidays", words.joined(separator: strings("list.and")))
    }
}
