// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import Testing

/// `comity-conformance` over the vectors of others, as another implementer runs it.
@Suite struct ConformanceTests {
    private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let program = URL(fileURLWithPath: try Program.path()).deletingLastPathComponent().appendingPathComponent("comity-conformance")
        process.executableURL = program
        process.arguments = arguments
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, FileHandle.nullDevice)
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    @Test(arguments: [
        ("age", "age", "96 passed, 0 failed\n"), ("jose", "wycheproof", "0 passed, 0 failed, 401 for other algorithms, all refused\n"),
        ("merkle", "merkle", "98 passed, 0 failed\n"),
    ])
    func everyVector(_ suite: String, _ folder: String, _ expected: String) throws {
        let path = "../shared/vectors/\(folder)"
        guard FileManager.default.fileExists(atPath: path) else {
            print("skipped: \(folder) vectors (shared/vectors not found)")
            return
        }
        let result = try run([suite, path])
        #expect(result.status == 0 && result.output == expected, "\(result)")
    }

    /// All but the bag whose only checksums are SHA-224, which is not supported.
    @Test func bags() throws {
        guard FileManager.default.fileExists(atPath: "../shared/vectors/bagit") else {
            print("skipped: bagit vectors (shared/vectors not found)")
            return
        }
        let result = try run(["bagit", "../shared/vectors/bagit"])
        let lines = result.output.split(separator: "\n")
        #expect(result.status == 6 && lines.count == 2 && lines.first?.contains("sha224 is not supported") == true, "\(result)")
        #expect(lines.last == "23 passed, 1 failed")
    }

    /// Consistency proofs of every pair of sizes up to 20, made by another implementation, some with a fault.
    @Test func ownConsistencyVectors() throws {
        let result = try run(["merkle", "Tests/Vectors/register/merkle"])
        #expect(result.status == 0 && result.output == "576 passed, 0 failed\n", "\(result)")
    }

    @Test func nothingToRunIsAnError() throws {
        #expect(try run(["age", "/nowhere"]).status == ErrorCode.notFound.exitStatus)
        #expect(try run(["age", "Sources"]).status == ErrorCode.notFound.exitStatus)
        #expect(try run(["zip", "."]).status != 0)
    }
}
