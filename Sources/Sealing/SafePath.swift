// SPDX-License-Identifier: Apache-2.0

import Standards

/// The rule for every path that travels in a package: relative, plain, and the same thing on every system.
enum SafePath {
    /// Longest path in bytes.
    static let maximumLength = 1024
    /// Longest component in bytes, the limit of common file systems.
    static let maximumComponent = 255

    /// What is wrong with `path`, in words, or nil.
    static func fault(_ path: String) -> String? {
        let bytes = path.utf8
        guard !bytes.isEmpty else { return "it is empty" }
        guard bytes.count <= maximumLength else { return "it is longer than \(maximumLength) bytes" }
        guard bytes.first != UInt8(ascii: "/") else { return "it is absolute" }
        guard !bytes.contains(UInt8(ascii: "\\")) else { return "it contains a backslash" }
        guard !path.unicodeScalars.contains(where: isControl) else { return "it contains a control character" }
        for component in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard !component.isEmpty else { return "a part of it is empty" }
            guard component.count <= maximumComponent else { return "a part of it is longer than \(maximumComponent) bytes" }
            let name = String(Substring(component))
            guard name != ".", name != ".." else { return "it contains “\(name)”" }
        }
        return nil
    }

    /// C0, DEL, C1, the line and paragraph separators, and the characters that reorder what follows them on a screen.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// The form in which two names clash on a system that folds case or normalises: compared as Swift strings,
    /// canonically equivalent spellings are equal.
    static func folded(_ path: String) -> String { path.lowercased() }
}
