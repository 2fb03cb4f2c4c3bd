// SPDX-License-Identifier: Apache-2.0

import CZlib
import Crypto
import Foundation
import Sealing
import Standards

/// The age test kit (C2SP/CCTV): `expect`, SHA-256 of the released payload, identities and passphrases, then the file.
enum AgeSuite {
    private struct Vector {
        var expect = ""
        var payload = ""
        var openers: [any AgeOpener] = []
        var file: [UInt8] = []

        /// Nil when these are no header lines of the kit.
        init?(_ bytes: [UInt8]) {
            var rest = bytes[...]
            var isCompressed = false
            while let end = rest.firstIndex(of: 0x0A) {
                let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
                rest = rest[(end + 1)...]
                if line.isEmpty { break }
                guard let colon = line.firstIndex(of: ":") else { return nil }
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                switch line[..<colon] {
                case "expect": expect = value
                case "payload": payload = value
                case "identity":
                    guard let identity = try? AgeIdentity(value) else { return nil }
                    openers.append(identity)
                case "passphrase":
                    guard let passphrase = try? AgePassphrase(value) else { return nil }
                    openers.append(passphrase)
                case "compressed": isCompressed = true
                default: break
                }
            }
            guard !expect.isEmpty else { return nil }
            guard isCompressed else {
                file = Array(rest)
                return
            }
            guard let inflated = inflate(Array(rest)) else { return nil }
            file = inflated
        }
    }

    static func run(_ folder: String, _ tally: inout Tally) throws(ComityError) {
        for (name, bytes) in try Vectors.files(in: folder) {
            guard let vector = Vector(bytes) else { continue }
            tally.count(name, fault(vector))
        }
    }

    private static func fault(_ vector: Vector) -> String? {
        var released: [UInt8] = []
        var error: ComityError?
        do throws(ComityError) {
            let reader = try AgeReader(from: MemorySource(vector.file), identities: vector.openers)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
            defer { buffer.deallocate() }
            while true {
                let count = try reader.read(into: buffer)
                if count == 0 { break }
                released += buffer[..<count]
            }
        } catch let failure {
            error = failure
        }
        let said = error.map { "\($0.code.rawValue): \($0.what)" } ?? "it was opened"
        let wanted: Bool
        switch vector.expect {
        case "success": wanted = error == nil
        case "no match": wanted = error?.code == .cannotDecrypt && released.isEmpty
        case "HMAC failure": wanted = error?.code == .verificationFailed && released.isEmpty
        case "header failure": wanted = error?.code == .schema && released.isEmpty
        case "armor failure": wanted = error?.code == .schema
        case "payload failure": wanted = error?.code == .verificationFailed
        default: return "the expectation “\(vector.expect)” is not known"
        }
        guard wanted else { return "expected \(vector.expect), but \(said)" }
        guard ["success", "payload failure"].contains(vector.expect) else { return nil }
        return Hex.encode(SHA256.hash(data: released)) == vector.payload ? nil : "\(released.count) other bytes were released"
    }

    /// A zlib stream (RFC 1950), up to 64 MiB.
    private static func inflate(_ bytes: [UInt8]) -> [UInt8]? {
        var out = [UInt8](repeating: 0, count: 1 << 20)
        while out.count <= 1 << 26 {
            var length = uLongf(out.count)
            let status = uncompress(&out, &length, bytes, uLong(bytes.count))
            if status == Z_OK { return Array(out[..<Int(length)]) }
            guard status == Z_BUF_ERROR else { return nil }
            out = [UInt8](repeating: 0, count: out.count * 4)
        }
        return nil
    }
}
