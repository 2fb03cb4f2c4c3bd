// SPDX-License-Identifier: Apache-2.0

import Exchange
import Register
import Sealing
import Standards

/// Checks the chain of custody of a bundle link by link: every link must stand on an entry of the register or on the sender's
/// statement, and every entry must be a link.
struct CustodyJudge {
    /// What became of an entry.
    struct Entry {
        let entry: CustodyEntry
        let record: CustodyRecord?
        let outcome: CourtVerdict.Link.Outcome
    }

    let document: CustodyDocument
    let own: StateCode
    /// nil when the checkpoint is bad: then no entry is proven.
    let head: Checkpoint?
    let directory: [DirectoryEntry]
    let package: PackageVerdict?
    var findings: CourtFindings
    private(set) var entries: [Entry] = []
    private(set) var links: [CourtVerdict.Link] = []

    init(
        document: CustodyDocument, own: StateCode, head: Checkpoint?, directory: [DirectoryEntry], package: PackageVerdict?,
        findings: CourtFindings
    ) {
        self.document = document
        self.own = own
        self.head = head
        self.directory = directory
        self.package = package
        self.findings = findings
    }

    mutating func judge() {
        var last: Int64 = -1
        for entry in document.entries {
            entries.append(check(entry, after: last))
            last = max(last, entry.index)
        }
        checkReceipts()
        checkStrip()
    }

    // MARK: Entries

    private mutating func check(_ entry: CustodyEntry, after last: Int64) -> Entry {
        let bytes = Base64.urlDecode(entry.bytes) ?? []
        let record: CustodyRecord?
        var fault = ""
        do throws(ComityError) { record = try CustodyRecord(entry.kind, bytes, index: entry.index, own: own) } catch {
            (record, fault) = (nil, error.what)
        }
        let name = self.name(entry, record)
        // An event is what its bytes are, readable or not; an act that cannot be read has no payload to hash.
        let content = record?.content ?? (entry.kind == .event ? Hash.of(bytes) : nil)
        guard content == entry.hash else {
            findings.add(
                .custodyEntryChanged, "\(name) was changed: it hashes to \(content?.description ?? "nothing"), not to \(entry.hash).",
                entry: entry.index)
            return Entry(entry: entry, record: record, outcome: .changed)
        }
        // That the checkpoint is bad is told once.
        guard let head else { return Entry(entry: entry, record: record, outcome: .unproven) }
        let leaf = RegisterEntry(content: entry.hash).leafHash
        guard entry.index > last, MerkleTree.root(leaf: leaf, index: entry.index, size: head.size, proof: entry.proof) == head.root else {
            let why = entry.index > last ? "its proof does not lead to the checkpoint" : "it stands twice or out of order"
            findings.add(.custodyEntryUnproven, "\(name) is not proven: \(why).", entry: entry.index)
            return Entry(entry: entry, record: record, outcome: .unproven)
        }
        guard let record else {
            findings.add(.custodyEntryChanged, "\(name) cannot be read: \(fault)", entry: entry.index)
            return Entry(entry: entry, record: nil, outcome: .changed)
        }
        if let act = record.act, !isSigned(act, by: record.state) {
            findings.add(.custodySignatureBad, "\(name) is not signed by a key of \(record.state).", entry: entry.index)
            return Entry(entry: entry, record: record, outcome: .signatureBad)
        }
        let file = package?.statement?.file
        guard record.package == package?.digest ?? document.package, file == nil || record.file == file else {
            findings.add(.custodyOtherPackage, "\(name) is about another package or file.", entry: entry.index)
            return Entry(entry: entry, record: record, outcome: .otherPackage)
        }
        return Entry(entry: entry, record: record, outcome: .proven)
    }

    private func name(_ entry: CustodyEntry, _ record: CustodyRecord?) -> String {
        let strip = document.strip.firstIndex { $0.index == entry.index }
        let link = strip.map { ", link \($0 + 1), \(document.strip[$0].name)" } ?? record?.step.map { ", \($0.name)" } ?? ""
        return "Entry \(entry.index) of the register (\(entry.kind.rawValue)\(link))"
    }

