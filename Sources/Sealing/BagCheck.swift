// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards

/// Whether a folder is a complete and valid BagIt bag (RFC 8493; versions 0.93 to 1.0), whoever made it.
///
/// Packages of Comity are judged by ``PackageVerifier``, which asks for more: a signed statement, SHA-256, safe names. This is the
/// plain rule, for `comity-conformance` and for bags of others. One pass over each file; memory does not grow with their size.
public struct BagCheck: Sendable, Equatable {
    /// What is wrong, in words; empty for a valid bag.
    public private(set) var faults: [String] = []
    public var isValid: Bool { faults.isEmpty }

    private var folder = ""
    private var encoding = String.Encoding.utf8
    private var isAtLeastOne = false

    /// Reads the bag in `folder`.
    /// - Throws: `.notFound`, `.permission` or `.storage` when the folder cannot be read.
    public init(folder: String) throws(ComityError) {
        self.folder = folder
        guard try readDeclaration() else { return }
        let names = try FolderListing.names(of: folder).compactMap { $0 }
        let files = try files(below: folder)
        let payload = Set(files.filter { $0.hasPrefix("data/") })
        let (manifests, tags) = (Self.manifests("manifest-", names), Self.manifests("tagmanifest-", names))
        if manifests.isEmpty { faults.append("There is no payload manifest.") }
        if !names.contains("data") { faults.append("There is no folder data.") }
        var listed: Set<String> = []
        for name in manifests {
            let lines = lines(of: name, isPayload: true)
            try check(lines, name, algorithm: Self.algorithm(name))
            let paths = Set(lines.map(\.path))
            listed.formUnion(paths)
            // From version 1.0 on every manifest lists every file.
            if isAtLeastOne {
                for path in payload.subtracting(paths).sorted() { faults.append("\(name) does not list \(path).") }
            }
        }
        for path in payload.subtracting(listed).sorted() { faults.append("\(path) stands in no manifest.") }
        for name in tags { try check(lines(of: name, isPayload: false), name, algorithm: Self.algorithm(name)) }
        if names.contains("fetch.txt") { checkFetch(listed) }
    }

    // MARK: The declaration

    /// `bagit.txt`: the version, and the encoding of the other tag files. Always UTF-8 without a byte order mark.
    private mutating func readDeclaration() throws(ComityError) -> Bool {
        guard let bytes = try? Self.read("\(folder)/bagit.txt"), let text = String(validating: bytes, as: UTF8.self) else {
            faults.append("bagit.txt is missing, or is not UTF-8.")
            return false
        }
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.count == 2, let version = lines[0].wholeMatch(of: /BagIt-Version: ?(\d+)\.(\d+)/),
            let named = lines[1].wholeMatch(of: /Tag-File-Character-Encoding: ?(\S+)/)
        else {
            faults.append("bagit.txt does not say the version and the encoding of the tag files, and nothing else.")
            return false
        }
        isAtLeastOne = (Int(version.1) ?? 0) >= 1
        switch named.1.uppercased() {
        case "UTF-8": encoding = .utf8
        case "ISO-8859-1": encoding = .isoLatin1
        case "UTF-16": encoding = .utf16
        default:
            faults.append("The encoding “\(Text.safe(String(named.1), limit: 40))” is not known.")
            return false
        }
        return true
    }

    // MARK: Manifests

    private struct Line {
        let path: String
        let hash: String
    }

