// SPDX-License-Identifier: Apache-2.0

public import Court
import Register
import Sealing
public import Standards
import Storage

/// What an officer says happened with exhibits outside the node.
public struct CustodyNote: Sendable {
    /// One of `CustodyStep.noted`.
    public let what: CustodyStep.Kind
    public let place: String
    public let why: String
    /// Program or device with its version; empty when none was used.
    public var tool = ""
    /// Number of the bag or seal; empty when there is none.
    public var seal = ""
    /// Numbers of exhibits; empty means all.
    public var exhibits: [Int] = []
    /// When it happened; nil means now.
    public var at: Instant?
    /// A file that is hashed now and compared with the one exhibit that is named.
    public var measured: String?

    public init(what: CustodyStep.Kind, place: String, why: String) {
        self.what = what
        self.place = place
        self.why = why
    }
}

/// What is registered about a package, and where.
struct CustodyRow {
    let row: EntryRow
    let record: CustodyRecord
}

extension Node {
    /// What the register says of a package, in its order.
    func custodyRecords(_ digest: String, of file: UUIDv7, _ reader: Reader) throws -> [CustodyRow] {
        try reader.custodyEntries(of: file, package: digest).compactMap { row in
            let kind: CustodyEntry.Kind = row.kind == "act" ? .act : .event
            let record = try CustodyRecord(kind, row.bytes, index: row.index, own: state)
            return record.package == digest ? CustodyRow(row: row, record: record) : nil
        }
    }

    func custodyChain(_ package: PackageRow, _ file: FileRow, _ statement: PackageStatement?, _ records: [CustodyRow]) -> CustodyChain {
        let (sender, receiver) = package.outgoing ? (state, file.counterpart) : (file.counterpart, state)
        return CustodyChain(
            sender: sender, receiver: receiver, isOutgoing: package.outgoing, statement: statement,
            records: records.compactMap(\.record.step))
    }

    /// The package of a file that is meant: by its hash, the beginning of it, or its name; without that the only one.
    /// - Throws: `.notFound`, `.usage` when there are several.
    func package(named wanted: String?, of ref: FileReference) throws(ComityError) -> PackageRow {
        let known = try store.read { reader -> [PackageRow] in
            guard let file = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
            return try reader.packages(of: file.id)
        }
        let chosen = wanted.map { wanted in known.filter { $0.digest.hasPrefix(wanted) || $0.name == wanted } } ?? known
        guard let package = chosen.first, chosen.count == 1 else {
            throw chosen.isEmpty
                ? ComityError(
                    .notFound, "\(ref) has no \(wanted == nil ? "" : "such ")package.", next: "List them: comity evidence custody \(ref)")
                : ComityError(
                    .usage, "\(ref) has \(chosen.count) such packages.",
                    next: "Name one with --package: \(chosen.map { String($0.digest.prefix(12)) }.joined(separator: ", "))")
        }
        return package
    }

    /// Registers what happened with exhibits outside the node. With a file to measure its SHA-256 is taken now; one that differs is
    /// registered all the same.
    /// - Parameter wanted: the package, when the file has several.
    /// - Returns: the event's place in the chain, as it is registered.
    /// - Throws: `.usage` naming what is missing or too long, `.notFound`, `.permission`, `.wrongState` for exhibits of a package that
    ///   nobody has verified.
    @discardableResult
    public func noteCustody(_ ref: FileReference, package wanted: String?, _ note: CustodyNote, officer: String) async throws(ComityError)
        -> CustodyStep
    {
        _ = try require(officer, .openEvidence, to: "note what happened with exhibits")
        try requireContent(of: ref, officer: officer, to: "note what happened with exhibits")
        try Self.check(note, now: try now())
        let package = try package(named: wanted, of: ref)
        let exhibits = try exhibits(note.exhibits, of: package)
        var detail: [String: JSONValue] = [
            "package": .string(package.digest), "what": .string(note.what.rawValue), "where": .string(note.place), "why": .string(note.why),
            "remeasured": .bool(note.measured != nil),
        ]
        if !note.tool.isEmpty { detail["tool"] = .string(note.tool) }
        if !note.seal.isEmpty { detail["seal"] = .string(note.seal) }
        if !exhibits.isEmpty { detail["exhibits"] = .array(exhibits.map { .integer(Int64($0.number)) }) }
        if let at = note.at { detail["at"] = .string(at.description) }
        if let path = note.measured {
            guard let exhibit = exhibits.first, exhibits.count == 1 else {
                throw ComityError(
                    .usage, "A file can be compared with one exhibit only.",
                    next: "Name it with --exhibit, and note the others by themselves.")
            }
            let found = try await Self.aside { () throws(ComityError) in try FileMeasure.of(path) }
            detail["sha256"] = .string(found.sha256)
            detail["equal"] = .bool(found.sha256 == exhibit.sha256 && found.size == exhibit.size)
        }
        let event = try event(.custodyNoted, file: package.file, by: officer, detail: detail)
        let record = try CustodyRecord(.event, try IJSON.encode(event), index: nil, own: state)
        guard let step = record.step else { throw ComityError(.failure, "The note cannot be read back.") }
        _ = try await store.commit { try $0.append(event) }
        return step
    }

