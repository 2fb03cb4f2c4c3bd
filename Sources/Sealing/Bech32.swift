// SPDX-License-Identifier: Apache-2.0

import Standards

/// Bech32 text (BIP-173, checksum constant 1) without its limit of 90 characters, as age writes keys.
public enum Bech32 {
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let generator: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]

    /// Lower-case text of `bytes` under the human-readable part `prefix` (lower-case ASCII).
    public static func encode(prefix: String, _ bytes: [UInt8]) -> String {
        let data = regroup(bytes, from: 8, to: 5, pad: true) ?? []
        let expanded = expand(Array(prefix.utf8))
        let check = polymod(expanded + data + [0, 0, 0, 0, 0, 0]) ^ 1
        let sum = (0..<6).map { UInt8(check >> UInt32(5 * (5 - $0)) & 31) }
        return prefix + "1" + String(decoding: (data + sum).map { alphabet[Int($0)] }, as: UTF8.self)
    }

    /// The lower-cased human-readable part and the bytes, or nil when a character, the case, the checksum or the padding is wrong.
    public static func decode(_ text: String) -> (prefix: String, bytes: [UInt8])? {
        let characters = Array(text.utf8)
        guard characters.count <= 4096, characters.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let hasUpper = characters.contains { (0x41...0x5A).contains($0) }
        let hasLower = characters.contains { (0x61...0x7A).contains($0) }
        guard !(hasUpper && hasLower) else { return nil }
        let lower = characters.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        guard let separator = lower.lastIndex(of: UInt8(ascii: "1")), separator > 0, separator + 7 <= lower.count else { return nil }
        var data: [UInt8] = []
        for character in lower[(separator + 1)...] {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            data.append(UInt8(value))
        }
        let prefix = Array(lower[..<separator])
        guard polymod(expand(prefix) + data) == 1, let bytes = regroup(data.dropLast(6), from: 5, to: 8, pad: false) else { return nil }
        return (String(decoding: prefix, as: UTF8.self), bytes)
    }

    private static func expand(_ prefix: [UInt8]) -> [UInt8] { prefix.map { $0 >> 5 } + [0] + prefix.map { $0 & 31 } }

    private static func polymod(_ values: [UInt8]) -> UInt32 {
        var check: UInt32 = 1
        for value in values {
            let top = check >> 25
            check = (check & 0x1ff_ffff) << 5 ^ UInt32(value)
            for bit in 0..<5 where top >> UInt32(bit) & 1 == 1 { check ^= generator[bit] }
        }
        return check
    }

    private static func regroup(_ values: some Collection<UInt8>, from: Int, to: Int, pad: Bool) -> [UInt8]? {
        var accumulator = 0
        var bits = 0
        var out: [UInt8] = []
        for value in values {
            accumulator = (accumulator << from | Int(value)) & 0xFFF
            bits += from
            while bits >= to {
                bits -= to
                out.append(UInt8(accumulator >> bits & (1 << to - 1)))
            }
        }
        if pad {
            if bits > 0 { out.append(UInt8(accumulator << (to - bits) & (1 << to - 1))) }
        } else if bits >= from || accumulator & (1 << bits - 1) != 0 {
            return nil
        }
        return out
    }
}
