// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Seals exhibits into a package, `NAME.bag.tar.age`, in one pass over them.
///
/// The place of every exhibit in the archive is known before the first byte, so several are read, hashed, encrypted and written side
/// by side (``SealingRounds``). Memory: a few buffers, whatever the size of the exhibits.
public struct PackageWriter {
    private let request: PackageRequest
    private let inputs: [PackageInput]
    private let plan: (contents: PackageContents, bytes: [UInt8])
    private let modified: Int64
    private let file: DurableFileWriter
    private let sheet: AgeSheet
    private let rounds: SealingRounds
    private var tagManifest = ""
    private var tagBytes: Int64 = 0

    /// Seals a package. The final name appears only when everything is on the disk; after an error nothing is left.
    /// - Parameters:
    ///   - path: the sealed file to create; an existing one is never replaced.
    ///   - progress: bytes of exhibits.
    /// - Throws: `.usage` or `.malformedInput` for what cannot be sealed (links, unsafe or clashing names), `.wrongState` when an
    ///   exhibit changes while it is read, `.alreadyExists`, `.tooLarge`, `.notFound`, `.permission`, `.storage`, and what `progress`
    ///   throws.
    public static func seal(_ request: PackageRequest, to path: String, progress: SealingProgress? = nil) throws(ComityError)
        -> SealedPackage
    {
        try request.check()
        let inputs = try PackageInputs.gather(request.inputs)
        let known = Set(inputs.map(\.path))
        if let path = request.flags.keys.sorted().first(where: { !known.contains($0) }) {
            throw ComityError(
                .usage, "There is no exhibit \(Text.safe(path, limit: 200)) to flag.",
                next: "Write the path as it stands in the package: the name of the file, or of the folder and what is below it.")
        }
        let modified = max(0, request.sealedAt.milliseconds / 1000)
        let plan = try PackageContents.plan(name: request.name, inputs: inputs)
        let file = try DurableFileWriter(path: path)
        do throws(ComityError) {
            var writer = try PackageWriter(request, inputs, plan, modified, file)
            let sealed = try writer.write(progress)
            try file.commit()
            return sealed
        } catch {
            file.discard()
            throw error
        }
    }

    private init(
        _ request: PackageRequest, _ inputs: [PackageInput], _ plan: (contents: PackageContents, bytes: [UInt8]), _ modified: Int64,
        _ file: DurableFileWriter
    ) throws(ComityError) {
        self.request = request
        self.inputs = inputs
        self.plan = plan
        self.modified = modified
        self.file = file
        sheet = try AgeSheet(recipients: request.recipients)
        rounds = SealingRounds(file, sheet, exhibits: inputs.count)
    }

    private mutating func write(_ progress: SealingProgress?) throws(ComityError) -> SealedPackage {
        try sheet.head.withUnsafeBufferPointer { (head) throws(ComityError) in
            try rounds.writeAlone(.init(offset: 0, bytes: UnsafeRawBufferPointer(head)))
        }
        let start = try begin()
        let items = plan.contents.exhibits
        let end = items.last.map { $0.offset + TarHeader.padded($0.size) } ?? start
        let total = inputs.reduce(Int64(0)) { $0 + $1.stamp.size }
        var done: Int64 = 0
        let lanes = SealingLane.lanes(
            name: request.name, modified: modified, inputs: inputs, items: items, from: start, to: end)
        try rounds.run(lanes) { (count) throws(ComityError) in
            done += count
            try progress?(done, total)
        }
        let (statement, payload, length) = try conclude(from: end, total: total)
        let size = try sheet.finish(length: length) { (run) throws(ComityError) in try rounds.writeAlone(run) }
        return SealedPackage(
            path: file.path, size: size, digest: sha256Hex(payload), statement: statement)
    }

    /// What stands before the exhibits.
    /// - Returns: where their first header stands in the archive.
    private mutating func begin() throws(ComityError) -> Int64 {
        let sink = SheetSink(sheet, from: 0, isEnd: false) { [rounds] (run) throws(ComityError) in try rounds.writeAlone(run) }
        let tar = TarWriter(to: sink)
        try tag(tar, PackageLayout.declaration, Array(PackageLayout.declarationText.utf8))
        try tag(tar, PackageLayout.contents, plan.bytes)
        try tar.pad()
        return tar.position
    }

    /// What stands after them: the lists, the signed statement, the end of the archive.
    private mutating func conclude(from position: Int64, total: Int64) throws(ComityError) -> (PackageStatement, [UInt8], Int64) {
        let sink = SheetSink(sheet, from: position, isEnd: true) { [rounds] (run) throws(ComityError) in try rounds.writeAlone(run) }
        let tar = TarWriter(to: sink, from: position)
        var manifest: [UInt8] = []
        var exhibits: [PackageStatement.Exhibit] = []
        for (item, hash) in zip(plan.contents.exhibits, rounds.hashes) {
            let sha256 = Hex.encode(hash)
            manifest.append(contentsOf: BagManifest.line(path: item.path, sha256: sha256).utf8)
            exhibits.append(
                .init(number: item.number, path: item.path, size: item.size, sha256: sha256, flags: request.flags[item.path]))
        }
        try tag(tar, PackageLayout.manifest, manifest)
        try tag(tar, PackageLayout.information, Array(Self.information(request, octets: total, count: inputs.count).utf8))
        let statement = PackageStatement(
            v: 1, id: request.id, file: request.file, ref: request.ref, from: request.from, to: request.to,
            authority: request.authority, authorisation: request.authorisation, conditions: request.conditions,
            officer: request.officer, sealedAt: request.sealedAt, tool: request.tool, exercise: request.exercise,
            manifest: sha256Hex(manifest), exhibits: exhibits, collected: request.collected)
        let payload = try IJSON.encode(statement)
        let keys: [any DocumentKey] = [request.signingKey] + (request.statementKey.map { [$0] } ?? [])
        try tag(tar, PackageLayout.statement, try JWS.sign(payload: payload, type: PackageLayout.statementType, keys: keys))
        try tag(tar, PackageLayout.signer, request.signerEntry)
        let instructions = PackageInstructions.text(
            name: request.name, id: request.id.description, keyID: request.signingKey.keyID, statementKeyID: request.statementKey?.keyID)
        try tag(tar, PackageLayout.instructions, Array(instructions.utf8))
        try tar.add("\(request.name)/\(PackageLayout.tagManifest)", Array(tagManifest.utf8), modified: modified)
        try tar.finish()
        return (statement, payload, sink.position)
    }

    private mutating func tag(_ tar: TarWriter, _ path: String, _ bytes: [UInt8]) throws(ComityError) {
        tagBytes += Int64(bytes.count)
        guard Int64(bytes.count) <= PackageLayout.maximumTagFile, tagBytes <= PackageLayout.maximumTags else {
            throw ComityError(
                .tooLarge, "The lists of the package (\(path)) would become too large.", next: "Seal fewer exhibits in one package.")
        }
        try tar.add("\(request.name)/\(path)", bytes, modified: modified)
        tagManifest += BagManifest.line(path: path, sha256: sha256Hex(bytes))
    }

    private static func information(_ request: PackageRequest, octets: Int64, count: Int) -> String {
        """
        Source-Organization: \(request.authority)
        External-Identifier: \(request.id)
        Bagging-Date: \(request.sealedAt.utc.prefix(10))
        Payload-Oxum: \(octets).\(count)
        Bag-Software-Agent: Comity

        """
    }
}
