// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Standards
import SwiftASN1
import X509

/// The certificates that a time stamping service must lead back to.
public struct TimeStampRoots: Sendable {
    let certificates: [Certificate]

    /// - Parameter pem: one certificate or several; what stands between them is left aside.
    /// - Throws: `.malformedInput` when there is none, or one that cannot be read.
    public init(pem: [UInt8]) throws(ComityError) {
        let text = String(decoding: pem, as: UTF8.self)
        var found: [Certificate] = []
        do {
            for document in try PEMDocument.parseMultiple(pemString: text) where document.discriminator == "CERTIFICATE" {
                found.append(try Certificate(derEncoded: document.derBytes))
            }
        } catch {
            throw ComityError(.malformedInput, "A root certificate for time stamps cannot be read.", next: "Give it as PEM.")
        }
        guard !found.isEmpty else {
            throw ComityError(.malformedInput, "There is no root certificate for time stamps.", next: "Give one or several as PEM.")
        }
        certificates = found
    }
}

/// What the certificate of a time stamping service must be for (RFC 3161, section 2.3), and those above it.
struct TimeStampingPolicy: VerifierPolicy {
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [.X509ExtensionID.extendedKeyUsage]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        let leaf = chain.leaf
        guard let usage = leaf.extensions[oid: .X509ExtensionID.extendedKeyUsage], usage.critical,
            let purposes = try? ExtendedKeyUsage(usage), Array(purposes) == [.timeStamping]
        else { return .failsToMeetPolicy(reason: "the certificate of the service is not for time stamps, and for nothing else") }
        for (index, certificate) in chain.enumerated() {
            let usage: KeyUsage?
            do { usage = try certificate.extensions.keyUsage } catch { return .failsToMeetPolicy(reason: "a key usage cannot be read") }
            guard let usage else { continue }
            guard index == 0 ? usage.digitalSignature || usage.nonRepudiation : usage.keyCertSign else {
                return .failsToMeetPolicy(reason: "a certificate is not for what it was used for")
            }
        }
        return .meetsPolicy
    }
}
