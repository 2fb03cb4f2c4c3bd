// SPDX-License-Identifier: Apache-2.0

import NIOSSL
import Standards

/// How nodes speak TLS: version 1.3, certificates on both sides, the hybrid post-quantum group X25519MLKEM768 and no
/// other. Requests are recorded today to be read in twenty years.
enum TLSProfile {
    static func server(_ own: NodeCertificate) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(own.certificatePEM.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(own.keyPEM.utf8), format: .pem)))
        harden(&configuration)
        // The callback of the server compares the certificate with the pins; it replaces the library's verification.
        configuration.certificateVerification = .noHostnameVerification
        return configuration
    }

    static func client(_ own: NodeCertificate, pinning peer: [UInt8]) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        harden(&configuration)
        configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(own.certificatePEM.utf8)).map { .certificate($0) }
        configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(own.keyPEM.utf8), format: .pem))
        // The only trust root is the pinned certificate itself, which cannot issue others; names are not looked at.
        configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: peer, format: .der)])
        configuration.certificateVerification = .noHostnameVerification
        return configuration
    }

    private static func harden(_ configuration: inout TLSConfiguration) {
        configuration.minimumTLSVersion = .tlsv13
        configuration.curves = [.x25519_MLKEM768]
    }
}
