// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Standards

/// Seals exhibits into a package, `NAME.bag.tar.age`, in one pass over them.
///
/// Flow: exhibit → SHA-256 → tar → age → SHA-256 → durable file. Memory: a few buffers, whatever the size of the exhibits.
public struct PackageWriter {
    private let name: String
    private let modified: Int64
    private let tar: TarWriter
    private var tagManifest = ""
    private var tagBytes: Int64 = 0

    /// Seals a package. The final name appears only when everything is on the disk; after an error nothing is left.
    /// - Parameters:
    ///   - path: the sealed file to create; an existing one is never replaced.
    ///   - progress: bytes of exhibits done and in all, about once per MiB.
    /// - Throws: `.usage` or `.malformedInput` for what cannot be sealed (links, unsafe or clashing names), `.wrongState` when an
    ///   exhibit changes while it is read, `.alreadyExists`, `.tooLarge`, `.notFound`, `.permission`, `.storage`.
    public static func seal(
        _ request: PackageRequest, to path: String, progress: ((Int64, Int64) -> Void)? = nil
    ) throws(ComityError) -> SealedPackage {
        try request.check()
        let inputs = try PackageInputs.gather(request.inputs)
        let modified = max(0, request.sealedAt.milliseconds / 1000)
        let plan = try PackageContents.plan(name: request.name, inputs: inputs, modified: modified)
        let file = try DurableFileWriter(path: path)
        do throws(ComityError) {
            let hashed = HashingSink(file)
            let age = try AgeWriter(to: hashed, recipients: request.recipients)
            var writer = PackageWriter(name: request.name, modified: modified, tar: TarWriter(to: age))
            let (statement, payload) = try writer.write(request, inputs, plan, progress)
            try writer.tar.finish()
            try age.finish()
            let sha256 = hashed.sha256
            try file.commit()
            return SealedPackage(
                path: path, size: hashed.count, sha256: sha256, statement: statement, statementHash: sha256Hex(payload))
        } catch {
            file.discard()
            throw error
        }
    }

    private init(name: String, modified: Int64, tar: TarWriter) {
        self.name = name
        self.modified = modified
        self.tar = tar
    }

    private mutating func write(
        _ request: PackageRequest, _ inputs: [PackageInput], _ plan: (contents: PackageContents, bytes: [UInt8]),
        _ progress: ((Int64, Int64) -> Void)?
    ) throws(ComityError) -> (PackageStatement, [UInt8]) {
        try tag(PackageLayout.declaration, Array(PackageLayout.declarationText.utf8))
        try tag(PackageLayout.contents, plan.bytes)

        let total = inputs.reduce(Int64(0)) { $0 + $1.stamp.size }
        var done: Int64 = 0
        var manifest: [UInt8] = []
        var exhibits: [PackageStatement.Exhibit] = []
        let buffer = Scratch(PackageLayout.bufferSize)
        for (input, item) in zip(inputs, plan.contents.exhibits) {
            let sha256 = try exhibit(input, item, buffer) { count in
                done += count
                progress?(done, total)
            }
            manifest.append(contentsOf: BagManifest.line(path: item.path, sha256: sha256).utf8)
            exhibits.append(
                .init(number: item.number, path: item.path, size: item.size, sha256: sha256, flags: request.flags[item.path]))
        }
        try tag(PackageLayout.manifest, manifest)
        try tag(PackageLayout.information, Array(Self.information(request, octets: total, count: inputs.count).utf8))

        let statement = PackageStatement(
            v: 1, id: request.id, file: request.file, ref: request.ref, from: request.from, to: request.to,
            authority: request.authority, authorisation: request.authorisation, conditions: request.conditions,
            officer: request.officer, sealedAt: request.sealedAt, tool: request.tool, exercise: request.exercise,
            manifest: sha256Hex(manifest), exhibits: exhibits, collected: request.collected)
        let payload = try IJSON.encode(statement)
        try tag(PackageLayout.statement, try JWS.sign(payload: payload, type: PackageLayout.statementType, key: request.signingKey))
        try tag(PackageLayout.signer, request.signerEntry)
        let instructions = PackageInstructions.text(
            name: name, id: request.id.description, keyID: request.signingKey.verifyingKey.keyID)
        try tag(PackageLayout.instructions, Array(instructions.utf8))
        try tar.add("\(name)/\(PackageLayout.tagManifest)", Array(tagManifest.utf8), modified: modified)
        return (statement, payload)
    }

    private mutating func tag(_ path: String, _ bytes: [UInt8]) throws(ComityError) {
        tagBytes += Int64(bytes.count)
        guard Int64(bytes.count) <= PackageLayout.maximumTagFile, tagBytes <= PackageLayout.maximumTags else {
            throw ComityError(
                .tooLarge, "The lists of the package (\(path)) would become too large.", next: "Seal fewer exhibits in one package.")
        }
        try tar.add("\(name)/\(path)", bytes, modified: modified)
        tagManifest += BagManifest.line(path: path, sha256: sha256Hex(bytes))
    }

    /// Streams one exhibit and returns its SHA-256.
    private func exhibit(
        _ input: PackageInput, _ item: PackageContents.Item, _ buffer: Scratch, _ advance: (Int64) -> Void
    ) throws(ComityError) -> String {
        let source = try FileSource(path: input.source)
        guard source.stamp == input.stamp else { throw Self.changed(input) }
        try tar.begin("\(name)/\(item.path)", size: item.size, modified: modified)
        guard tar.position == item.offset else { throw ComityError(.failure, "The archive is not laid out as announced.") }
        var hash = SHA256()
        var left = item.size
        while left > 0 {
            let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<Int(min(left, Int64(buffer.bytes.count)))])
            let count = try source.read(into: wanted)
            guard count > 0 else { throw Self.changed(input) }
            let piece = UnsafeRawBufferPointer(rebasing: wanted[..<count])
            hash.update(bufferPointer: piece)
            try tar.write(piece)
            left -= Int64(count)
            advance(Int64(count))
        }
        guard try source.stampNow() == input.stamp else { throw Self.changed(input) }
        return Hex.encode(hash.finalize())
    }

    private static func changed(_ input: PackageInput) -> ComityError {
        ComityError(
            .wrongState, "\(input.source) changed while it was being sealed.",
            why: "An exhibit must stand still, or its hash means nothing.",
            next: "Close the program that writes to it, or copy it first, and seal again.")
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
