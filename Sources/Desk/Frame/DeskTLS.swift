// SPDX-License-Identifier: Apache-2.0

import NIOSSL
import Node
import Standards

/// The TLS of the desk: versions 1.2 and 1.3, with the groups and ciphers that browsers bring. Nodes among themselves are
/// stricter (room Transport).
enum DeskTLS {
    /// - Returns: nil when the node has no certificate for the desk.
    /// - Throws: `.usage` for files that cannot be read or do not belong together.
    static func configuration(_ node: Node) throws(ComityError) -> TLSConfiguration? {
        guard let files = node.configuration.desk.tls else { return nil }
        do { return try configuration(files, node.folder) } catch let error as ComityError { throw error } catch {
            throw ComityError(
                .usage, "The desk cannot use its certificate.", why: Text.safe("\(error)", limit: 300),
                next: "Certificate and key must belong together: see desk.tls in node.json.")
        }
    }

    private static func configuration(_ files: NodeConfiguration.TLSFiles, _ folder: NodeFolder) throws -> TLSConfiguration {
        let chain = try read(files.certificate, "certificate") { try NIOSSLCertificate.fromPEMFile(folder.resolve($0)) }
        guard !chain.isEmpty else { throw unreadable(files.certificate, "certificate", "There is no certificate in it.") }
        let key = try read(files.key, "key") { try NIOSSLPrivateKey(file: folder.resolve($0), format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        // The library looks whether the two belong together when the context is made.
        _ = try NIOSSLContext(configuration: configuration)
        return configuration
    }

    private static func read<T>(_ file: String, _ what: String, _ body: (String) throws -> T) throws(ComityError) -> T {
        do { return try body(file) } catch { throw unreadable(file, what, "\(error)") }
    }

    private static func unreadable(_ file: String, _ what: String, _ why: String) -> ComityError {
        ComityError(
            .usage, "The \(what) of the desk cannot be read: \(Text.safe(file, limit: 200))", why: Text.safe(why, limit: 300),
            next: "Name PEM files that this user may read: see desk.tls in node.json.")
    }
}
