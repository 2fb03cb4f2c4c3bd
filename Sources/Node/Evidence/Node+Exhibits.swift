// SPDX-License-Identifier: Apache-2.0

import Sealing
public import Standards
import Storage

/// What may be shown of an exhibit, and how.
public struct ExhibitPreview: Sendable {
    public enum Content: Sendable, Equatable {
        /// Valid UTF-8 from the beginning.
        case text(String)
        /// The media type that its first bytes show; the picture itself is fetched with `exhibitPicture`.
        case picture(String)
        /// Anything else, from the beginning.
        case bytes([UInt8])
        /// The sender flagged it: nothing is shown.
        case withheld
    }

    public let number: Int
    public let name: String
    public let size: Int64
    public let sha256: String
    public let flags: [ExhibitFlag]
    public let content: Content
    /// The exhibit goes on after what is shown.
    public let isCut: Bool
}

/// An exhibit that may be taken out; registered already.
public struct ExhibitAccess: Sendable {
    public let number: Int
    public let name: String
    public let size: Int64
    fileprivate let path: String
}

extension Node {
    public static let textPreview = 64 << 10
    public static let bytesPreview = 4 << 10
    public static let picturePreview: Int64 = 8 << 20

    /// Opens a received package for an officer who accepts its conditions of use; registered. The package stays sealed on the
    /// disk: exhibits are read out of it one by one.
    /// - Parameter accepting: whether the officer accepted the conditions.
    /// - Throws: `.permission`, `.wrongState` when it was not verified and received, `.refusedByRule` without acceptance.
    public func openPackage(_ ref: FileReference, package digest: String, accepting: Bool, officer: String) async throws(ComityError) {
        let (package, _) = try readable(ref, digest, officer: officer)
        guard accepting else {
            throw ComityError(
                .refusedByRule, "The conditions of use were not accepted.", why: "The State that supplied the evidence set them.",
                next: "Read them and tick the box, or do not open the package.")
        }
        let opened = try event(
            .opened, file: package.file, by: officer,
            detail: [
                "package": .string(digest), "conditions": .array(package.conditions.map { .string($0) }), "tool": .string(Version.tool),
                "remeasured": .bool(false),
            ])
        _ = try await store.commit { try $0.append(opened) }
    }

    /// A package whose exhibits this officer's role may read.
    private func readable(_ ref: FileReference, _ digest: String, officer: String) throws(ComityError) -> (PackageRow, PackageRecord) {
        _ = try require(officer, .openEvidence, to: "open evidence")
        try requireContent(of: ref, officer: officer, to: "open evidence")
        let (package, _) = try package(digest, of: ref)
        guard !package.outgoing else {
            throw ComityError(
                .wrongState, "This package is sealed to the other State.", why: "Only its key opens it.",
                next: "Your own copies of the exhibits are where you sealed them from.")
        }
        let record = try store.read { try $0.record(ofPackage: digest) }.map { bytes throws(ComityError) in try PackageRecord.read(bytes) }
        guard let record, record.isValid == true, package.stage == .received else {
            throw ComityError(
                .wrongState, record?.isValid == false ? "The package is not valid." : "The package was not received yet.",
                why: "Only what was verified may be opened.",
                next: record?.isValid == false ? "Ask the other State for a new one." : "Verify and receive it first.")
        }
        return (package, record)
    }

    private func exhibit(_ ref: FileReference, _ digest: String, _ number: Int, officer: String) throws(ComityError) -> (
        package: PackageRow, exhibit: PackageStatement.Exhibit, path: String
    ) {
        let (package, record) = try readable(ref, digest, officer: officer)
        let isOpened = try store.read { try $0.events(of: package.file) }
            .contains { $0.event == .opened && $0.by == officer && $0.detail["package"]?.string == digest }
        guard isOpened else {
            throw ComityError(
                .wrongState, "You have not opened this package.", why: "Its conditions of use must be accepted first.",
                next: "Go to the package and open it.")
        }
        guard let exhibit = record.statement?.exhibits.first(where: { $0.number == number }) else {
            throw ComityError(.notFound, "The package has no exhibit \(number).", next: "Choose one from its list.")
        }
        return (package, exhibit, "\(folder.incomingPackage(digest))/\(package.name)")
    }

    private func registered(
        _ kind: RegisterEvent.Kind, _ package: PackageRow, _ exhibit: PackageStatement.Exhibit, _ as: String, officer: String
    ) async throws(ComityError) {
        let event = try event(
            kind, file: package.file, by: officer,
            detail: [
                "package": .string(package.digest), "exhibit": .integer(Int64(exhibit.number)), "sha256": .string(exhibit.sha256),
                "as": .string(`as`),
            ])
        _ = try await store.commit { try $0.append(event) }
    }

