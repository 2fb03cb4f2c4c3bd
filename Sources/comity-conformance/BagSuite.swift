// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sealing
import Standards

/// The layout of the BagIt conformance suite: bags below folders named `valid` and `invalid`.
enum BagSuite {
    static func run(_ folder: String, _ tally: inout Tally) throws(ComityError) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw ComityError(.notFound, "\(folder) is not a folder that can be read.", next: "Name the folder of the suite.")
        }
        for name in names.sorted() {
            let path = "\(folder)/\(name)"
            guard isFolder(path) else { continue }
            guard name == "valid" || name == "invalid" else {
                try run(path, &tally)
                continue
            }
            let bags = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            for bag in bags.sorted() where isFolder("\(path)/\(bag)") {
                let check = try BagCheck(folder: "\(path)/\(bag)")
                let fault = name == "valid" ? check.faults.first : check.isValid ? "it was taken for a valid bag" : nil
                tally.count("\(path)/\(bag)", fault)
            }
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
