// SPDX-License-Identifier: Apache-2.0

extension JSONValue {
    /// Compact JSON with sorted member names and unescaped slashes, as `IJSON.encode` writes it, without a general encoder: every event
    /// of a register passes here. Members are in the order of their UTF-8 bytes.
    public var text: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        write(to: &bytes)
        return bytes
    }

    func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .integer(let number): bytes += String(number).utf8
        case .number(let number): bytes += number.isFinite ? (try? IJSON.encode(number)) ?? Array("null".utf8) : Array("null".utf8)
        case .string(let text): Self.write(text, to: &bytes)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (position, item) in items.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (position, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// A string (RFC 8259 section 7): quotation mark, backslash and what is below U+0020 are escaped.
    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { source in
            var start = 0
            for (position, byte) in source.enumerated() where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                bytes += source[start..<position]
                start = position + 1
                switch byte {
                case UInt8(ascii: "\""): bytes += "\\\"".utf8
                case UInt8(ascii: "\\"): bytes += "\\\\".utf8
                case 0x08: bytes += "\\b".utf8
                case 0x09: bytes += "\\t".utf8
                case 0x0A: bytes += "\\n".utf8
                case 0x0C: bytes += "\\f".utf8
                case 0x0D: bytes += "\\r".utf8
                default: bytes += "\\u00\(byte < 0x10 ? "0" : "1")\(String(byte & 15, radix: 16))".utf8
                }
            }
            bytes += source[start...]
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
