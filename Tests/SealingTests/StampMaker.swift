// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import SwiftASN1
import X509

@testable import Sealing

/// A time stamping service in a few lines, which can also do wrong what `openssl ts` refuses to do.
struct StampMaker {
    /// What differs from a service that does everything right.
    struct Faults {
        var time = "20261122120000Z"
        var validity = (from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z")
        var purposes: [ExtendedKeyUsage.Usage]? = [.timeStamping]
        var isPurposeCritical = true
        var keyUsage = KeyUsage(digitalSignature: true)
        /// Attributes beside the type and the hash: `signingCertificateV2` (`v2`), `signingCertificate` (`v1`), or a wrong one.
        var bindings: [Binding] = [.v2]
        var contentType: ASN1ObjectIdentifier = .timeStampInfo
        var repeatsDigest = false
        var changesDigest = false
        var isSelfSigned = false
        var isNamedByKey = false
        var sendsCertificate = true
        var version: UInt8 = 3
        var tail: [UInt8] = []
    }
    enum Binding { case v1, v2, other }

    let rootKey = P384.Signing.PrivateKey()
    let key = P256.Signing.PrivateKey()

    private func certificate(_ faults: Faults, root: Bool) throws -> Certificate {
        let dates = ISO8601DateFormatter()
        let from = root ? "2020-01-01T00:00:00Z" : faults.validity.from
        let to = root ? "2040-01-01T00:00:00Z" : faults.validity.to
        let ca = try DistinguishedName { CommonName("Root") }
        let own = try DistinguishedName { CommonName("Maker") }
        let usage = faults.purposes
        return try Certificate(
            version: .v3, serialNumber: .init(bytes: [root ? 1 : 2]),
            publicKey: root ? .init(rootKey.publicKey) : .init(key.publicKey), notValidBefore: dates.date(from: from) ?? Date(),
            notValidAfter: dates.date(from: to) ?? Date(), issuer: root || !faults.isSelfSigned ? ca : own, subject: root ? ca : own,
            signatureAlgorithm: root || !faults.isSelfSigned ? .ecdsaWithSHA384 : .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                if root {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                } else {
                    SubjectKeyIdentifier(keyIdentifier: [1, 2, 3, 4])
                    Critical(faults.keyUsage)
                    if let usage {
                        if faults.isPurposeCritical { Critical(try ExtendedKeyUsage(usage)) } else { try ExtendedKeyUsage(usage) }
                    }
                }
            }, issuerPrivateKey: root || !faults.isSelfSigned ? .init(rootKey) : .init(key))
    }

    var roots: TimeStampRoots {
        get throws { try TimeStampRoots(pem: Array(try certificate(Faults(), root: true).serializeAsPEM().pemString.utf8)) }
    }

    // MARK: DER

    private func value(_ tag: UInt8, _ content: [[UInt8]]) -> [UInt8] {
        let bytes = content.flatMap { $0 }
        let length: [UInt8] =
            bytes.count < 128
            ? [UInt8(bytes.count)]
            : bytes.count < 256 ? [0x81, UInt8(bytes.count)] : [0x82, UInt8(bytes.count >> 8), UInt8(bytes.count & 255)]
        return [tag] + length + bytes
    }

    private func sequence(_ content: [UInt8]...) -> [UInt8] { value(0x30, content) }
    private func set(_ content: [UInt8]...) -> [UInt8] { value(0x31, content) }
    private func octets(_ bytes: [UInt8]) -> [UInt8] { value(0x04, [bytes]) }
    private func number(_ bytes: UInt8...) -> [UInt8] { value(0x02, [bytes]) }

    private func name(_ identifier: ASN1ObjectIdentifier) throws -> [UInt8] {
        var coder = DER.Serializer()
        try coder.serialize(identifier)
        return coder.serializedBytes
    }

    private func der(_ certificate: Certificate) throws -> [UInt8] {
        var coder = DER.Serializer()
        try coder.serialize(certificate)
        return coder.serializedBytes
    }

    /// A token over a digest.
    func token(_ digest: [UInt8], nonce: [UInt8]? = nil, _ change: (inout Faults) -> Void = { _ in }) throws -> [UInt8] {
        var faults = Faults()
        change(&faults)
        let certificate = try certificate(faults, root: false)
        let bytes = try der(certificate)
        let sha256 = sequence(try name(.sha256))
        let info = sequence(
            number(1), try name([1, 2, 3, 4]), sequence(sha256, octets(digest)), number(7), value(0x18, [Array(faults.time.utf8)]),
            nonce.map { value(0x02, [$0]) } ?? [], faults.tail)
        var hash = Array(SHA256.hash(data: info))
        if faults.changesDigest { hash[0] ^= 1 }
        var attributes = [
            sequence(try name(.contentType), set(try name(faults.contentType))), sequence(try name(.messageDigest), set(octets(hash))),
        ]
        if faults.repeatsDigest { attributes.append(attributes[1]) }
        for binding in faults.bindings {
            let (type, identifier): (ASN1ObjectIdentifier, [UInt8]) =
                switch binding {
                case .v1: (.signingCertificate, octets(Array(Insecure.SHA1.hash(data: bytes))))
                case .v2: (.signingCertificateV2, octets(Array(SHA256.hash(data: bytes))))
                case .other: (.signingCertificateV2, octets(Array(SHA256.hash(data: bytes + [0]))))
                }
            attributes.append(sequence(try name(type), set(sequence(sequence(sequence(identifier))))))
        }
        let signature = try key.signature(for: value(0x31, attributes)).derRepresentation
        var issuer = DER.Serializer()
        try issuer.serialize(certificate.issuer)
        let signer = faults.isNamedByKey ? value(0x80, [[1, 2, 3, 4]]) : sequence(issuer.serializedBytes, number(2))
        return sequence(
            try name(.signedData),
            value(
                0xA0,
                [
                    sequence(
                        number(faults.version), set(sha256), sequence(try name(.timeStampInfo), value(0xA0, [octets(info)])),
                        faults.sendsCertificate ? value(0xA0, [bytes]) : [],
                        set(
                            sequence(
                                number(faults.isNamedByKey ? 3 : 1), signer, sha256, value(0xA0, attributes),
                                sequence(try name(.ecdsaWithSHA256)), octets(Array(signature)))))
                ]))
    }

    /// An answer without a token.
    func refusal(_ status: UInt8, _ says: String) -> [UInt8] {
        sequence(sequence(number(status), sequence(value(0x0C, [Array(says.utf8)])), value(0x03, [[5, 0x20]])))
    }
}
