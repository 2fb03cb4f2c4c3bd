// SPDX-License-Identifier: Apache-2.0

import Standards

/// One recipient in an age header: `-> type argument…`, then the body as base64 in lines of 64 characters, the last shorter.
public struct AgeStanza: Sendable, Equatable {
    /// The first argument, for example `X25519`.
    public let type: String
    /// The arguments after the type; printable ASCII without spaces.
    public let arguments: [String]
    /// The body, decoded.
    public let body: [UInt8]

    /// The bytes as they stand in the header, with the last line feed.
    var serialised: [UInt8] {
        var out = Array("-> \(([type] + arguments).joined(separator: " "))\n".utf8)
        let text = Array(Base64.rawEncode(body).utf8)
        for start in stride(from: 0, through: text.count, by: 64) {
            out.append(contentsOf: text[start..<min(start + 64, text.count)])
            out.append(UInt8(ascii: "\n"))
        }
        return out
    }
}
