// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Law
import TestSupport

/// The texts of the rule files and State profiles as they ship.
public func shippedTexts() throws -> [Law.SourceText] {
    let base = Shared.repository.appendingPathComponent("Sources/Law")
    var texts: [Law.SourceText] = []
    func read(_ folder: String, as name: String) throws {
        for file in try FileManager.default.contentsOfDirectory(atPath: base.appendingPathComponent(folder).path).sorted() {
            let data = try Data(contentsOf: base.appendingPathComponent("\(folder)/\(file)"))
            texts.append(.init(path: "\(name)/\(file)", bytes: [UInt8](data)))
        }
    }
    for folder in try FileManager.default.contentsOfDirectory(atPath: base.appendingPathComponent("Instruments").path).sorted() {
        try read("Instruments/\(folder)", as: folder)
    }
    try read("States", as: "states")
    return texts
}

/// Read once for all tests.
private let shipped = Result { try Law(reading: shippedTexts()) }

/// The rule files and State profiles as they ship.
public func shippedLaw() throws -> Law { try shipped.get() }
