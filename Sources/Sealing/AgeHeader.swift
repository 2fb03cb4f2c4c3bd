// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards

/// The header of an age file: who may open it, and a MAC over exactly these bytes.
///
/// ```
/// age-encryption.org/v1 LF
/// -> X25519 <share> LF <wrapped file key> LF        one stanza per recipient, 1 to 64
/// --- <base64 of HMAC-SHA-256 over everything up to and including "---"> LF
/// ```
public struct AgeHeader: Sendable {
    /// Largest header read, in bytes.
    public static let maximumSize = 262_144
    /// Most stanzas read.
    public static let maximumStanzas = 64
    static let version = "age-encryption.org/v1"

    /// In the order of the file.
    public let stanzas: [AgeStanza]
    /// Length of the whole header in bytes, with the last line feed.
    public let length: Int
    private let authenticated: [UInt8]
    private let mac: [UInt8]

    /// Writes a header for `fileKey` (16 bytes).
    static func serialise(_ stanzas: [AgeStanza], fileKey: SymmetricKey) -> [UInt8] {
        var out = Array("\(version)\n".utf8)
        for stanza in stanzas { out.append(contentsOf: stanza.serialised) }
        out.append(contentsOf: Array("---".utf8))
        let mac = HMAC<SHA256>.authenticationCode(for: out, using: macKey(fileKey))
        out.append(contentsOf: Array(" \(Base64.rawEncode(mac))\n".utf8))
        return out
    }

    private static func macKey(_ fileKey: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: fileKey, info: Array("header".utf8), outputByteCount: 32)
    }

    /// Whether the header is the one that was sealed with `fileKey`; constant time.
    func isAuthentic(_ fileKey: SymmetricKey) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(mac, authenticating: authenticated, using: Self.macKey(fileKey))
    }

    /// Reads a header and leaves `source` at the first byte after it. Proves nothing.
    /// - Throws: `.schema` for anything that is not a header, `.storage` when reading fails.
    public init(from source: BufferedSource) throws(ComityError) {
        var lines = HeaderLines(source: source)
        let first = try lines.next()
        guard first == Array(Self.version.utf8) else { throw Self.notAge(first) }
        var stanzas: [AgeStanza] = []
        while true {
            let before = lines.bytes.count
            let line = try lines.next()
            if line.starts(with: Array("-> ".utf8)) {
                guard stanzas.count < Self.maximumStanzas else {
                    throw ComityError(.schema, "The age header names more than \(Self.maximumStanzas) recipients.")
                }
                stanzas.append(try Self.stanza(line, &lines))
            } else if line.starts(with: Array("--- ".utf8)) {
                guard line.count == 47, let mac = Base64.rawDecode(String(decoding: line[4...], as: UTF8.self)), mac.count == 32 else {
                    throw ComityError(.schema, "The last line of the age header is malformed.")
                }
                guard !stanzas.isEmpty else { throw ComityError(.schema, "The age header names no recipient.") }
                self.stanzas = stanzas
                self.mac = mac
                authenticated = Array(lines.bytes[..<(before + 3)])
                length = lines.bytes.count
                return
            } else {
                throw ComityError(.schema, "A line of the age header is malformed.")
            }
        }
    }

    private static func stanza(_ line: [UInt8], _ lines: inout HeaderLines) throws(ComityError) -> AgeStanza {
        let arguments = line.dropFirst(3).split(separator: 0x20, omittingEmptySubsequences: false)
        guard arguments.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            throw ComityError(.schema, "A recipient line of the age header is malformed.")
        }
        var text: [UInt8] = []
        while true {
            let part = try lines.next()
            guard part.count <= 64 else { throw ComityError(.schema, "A recipient body in the age header has a line that is too long.") }
            text.append(contentsOf: part)
            if part.count < 64 { break }
        }
        guard let body = Base64.rawDecode(String(decoding: text, as: UTF8.self)) else {
            throw ComityError(.schema, "A recipient body in the age header is not canonical base64.")
        }
        let words = arguments.map { String(decoding: $0, as: UTF8.self) }
        return AgeStanza(type: words[0], arguments: Array(words.dropFirst()), body: body)
    }

    private static func notAge(_ first: [UInt8]) -> ComityError {
        let text = String(decoding: first, as: UTF8.self)
        if text.hasPrefix("age-encryption.org/") {
            return ComityError(.schema, "The file is of a version of age that is not known here: “\(text.prefix(40))”.")
        }
        return ComityError(
            .schema, "This is not an age file.",
            why: "It does not begin with “\(version)”: it is something else, or its first bytes were changed.")
    }
}

/// Lines of at most 256 KiB together, each ended by LF.
private struct HeaderLines {
    let source: BufferedSource
    var bytes: [UInt8] = []

    init(source: BufferedSource) { self.source = source }

    mutating func next() throws(ComityError) -> [UInt8] {
        let start = bytes.count
        while true {
            guard bytes.count < AgeHeader.maximumSize else {
                throw ComityError(.schema, "The age header is longer than \(AgeHeader.maximumSize) bytes.")
            }
            guard let byte = try source.readByte() else {
                // The first line may be armor or any other text without a line end: give it to the caller to name.
                if start == 0, !bytes.isEmpty { return bytes }
                throw ComityError(.schema, bytes.isEmpty ? "The file is empty." : "The age header is cut off.")
            }
            bytes.append(byte)
            if byte == UInt8(ascii: "\n") { return Array(bytes[start..<(bytes.count - 1)]) }
            if start == 0, bytes.count > 128 { return bytes }
        }
    }
}