    private func isSigned(_ act: UnverifiedAct, by state: StateCode) -> Bool {
        let kid = act.jws.signatures.first?.keyID ?? ""
        guard let key = directory.first(where: { $0.state == state && $0.hasSigned(kid) })?.asSigned(by: kid).signingKey else {
            return false
        }
        return (try? VerifiedAct.reread(act.bytes, key: key)) != nil
    }

    private mutating func checkReceipts() {
        for receipt in document.receipts {
            let keys = directory.filter { $0.state != own }.map(\.register)
            let isAbout = entries.contains { $0.entry.kind == .act && $0.entry.hash == receipt.act }
            guard isAbout, keys.contains(where: { (try? receipt.verify(act: receipt.act, signedBy: $0)) != nil }) else {
                findings.add(
                    .receiptBad, "The receipt for the act \(receipt.act) \(isAbout ? "does not hold" : "is for no act of this chain").")
                continue
            }
        }
    }

    // MARK: Links

    private mutating func checkStrip() {
        var free = Set(entries.indices)
        for (number, step) in document.strip.enumerated() {
            let (outcome, index) = support(step, free)
            if let index { free.remove(index) }
            links.append(.init(number: number + 1, step: step, outcome: outcome, entry: index.map { entries[$0].entry.index }))
            // Without a statement nothing can be compared with it, and why there is none is told elsewhere.
            if outcome == .unsupported, package?.statement != nil || ![.collected, .sealed].contains(step.kind) {
                let name = "Link \(number + 1) of the chain of custody (\(step.name))"
                findings.add(.custodyDropped, "\(name) stands on no entry of the register and no statement.", link: number + 1)
            }
        }
        for index in entries.indices where free.contains(index) && entries[index].outcome == .proven {
            guard let step = entries[index].record?.step, step.kind != .sealed else { continue }
            findings.add(
                .custodyDropped, "Entry \(entries[index].entry.index) of the register (\(step.name)) is not in the chain of custody.",
                entry: entries[index].entry.index)
        }
    }

    private func support(_ step: CustodyStep, _ free: Set<Int>) -> (CourtVerdict.Link.Outcome, Int?) {
        switch (step.kind, step.state) {
        case (.gap, _): return (.gap, nil)
        case (_, .waiting), (_, .missing): return (.waiting, nil)
        case (.collected, _):
            let said = package?.statement.flatMap { statement in
                (try? StateCode(statement.from)).flatMap { CustodyChain.collected(statement, by: $0) }
            }
            return (said.map { Self.agrees(step, with: $0) } == true ? .signed : .unsupported, nil)
        case (.sealed, _):
            guard let statement = package?.statement, step.who == statement.officer, step.at == statement.sealedAt,
                step.by?.description == statement.from
            else { return (.unsupported, nil) }
            return (.signed, nil)
        default: break
        }
        if let index = step.index {
            guard let found = entries.indices.first(where: { entries[$0].entry.index == index && free.contains($0) }) else {
                return (.unsupported, nil)
            }
            guard entries[found].outcome == .proven else { return (entries[found].outcome, found) }
            return entries[found].record?.step.map { Self.agrees(step, with: $0) } == true ? (.proven, found) : (.unsupported, found)
        }
        let candidates = free.sorted().filter { entries[$0].record?.step.map { Self.agrees(step, with: $0) } == true }
        guard let found = candidates.first(where: { entries[$0].outcome == .proven }) ?? candidates.first else {
            return (.unsupported, nil)
        }
        return (entries[found].outcome, found)
    }

    /// Whether a link says what its record says. What a link leaves out it does not claim.
    private static func agrees(_ link: CustodyStep, with record: CustodyStep) -> Bool {
        func fits<T: Equatable>(_ said: T, _ recorded: T, unless silent: T) -> Bool { said == silent || said == recorded }
        return link.kind == record.kind && link.state == record.state && link.who == record.who && link.by == record.by
            && link.at == record.at && fits(link.place, record.place, unless: "") && fits(link.why, record.why, unless: "")
            && fits(link.tool, record.tool, unless: "") && fits(link.seal, record.seal, unless: "")
            && fits(link.exhibits, record.exhibits, unless: []) && fits(link.isRemeasured, record.isRemeasured, unless: nil)
            && fits(link.sha256, record.sha256, unless: nil) && fits(link.isEqual, record.isEqual, unless: nil)
    }
}
