// SPDX-License-Identifier: Apache-2.0

import Standards

/// The records of a pax extended header (POSIX.1-2001): `length SP name=value LF`, the length in decimal and of the whole record.
enum PaxRecords {
    /// Largest extended header read, in bytes.
    static let maximumSize: Int64 = 1 << 20

    static func encode(_ records: [(String, String)]) -> [UInt8] {
        var out: [UInt8] = []
        for (name, value) in records {
            let body = " \(name)=\(value)\n"
            var length = body.utf8.count
            while String(length).utf8.count + body.utf8.count != length { length = String(length).utf8.count + body.utf8.count }
            out += Array("\(length)\(body)".utf8)
        }
        return out
    }

    /// - Throws: `.schema` when a record is malformed or asks for something that is refused (links, sparse files).
    static func parse(_ bytes: [UInt8]) throws(ComityError) -> [String: String] {
        var records: [String: String] = [:]
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let space = rest.prefix(8).firstIndex(of: 0x20), rest[rest.startIndex..<space].allSatisfy({ (0x30...0x39).contains($0) }),
                let length = Int(String(decoding: rest[rest.startIndex..<space], as: UTF8.self)), length <= rest.count,
                space + 1 < rest.startIndex + length, rest[rest.startIndex + length - 1] == 0x0A,
                let equals = rest[(space + 1)..<(rest.startIndex + length)].firstIndex(of: UInt8(ascii: "=")), equals > space + 1,
                let name = String(validating: rest[(space + 1)..<equals], as: UTF8.self)
            else { throw TarHeader.bad("an extended record in it is malformed") }
            let end = rest.startIndex + length
            let value = rest[(equals + 1)..<(end - 1)]
            guard name != "linkpath", !name.hasPrefix("GNU.sparse") else { throw TarHeader.bad("it is a link or a sparse file") }
            if name == "hdrcharset" { throw TarHeader.bad("its names are in another character set than UTF-8") }
            if name == "path" || name == "size" {
                guard let text = String(validating: value, as: UTF8.self), !text.isEmpty else {
                    throw TarHeader.bad("an extended record in it is malformed")
                }
                guard records.updateValue(text, forKey: name) == nil else { throw TarHeader.bad("it says \(name) twice") }
            }
            rest = rest[end...]
        }
        return records
    }
}
