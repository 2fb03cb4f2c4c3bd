// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Law
import Node
import Standards

/// The choices of a field: from the catalogue, or made from the law, the States and the draft.
struct FormChoices {
    /// Lists that the form makes.
    enum Made: String {
        case conventionOffences = "convention-offences"
        case ownOffences = "own-offences"
        case theirOffences = "their-offences"
        case types
    }

    struct Choice: Equatable {
        let value: String
        let label: String
    }

    let scene: Scene
    let type: FileType
    let recipients: [StateCode]
    let catalogue: FormCatalogue

    private var strings: Strings { scene.strings }
    private var law: Law { scene.node.law }

    func choices(_ field: FormField) -> [Choice] {
        switch field.kind {
        case .issuer:
            return (law.state(scene.node.state)?.authorities ?? []).filter { $0.kind != "service_provider" && $0.kind != "csirt" }
                .map { Choice(value: $0.id, label: Text.safe($0.name)) }
        case .language: return languages
        default: break
        }
        guard let list = field.options else { return [] }
        switch Made(rawValue: list) {
        case .conventionOffences:
            return law.instruments.flatMap { instrument in
                instrument.offencePrefix.map { prefix in
                    instrument.offences.map {
                        Choice(
                            value: "\(prefix)-\($0.article)",
                            label: strings("option.offence", ["article": $0.article, "title": Text.safe($0.title)]))
                    }
                } ?? []
            } + [Choice(value: "serious", label: strings("option.offence.serious"))]
        case .ownOffences: return offences(of: scene.node.state)
        case .theirOffences: return recipients.flatMap(offences)
        case .types:
            return law.requestTypes.filter { $0.follows.contains(type.rawValue) }
                .map { Choice(value: $0.id, label: strings("type.\($0.id)")) }
        case nil: return (catalogue.options[list] ?? []).map { Choice(value: $0, label: strings("option.\(list).\($0)")) }
        }
    }

    /// What a value is called.
    func label(_ field: FormField, _ value: String) -> String? { choices(field).first { $0.value == value }?.label }

    func offence(_ ref: String) -> StateProfile.DomesticOffence? { law.state(scene.node.state)?.offence(ref) }

    /// The three letters of an article of the Convention.
    func code(ofArticle value: String) -> String? {
        for instrument in law.instruments {
            guard let prefix = instrument.offencePrefix else { continue }
            if let found = instrument.offences.first(where: { "\(prefix)-\($0.article)" == value }) { return found.code }
        }
        return nil
    }

    private func offences(of state: StateCode) -> [Choice] {
        (law.state(state)?.offences ?? []).map { offence in
            let words = ["provision": Text.safe(offence.provision), "title": Text.safe(offence.title)]
            guard let months = offence.maxPenaltyMonths else {
                return Choice(value: offence.ref, label: strings("option.provision", words))
            }
            return Choice(
                value: offence.ref,
                label: strings("option.provision.penalty", words.merging(["months": scene.figures.count(months)]) { $1 }))
        }
    }

    private var languages: [Choice] {
        let purpose = law.requestType(type.rawValue)?.languagePurpose ?? ""
        var tags = recipients.flatMap { law.state($0)?.languages[purpose] ?? [] }
        tags += scene.node.configuration.authority.languages + ["ar", "zh", "en", "fr", "ru", "es", "vi"]
        var seen: Set<String> = []
        return tags.filter { seen.insert($0).inserted }.map { Choice(value: $0, label: Self.language($0, strings)) }
    }

    static func language(_ tag: String, _ strings: Strings) -> String {
        strings.has("language.\(tag)") ? strings("language.\(tag)") : Text.safe(tag, limit: 20)
    }
}
