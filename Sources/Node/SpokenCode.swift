// SPDX-License-Identifier: Apache-2.0

import Standards

/// What two officers say to each other on the telephone to know that they speak about the same request.
///
/// Both nodes compute it from the hash of the act that opened the file. It is no secret: it proves something only when the
/// number that was called stands in the directory, because then the officer there has the file in front of him.
public enum SpokenCode {
    /// Three groups of five digits: the first 48 bits of the hash, 16 bits a group. Digits, because they are read in every
    /// language (`docs/decisions/006-fingerprint-in-digits.md`).
    /// - Parameter hash: SHA-256 in hexadecimal; anything else gives no groups.
    public static func groups(of hash: String) -> [String] {
        guard let bytes = Hex.decode(hash), bytes.count == 32 else { return [] }
        return (0..<3).map { group in
            let value = String(Int(bytes[group * 2]) << 8 | Int(bytes[group * 2 + 1]))
            return String(repeating: "0", count: 5 - value.count) + value
        }
    }
}
