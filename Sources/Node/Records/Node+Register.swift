// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
public import Standards
import Storage

extension Node {
    /// Kinds of events and acts that stand in registers, for choosing among them.
    public static let eventKinds: [String] = RegisterEvent.Kind.allCases.map(\.rawValue)
    public static let actKinds: [String] = ActKind.allCases.map(\.rawValue)

    /// What an event says that tells nothing of the content of a file; a reader of the register alone sees no more.
    private static let plainDetails: Set<String> = [
        "package", "code", "peer", "sha256", "state", "act", "until", "ref", "exhibit", "exhibits", "valid", "how", "kind", "rule",
        "threshold",
        "register", "index", "size", "receipt", "fingerprint", "ok", "entries", "faults", "root", "to", "as", "change", "changed", "called",
        "what", "remeasured", "equal", "sizes", "roots", "proof", "before", "acts", "lost", "why",
    ]
    /// Most entries looked at for one page: each is read and decoded to know whose it is and when it was made.
    private static let looked = 500

    /// Entries of the register that answer a query, the newest first.
    /// - Throws: `.permission`; `.notFound` for a file that is not here.
    public func registerLines(_ query: RegisterQuery, limit: Int = 50, officer: String) throws(ComityError) -> RegisterPageView {
        _ = try require(officer, .readRegister, to: "read the register")
        let whole = try may(officer, .readContent)
        return try store.read { reader in
            var file: UUIDv7?
            if let ref = query.file {
                guard let row = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
                file = row.id
            }
            // References of files that were met, each looked up once.
            var refs: [String: FileReference?] = [:]
            func ref(_ file: String?) throws -> FileReference? {
                guard let file else { return nil }
                if let known = refs[file] { return known }
                let found = try reader.file(id: try UUIDv7(file))?.ref
                refs[file] = found
                return found
            }
            var lines: [RegisterLine] = []
            var cursor = query.before ?? Int64.max
            var seen = 0
            while seen < Self.looked {
                let rows = try reader.entries(before: cursor, what: query.kind, file: file, limit: 100)
                for row in rows {
                    cursor = row.index
                    seen += 1
                    let line = try line(row, try ref(row.file), whole: whole, reader)
                    if query.officer.map({ $0 != line.officer }) ?? false { continue }
                    if let from = query.from, line.at.map({ $0 < from }) ?? true { continue }
                    if let to = query.to, line.at.map({ $0 > to }) ?? true { continue }
                    lines.append(line)
                    if lines.count == limit { return RegisterPageView(lines: lines, next: cursor > 0 ? cursor : nil) }
                }
                if rows.count < 100 { return RegisterPageView(lines: lines, next: nil) }
            }
            return RegisterPageView(lines: lines, next: cursor)
        }
    }

    private func line(_ row: EntryRow, _ ref: FileReference?, whole: Bool, _ reader: Reader) throws -> RegisterLine {
        // Its bytes were removed under a rule; what is left says whose it was.
        if row.bytes.isEmpty, let stub = try reader.proofStub(UUIDv7(row.ref)) {
            let isAct = stub.source == .act
            return RegisterLine(
                index: row.index, isAct: isAct, kind: stub.kind, id: row.ref,
                ref: try stub.file.flatMap { try reader.removedFile(id: $0)?.ref },
                officer: isAct ? "" : stub.from, by: isAct ? try StateCode(stub.from) : state, at: local(stub.at), detail: [])
        }
        if row.kind == "act", let act = try? UnverifiedAct.registeredPayload(row.bytes) {
            return RegisterLine(
                index: row.index, isAct: true, kind: act.kind.rawValue, id: row.ref, ref: ref, officer: act.by.officer, by: act.from.state,
                at: local(act.at), detail: [])
        }
        guard let event = try? IJSON.decode(RegisterEvent.self, from: row.bytes, limit: 1 << 20) else {
            return RegisterLine(
                index: row.index, isAct: row.kind == "act", kind: row.what ?? "", id: row.ref, ref: ref, officer: "", by: state, at: nil,
                detail: [])
        }
        let isGlass = event.event == .brokeGlass
        let detail = event.detail.sorted { $0.key < $1.key }.filter { whole || isGlass || Self.plainDetails.contains($0.key) }
        return RegisterLine(
            index: row.index, isAct: false, kind: event.event.rawValue, id: row.ref,
            ref: ref ?? event.detail["ref"]?.string.flatMap { try? FileReference($0) }, officer: event.by, by: state, at: local(event.at),
            detail: detail.compactMap { name, value in Self.words(value).map { (name, $0) } })
    }