    private static func manifests(_ prefix: String, _ names: [String]) -> [String] {
        names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".txt") }.sorted()
    }

    private static func algorithm(_ manifest: String) -> String {
        String(manifest.dropLast(4).split(separator: "-", maxSplits: 1).last ?? "").lowercased()
    }

    private mutating func lines(of name: String, isPayload: Bool) -> [Line] {
        guard let text = text(of: name) else { return [] }
        var lines: [Line] = []
        var hashes: [String: String] = [:]
        for raw in text.split(whereSeparator: \.isNewline) where !raw.allSatisfy(\.isWhitespace) {
            guard let match = raw.wholeMatch(of: /([0-9A-Fa-f]+)[ \t]+\*?(.+)/) else {
                faults.append("\(name) has a line that is no checksum and path.")
                continue
            }
            let hash = match.1.lowercased()
            guard let path = path(String(match.2)), SafePath.fault(path) == nil, !path.hasPrefix("~"), path.hasPrefix("data/") == isPayload
            else {
                faults.append("\(name) lists “\(Text.safe(String(match.2), limit: 200))”, which is no path for it.")
                continue
            }
            if let other = hashes.updateValue(hash, forKey: path) {
                faults.append("\(name) lists \(path) twice\(other == hash ? "" : " with different checksums").")
                continue
            }
            lines.append(Line(path: path, hash: hash))
        }
        return lines
    }

    /// A path as a file system has it. From 1.0 on CR, LF and `%` are percent-encoded; before, only CR and LF could be.
    private func path(_ text: String) -> String? {
        var path = text
        while path.hasPrefix("./") { path.removeFirst(2) }
        path = path.replacing("%0A", with: "\n").replacing("%0a", with: "\n").replacing("%0D", with: "\r").replacing("%0d", with: "\r")
        return isAtLeastOne ? path.replacing("%25", with: "%") : path
    }

    private mutating func check(_ lines: [Line], _ name: String, algorithm: String) throws(ComityError) {
        guard Self.hash([], algorithm) != nil else {
            faults.append("The checksums of \(name) cannot be computed: \(Text.safe(algorithm, limit: 20)) is not supported.")
            return
        }
        for line in lines {
            guard let kind = try? FileStamp.of("\(folder)/\(line.path)").kind, kind == .file else {
                faults.append("\(line.path), which \(name) lists, is not there.")
                continue
            }
            if try Self.hash(file: "\(folder)/\(line.path)", algorithm) != line.hash {
                faults.append("\(line.path) is not what \(name) says.")
            }
        }
    }

    /// `fetch.txt`: URL, length or `-`, path. What it names must be listed, and must be here for the bag to be complete.
    private mutating func checkFetch(_ listed: Set<String>) {
        guard let text = text(of: "fetch.txt") else { return }
        for raw in text.split(whereSeparator: \.isNewline) where !raw.allSatisfy(\.isWhitespace) {
            guard let match = raw.wholeMatch(of: /(\S+)[ \t]+(-|\d+)[ \t]+(.+)/), let path = path(String(match.3)),
                SafePath.fault(path) == nil, path.hasPrefix("data/")
            else {
                faults.append("fetch.txt has a line that is no address, length and path in data.")
                continue
            }
            if !listed.contains(path) { faults.append("fetch.txt names \(path), which no manifest lists.") }
        }
    }

    // MARK: Files

    /// The text of a tag file; one that cannot be read is a fault of the bag, not an error: a link, a pipe, too large, other bytes.
    private mutating func text(of name: String) -> String? {
        do throws(ComityError) {
            if let text = String(data: Data(try Self.read("\(folder)/\(name)")), encoding: encoding) { return text }
            faults.append("\(name) is not in the encoding that bagit.txt names.")
        } catch {
            faults.append("\(name) cannot be read: \(error.what)")
        }
        return nil
    }

    /// Tag files are read whole, up to 256 MiB.
    private static func read(_ path: String) throws(ComityError) -> [UInt8] {
        let source = try FileSource(path: path)
        guard source.size <= 1 << 28 else { throw ComityError(.tooLarge, "\(path) is larger than 256 MiB.") }
        var bytes = [UInt8](repeating: 0, count: Int(source.size))
        let count = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(ComityError) -> Int in
            try source.readFully(into: UnsafeMutableRawBufferPointer(buffer))
        }
        return Array(bytes[..<count])
    }

    private mutating func files(below folder: String, _ prefix: String = "") throws(ComityError) -> [String] {
        var out: [String] = []
        for name in try FolderListing.names(of: folder) {
            guard let name else {
                faults.append("A name in \(prefix.isEmpty ? "the bag" : prefix) is not UTF-8.")
                continue
            }
            if try FileStamp.of("\(folder)/\(name)").kind == .folder {
                out += try files(below: "\(folder)/\(name)", "\(prefix)\(name)/")
            } else {
                // A link or a pipe too: no manifest can vouch for it.
                out.append(prefix + name)
            }
        }
        return out
    }

    private static func hash(_ bytes: [UInt8], _ algorithm: String) -> String? {
        switch algorithm {
        case "md5": Hex.encode(Insecure.MD5.hash(data: bytes))
        case "sha1": Hex.encode(Insecure.SHA1.hash(data: bytes))
        case "sha256": Hex.encode(SHA256.hash(data: bytes))
        case "sha384": Hex.encode(SHA384.hash(data: bytes))
        case "sha512": Hex.encode(SHA512.hash(data: bytes))
        default: nil
        }
    }

    private static func hash(file path: String, _ algorithm: String) throws(ComityError) -> String? {
        switch algorithm {
        case "md5": try digest(path, Insecure.MD5())
        case "sha1": try digest(path, Insecure.SHA1())
        case "sha256": try digest(path, SHA256())
        case "sha384": try digest(path, SHA384())
        case "sha512": try digest(path, SHA512())
        default: nil
        }
    }

    private static func digest<Function: HashFunction>(_ path: String, _ function: Function) throws(ComityError) -> String {
        var function = function
        let source = try FileSource(path: path)
        let scratch = Scratch(1 << 18)
        while true {
            let count = try source.read(into: scratch.bytes)
            if count == 0 { return Hex.encode(function.finalize()) }
            function.update(bufferPointer: UnsafeRawBufferPointer(rebasing: scratch.bytes[..<count]))
        }
    }
}