    private func exhibits(_ numbers: [Int], of package: PackageRow) throws(ComityError) -> [PackageStatement.Exhibit] {
        guard !numbers.isEmpty else { return [] }
        let record = try store.read { try $0.record(ofPackage: package.digest) }.map { bytes throws(ComityError) in
            try PackageRecord.read(bytes)
        }
        guard let known = record?.statement?.exhibits else {
            throw ComityError(
                .wrongState, "Nobody has verified the package: its exhibits are not known here.", next: "Verify and receive it first.")
        }
        var chosen: [PackageStatement.Exhibit] = []
        for number in Set(numbers).sorted() {
            guard known.indices.contains(number - 1) else {
                throw ComityError(
                    .notFound, "The package has no exhibit \(number).", next: "Its exhibits are numbered 1 to \(known.count).")
            }
            chosen.append(known[number - 1])
        }
        return chosen
    }

    private static func check(_ note: CustodyNote, now: Instant) throws(ComityError) {
        guard CustodyStep.noted.contains(note.what) else {
            throw ComityError(
                .usage, "“\(note.what.rawValue)” cannot be noted.",
                next: "Use \(CustodyStep.noted.map(\.rawValue).joined(separator: ", ")).")
        }
        for (text, label, most, isNeeded) in [
            (note.place, "place", 200, true), (note.why, "reason", 500, true), (note.tool, "tool", 120, false),
            (note.seal, "seal", 120, false),
        ] {
            guard !isNeeded || !text.allSatisfy(\.isWhitespace) else {
                throw ComityError(
                    .usage, "The \(label) is missing.", why: "A court asks where the exhibits were, and why.",
                    next: "Say it in a few words.")
            }
            guard text.count <= most, Text.safe(text, limit: most) == text else {
                throw ComityError(
                    .usage, "The \(label) is longer than \(most) characters, or has characters that cannot be shown.",
                    next: "Write it in one plain line.")
            }
        }
        guard note.exhibits.count <= 1000 else {
            throw ComityError(.usage, "More than 1000 exhibits are named.", next: "Name none when it is about all of them.")
        }
        if let at = note.at, at > now {
            throw ComityError(.usage, "\(at) has not come yet; here it is \(now).", next: "Note it when it has happened.")
        }
    }

    // MARK: For other programs and for reading

    /// The chain of custody of a package as text, JSON, CASE or a page.
    public func custodyExport(_ ref: FileReference, package wanted: String?, officer: String) throws(ComityError) -> CustodyExport {
        let view = try packageView(ref, package: try package(named: wanted, of: ref).digest, officer: officer)
        var export = CustodyExport(
            digest: view.digest, name: view.name, size: view.size, ref: view.ref.description, exercise: exercise, at: try now(),
            steps: view.custody,
            exhibits: view.exhibits.map { .init(number: $0.number, name: $0.name, size: $0.size, sha256: $0.expected, state: $0.state) },
            tool: Version.tool)
        if let stamp = view.stamp {
            export.stamp = stamp.given.map { "\($0.at) by \($0.authority) (RFC 3161)" } ?? "not yet; the service is asked again"
        }
        return export
    }
}
