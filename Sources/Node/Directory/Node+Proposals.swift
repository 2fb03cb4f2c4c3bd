// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Register
public import Standards
public import Storage

/// How this node's own entry changes: an officer proposes, another one approves, then it is published.
extension Node {
    /// The change that is prepared; nil when there is none.
    public func proposal() throws(ComityError) -> ProposalRow? { try store.read { try $0.proposal() } }

    /// What the prepared change would change.
    public func differences(_ proposal: ProposalRow) throws(ComityError) -> [EntryChange.Difference] {
        try EntryChange.differences(proposal.base, proposal.facts)
    }

    /// Proposes a change, or adds to the one that the same officer proposed; that takes an approval back.
    /// - Parameters:
    ///   - file: YAML or JSON with members that take the place of those of the entry; nil: none.
    ///   - changes: `path=value`, applied after the file.
    /// - Throws: `.usage` for what an entry cannot say, `.wrongState` while another officer's change is open, `.permission`.
    public func propose(file: (bytes: [UInt8], name: String)?, changes: [String], note: String = "", by officer: String)
        async throws(ComityError) -> ProposalRow
    {
        _ = try require(officer, .trust, to: "propose a change of the directory entry")
        try refreshConfiguration()
        let base = configuration.facts
        let open = try proposal().flatMap { $0.base == base ? $0 : nil }
        if let open, open.officer != officer {
            throw ComityError(
                .wrongState, "A change that \(open.officer) proposed is open.", why: "Two officers must agree about one text.",
                next: "Approve it, or give it up: comity directory discard.")
        }
        let facts = try EntryChange.apply(file: file, changes, to: open?.facts ?? base)
        try checkOwn(facts)
        let differences = try EntryChange.differences(base, facts)
        guard !differences.isEmpty else {
            throw ComityError(.usage, "Nothing would change.", next: "See what the entry says: comity directory show.")
        }
        let row = ProposalRow(facts: facts, base: base, officer: officer, at: try now(), note: Text.safe(note, limit: 500))
        let event = try event(.directoryProposed, file: nil, by: officer, detail: try Self.detail(facts, differences))
        _ = try await store.commit { writer in
            try writer.setProposal(row)
            try writer.append(event)
        }
        return row
    }

    private static func detail(_ facts: DirectoryEntry.Facts, _ differences: [EntryChange.Difference]) throws(ComityError) -> [String:
        JSONValue]
    {
        [
            "content": .string(Hash.of(try IJSON.encode(facts)).description),
            "changed": .array(differences.prefix(50).map { .string($0.path) }),
        ]
    }

    /// The second officer agrees to the change, exactly as it stands.
    /// - Throws: `.permission` for the officer who proposed it, `.changed` when the entry changed since, `.notFound`.
    public func approveProposal(by officer: String) async throws(ComityError) -> ProposalRow {
        _ = try require(officer, .approve, to: "approve a change of the directory entry")
        try refreshConfiguration()
        let open = try currentProposal()
        guard open.officer != officer else {
            throw ComityError(
                .permission, "\(officer) proposed this change and cannot approve it.", why: "Four eyes.", next: "Ask another officer.")
        }
        try checkOwn(open.facts)
        let row = ProposalRow(
            facts: open.facts, base: open.base, officer: open.officer, at: open.at, note: open.note, approvedBy: officer,
            approvedAt: try now())
        let event = try event(
            .directoryApproved, file: nil, by: officer,
            detail: try Self.detail(open.facts, try EntryChange.differences(open.base, open.facts)))
        _ = try await store.commit { writer in
            guard try writer.reader.proposal() == open else { throw Self.changedMeanwhile }
            try writer.setProposal(row)
            try writer.append(event)
        }
        return row
    }

    /// Gives the prepared change up.
    public func discardProposal(by officer: String) async throws(ComityError) {
        _ = try require(officer, .trust, to: "give up a change of the directory entry")
        guard let open = try proposal() else { throw Self.noProposal }
        let event = try event(
            .directoryDiscarded, file: nil, by: officer, detail: ["content": .string(Hash.of(try IJSON.encode(open.facts)).description)])
        _ = try await store.commit { writer in
            try writer.setProposal(nil)
            try writer.append(event)
        }
    }

