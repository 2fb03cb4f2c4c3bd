// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
import Standards

/// Proofs that a register showed different histories (docs/formats/witness.md): one file, or a folder of them. The key in the proof is
/// used and named; whose it is, the reader must know.
enum SplitViewSuite {
    static func run(_ path: String, _ tally: inout Tally) throws(ComityError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ComityError(.notFound, "\(path) cannot be read.", next: "Name the file that comity audit witness proof wrote.")
        }
        let files =
            isFolder.boolValue ? try Vectors.files(in: path) : [(path, [UInt8](FileManager.default.contents(atPath: path) ?? Data()))]
        for (name, bytes) in files {
            do throws(ComityError) {
                let proof = try IJSON.decode(SplitView.self, from: bytes, limit: SplitView.limit)
                guard let key = proof.keys.first else { throw ComityError(.schema, "It names no key.") }
                let shown = try proof.verify(signedBy: key)
                print("\(key)")
                print(
                    "signed \(shown.smaller.size) entries with root \(shown.smaller.root) and \(shown.larger.size) with \(shown.larger.root);"
                )
                print("the first \(shown.smaller.size) of the latter make \(shown.root)")
                tally.count(name, nil)
            } catch { tally.count(name, error.what) }
        }
    }
}