    /// The beginning of an exhibit; registered before it is returned. Of a picture only its kind is returned, which is not
    /// registered: it shows nothing.
    public func previewExhibit(_ ref: FileReference, package digest: String, exhibit number: Int, officer: String)
        async throws(ComityError) -> ExhibitPreview
    {
        let (package, exhibit, path) = try exhibit(ref, digest, number, officer: officer)
        let flags = (exhibit.flags ?? []).compactMap(ExhibitFlag.init)
        func preview(_ content: ExhibitPreview.Content, shown: Int) -> ExhibitPreview {
            ExhibitPreview(
                number: number, name: String(exhibit.path.dropFirst("data/".count)), size: exhibit.size, sha256: exhibit.sha256,
                flags: flags, content: content, isCut: Int64(shown) < exhibit.size)
        }
        guard exhibit.flags?.isEmpty ?? true else { return preview(.withheld, shown: 0) }
        let head = try beginning(path, number, Self.textPreview)
        if let type = PictureKind.type(of: head), exhibit.size <= Self.picturePreview {
            return preview(.picture(type), shown: Int(clamping: exhibit.size))
        }
        if let text = PlainText.read(head, isWhole: Int64(head.count) == exhibit.size) {
            try await registered(.previewed, package, exhibit, "text", officer: officer)
            return preview(.text(text), shown: text.utf8.count)
        }
        try await registered(.previewed, package, exhibit, "bytes", officer: officer)
        let bytes = Array(head.prefix(Self.bytesPreview))
        return preview(.bytes(bytes), shown: bytes.count)
    }

    /// A picture, whole; registered before it is returned.
    /// - Throws: `.permission` when it is flagged, `.wrongState` when its first bytes are not those of a picture or it is too large.
    public func exhibitPicture(_ ref: FileReference, package digest: String, exhibit number: Int, officer: String)
        async throws(ComityError) -> (type: String, bytes: [UInt8])
    {
        let (package, exhibit, path) = try exhibit(ref, digest, number, officer: officer)
        guard exhibit.flags?.isEmpty ?? true else {
            throw ComityError(.permission, "This exhibit is never shown here.", why: "Its sender flagged it.")
        }
        let bytes = exhibit.size <= Self.picturePreview ? try beginning(path, number, Int(exhibit.size)) : []
        guard let type = PictureKind.type(of: bytes) else {
            throw ComityError(.wrongState, "This exhibit is not a picture that can be shown.", next: "Look at it as text or bytes.")
        }
        try await registered(.previewed, package, exhibit, "picture", officer: officer)
        return (type, bytes)
    }

    /// Lets an exhibit be taken out; registered.
    public func takeOutExhibit(_ ref: FileReference, package digest: String, exhibit number: Int, officer: String)
        async throws(ComityError) -> ExhibitAccess
    {
        let (package, exhibit, path) = try exhibit(ref, digest, number, officer: officer)
        try await registered(.downloaded, package, exhibit, "file", officer: officer)
        let name = exhibit.path.split(separator: "/").last.map(String.init) ?? "exhibit"
        return ExhibitAccess(number: number, name: name, size: exhibit.size, path: path)
    }

    /// Gives the bytes of an exhibit out piece by piece, each proven, in constant memory.
    public func read(_ access: ExhibitAccess, _ give: ([UInt8]) async throws -> Void) async throws {
        let reader = try ExhibitReader(package: access.path, identities: keys.identities, exhibit: access.number)
        var left = access.size
        while left > 0 {
            let piece = try Self.piece(reader, 1 << 18)
            guard !piece.isEmpty else { throw ComityError(.verificationFailed, "The exhibit ended too early.") }
            left -= Int64(piece.count)
            try await give(piece)
        }
    }

    private func beginning(_ path: String, _ number: Int, _ count: Int) throws(ComityError) -> [UInt8] {
        try Self.piece(try ExhibitReader(package: path, identities: keys.identities, exhibit: number), count)
    }

    /// Up to `count` bytes, fewer only at the end.
    private static func piece(_ reader: ExhibitReader, _ count: Int) throws(ComityError) -> [UInt8] {
        var failure: ComityError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(ComityError) {
                while filled < count {
                    let more = try reader.read(into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled...])))
                    if more == 0 { break }
                    filled += more
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
}

/// Pictures that a browser may decode here, told by their first bytes, never by their name.
enum PictureKind {
    static func type(of bytes: [UInt8]) -> String? {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if bytes.starts(with: Array("GIF87a".utf8)) || bytes.starts(with: Array("GIF89a".utf8)) { return "image/gif" }
        return nil
    }
}

/// Whether bytes are text that a person can read.
enum PlainText {
    /// - Parameter isWhole: false when the bytes are the beginning of more; a character cut in two at their end is then left out.
    static func read(_ bytes: [UInt8], isWhole: Bool) -> String? {
        for cut in 0...(isWhole ? 0 : min(3, bytes.count)) {
            // What is left out is one character that was cut: its first byte and some of those that follow.
            let tail = bytes.suffix(cut)
            guard cut == 0 || (tail.first ?? 0) >= 0xC0 && tail.dropFirst().allSatisfy({ $0 & 0xC0 == 0x80 }),
                let text = String(validating: bytes.dropLast(cut), as: UTF8.self)
            else { continue }
            let controls = text.unicodeScalars.count { $0.value < 0x20 && ![0x09, 0x0A, 0x0C, 0x0D, 0x1B].contains($0.value) }
            return controls * 50 > text.unicodeScalars.count ? nil : text
        }
        return nil
    }
}
