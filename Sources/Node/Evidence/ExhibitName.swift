// SPDX-License-Identifier: Apache-2.0

import Standards

/// The name under which an uploaded exhibit is kept and travels: the sender's own, made harmless.
public enum ExhibitName {
    /// Longest name in bytes, with room for a number.
    static let maximum = 200

    /// The last part of a path in any system's manner, without control and invisible characters, without dots and spaces at its
    /// ends, at most 200 bytes with its ending kept; `exhibit` when nothing is left.
    public static func safe(_ given: String) -> String {
        let last = given.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
        let plain = String(
            Text.safe(last, limit: .max).unicodeScalars.map { $0 == "\u{FFFD}" ? "_" : Character($0) })
        var name = trimmed(Substring(plain))
        if name.utf8.count > maximum {
            let dot = name.lastIndex(of: ".").flatMap { name[$0...].utf8.count <= 20 ? $0 : nil } ?? name.endIndex
            var stem = name[..<dot]
            while stem.utf8.count + name[dot...].utf8.count > maximum { stem = stem.dropLast() }
            name = trimmed(Substring(stem + name[dot...]))
        }
        return name.isEmpty ? "exhibit" : name
    }

    /// `name (2).ext`, for the second of two that would be one name on some system.
    static func numbered(_ name: String, _ number: Int) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "\(name) (\(number))" }
        return "\(name[..<dot]) (\(number))\(name[dot...])"
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first.isWhitespace || first == "." { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace || last == "." { text = text.dropLast() }
        return String(text)
    }
}
