// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards
import Testing

@testable import Sealing

/// Every age test vector of C2SP/CCTV.
@Suite struct AgeVectorTests {
    private struct Vector {
        var expect = ""
        var payload = ""
        var identities: [any AgeOpener] = []
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
                case "identity": identities.append(try AgeIdentity(parts[1]))
                case "passphrase": identities.append(try AgePassphrase(parts[1]))
                case "compressed": isCompressed = true
                default: break
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
            counts[vector.expect, default: 0] += 1
            let identities = vector.identities
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
            case "header failure", "armor failure":
                #expect(error?.code == .schema, "\(name): \(error?.description ?? "opened")")
                if vector.expect == "header failure" { #expect(released.isEmpty, "\(name)") }
            case "payload failure":
                #expect(error?.code == .verificationFailed, "\(name)")
                #expect(hash == vector.payload, "\(name): \(released.count) bytes released")
            default: Issue.record("\(name): unknown expectation \(vector.expect)")
            }
            // One-shot decryption agrees and releases nothing on failure.
            let whole = try? Age.decrypt(vector.file, with: identities, limit: 1 << 25)
            #expect((whole != nil) == (vector.expect == "success"), "\(name)")
        }
        #expect(counts == ["success": 21, "no match": 10, "header failure": 40, "armor failure": 13, "payload failure": 12], "\(counts)")
        print("age vectors: \(counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))")
    }
}
