// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Crypto
import Standards

/// ChaCha20-Poly1305 (RFC 8439) for the chunks of an age payload, with the system's libcrypto: about three times as fast as the
/// library that does everything else here (docs/performance.md).
///
/// Owns one cipher context with its key. One thread at a time.
final class AgeCipher {
    private let context: OpaquePointer
    private var isSealing: Bool?
    private let key: SymmetricKey

    /// - Throws: `.failure` when the library has no memory.
    init(key: SymmetricKey) throws(ComityError) {
        guard let context = EVP_CIPHER_CTX_new() else { throw Self.failed }
        self.context = context
        self.key = key
    }

    // The library wipes the key.
    deinit { EVP_CIPHER_CTX_free(context) }

    /// Seals `plaintext` into the front of `out` (ciphertext ‖ tag of 16 bytes) and returns the number of bytes.
    func seal(_ plaintext: UnsafeRawBufferPointer, index: UInt64, last: Bool, into out: UnsafeMutableRawBufferPointer) throws(ComityError)
        -> Int
    {
        guard begin(sealing: true, index, last), update(plaintext, out) else { throw Self.failed }
        var length: Int32 = 0
        let tag = out.baseAddress.map { $0 + plaintext.count }
        guard EVP_EncryptFinal_ex(context, tag?.assumingMemoryBound(to: UInt8.self), &length) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(AgeChunk.tagSize), tag) == 1
        else { throw Self.failed }
        return plaintext.count + AgeChunk.tagSize
    }

    /// Opens `sealed` (at least 16 bytes) into the front of `out`; false when it is not authentic, and `out` is then worthless.
    func open(_ sealed: UnsafeRawBufferPointer, index: UInt64, last: Bool, into out: UnsafeMutableRawBufferPointer) -> Bool {
        let split = sealed.count - AgeChunk.tagSize
        guard split >= 0, begin(sealing: false, index, last) else { return false }
        let tag = UnsafeMutableRawPointer(mutating: sealed.baseAddress.map { $0 + split })
        guard EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(AgeChunk.tagSize), tag) == 1,
            update(UnsafeRawBufferPointer(rebasing: sealed[..<split]), out)
        else { return false }
        var length: Int32 = 0
        return EVP_DecryptFinal_ex(context, out.baseAddress.map { ($0 + split).assumingMemoryBound(to: UInt8.self) }, &length) == 1
    }

    private func begin(sealing: Bool, _ index: UInt64, _ last: Bool) -> Bool {
        let nonce = AgeChunk.nonce(index, last: last)
        let mode: Int32 = sealing ? 1 : 0
        if isSealing != sealing {
            let isSet = key.withUnsafeBytes {
                EVP_CipherInit_ex(
                    context, EVP_chacha20_poly1305(), nil, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), nonce, mode)
            }
            isSealing = isSet == 1 ? sealing : nil
            return isSet == 1
        }
        return EVP_CipherInit_ex(context, nil, nil, nil, nonce, mode) == 1
    }

    private func update(_ input: UnsafeRawBufferPointer, _ out: UnsafeMutableRawBufferPointer) -> Bool {
        guard !input.isEmpty else { return true }
        var length: Int32 = 0
        return EVP_CipherUpdate(
            context, out.baseAddress?.assumingMemoryBound(to: UInt8.self), &length,
            input.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(input.count)) == 1 && Int(length) == input.count
    }

    private static let failed = ComityError(.failure, "A chunk could not be sealed.")
}
