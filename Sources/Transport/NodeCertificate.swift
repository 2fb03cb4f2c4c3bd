// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Standards
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The TLS identity of a node: a P-256 key and a certificate signed by itself.
///
/// No certificate authority is asked: peers pin the exact certificate, which the State's signed directory entry carries.
public struct NodeCertificate: Sendable {
    /// PEM of the certificate and of the private key (PKCS #8).
    public let certificatePEM: String
    public let keyPEM: String
    /// DER bytes of the certificate.
    public let der: [UInt8]

    /// Makes a new identity, valid for ten years from one day before `now` (clocks of peers differ).
    public init(commonName: String, now: Instant) throws(ComityError) {
        do {
            let key = P256.Signing.PrivateKey()
            let name = try DistinguishedName { CommonName(commonName) }
            let start = Date(timeIntervalSince1970: Double(now.milliseconds) / 1000 - 86_400)
            let certificate = try Certificate(
                version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: start,
                notValidAfter: start.addingTimeInterval(3653 * 86_400), issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
                // No key usage extension: a verifier that pins a self-signed certificate takes it for its own issuer, and
                // would refuse an issuer without keyCertSign.
                extensions: Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    try ExtendedKeyUsage([.serverAuth, .clientAuth])
                    SubjectAlternativeNames([.dnsName("node.invalid")])
                }, issuerPrivateKey: .init(key))
            let pem = try certificate.serializeAsPEM()
            certificatePEM = pem.pemString
            keyPEM = key.pemRepresentation
            der = pem.derBytes
        } catch { throw ComityError(.failure, "The certificate of the node cannot be made: \(error).") }
    }

    /// Reads an identity back.
    /// - Throws: `.storage` when the PEM texts cannot be read.
    public init(certificatePEM: String, keyPEM: String) throws(ComityError) {
        do {
            der = try PEMDocument(pemString: certificatePEM).derBytes
            self.certificatePEM = certificatePEM
            self.keyPEM = keyPEM
        } catch {
            throw ComityError(.storage, "The certificate of the node cannot be read.", next: "Restore the keys folder from a backup.")
        }
    }

    /// Whether a pinned certificate is inside its validity by this machine's clock; exercises too use real TLS.
    static func isValidNow(der: [UInt8]) -> Bool { fault(der: der) == nil }

    /// What is wrong with a certificate by this machine's clock, in words that follow “the certificate of XB”; nil when nothing is.
    static func fault(der: [UInt8], now: Date = Date()) -> String? {
        guard let certificate = try? Certificate(derEncoded: der) else { return "cannot be read" }
        func text(_ date: Date) -> String { Instant(milliseconds: Int64(date.timeIntervalSince1970) * 1000).utc }
        if now > certificate.notValidAfter {
            return "has expired on \(text(certificate.notValidAfter)); this machine's clock says \(text(now))"
        }
        if now < certificate.notValidBefore {
            return "is valid only from \(text(certificate.notValidBefore)) on; this machine's clock says \(text(now))"
        }
        return nil
    }
}
