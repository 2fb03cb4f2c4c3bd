// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards
import SwiftASN1
@_spi(FixedExpiryValidationTime) import X509

extension TimeStampToken {
    /// Proves that the service stamped this digest.
    ///
    /// Checked are the digest, the nonce, the signature over the words of the service, the signed attribute that binds the certificate
    /// (RFC 5816), and the chain of certificates to a root at the time of the stamp, with the purpose `timeStamping`, critical and alone.
    /// Not checked: whether a certificate was revoked.
    /// - Parameters:
    ///   - digest: SHA-256 of what was stamped.
    ///   - nonce: what the question carried; nil when it is not known any more.
    /// - Throws: `.verificationFailed` naming what does not hold.
    public func verified(over digest: [UInt8], nonce: [UInt8]? = nil, roots: TimeStampRoots) async throws(ComityError) -> TimeStamp {
        guard info.digest == digest else { throw Self.failed("it is about something else") }
        if let nonce, info.nonce != nonce { throw Self.failed("it does not answer this question: the nonce differs") }
        let signed: SignedContent
        do { signed = try SignedContent(token) } catch { throw Self.failed("it cannot be read") }
        guard let signer = signed.signerCertificate else { throw Self.failed("the certificate of its signer did not come along") }
        try Self.checkSignature(signed, signer)
        try Self.checkBinding(signed, signer)
        try await Self.checkChain(signer.certificate, signed.certificates.map(\.certificate), at: info.time, roots)
        return TimeStamp(
            time: info.time, accuracy: info.accuracy, authority: Self.name(of: signer.certificate), serial: Hex.encode(info.serial),
            policy: info.policy)
    }

    private static func failed(_ why: String) -> ComityError {
        ComityError(.verificationFailed, "The time stamp does not hold: \(why).", next: "Do not rely on it; ask for a new one.")
    }

    private static func hash(_ algorithm: ASN1ObjectIdentifier, _ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        switch algorithm {
        case .sha256: Array(SHA256.hash(data: bytes))
        case .sha384: Array(SHA384.hash(data: bytes))
        case .sha512: Array(SHA512.hash(data: bytes))
        default: nil
        }
    }

    /// The signature over the signed attributes, and of these the type and the hash of the content.
    private static func checkSignature(_ signed: SignedContent, _ signer: SignedContent.Member) throws(ComityError) {
        guard let digest = hash(signed.digestAlgorithm, signed.content) else { throw failed("its hash is not known here") }
        guard let type = signed.attribute(.contentType), (try? ASN1ObjectIdentifier(derEncoded: type)) == .timeStampInfo,
            let stated = signed.attribute(.messageDigest), (try? ASN1OctetString(derEncoded: stated))?.bytes.elementsEqual(digest) == true
        else { throw failed("what is signed is not what it says") }
        guard let algorithm = algorithm(signed) else { throw failed("its kind of signature is not known here") }
        guard signer.certificate.publicKey.isValidSignature(signed.signature, for: signed.signedBytes, signatureAlgorithm: algorithm)
        else { throw failed("its signature is not by the key of the certificate") }
    }

    private static func algorithm(_ signed: SignedContent) -> Certificate.SignatureAlgorithm? {
        switch (signed.signatureAlgorithm, signed.digestAlgorithm) {
        case (.AlgorithmIdentifier.rsaEncryption, .sha256), (.AlgorithmIdentifier.sha256WithRSAEncryption, .sha256):
            .sha256WithRSAEncryption
        case (.AlgorithmIdentifier.rsaEncryption, .sha384), (.AlgorithmIdentifier.sha384WithRSAEncryption, .sha384):
            .sha384WithRSAEncryption
        case (.AlgorithmIdentifier.rsaEncryption, .sha512), (.AlgorithmIdentifier.sha512WithRSAEncryption, .sha512):
            .sha512WithRSAEncryption
        case (.ecdsaWithSHA256, .sha256): .ecdsaWithSHA256
        case (.ecdsaWithSHA384, .sha384): .ecdsaWithSHA384
        case (.ecdsaWithSHA512, .sha512): .ecdsaWithSHA512
        case (.ed25519, .sha512): .ed25519
        default: nil
        }
    }

    /// RFC 5816: a signed attribute names the hash of the certificate, so that another one with the same key does not stand for it.
    private static func checkBinding(_ signed: SignedContent, _ signer: SignedContent.Member) throws(ComityError) {
        var isBound = false
        do {
            if let attribute = signed.attribute(.signingCertificateV2) {
                var first = try firstIdentifier(attribute)
                let algorithm = try first.optional(.sequence).map(DERMembers.algorithm) ?? .sha256
                guard let hash = hash(algorithm, signer.bytes), try DERMembers.bytes(try first.take(.octetString)).elementsEqual(hash)
                else {
                    throw failed("it is bound to another certificate")
                }
                isBound = true
            }
            if let attribute = signed.attribute(.signingCertificate) {
                var first = try firstIdentifier(attribute)
                // The older attribute knows SHA-1 only. It is one more lock on the certificate, not the only one.
                guard try DERMembers.bytes(try first.take(.octetString)).elementsEqual(Insecure.SHA1.hash(data: signer.bytes)) else {
                    throw failed("it is bound to another certificate")
                }
                isBound = true
            }
        } catch let error as ComityError { throw error } catch { throw failed("what binds it to a certificate cannot be read") }
        guard isBound else { throw failed("nothing binds it to a certificate") }
    }

    /// `ESSCertID` or `ESSCertIDv2` of the signer: the first of the list.
    private static func firstIdentifier(_ attribute: ASN1Node) throws -> DERMembers {
        var members = try DERMembers(attribute)
        var list = try DERMembers(try members.take(.sequence))
        return try DERMembers(try list.take(.sequence))
    }

    private static func checkChain(_ leaf: Certificate, _ others: [Certificate], at time: Instant, _ roots: TimeStampRoots)
        async throws(ComityError)
    {
        let moment = Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
        var verifier = Verifier(rootCertificates: CertificateStore(roots.certificates)) {
            RFC5280Policy(fixedExpiryValidationTime: moment)
            TimeStampingPolicy()
        }
        switch await verifier.validate(leaf: leaf, intermediates: CertificateStore(others)) {
        case .validCertificate: return
        case .couldNotValidate(let failures):
            let reason = failures.first.map { Text.safe("\($0.policyFailureReason)", limit: 200) }
            throw failed(
                "the certificate of the service does not lead to a trusted root at \(time)\(reason.map { " (\($0))" } ?? "")")
        }
    }

    /// The common name, or the whole name when there is none.
    private static func name(of certificate: Certificate) -> String {
        for part in certificate.subject {
            for attribute in part where attribute.type == .NameAttributes.commonName {
                if let text = String(attribute.value) { return Text.safe(text, limit: 200) }
            }
        }
        return Text.safe("\(certificate.subject)", limit: 200)
    }
}