    /// Puts the approved change into the entry, signed by the root key; peers fetch it when they are met next.
    /// - Returns: the signed entry.
    /// - Throws: `.wrongState` while nobody approved it, `.changed`, `.permission`.
    public func publishProposal(by officer: String) async throws(ComityError) -> [UInt8] {
        _ = try require(officer, .trust, to: "publish the directory entry")
        try refreshConfiguration()
        guard let open = try proposal() else { throw Self.noProposal }
        guard let approver = open.approvedBy else {
            throw ComityError(
                .wrongState, "Nobody has approved the change.", why: "Four eyes.", next: "comity directory approve --as ANOTHER-OFFICER")
        }
        // A process may have died after the entry was written and before that was registered.
        if configuration.facts != open.facts {
            guard configuration.facts == open.base else { throw Self.changedMeanwhile }
            let old = configuration
            let at = old.nextChange(now: realTime.now())
            try take(old.changed(facts: open.facts, validity: validity(of: old), at: at))
            time.move(toZone: open.facts.authority.timeZone)
        }
        let entry = try directoryEntry()
        var detail = try Self.detail(open.facts, try EntryChange.differences(open.base, open.facts))
        detail["entry"] = .string(Hash.of(entry).description)
        detail["proposedBy"] = .string(open.officer)
        detail["approvedBy"] = .string(approver)
        let event = try event(.directoryPublished, file: nil, by: officer, detail: detail)
        _ = try await store.commit { writer in
            guard try writer.reader.proposal() == open else { throw Self.changedMeanwhile }
            try writer.setProposal(nil)
            try writer.append(event)
        }
        return entry
    }

    private func currentProposal() throws(ComityError) -> ProposalRow {
        guard let open = try proposal() else { throw Self.noProposal }
        guard open.base == configuration.facts else { throw Self.changedMeanwhile }
        return open
    }

    private static let noProposal = ComityError(
        .notFound, "No change of the directory entry is prepared.", next: "Prepare one: comity directory propose authority.phone=…")
    private static let changedMeanwhile = ComityError(
        .changed, "The entry, or the change, is not what it was when this was proposed.",
        next: "Look at it again with comity directory show, and propose it anew.")

    /// What this node says must be right by its own, stricter rules, and readable for others.
    private func checkOwn(_ facts: DirectoryEntry.Facts) throws(ComityError) {
        guard facts.authority.id == configuration.authority.id else {
            throw ComityError(.usage, "The id of the authority stays \(configuration.authority.id): files name it.")
        }
        for authority in [facts.authority] + (facts.authorities ?? []) {
            try Self.check(name: authority.name)
            try Self.checkZone(authority.timeZone)
            guard (1...20).contains(authority.languages.count), Set(authority.languages).count == authority.languages.count else {
                throw ComityError(
                    .usage, "\(authority.id) needs between 1 and 20 languages, each once.", next: "Write them as en, fr, pt-BR.")
            }
            for language in authority.languages + (authority.names ?? [:]).keys { try Self.checkLanguage(language) }
            try Self.check(phone: authority.phone, email: authority.email)
            for purpose in authority.purposes ?? [] {
                try Self.known(purpose, DirectoryEntry.Purpose.self, "purpose of \(authority.id)")
            }
            for channel in authority.channels ?? [] {
                try Self.known(channel.kind, DirectoryEntry.Channel.Kind.self, "kind of channel")
                if channel.kind == DirectoryEntry.Channel.Kind.telephone.rawValue { try Self.check(phone: channel.address, email: nil) }
                if channel.kind == DirectoryEntry.Channel.Kind.email.rawValue { try Self.check(phone: nil, email: channel.address) }
            }
        }
        for requirement in facts.requirements ?? [] {
            try Self.known(requirement.code, DirectoryEntry.Requirement.Code.self, "requirement")
        }
        let entry = Self.entry(configuration.changed(facts: facts, validity: [:], at: try now()), keys)
        do { try entry.check() } catch { throw ComityError(.usage, error.what, why: error.why, next: error.next) }
    }

    private static func known<Code: RawRepresentable & CaseIterable>(_ text: String, _ codes: Code.Type, _ what: String)
        throws(ComityError) where Code.RawValue == String
    {
        guard Code(rawValue: text) == nil else { return }
        throw ComityError(
            .usage, "“\(Text.safe(text, limit: 60))” is not a \(what).",
            next: "Known are \(Code.allCases.map(\.rawValue).joined(separator: ", ")).")
    }

    /// Reads what another process of this node wrote to `node.json`, as long as its keys are the same.
    public func refreshConfiguration() throws(ComityError) {
        let written = try folder.readConfiguration()
        guard written != configuration, written.keyFiles == configuration.keyFiles, written.statementKey == configuration.statementKey
        else { return }
        adopt(written)
        time.move(toZone: written.authority.timeZone)
    }
}
