// SPDX-License-Identifier: Apache-2.0

public import Standards
import SwiftASN1

/// A question to a time stamping service (RFC 3161, section 2.4.1): a SHA-256, a nonce, and the wish for its certificate.
public struct TimeStampRequest: Sendable {
    /// The `Content-Type` of a question and of an answer (RFC 3161, section 3.4).
    public static let mediaType = "application/timestamp-query"
    public static let answerMediaType = "application/timestamp-reply"

    /// SHA-256 of what is stamped.
    public let digest: [UInt8]
    /// What the answer must repeat: a number of 63 bits, big-endian.
    public let nonce: [UInt8]
    /// `TimeStampReq`, DER.
    public let bytes: [UInt8]

    /// A question with a fresh nonce.
    /// - Throws: `.malformedInput` when the digest has not 32 bytes.
    public init(digest: [UInt8]) throws(ComityError) {
        var generator = SystemRandomNumberGenerator()
        var nonce = (0..<8).map { _ in UInt8.random(in: 0...255, using: &generator) }
        // Neither negative nor shorter than eight bytes.
        nonce[0] = nonce[0] & 0x7F | 0x40
        try self.init(digest: digest, nonce: nonce)
    }

    init(digest: [UInt8], nonce: [UInt8]) throws(ComityError) {
        guard digest.count == 32 else {
            throw ComityError(.malformedInput, "What is stamped is named by a SHA-256 of 32 bytes; \(digest.count) were given.")
        }
        self.digest = digest
        self.nonce = nonce
        do { bytes = try Self.encode(digest, nonce) } catch {
            throw ComityError(.failure, "The question for a time stamp cannot be written.")
        }
    }

    private static func encode(_ digest: [UInt8], _ nonce: [UInt8]) throws -> [UInt8] {
        var coder = DER.Serializer()
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            coder.appendPrimitiveNode(identifier: .integer) { $0.append(1) }
            try coder.appendConstructedNode(identifier: .sequence) { coder in
                // With NULL: some services know it in no other way.
                try coder.appendConstructedNode(identifier: .sequence) { coder in
                    try coder.serialize(ASN1ObjectIdentifier.sha256)
                    coder.appendPrimitiveNode(identifier: .null) { _ in }
                }
                coder.appendPrimitiveNode(identifier: .octetString) { $0.append(contentsOf: digest) }
            }
            coder.appendPrimitiveNode(identifier: .integer) { $0.append(contentsOf: nonce) }
            coder.appendPrimitiveNode(identifier: .boolean) { $0.append(0xFF) }
        }
        return coder.serializedBytes
    }
}
