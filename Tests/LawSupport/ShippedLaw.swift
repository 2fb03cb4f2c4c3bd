// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Law
import TestSupport

/// The rule files as they ship.
public func shippedLaw() throws -> Law {
    let base = Shared.repository.appendingPathComponent("Sources/Law/Instruments")
    var texts: [Law.SourceText] = []
    for folder in try FileManager.default.contentsOfDirectory(atPath: base.path) {
        for file in try FileManager.default.contentsOfDirectory(atPath: base.appendingPathComponent(folder).path) {
            let data = try Data(contentsOf: base.appendingPathComponent("\(folder)/\(file)"))
            texts.append(.init(path: "\(folder)/\(file)", bytes: [UInt8](data)))
        }
    }
    return try Law(reading: texts)
}
