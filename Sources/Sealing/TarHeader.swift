// SPDX-License-Identifier: Apache-2.0

import Standards

/// One 512-byte header block of a tar archive (POSIX.1-1988 ustar).
///
/// ```
/// 0 name[100] 100 mode[8] 108 uid[8] 116 gid[8] 124 size[12] 136 mtime[12] 148 checksum[8] 156 type 157 link[100]
/// 257 "ustar\0" "00" 265 user[32] 297 group[32] 329 devmajor[8] 337 devminor[8] 345 prefix[155] 500 zero[12]
/// ```
struct TarHeader {
    static let blockSize = 512
    /// The first size that eleven octal digits cannot say: 8 GiB.
    static let sizeLimit: Int64 = 1 << 33

    var path: String
    var size: Int64
    /// Seconds since 1970.
    var modified: Int64
    var mode: Int
    /// `0` file, `5` folder, `x` and `g` pax records.
    var type: UInt8

    /// Bytes of a body of `size` with its padding to whole blocks.
    static func padded(_ size: Int64) -> Int64 { (size + 511) / 512 * 512 }

    // MARK: writing

    /// The header blocks of a file, a pax extended header before the ustar header where ustar cannot say it.
    static func blocks(file path: String, size: Int64, modified: Int64, isExecutable: Bool) throws(ComityError) -> [UInt8] {
        if let fault = SafePath.fault(path) {
            throw ComityError(.malformedInput, "“\(path)” cannot be the name of an entry: \(fault).")
        }
        guard size >= 0 else { throw ComityError(.failure, "An entry of negative size cannot be written.") }
        var records: [(String, String)] = []
        let split = path.utf8.allSatisfy({ $0 < 0x80 }) ? Self.split(path) : nil
        if split == nil { records.append(("path", path)) }
        if size >= sizeLimit { records.append(("size", String(size))) }
        var out: [UInt8] = []
        if !records.isEmpty {
            let body = PaxRecords.encode(records)
            out += block(
                name: Array("PaxHeaders/entry".utf8), prefix: [], size: Int64(body.count), modified: modified, mode: 0o644,
                type: UInt8(ascii: "x"))
            out += body + [UInt8](repeating: 0, count: Int(padded(Int64(body.count))) - body.count)
        }
        let name = split?.name ?? placeholder(path)
        out += block(
            name: name, prefix: split?.prefix ?? [], size: size >= sizeLimit ? 0 : size, modified: modified,
            mode: isExecutable ? 0o755 : 0o644, type: UInt8(ascii: "0"))
        return out
    }

    /// Name and prefix when the path fits into them.
    private static func split(_ path: String) -> (name: [UInt8], prefix: [UInt8])? {
        let bytes = Array(path.utf8)
        if bytes.count <= 100 { return (bytes, []) }
        guard bytes.count <= 256 else { return nil }
        for index in bytes.indices where bytes[index] == UInt8(ascii: "/") {
            let rest = bytes.count - index - 1
            if index <= 155, rest <= 100, rest > 0, index > 0 { return (Array(bytes[(index + 1)...]), Array(bytes[..<index])) }
        }
        return nil
    }

    /// What a reader without pax would see.
    private static func placeholder(_ path: String) -> [UInt8] {
        var name = path.utf8.prefix(99).map { $0 < 0x80 ? $0 : UInt8(ascii: "_") }
        if name.last == UInt8(ascii: "/") { name.append(UInt8(ascii: "_")) }
        return name
    }

