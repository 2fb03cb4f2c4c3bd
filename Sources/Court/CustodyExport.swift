// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Standards

/// The chain of custody of a package for other programs and for reading: plain text, JSON, CASE (`caseGraph`) and a page (`html`).
/// The same values give the same bytes.
public struct CustodyExport: Sendable {
    public struct Exhibit: Sendable {
        public let number: Int
        public let name: String
        public let size: Int64
        /// Lower-case hexadecimal.
        public let sha256: String
        /// As in a verdict: `intact`, `changed` …
        public let state: String

        public init(number: Int, name: String, size: Int64, sha256: String, state: String) {
            self.number = number
            self.name = name
            self.size = size
            self.sha256 = sha256
            self.state = state
        }
    }

    /// More exhibits are not written one by one; the manifest of the package lists all.
    public static let mostExhibits = 10_000

    /// What names the package.
    public let digest: String
    public let name: String
    /// Bytes of the sealed package; 0 when that is not known.
    public let size: Int64
    public let ref: String
    public let exercise: Bool
    /// When it was made.
    public let at: Instant
    public let steps: [CustodyStep]
    public let exhibits: [Exhibit]
    let allExhibits: Int
    /// The time stamp, in words; empty when there is none.
    public var stamp = ""
    /// The program that makes it, with its version.
    public let tool: String

    public init(
        digest: String, name: String, size: Int64, ref: String, exercise: Bool, at: Instant, steps: [CustodyStep], exhibits: [Exhibit],
        tool: String
    ) {
        self.digest = digest
        self.name = name
        self.size = size
        self.ref = ref
        self.exercise = exercise
        self.at = at
        self.steps = steps
        self.exhibits = Array(exhibits.prefix(Self.mostExhibits))
        allExhibits = exhibits.count
        self.tool = tool
    }

    /// Of a step, in words: `exhibits 1 and 3`; empty when it is about all.
    static func about(_ step: CustodyStep) -> String {
        switch step.exhibits.count {
        case 0: ""
        case 1: "exhibit \(step.exhibits[0])"
        case ...20: "exhibits \(step.exhibits.dropLast().map(String.init).joined(separator: ", ")) and \(step.exhibits.last ?? 0)"
        default: "\(step.exhibits.count) exhibits"
        }
    }

    /// Whether the exhibits were hashed again, in words; empty when nothing is said.
    static func measured(_ step: CustodyStep) -> String {
        guard let isRemeasured = step.isRemeasured else { return "" }
        guard isRemeasured else { return "not hashed again" }
        guard let isEqual = step.isEqual else { return "hashed again" }
        return isEqual ? "hashed again, the same" : "hashed again, DIFFERENT: \(Text.safe(step.sha256 ?? "", limit: 64))"
    }

    // MARK: Text

    /// For reading; a line for each piece and each exhibit.
    public var text: String {
        var lines =
            [
                "CHAIN OF CUSTODY\(exercise ? "   EXERCISE, not a real case" : "")", "package   \(Text.safe(name))", "digest    \(digest)",
                "file      \(Text.safe(ref))", "state     \(at)",
            ] + (stamp.isEmpty ? [""] : ["stamped   \(Text.safe(stamp, limit: 400))", ""])
        for step in steps {
            let when = step.at.map { "\($0)" } ?? (step.state == .waiting ? "not yet" : "time not recorded")
            let who = [step.by.map { "\($0)" } ?? "", Text.safe(step.who, limit: 80)].filter { !$0.isEmpty }.joined(separator: " ")
            var line = "\(Self.padded(step.kind.rawValue, 19))\(Self.padded(when, 31))\(who.isEmpty ? "nobody is recorded" : who)"
            if !step.place.isEmpty { line += ", \(Text.safe(step.place, limit: 200))" }
            if step.state == .failed { line += "   NOT VALID" }
            if let length = step.length { line += "   \(length / 60_000) minutes without a record" }
            lines.append(line)
            let more = [
                Self.about(step), step.why.isEmpty ? "" : "why: \(Text.safe(step.why, limit: 500))",
                step.tool.isEmpty ? "" : "with \(Text.safe(step.tool, limit: 120))",
                step.seal.isEmpty ? "" : "seal \(Text.safe(step.seal, limit: 120))", Self.measured(step),
            ].filter { !$0.isEmpty }
            if !more.isEmpty { lines.append(String(repeating: " ", count: 19) + more.joined(separator: "; ")) }
        }
        lines += ["", "EXHIBITS"]
        for exhibit in exhibits {
            lines.append("\(exhibit.number)  \(exhibit.sha256)  \(exhibit.size) bytes  \(Text.safe(exhibit.name))  \(exhibit.state)")
        }
        if let rest { lines.append(rest) }
        lines += ["", "This says who answered for the exhibits and when. It does not prove that their content is true."]
        return lines.joined(separator: "\n")
    }

    var rest: String? {
        allExhibits > exhibits.count ? "and \(allExhibits - exhibits.count) more: see manifest-sha256.txt of the package" : nil
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text.padding(toLength: max(width, text.count + 2), withPad: " ", startingAt: 0)
    }

    // MARK: JSON

    /// `{v, package, name, size, ref, at, exercise, custody: [step], exhibits: […]}`; a step as `CustodyStep` writes it.
    public var json: some Encodable & Sendable {
        Document(
            v: 1, package: digest, name: name, size: size, ref: ref, at: at, exercise: exercise, custody: steps,
            exhibits: exhibits.map { .init(number: $0.number, name: $0.name, size: $0.size, sha256: $0.sha256, state: $0.state) })
    }

    private struct Document: Encodable, Sendable {
        struct Item: Encodable, Sendable {
            let number: Int
            let name: String
            let size: Int64
            let sha256: String
            let state: String
        }

        let v: Int
        let package: String
        let name: String
        let size: Int64
        let ref: String
        let at: Instant
        let exercise: Bool
        let custody: [CustodyStep]
        let exhibits: [Item]
    }
}
