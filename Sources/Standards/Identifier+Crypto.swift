// SPDX-License-Identifier: Apache-2.0

import Crypto

/// Addresses and transactions of crypto assets, by their CAIP-2 chain.
extension Identifier {
    /// Whether an address could be checked, and held.
    public enum AddressVerdict: Sendable, Equatable {
        case sound
        /// Well formed, but this chain or spelling has no checksum that is checked here.
        case unchecked(String)
        case wrong(String)
    }

    private static let base58 = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    static func base58Decode(_ text: String) -> [UInt8]? {
        guard (1...120).contains(text.utf8.count) else { return nil }
        var bytes: [UInt8] = []
        for character in text.utf8 {
            guard var carry = base58.firstIndex(of: character) else { return nil }
            for index in bytes.indices.reversed() {
                carry += Int(bytes[index]) * 58
                bytes[index] = UInt8(carry & 0xFF)
                carry >>= 8
            }
            while carry > 0 {
                bytes.insert(UInt8(carry & 0xFF), at: 0)
                carry >>= 8
            }
        }
        return [UInt8](repeating: 0, count: text.utf8.prefix { $0 == UInt8(ascii: "1") }.count) + bytes
    }

    /// Version byte and payload of a base58check text, or nil when the checksum is wrong.
    static func base58Check(_ text: String) -> (version: UInt8, payload: [UInt8])? {
        guard let bytes = base58Decode(text), bytes.count > 5 else { return nil }
        let body = bytes.dropLast(4)
        let sum = SHA256.hash(data: Array(SHA256.hash(data: body)))
        guard Array(sum.prefix(4)) == Array(bytes.suffix(4)) else { return nil }
        return (body[0], Array(body.dropFirst()))
    }

    /// A segregated-witness address: bech32 for version 0, bech32m above (BIP-173, BIP-350).
    static func isSegwit(_ text: String, prefix wanted: String) -> Bool {
        let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
        guard text.utf8.count <= 90, text == text.lowercased() || text == text.uppercased() else { return false }
        let lower = Array(text.lowercased().utf8)
        guard let separator = lower.lastIndex(of: 0x31), separator + 7 <= lower.count, Array(wanted.utf8) == Array(lower[..<separator])
        else {
            return false
        }
        var data: [UInt32] = []
        for byte in lower[(separator + 1)...] {
            guard let value = alphabet.firstIndex(of: byte) else { return false }
            data.append(UInt32(value))
        }
        var check: UInt32 = 1
        for value in wanted.utf8.map({ UInt32($0 >> 5) }) + [0] + wanted.utf8.map({ UInt32($0 & 31) }) + data {
            let top = check >> 25
            check = (check & 0x1FF_FFFF) << 5 ^ value
            for (bit, generator) in [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3].enumerated()
            where top >> UInt32(bit) & 1 == 1 {
                check ^= UInt32(generator)
            }
        }
        guard let version = data.first, version <= 16, check == (version == 0 ? 1 : 0x2BC8_30A3) else { return false }
        let bits = (data.count - 7) * 5
        let program = bits / 8
        guard (2...40).contains(program), bits % 8 < 5 else { return false }
        return version != 0 || program == 20 || program == 32
    }

    /// The spelling that EIP-55 gives a hexadecimal address.
    static func eip55(_ address: String) -> String {
        let lower = address.dropFirst(2).lowercased()
        let hash = Keccak.hash256(Array(lower.utf8))
        return "0x"
            + String(
                lower.enumerated().map { index, character in
                    let nibble = index % 2 == 0 ? hash[index / 2] >> 4 : hash[index / 2] & 15
                    return nibble >= 8 ? Character(character.uppercased()) : character
                })
    }

    /// - Parameter chain: CAIP-2, for example `bip122:000000000019d6689c085ae165831e93` or `eip155:1`.
    public static func cryptoAddress(_ text: String, chain: String) -> AddressVerdict {
        let space = chain.split(separator: ":").first.map(String.init) ?? ""
        switch space {
        case "bip122":
            // A chain is named by its first block; the prefixes of Bitcoin and of its test network.
            let test = chain.contains("000000000933ea01ad0ee984209779ba")
            if text.lowercased().hasPrefix(test ? "tb1" : "bc1") {
                return isSegwit(text, prefix: test ? "tb" : "bc") ? .sound : .wrong("The checksum of the address is wrong.")
            }
            guard let decoded = base58Check(text) else { return .wrong("The checksum of the address is wrong.") }
            let versions: [UInt8] = test ? [0x6F, 0xC4] : [0x00, 0x05]
            return decoded.payload.count == 20 && versions.contains(decoded.version)
                ? .sound : .wrong("The address belongs to another chain.")
        case "eip155":
            let digits = text.dropFirst(2)
            guard text.hasPrefix("0x"), digits.utf8.count == 40, digits.utf8.allSatisfy(isHex) else {
                return .wrong("An address of this chain is 0x and forty hexadecimal digits.")
            }
            if digits == digits.lowercased() || digits == digits.uppercased() {
                return .unchecked("The address is written without the upper and lower case that carries its checksum.")
            }
            return eip55(text) == text ? .sound : .wrong("The checksum of the address (its upper and lower case) is wrong.")
        case "tron":
            guard let decoded = base58Check(text), decoded.version == 0x41, decoded.payload.count == 20 else {
                return .wrong("The checksum of the address is wrong.")
            }
            return .sound
        case "solana":
            return base58Decode(text)?.count == 32
                ? .unchecked("Addresses of this chain have no checksum.") : .wrong("An address of this chain is 32 bytes in base 58.")
        case "": return .wrong("The chain is missing; name it as CAIP-2 does, for example eip155:1.")
        default:
            let known = (4...120).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            return known
                ? .unchecked("The checksum of this chain is not checked here.") : .wrong("The address holds characters that none has.")
        }
    }

    /// A transaction of the chain: 64 hexadecimal digits for Bitcoin and Tron, with 0x for Ethereum.
    public static func isCryptoTransaction(_ text: String, chain: String) -> Bool {
        let space = chain.split(separator: ":").first.map(String.init) ?? ""
        switch space {
        case "bip122", "tron": return text.utf8.count == 64 && text.utf8.allSatisfy(isHex)
        case "eip155": return text.hasPrefix("0x") && text.utf8.count == 66 && text.dropFirst(2).utf8.allSatisfy(isHex)
        case "solana": return base58Decode(text)?.count == 64
        default: return !space.isEmpty && (4...200).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        }
    }

    /// Hexadecimal digits of the length of the algorithm; nil for an algorithm that is not known.
    public static func isFileHash(_ text: String, algorithm: String) -> Bool? {
        let lengths = ["MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-384": 96, "SHA-512": 128, "SHA3-256": 64, "BLAKE3": 64]
        return lengths[algorithm.uppercased()].map { text.utf8.count == $0 && text.utf8.allSatisfy(isHex) }
    }
}