    private static func block(name: [UInt8], prefix: [UInt8], size: Int64, modified: Int64, mode: Int, type: UInt8) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ bytes: [UInt8], at offset: Int) {
            for index in bytes.indices { block[offset + index] = bytes[index] }
        }
        /// `width` octal digits, the lowest last; what is above them is left out.
        func octal(_ value: Int64, width: Int, at offset: Int) {
            var rest = max(0, value)
            for index in stride(from: width - 1, through: 0, by: -1) {
                block[offset + index] = UInt8(ascii: "0") + UInt8(rest & 7)
                rest >>= 3
            }
        }
        put(name, at: 0)
        octal(Int64(mode), width: 7, at: 100)
        octal(0, width: 7, at: 108)
        octal(0, width: 7, at: 116)
        octal(size, width: 11, at: 124)
        octal(min(max(0, modified), sizeLimit - 1), width: 11, at: 136)
        for index in 148..<156 { block[index] = 0x20 }
        block[156] = type
        put(magic, at: 257)
        octal(0, width: 7, at: 329)
        octal(0, width: 7, at: 337)
        put(prefix, at: 345)
        var sum: Int64 = 0
        for byte in block { sum += Int64(byte) }
        octal(sum, width: 6, at: 148)
        block[154] = 0
        return block
    }

    /// `ustar`, a zero, version `00`.
    private static let magic = Array("ustar\u{0}00".utf8)

    /// Bytes of ``blocks(file:size:modified:isExecutable:)`` without making them.
    static func length(file path: String, size: Int64) -> Int64 {
        let isPlain = path.utf8.allSatisfy { $0 < 0x80 }
        if isPlain, size < sizeLimit, path.utf8.count <= 100 || split(path) != nil { return Int64(blockSize) }
        var records: [(String, String)] = []
        if !isPlain || split(path) == nil { records.append(("path", path)) }
        if size >= sizeLimit { records.append(("size", String(size))) }
        return 2 * Int64(blockSize) + padded(Int64(PaxRecords.encode(records).count))
    }

    // MARK: reading

    /// Reads one block that is not all zeros.
    /// - Throws: `.schema` saying which field is wrong.
    init(parsing block: UnsafeRawBufferPointer) throws(ComityError) {
        guard block.count == Self.blockSize else { throw Self.bad("it is cut off") }
        var sum: Int64 = 0
        for index in 0..<Self.blockSize { sum += (148..<156).contains(index) ? 0x20 : Int64(block[index]) }
        guard let written = Self.number(block, 148, 8), written == sum else { throw Self.bad("its checksum does not match") }
        let magic = Array(block[257..<265])
        let isPosix = magic == Array("ustar\0".utf8) + Array("00".utf8)
        guard isPosix || magic == Array("ustar  \0".utf8) else { throw Self.bad("it is not of the ustar format") }
        guard let size = Self.number(block, 124, 12), size <= 1 << 62 else { throw Self.bad("its size is absurd") }
        guard let mode = Self.number(block, 100, 8), let modified = Self.number(block, 136, 12) else {
            throw Self.bad("a number in it is malformed")
        }
        let name = Self.text(block, 0, 100)
        let prefix = isPosix ? Self.text(block, 345, 155) : []
        guard let path = String(validating: prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name, as: UTF8.self) else {
            throw Self.bad("its name is not valid UTF-8")
        }
        guard Self.text(block, 157, 100).isEmpty else { throw Self.bad("it is a link") }
        self.path = path
        self.size = size
        self.mode = Int(mode & 0o777)
        self.modified = modified
        type = block[156] == 0 ? UInt8(ascii: "0") : block[156]
    }

    static func bad(_ why: String) -> ComityError { ComityError(.schema, "A tar header is not acceptable: \(why).") }

    private static func text(_ block: UnsafeRawBufferPointer, _ offset: Int, _ length: Int) -> [UInt8] {
        Array(block[offset..<(offset + length)].prefix { $0 != 0 })
    }

    /// Octal with leading spaces or zeros, ended by NUL or space; or GNU base-256 when the first bit is set. Never negative.
    private static func number(_ block: UnsafeRawBufferPointer, _ offset: Int, _ length: Int) -> Int64? {
        let field = block[offset..<(offset + length)]
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            guard first == 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }), length > 8 else { return nil }
            let value = field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return value <= UInt64(Int64.max) ? Int64(value) : nil
        }
        var value: Int64 = 0
        var digits = 0
        var isEnded = false
        for byte in field {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "7") where !isEnded:
                value = value << 3 | Int64(byte - UInt8(ascii: "0"))
                digits += 1
            case 0x20 where digits == 0: continue
            case 0, 0x20: isEnded = true
            default: return nil
            }
        }
        return digits > 0 || field.allSatisfy({ $0 == 0 }) ? value : nil
    }
}
