// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards
import Testing

@testable import Sealing

/// Bags that nobody should vouch for: each is a fault of the bag, said in words, and never an error that ends a suite.
@Suite struct BagCheckTests {
    private func bag() throws -> Temporary {
        let folder = try Temporary()
        try folder.put("data/a", Array("words".utf8))
        try folder.put("bagit.txt", Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8))
        let hash = SHA256.hash(data: Array("words".utf8)).map { String(format: "%02x", $0) }.joined()
        try folder.put("manifest-sha256.txt", Array("\(hash)  data/a\n".utf8))
        return folder
    }

    private func faults(_ folder: Temporary) throws -> [String] {
        try withExtendedLifetime(folder) { try BagCheck(folder: folder.path).faults }
    }

    @Test func aWholeBagIsValid() throws { #expect(try faults(try bag()) == []) }

    @Test(arguments: [
        ("flipped", "data/a"), ("a link", "data/b"), ("a pipe", "data/p"), ("a name that is not UTF-8", "is not UTF-8"),
        ("a linked manifest", "manifest-sha256.txt"), ("a large manifest", "manifest-sha512.txt"),
    ])
    func eachFaultIsSaid(_ what: String, _ says: String) throws {
        let folder = try bag()
        switch what {
        case "flipped": try folder.put("data/a", Array("wordz".utf8))
        case "a link": symlink("/etc/passwd", folder("data/b"))
        case "a pipe": mkfifo(folder("data/p"), 0o600)
        case "a name that is not UTF-8":
            let name: [CChar] = Array(folder("data/").utf8CString.dropLast()) + [-1, -2, 0]
            close(open(name, O_CREAT | O_WRONLY, 0o600))
        case "a linked manifest":
            rename(folder("manifest-sha256.txt"), folder("elsewhere"))
            symlink("elsewhere", folder("manifest-sha256.txt"))
        default:
            try folder.put("manifest-sha512.txt", [])
            truncate(folder("manifest-sha512.txt"), 1 << 33)
        }
        let faults = try faults(folder)
        #expect(faults.contains { $0.contains(says) }, "\(faults)")
    }
}
