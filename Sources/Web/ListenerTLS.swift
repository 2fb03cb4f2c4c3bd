// SPDX-License-Identifier: Apache-2.0

package import NIOSSL
package import Standards

/// The TLS of a listener for browsers: versions 1.2 and 1.3, with the groups and ciphers that they bring. Nodes among themselves are
/// stricter (room Transport).
package enum ListenerTLS {
    /// - Parameters:
    ///   - certificate: path of a PEM file: the certificate and those between it and its authority.
    ///   - key: path of its private key.
    ///   - listener: as `node.json` names it.
    /// - Throws: `.usage` for files that cannot be read or do not belong together.
    package static func configuration(certificate: String, key: String, of listener: String) throws(ComityError) -> TLSConfiguration {
        do {
            let chain = try read(certificate, "certificate", listener) { try NIOSSLCertificate.fromPEMFile($0) }
            guard !chain.isEmpty else { throw unreadable(certificate, "certificate", "There is no certificate in it.", listener) }
            let key = try read(key, "key", listener) { try NIOSSLPrivateKey(file: $0, format: .pem) }
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            // The library looks whether the two belong together when the context is made.
            _ = try NIOSSLContext(configuration: configuration)
            return configuration
        } catch let error as ComityError { throw error } catch {
            throw ComityError(
                .usage, "The \(listener) cannot use its certificate.", why: Text.safe("\(error)", limit: 300),
                next: "Certificate and key must belong together: see \(listener).tls in node.json.")
        }
    }

    private static func read<T>(_ file: String, _ what: String, _ listener: String, _ body: (String) throws -> T) throws(ComityError) -> T {
        do { return try body(file) } catch { throw unreadable(file, what, "\(error)", listener) }
    }

    private static func unreadable(_ file: String, _ what: String, _ why: String, _ listener: String) -> ComityError {
        ComityError(
            .usage, "The \(what) of the \(listener) cannot be read: \(Text.safe(file, limit: 200))", why: Text.safe(why, limit: 300),
            next: "Name PEM files that this user may read: see \(listener).tls in node.json.")
    }
}
