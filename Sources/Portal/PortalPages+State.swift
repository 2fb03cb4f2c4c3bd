// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import Law
import Standards
import Treaty
import Web

extension PortalPages {
    /// One State or organisation, with every record about it, corrected ones too.
    func state(_ name: String, _ asked: Asked) throws(ComityError) -> Response {
        let view = try view(asked)
        let participant = try view.treaty.participants.find(name.removingPercentEncoding ?? name)
        guard let standing = view.status.standing(participant.code) else { throw Self.noPage }
        let records = view.treaty.records.filter { $0.participant == participant.code && $0.known <= view.status.knownBy }
        var fields = common(view)
        fields["code"] = participant.code.description
        fields["name"] = participant.name
        fields["isOrganisation"] = participant.isOrganisation
        fields["look"] = Look(standing).words
        fields["signed"] =
            standing.signature.map { $0.counting == nil ? "yes; its day is not known" : DayWords.words($0.counting) }
            ?? (standing.uncertain.contains { $0.action == .signature }
                ? "perhaps by then; its day is not known" : "no, as far as is known")
        fields["atHome"] = standing.approvedAtHome.map { ["words": Treaty.words($0), "date": DayWords.words($0.counting)] as Fields }
        fields["announced"] = standing.announced.map { ["words": Treaty.words($0), "date": DayWords.words($0.counting)] as Fields }
        fields["hasAtHome"] = !standing.approvedAtHome.isEmpty
        fields["hasAnnounced"] = !standing.announced.isEmpty
        fields["deposited"] = standing.deposit.map { DayWords.words($0.counting) } ?? "no deposit is known"
        fields["isUncounted"] = standing.deposit != nil && !standing.counts
        fields["bonds"] = standing.bonds.map { bond -> Fields in
            ["from": DayWords.words(bond.from), "isEnded": bond.until != nil, "until": bond.until.map(DayWords.words) ?? ""]
        }
        fields["hasBonds"] = !standing.bonds.isEmpty
        fields["ways"] = standing.possible.map { way -> Fields in
            ["action": way.action, "cite": way.cite, "says": way.says, "isUnverified": way.unverified]
        }
        fields["hasWays"] = !standing.possible.isEmpty
        fields["records"] = records.map { record($0, records) }
        fields["recordCount"] = records.count
        fields["hasRecords"] = !records.isEmpty
        fields["ics"] = view.link("/treaty.ics", [("one", participant.code.description)])
        fields["states"] = options(view, nil)
        return try page("state", title: "\(participant.name): \(view.status.title)", fields)
    }

    /// Whether the Convention is in force between two.
    func pair(_ asked: Asked) throws(ComityError) -> Response {
        let view = try view(asked)
        guard let one = asked.one, let other = asked.other else {
            throw ComityError(.malformedInput, "Two States make a pair.", next: "Choose both, then look again.")
        }
        let (left, right) = (try view.treaty.participants.find(one), try view.treaty.participants.find(other))
        let pair = try view.treaty.pair(left.code, right.code, in: view.status)
        var fields = common(view)
        fields["left"] = left.name
        fields["leftLink"] = view.link("/treaty/\(left.code)")
        fields["right"] = right.name
        fields["rightLink"] = view.link("/treaty/\(right.code)")
        fields["inForce"] = pair.inForce
        fields["since"] = pair.since.map(DayWords.words) ?? ""
        fields["hasSince"] = pair.since != nil
        fields["why"] = pair.why
        fields["records"] = pair.declarations.map { record($0, pair.declarations) }
        fields["hasRecords"] = !pair.declarations.isEmpty
        fields["others"] = pair.others.map { ["title": $0.title, "note": $0.note] as Fields }
        fields["hasOthers"] = !pair.others.isEmpty
        fields["lefts"] = options(view, left.code)
        fields["rights"] = options(view, right.code)
        return try page("pair", title: "\(left.name) and \(right.name): \(view.status.title)", fields)
    }

    private func common(_ view: View) -> Fields {
        [
            "title": view.status.title, "asOf": DayWords.words(view.status.asOf), "knownBy": DayWords.words(view.status.knownBy),
            "back": view.link("/treaty"), "carried": view.carried.map { ["name": $0.name, "value": $0.value] },
        ]
    }

    private static func words(_ tag: VerificationTag) -> String {
        switch tag {
        case .verified: "Read in the official text or at the depositary."
        case .confirmed: "From another source than the depositary."
        case .parallel, .unverified: "Thought right; not compared with the depositary."
        case .doubtful: "From one source only; compare it before you use it."
        case .house: "Assumed here."
        }
    }

    private func record(_ record: TreatyRecord, _ all: [TreatyRecord]) -> Fields {
        let corrected = all.first { $0.corrects == record.id }
        // Only an address of the web becomes a link: the text came from outside.
        let url = record.source.url.flatMap { $0.hasPrefix("https://") || $0.hasPrefix("http://") ? $0 : nil }
        return [
            "id": record.id, "words": Treaty.words(record), "date": DayWords.words(record.counting),
            "isUnverified": record.tag.isUnverified,
            "tag": Self.words(record.tag), "source": record.source.title, "hasURL": url != nil, "url": url ?? "",
            "retrieved": DayWords.words(record.retrieved), "known": DayWords.words(record.known), "note": record.note ?? "",
            "hasNote": record.note != nil, "hasArticle": record.article != nil, "article": record.article ?? "",
            "texts": record.text.sorted { $0.key < $1.key }.map { ["language": $0.key, "text": $0.value] as Fields },
            "isCorrected": corrected != nil, "correctedBy": corrected?.id ?? "", "why": corrected?.reason ?? "",
            "isCorrection": record.corrects != nil, "corrects": record.corrects ?? "", "isVoid": record.void,
            "isDispute": record.disputes != nil, "disputes": record.disputes ?? "",
        ]
    }
}
