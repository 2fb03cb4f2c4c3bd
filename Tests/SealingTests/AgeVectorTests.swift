// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards
import Testing

@testable import Sealing

/// The age test vectors of C2SP/CCTV that concern X25519 and are not armored.
@Suite struct AgeVectorTests {
    private struct Vector {
        var expect = ""
        var payload = ""
        var identities: [String] = []
        var others: Set<String> = []
        var file: [UInt8] = []

        init(_ bytes: [UInt8]) throws {
            var rest = bytes[...]
            var isCompressed = false
            while let end = rest.firstIndex(of: 0x0A) {
                let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
                rest = rest[(end + 1)...]
                if line.isEmpty { break }
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                switch parts[0] {
                case "expect": expect = parts[1]
                case "payload": payload = parts[1]
                case "identity": identities.append(parts[1])
                case "compressed": isCompressed = true
                default: others.insert(parts[0])
                }
            }
            file = isCompressed ? try #require(Inflate.zlib(Array(rest))) : Array(rest)
        }
    }

    @Test func allApplicableVectors() throws {
        guard let folder = Shared.vectors("age") else {
            print("skipped: age vectors (shared/vectors not found)")
            return
        }
        var counts: [String: Int] = [:]
        for url in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let name = url.lastPathComponent
            let vector = try Vector([UInt8](Data(contentsOf: url)))
            guard !vector.identities.isEmpty, vector.identities.allSatisfy({ $0.hasPrefix("AGE-SECRET-KEY-1") }),
                !vector.others.contains("armored"), !vector.others.contains("passphrase")
            else { continue }
            counts[vector.expect, default: 0] += 1
            let identities = try vector.identities.map { try AgeIdentity($0) }
            var released: [UInt8] = []
            var error: ComityError?
            do throws(ComityError) {
                let reader = try AgeReader(from: MemorySource(vector.file), identities: identities)
                (released, error) = drain(reader)
            } catch let failure {
                error = failure
            }
            let hash = Hex.encode(SHA256.hash(data: released))
            switch vector.expect {
            case "success":
                #expect(error == nil, "\(name)")
                #expect(hash == vector.payload, "\(name)")
            case "no match": #expect(error?.code == .cannotDecrypt, "\(name)")
            case "HMAC failure": #expect(error?.code == .verificationFailed && released.isEmpty, "\(name)")
            case "header failure":
                #expect(error?.code == .schema && released.isEmpty, "\(name): \(error?.description ?? "opened")")
            case "payload failure":
                #expect(error?.code == .verificationFailed, "\(name)")
                #expect(hash == vector.payload, "\(name): \(released.count) bytes released")
            default: Issue.record("\(name): unknown expectation \(vector.expect)")
            }
            // One-shot decryption agrees and releases nothing on failure.
            let whole = try? Age.decrypt(vector.file, with: identities, limit: 1 << 25)
            #expect((whole != nil) == (vector.expect == "success"), "\(name)")
        }
        #expect((counts["success"] ?? 0) >= 10 && (counts["payload failure"] ?? 0) >= 10)
        print("age vectors: \(counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))")
    }

    @Test func whatIsNotSupportedIsNamed() throws {
        guard let folder = Shared.vectors("age") else { return }
        for (name, word) in [("scrypt", "scrypt"), ("hybrid", "mlkem768x25519"), ("armor_crlf", "armor")] {
            let vector = try Vector([UInt8](Data(contentsOf: folder.appendingPathComponent(name))))
            do throws(ComityError) {
                _ = try AgeReader(from: MemorySource(vector.file), identities: [AgeIdentity.generate()])
                Issue.record("\(name) was opened")
            } catch {
                #expect(error.code == .cannotDecrypt && error.what.contains(word), "\(name): \(error)")
            }
        }
    }
}
