// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sealing
import Standards
import TestSupport
import Testing

@testable import comity

/// `comity evidence verify-timestamp` as a person types it, on answers of `openssl ts`.
@Suite struct TimeStampCommandTests {
    @Test func checksWithoutANode() async throws {
        let folder = try TemporaryFolder()
        guard let service = try StampingAuthority(in: folder("tsa")) else { return }
        let key = SigningKey.generate()
        let payload = Array("{\"v\":1}".utf8)
        try Data(try JWS.sign(payload: payload, type: "comity-package+jws", key: key)).write(
            to: URL(fileURLWithPath: folder("statement.jws")))
        let digest = try TimeStampToken.digest(ofStatement: [UInt8](Data(contentsOf: URL(fileURLWithPath: folder("statement.jws")))))
        let answer = try service.answer(try TimeStampRequest(digest: digest).bytes)
        try Data(answer).write(to: URL(fileURLWithPath: folder("a.tsr")))
        func run(_ stamp: String, _ arguments: String..., roots: String? = nil) async -> Int32 {
            await CommandLineTool.run(["evidence", "verify-timestamp", stamp] + arguments + ["--roots", roots ?? service.roots])
        }
        #expect(await run(folder("a.tsr"), "--statement", folder("statement.jws")) == 0)
        #expect(await run(folder("a.tsr"), "--digest", Hex.encode(digest).uppercased(), "--json") == 0)
        // Another statement, another root, a damaged stamp.
        #expect(await run(folder("a.tsr"), "--digest", String(repeating: "0", count: 64)) == 6)
        guard let other = try StampingAuthority(in: folder("other")) else { return }
        #expect(await run(folder("a.tsr"), "--statement", folder("statement.jws"), roots: other.roots) == 6)
        var bad = answer
        bad[bad.count - 9] ^= 1
        try Data(bad).write(to: URL(fileURLWithPath: folder("bad.tsr")))
        #expect(await run(folder("bad.tsr"), "--statement", folder("statement.jws")) == 6)
        #expect(await run(folder("statement.jws"), "--statement", folder("statement.jws")) == 6)
        // What was forgotten or mistyped.
        #expect(await run(folder("a.tsr")) == 2)
        #expect(await run(folder("a.tsr"), "--digest", "abc") == 2)
        #expect(await run(folder("a.tsr"), "--digest", Hex.encode(digest), "--statement", folder("statement.jws")) == 2)
        #expect(await run(folder("a.tsr"), "--digest", Hex.encode(digest), roots: folder("a.tsr")) == 2)
        #expect(await run(folder("none.tsr"), "--digest", Hex.encode(digest)) == 3)
    }
}
