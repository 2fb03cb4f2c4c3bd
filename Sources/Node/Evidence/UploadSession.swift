// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Sealing
public import Standards
import Storage

/// An exhibit that was uploaded and waits to be sealed.
public struct UploadedExhibit: Sendable, Codable, Equatable {
    /// From 1, in the order of the package.
    public internal(set) var number: Int
    /// The name under which it travels.
    public let name: String
    public let size: Int64
    /// SHA-256 of the bytes as they came, lower-case hexadecimal.
    public let sha256: String
}

/// Exhibits on their way from a browser into the data folder: hashed while they are written, mode 0600. Let go of before
/// `finish`, it leaves nothing behind.
///
/// Owns the file that is being written. One task at a time.
public final class UploadSession {
    public static let mostExhibits = 1000

    /// The upload these exhibits belong to.
    public let id: UUIDv7
    private let node: Node
    private let ref: FileReference
    private let officer: String
    private let folder: String
    private let isNew: Bool
    private var written: [UploadedExhibit] = []
    private var file: (writer: DurableFileWriter, name: String)?
    private var hash = SHA256()
    private var isFinished = false

    init(node: Node, ref: FileReference, officer: String, into id: UUIDv7?) throws(ComityError) {
        self.node = node
        self.ref = ref
        self.officer = officer
        self.id = id ?? node.newID(at: Instant(milliseconds: Node.realMilliseconds()))
        isNew = id == nil
        folder = node.folder.upload(self.id)
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw ComityError(.storage, "The folder for uploads cannot be made: \(error.localizedDescription)") }
    }

    deinit { discard() }

    /// Begins an exhibit under the sender's name for it.
    /// - Throws: `.tooLarge` for too many, `.storage`.
    public func begin(_ given: String) throws(ComityError) {
        guard written.count < Self.mostExhibits else {
            throw ComityError(.tooLarge, "At most \(Self.mostExhibits) files are taken at once.", next: "Put them into an archive.")
        }
        let safe = ExhibitName.safe(given)
        let taken = Set(((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).map { $0.lowercased() })
        var name = safe
        var number = 1
        while taken.contains(name.lowercased()) {
            number += 1
            name = ExhibitName.numbered(safe, number)
        }
        file = (try DurableFileWriter(path: "\(folder)/\(name)"), name)
        hash = SHA256()
    }

    public func write(_ bytes: [UInt8]) throws(ComityError) {
        guard let file else { throw ComityError(.failure, "An upload was written to before it began.") }
        hash.update(data: bytes)
        try file.writer.write(bytes)
    }

    /// Ends the exhibit: its bytes are on the disk.
    public func end() throws(ComityError) {
        guard let (writer, name) = file else { throw ComityError(.failure, "An upload was ended before it began.") }
        let size = writer.count
        try writer.commit()
        file = nil
        written.append(UploadedExhibit(number: 0, name: name, size: size, sha256: Hex.encode(hash.finalize())))
    }

    /// How many exhibits came whole.
    public var count: Int { written.count }

    /// Keeps the exhibits.
    /// - Throws: `.malformedInput` when none came.
    public func finish() async throws(ComityError) {
        guard !written.isEmpty else {
            throw ComityError(.malformedInput, "No file was chosen.", next: "Choose one file or more, then upload them.")
        }
        try await node.keep(written, in: id, of: ref, officer: officer)
        isFinished = true
    }

    /// Removes what this session wrote.
    public func discard() {
        guard !isFinished else { return }
        isFinished = true
        file?.writer.discard()
        file = nil
        for exhibit in written { try? FileManager.default.removeItem(atPath: "\(folder)/\(exhibit.name)") }
        if isNew { try? FileManager.default.removeItem(atPath: folder) }
    }
}
