// SPDX-License-Identifier: Apache-2.0

/// A failure told to a person: what went wrong, why, and what to do next.
///
/// Two errors are equal when their codes are equal, so tests compare cheaply and texts may improve.
public struct ComityError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The stable code; decides exit status and HTTP status.
    public let code: ErrorCode
    /// What went wrong, one sentence.
    public let what: String
    /// Why it matters or how it came about; may be empty.
    public let why: String
    /// What the person can do now; may be empty.
    public let next: String

    public init(_ code: ErrorCode, _ what: String, why: String = "", next: String = "") {
        self.code = code
        self.what = what
        self.why = why
        self.next = next
    }

    /// The three sentences on separate lines, the code last.
    public var description: String {
        var lines = [what]
        if !why.isEmpty { lines.append("  why:  \(why)") }
        if !next.isEmpty { lines.append("  next: \(next)") }
        lines.append("  code: \(code.rawValue)")
        return lines.joined(separator: "\n")
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
