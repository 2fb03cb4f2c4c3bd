// SPDX-License-Identifier: Apache-2.0

import Law
import Standards

/// What only all records together show: consents without signature, two instruments of one State, withdrawals of nothing.
struct Together {
    struct Problem {
        let id: String
        let participant: StateCode
        let says: String
    }

    private let treaty: Treaty
    private let ofParticipant: [StateCode: [TreatyRecord]]
    private let byID: [String: TreatyRecord]
    private let touched: Set<StateCode>
    private var found: [Problem] = []

    init(_ treaty: Treaty, _ records: [TreatyRecord], touching: some Collection<StateCode>) {
        self.treaty = treaty
        let effective = Ledger(records).effective
        ofParticipant = Dictionary(grouping: effective, by: \.participant)
        byID = Dictionary(effective.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        // An organisation depends on its members.
        let organisations = treaty.participants.all.filter { !Set($0.members).isDisjoint(with: touching) }.map(\.code)
        // Who objected to a record depends on it.
        let objectors = effective.filter { $0.action == .objection }.map(\.participant)
        touched = Set(touching).union(organisations).union(objectors)
    }

    func problems() -> [Problem] {
        var judge = self
        for code in touched.sorted() { judge.judge(ofParticipant[code] ?? []) }
        return judge.found
    }

    private mutating func says(_ record: TreatyRecord, _ text: String) {
        found.append(.init(id: record.id, participant: record.participant, says: text))
    }

    private mutating func judge(_ records: [TreatyRecord]) {
        let signatures = records.filter { $0.action == .signature }
        let deposits = records.filter(\.isDeposit).sorted { $0.settled < $1.settled }
        let ends = records.filter { record in
            record.action == .denunciation || record.action == .withdrawal && record.of.flatMap { byID[$0] }?.isDeposit ?? false
        }
        for record in signatures.dropFirst() { says(record, "\(record.participant) has signed already: “\(signatures[0].id)”.") }
        for (index, record) in deposits.enumerated().dropFirst() {
            let previous = deposits[index - 1]
            let ended = ends.contains {
                ($0.earliest ?? $0.settled) >= (previous.earliest ?? previous.settled) && $0.settled <= record.settled
            }
            if !ended { says(record, "\(record.participant) has deposited an instrument already: “\(previous.id)”.") }
        }
        for record in records where record.action.isConsent { consent(record, signatures.first, records) }
        for record in records where record.action == .denunciation { denunciation(record, deposits) }
        var withdrawn: Set<String> = []
        for record in records where record.action == .withdrawal { withdrawal(record, &withdrawn) }
        for record in records where record.action == .objection { objection(record) }
        if let organisation = records.first.flatMap({ treaty.participants[$0.participant] }), organisation.isOrganisation {
            organisationSteps(organisation, signatures + deposits)
        }
    }

    /// Signatories ratify, accept or approve; others accede. What was approved or announced at home may come before the signature.
    private mutating func consent(_ record: TreatyRecord, _ signature: TreatyRecord?, _ records: [TreatyRecord]) {
        let rules = treaty.rules
        if let signature {
            guard rules.signatoryWays.contains(record.action) else {
                // A withdrawn signature binds nobody to the way of signatories.
                if records.contains(where: { $0.action == .withdrawal && $0.of == signature.id }) { return }
                let ways = rules.consentOfSignatories.value
                return says(
                    record, "\(record.participant) has signed; signatories do so by \(ways) (Art. \(rules.consentOfSignatories.cite)).")
            }
            if record.isDeposit, let deposit = record.counting, let signed = signature.counting, deposit.latest < signed.earliest {
                says(record, "The deposit of \(deposit) lies before the signature of \(signed).")
            }
        } else if record.isDeposit, !rules.otherWays.contains(record.action) {
            says(
                record,
                "No signature of \(record.participant) is known; without one, a State consents by \(rules.consentOfOthers.value) (Art. \(rules.consentOfOthers.cite))."
            )
        }
    }

    private mutating func denunciation(_ record: TreatyRecord, _ deposits: [TreatyRecord]) {
        let assumed = treaty.assumed?.parties.contains(record.participant) ?? false
        if !assumed, !deposits.contains(where: { ($0.earliest ?? $0.settled) <= record.settled }) {
            says(record, "\(record.participant) has deposited no instrument before that; there is nothing to denounce.")
        }
    }

    private mutating func withdrawal(_ record: TreatyRecord, _ withdrawn: inout Set<String>) {
        guard let id = record.of else { return says(record, "A withdrawal says of which record: “of”.") }
        guard let target = byID[id] else { return says(record, "There is no record “\(Text.safe(id, limit: 80))” to withdraw.") }
        if target.participant != record.participant { says(record, "“\(id)” is of \(target.participant); each withdraws what is its own.") }
        if target.action == .withdrawal { says(record, "A withdrawal is not withdrawn; make the declaration again.") }
        if !withdrawn.insert(id).inserted { says(record, "“\(id)” was withdrawn already.") }
        if let from = target.earliest, let day = record.counting, day.latest < from {
            says(record, "It was withdrawn on \(day), before it was made on \(from).")
        }
    }

    private mutating func objection(_ record: TreatyRecord) {
        guard let id = record.of else { return says(record, "An objection says to which record: “of”.") }
        guard let target = byID[id] else { return says(record, "There is no record “\(Text.safe(id, limit: 80))” to object to.") }
        if target.participant == record.participant { says(record, "“\(id)” is its own; nobody objects to that.") }
        if ![.reservation, .declaration].contains(target.action) {
            says(record, "One objects to a reservation or declaration; “\(id)” is a \(target.action.rawValue).")
        }
    }

    private mutating func organisationSteps(_ organisation: Participants.Participant, _ steps: [TreatyRecord]) {
        let rules = treaty.rules
        for step in steps {
            let rule = step.action == .signature ? rules.organisationSigns : rules.organisationConsents
            let before = organisation.members.filter { member in
                (ofParticipant[member] ?? []).contains {
                    ($0.action == step.action || step.isDeposit && $0.isDeposit) && ($0.earliest ?? rules.signatureOpens) <= step.settled
                }
            }.count
            if before < rules.number(rule) {
                let did = step.action == .signature ? "signed" : "deposited an instrument"
                says(step, "\(before) of its member States had \(did); an organisation needs \(rule.value) (Art. \(rule.cite)).")
            }
        }
    }
}