    private static func words(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        case .array(let items): items.isEmpty ? nil : items.compactMap(words).joined(separator: "; ")
        default: nil
        }
    }

    /// One entry with the proof that it is in the register.
    public func registerEntry(_ index: Int64, officer: String) throws(ComityError) -> RegisterEntryView {
        _ = try require(officer, .readRegister, to: "read the register")
        let whole = try may(officer, .readContent)
        let head = try store.publish()
        return try store.read { reader in
            guard index >= 0, index < Int64.max, let row = try reader.entries(before: index + 1, what: nil, file: nil, limit: 1).first,
                row.index == index, let content = Hash(row.content), head.covers(index)
            else { throw ComityError(.notFound, "The register has no entry \(index).", next: "Choose one from its list.") }
            let ref = try row.file.flatMap { try reader.file(id: try UUIDv7($0))?.ref }
            let hashes = try MerkleTree.inclusionProof(index: index, size: head.checkpoint.size, reading: reader.node)
            let proof = TlogProof(index: index, hashes: hashes, note: try SignedNote(parsing: head.note))
            let line = try line(row, ref, whole: whole, reader)
            let shows = whole || line.kind == RegisterEvent.Kind.brokeGlass.rawValue
            return RegisterEntryView(
                line: line, content: content.description, leaf: RegisterEntry(content: content).leafHash.description,
                size: head.checkpoint.size, proof: proof.description,
                bytes: shows && !line.isAct ? String(decoding: row.bytes, as: UTF8.self) : "", isWithheld: !shows && !line.isAct)
        }
    }

    /// What the last check of the whole register found; nil when there was none.
    public func lastAudit(officer: String) throws(ComityError) -> LastAudit? {
        _ = try require(officer, .readRegister, to: "read the register")
        return try store.read { try $0.lastEvent(.audited) }.map {
            LastAudit(
                at: local($0.at), by: $0.by, ok: $0.detail["ok"]?.bool ?? false, entries: $0.detail["entries"]?.integer ?? 0,
                faults: $0.detail["faults"]?.integer ?? 0)
        }
    }

    /// Starts to check the whole register, beside the pages. What it finds is registered.
    /// - Returns: the task.
    public func startAudit(officer: String) async throws(ComityError) -> UUIDv7 {
        _ = try require(officer, .readRegister, to: "audit the register")
        return try await start(.audit, ref: nil, subject: "register", officer: officer) { [self] progress in
            let report = try await Self.aside { [self] () throws(ComityError) in
                try audit { (done, all) throws(ComityError) in progress.report(done, all) }
            }
            let detail: [String: JSONValue] = [
                "ok": .bool(report.ok), "entries": .integer(report.entries), "faults": .integer(Int64(report.faults.count)),
                "root": .string(report.root),
            ]
            let event = try event(.audited, file: nil, by: officer, detail: detail)
            _ = try await store.commit { try $0.append(event) }
            var result = detail
            for (name, count) in [
                ("acts", report.acts), ("events", report.events), ("checkpoints", report.checkpoints), ("receipts", report.receipts),
                ("unreceipted", report.unreceipted),
            ] { result[name] = .integer(Int64(count)) }
            result["says"] = .array(
                report.faults.prefix(100).map { .object(["file": .string($0.file ?? ""), "says": .string($0.says)]) })
            return .object(result)
        }
    }

    // MARK: What was not believed

    /// Messages that were not believed, the newest first.
    public func quarantineItems(officer: String) throws(ComityError) -> [QuarantineItem] {
        try quarantined(officer: officer).reversed().map { row in
            QuarantineItem(
                id: row.id, code: ErrorCode(rawValue: row.code) ?? .failure, peer: try? StateCode(row.peer), at: local(row.at),
                sha256: row.sha256, size: row.size)
        }
    }

    /// How many there are; 0 for somebody who may not see them.
    public func quarantineCount(officer: String) throws(ComityError) -> Int {
        guard try may(officer, .readRegister) else { return 0 }
        return try store.read { try $0.quarantineCount() }
    }
}
