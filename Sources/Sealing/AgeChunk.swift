// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import Foundation
import Standards

/// The arithmetic of one age payload chunk: ChaCha20-Poly1305, nonce = 11-byte big-endian counter ‖ last-chunk flag.
enum AgeChunk {
    /// Plaintext bytes in every chunk but the last.
    static let size = 65536
    /// Poly1305 tag after each chunk.
    static let tagSize = 16
    /// A full chunk in the file.
    static let sealedSize = size + tagSize

    static func nonce(_ index: UInt64, last: Bool) -> [UInt8] {
        var nonce = [UInt8](repeating: 0, count: 12)
        for place in 0..<8 { nonce[10 - place] = UInt8(truncatingIfNeeded: index >> UInt64(8 * place)) }
        nonce[11] = last ? 1 : 0
        return nonce
    }

    /// The plaintext without authentication (RFC 8439: the key stream from block 1 on). For naming damage only; what
    /// comes out is never released as content.
    static func keystream(
        _ ciphertext: UnsafeRawBufferPointer, key: SymmetricKey, index: UInt64, last: Bool, into out: UnsafeMutableRawBufferPointer
    ) throws(ComityError) {
        guard !ciphertext.isEmpty else { return }
        do {
            let plaintext = try Insecure.ChaCha20CTR.encrypt(
                ciphertext, using: key, counter: .init(offset: 1), nonce: .init(data: nonce(index, last: last)))
            plaintext.copyBytes(to: out)
        } catch {
            throw ComityError(.failure, "A damaged chunk could not be looked into.")
        }
    }
}
