// SPDX-License-Identifier: Apache-2.0

import Court
import Sealing
public import Standards
import Storage

extension Node {
    /// Packages of one file or of all, the newest first; without titles and conditions for an auditor.
    /// - Parameters:
    ///   - ref: nil for all files.
    ///   - limit: most packages; of one file all are given.
    public func packages(_ ref: FileReference?, limit: Int = 200, officer: String) throws(ComityError) -> [PackageSummary] {
        _ = try sight(of: officer)
        let known = try store.read { reader -> [(PackageRow, Instant, FileRow, PackageView.Verdict, Int)] in
            var found: [(package: PackageRow, created: Instant)]
            if let ref {
                guard let row = try reader.file(ref) else {
                    if try reader.draft(ref) != nil { return [] }
                    throw try Self.noFile(ref, reader)
                }
                found = try reader.packages(of: row.id).reversed().map {
                    ($0, try reader.created(ofPackage: $0.digest) ?? row.opened)
                }
            } else {
                found = try reader.packages(limit: limit)
            }
            return try found.compactMap { package, created in
                guard let file = try reader.file(id: package.file) else { return nil }
                let record = try reader.record(ofPackage: package.digest).map { try PackageRecord.read($0) }
                return (package, created, file, Self.verdict(record, package), try Self.partsHere(package, reader))
            }
        }
        return try known.map { package, created, file, verdict, parts throws(ComityError) in
            let whole = try sight(of: officer, on: file.ref) == .whole
            return PackageSummary(
                ref: file.ref, title: whole ? file.title : "", digest: package.digest, name: package.name, size: package.size,
                count: package.exhibits, outgoing: package.outgoing, counterpart: file.counterpart, stage: package.stage.rawValue,
                partsHere: parts, partsAll: Self.partCount(package.size), created: local(created),
                conditions: whole ? package.conditions : [], verdict: verdict)
        }
    }

    /// How many packages there are in all files.
    public func packageCount(officer: String) throws(ComityError) -> Int {
        _ = try sight(of: officer)
        return try store.read { try $0.packageCount() }
    }

    /// The other States of a file.
    public func counterparts(of ref: FileReference, officer: String) throws(ComityError) -> [StateCode] {
        _ = try sight(of: officer)
        return try store.read { reader in
            guard let row = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
            return row.counterparts
        }
    }

    static func verdict(_ record: PackageRecord?, _ package: PackageRow) -> PackageView.Verdict {
        if package.outgoing { return .ours }
        guard let valid = record?.isValid else { return .open }
        return valid ? .valid : .notValid
    }

    private static func partsHere(_ package: PackageRow, _ reader: Reader) throws -> Int {
        package.outgoing || package.stage != .supplied ? partCount(package.size) : try reader.parts(ofPackage: package.digest).count
    }

    /// A package of a file.
    /// - Throws: `.notFound` when the file has no such package, `.permission`.
    func package(_ digest: String, of ref: FileReference) throws(ComityError) -> (package: PackageRow, file: FileRow) {
        try store.read { reader in
            guard let file = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
            guard let package = try reader.package(digest), package.file == file.id else {
                throw ComityError(.notFound, "\(ref) has no such package.", next: "Choose one from the list of its packages.")
            }
            return (package, file)
        }
    }

    /// Everything known of a package without reading its bytes again.
    public func packageView(_ ref: FileReference, package digest: String, officer: String) throws(ComityError) -> PackageView {
        let whole = try sight(of: officer, on: ref) == .whole
        let (package, file) = try package(digest, of: ref)
        let (record, created, parts, records, pending, stamp) = try store.read { reader in
            (
                try reader.record(ofPackage: digest).map { try PackageRecord.read($0) },
                try reader.created(ofPackage: digest) ?? file.opened, try Self.partsHere(package, reader),
                try custodyRecords(digest, of: file.id, reader), try reader.pending(file.id), try reader.timeStamp(ofPackage: digest)
            )
        }
        let statement = record?.statement
        let access = records.compactMap(\.record.step).filter { [.opened, .previewed, .downloaded].contains($0.kind) }
        let asked = pending.flatMap { row -> String? in
            let named = row.body.at("package.digest")?.string ?? row.body["package"]?.string
            return named == digest ? row.officer : nil
        }
        return PackageView(
            ref: ref, title: whole ? file.title : "", digest: digest, name: package.name, size: package.size, count: package.exhibits,
            outgoing: package.outgoing, counterpart: file.counterpart, stage: package.stage.rawValue, partsHere: parts,
            partsAll: Self.partCount(package.size), created: local(created), conditions: whole ? package.conditions : [],
            verdict: Self.verdict(record, package), sentence: whole ? record?.sentence ?? "" : "",
            findings: whole ? record?.findings ?? [] : [],
            verified: record.flatMap { record in record.isValid.map { _ in (local(record.at), record.by) } },
            signed: statement.map {
                ($0.authority, $0.officer, local($0.sealedAt), whole ? $0.authorisation : "", $0.tool)
            }, isSignerKnown: package.outgoing || record.map { if case .trusted = $0.signer { true } else { false } } ?? false,
            signatures: (record?.signatures ?? []).map(PackageView.Signature.init), belongs: record?.belongs,
            stamp: stamp.map(packageStamp),
            exhibits: Self.exhibits(record, whole: whole),
            custody: custodyChain(package, file, statement, records).steps.map { whole ? $0 : $0.withoutTexts },
            access: access.reversed().map { step in
                .init(
                    kind: step.kind.rawValue, officer: step.who, at: local(step.at ?? file.opened), exhibit: step.exhibits.first,
                    index: step.index)
            },
            isOpened: access.contains { $0.kind == .opened && $0.who == officer }, isWithheld: !whole, pending: asked,
            task: try newestTask(on: digest))
    }

    private func packageStamp(_ row: TimeStampRow) -> PackageView.Stamp {
        .init(given: row.kept.map { (local($0.time), $0.authority) }, says: row.kept == nil ? row.says ?? "" : "")
    }

    private static func exhibits(_ record: PackageRecord?, whole: Bool) -> [PackageView.Exhibit] {
        let flags = Dictionary(
            (record?.statement?.exhibits ?? []).compactMap { exhibit in exhibit.flags.map { (exhibit.number, $0) } },
            uniquingKeysWith: { first, _ in first })
        return (record?.exhibits ?? []).map { exhibit in
            PackageView.Exhibit(
                number: exhibit.number, name: whole ? String(exhibit.path.dropFirst("data/".count)) : "", size: exhibit.size,
                expected: exhibit.expected, found: exhibit.found, state: exhibit.state.rawValue, note: whole ? exhibit.note : "",
                flags: (flags[exhibit.number] ?? []).compactMap(ExhibitFlag.init))
        }
    }
}
