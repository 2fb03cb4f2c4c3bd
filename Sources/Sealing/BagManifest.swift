// SPDX-License-Identifier: Apache-2.0

import Standards

/// A BagIt manifest (RFC 8493 section 2.1.3): lines of SHA-256, two spaces, path. In a path CR, LF and `%` are
/// percent-encoded, nothing else.
enum BagManifest {
    struct Line {
        let path: String
        let sha256: String
    }

    static func line(path: String, sha256: String) -> String {
        var name = path
        if path.utf8.contains(UInt8(ascii: "%")) {
            name = path.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%25")
        }
        return "\(sha256)  \(name)\n"
    }

    /// - Throws: `.schema` naming the line that is malformed or stands twice.
    static func parse(_ bytes: [UInt8], name: String) throws(ComityError) -> [Line] {
        var lines: [Line] = []
        var seen: Set<String> = []
        for (index, raw) in bytes.split(separator: 0x0A).enumerated() {
            guard let line = parse(raw.last == 0x0D ? raw.dropLast() : raw) else {
                throw ComityError(.schema, "Line \(index + 1) of \(name) is malformed.")
            }
            guard seen.insert(line.path).inserted else { throw ComityError(.schema, "\(name) lists \(line.path) twice.") }
            lines.append(line)
        }
        return lines
    }

    private static func parse(_ raw: ArraySlice<UInt8>) -> Line? {
        guard raw.count > 66, raw.count < 5000 else { return nil }
        let hash = String(decoding: raw.prefix(64), as: UTF8.self)
        let rest = raw.dropFirst(64)
        guard Hex.decode(hash) != nil, rest.first == 0x20 else { return nil }
        guard let path = decoded(rest.drop { $0 == 0x20 || $0 == UInt8(ascii: "*") }), SafePath.fault(path) == nil else { return nil }
        return Line(path: path, sha256: hash)
    }

    private static func decoded(_ raw: ArraySlice<UInt8>) -> String? {
        var out: [UInt8] = []
        var index = raw.startIndex
        while index < raw.endIndex {
            guard raw[index] == UInt8(ascii: "%") else {
                out.append(raw[index])
                index += 1
                continue
            }
            switch String(decoding: raw[index...].prefix(3), as: UTF8.self).uppercased() {
            case "%25": out.append(UInt8(ascii: "%"))
            case "%0A": out.append(0x0A)
            case "%0D": out.append(0x0D)
            default: return nil
            }
            index += 3
        }
        return String(validating: out, as: UTF8.self)
    }
}
