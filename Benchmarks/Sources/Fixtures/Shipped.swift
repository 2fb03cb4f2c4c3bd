// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
import Standards

/// A fixture that does not do what its benchmark says.
struct FixtureError: Error {
    let says: String
}

/// What the product ships, read from the sources beside this package.
enum Shipped {
    /// The root of the repository.
    private static let root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { folder, _ in folder.deletingLastPathComponent() }

    /// The texts of all rule files and State profiles, in the order of their names.
    static func texts() throws -> [Law.SourceText] {
        let base = root.appendingPathComponent("Sources/Law")
        func names(_ folder: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: base.appendingPathComponent(folder).path).sorted()
        }
        func read(_ folder: String, as name: String) throws -> [Law.SourceText] {
            try names(folder).filter { $0.hasSuffix(".yaml") }.map { file in
                let data = try Data(contentsOf: base.appendingPathComponent("\(folder)/\(file)"))
                return Law.SourceText(path: "\(name)/\(file)", bytes: [UInt8](data))
            }
        }
        return try names("Instruments").flatMap { try read("Instruments/\($0)", as: $0) } + read("States", as: "states")
    }

    /// A draft of the demonstration, with the authority that issues it.
    static func draft(_ name: String) throws -> [String: JSONValue] {
        let file = root.appendingPathComponent("Sources/comity/Demo/\(name).yaml")
        let text = try YAMLText([UInt8](try Data(contentsOf: file)), name: "\(name).yaml")
        guard var draft = text.value.object else { throw FixtureError(says: "\(name).yaml is not a list of names and values.") }
        if draft["authority"] == nil {
            draft["authority"] = .object([
                "id": .string("xa-247"), "name": .string("Contact point of Alvania"), "contact": .string("+999105550101"),
            ])
        }
        return draft
    }
}

/// A complete draft from XA to XB, ready to be judged.
struct PreFlight: Sendable {
    let law: Law
    let type: String
    let draft: JSONValue
    let context: AssessmentContext

    init(of type: String, on day: String) throws {
        law = try Law(reading: try Shipped.texts())
        self.type = type
        let members = try Shipped.draft(type)
        draft = .object(members)
        context = AssessmentContext(
            from: try StateCode("XA"), to: try StateCode("XB"), issuer: members["authority"]?["id"]?.string, on: try Instant(day))
        let assessment = assess()
        guard assessment.instrument != nil, assessment.route.open, !assessment.isBlocked else {
            throw FixtureError(says: "The draft may not be sent: \(assessment.findings.map(\.rule)).")
        }
    }

    func assess() -> Assessment { law.assess(draft, type: type, context: context) }
}
