// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A time stamping service of `openssl ts`, in a folder of its own: root, intermediate, and the certificate of the service.
public struct StampingAuthority: Sendable {
    public enum Key: String, Sendable, CaseIterable { case rsa, ec }

    public let folder: String
    public var roots: String { folder + "/root.pem" }
    public var configuration: String { folder + "/ts.cnf" }

    /// Nil, with a line that says so, where openssl is not installed.
    public init?(in folder: String, key: Key = .ec) throws {
        guard (try? Self.run(["openssl", "version"], in: NSTemporaryDirectory()).status) == 0 else {
            print("skipped: openssl (not installed)")
            return nil
        }
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let make = key == .rsa ? "rsa:2048" : "ec -pkeyopt ec_paramgen_curve:P-256"
        let script = """
            set -e
            cat > ca.ext <<'END'
            basicConstraints = critical, CA:TRUE
            keyUsage = critical, keyCertSign, cRLSign
            subjectKeyIdentifier = hash
            END
            cat > tsa.ext <<'END'
            basicConstraints = critical, CA:FALSE
            keyUsage = critical, digitalSignature
            extendedKeyUsage = critical, timeStamping
            subjectKeyIdentifier = hash
            END
            cat > ts.cnf <<'END'
            [ tsa ]
            default_tsa = service
            [ service ]
            serial = serial
            signer_cert = tsa.pem
            certs = between.pem
            signer_key = tsa.key
            signer_digest = sha256
            default_policy = 1.3.6.1.4.1.99999.1
            digests = sha256, sha384, sha512
            accuracy = secs:1, millisecs:500
            clock_precision_digits = 3
            ordering = no
            tsa_name = yes
            ess_cert_id_chain = no
            ess_cert_id_alg = sha256
            END
            echo 1000 > serial
            openssl req -x509 -newkey \(make) -nodes -keyout root.key -out root.pem -days 3650 -subj "/CN=Stamping root" -addext "keyUsage=critical,keyCertSign"
            openssl req -newkey \(make) -nodes -keyout between.key -out between.csr -subj "/CN=Stamping issuer"
            openssl x509 -req -in between.csr -CA root.pem -CAkey root.key -CAcreateserial -days 3650 -extfile ca.ext -out between.pem
            openssl req -newkey \(make) -nodes -keyout tsa.key -out tsa.csr -subj "/O=Ministry/CN=Stamping service"
            openssl x509 -req -in tsa.csr -CA between.pem -CAkey between.key -CAcreateserial -days 3650 -extfile tsa.ext -out tsa.pem
            """
        let result = try Self.run(["bash", "-c", script], in: folder)
        guard result.status == 0 else { throw CocoaError(.executableLoad, userInfo: ["output": result.output]) }
    }

    /// What the service answers to a question.
    public func answer(_ query: [UInt8]) throws -> [UInt8] {
        let name = UUID().uuidString
        try Data(query).write(to: URL(fileURLWithPath: "\(folder)/\(name).tsq"))
        let result = try Self.run(
            ["openssl", "ts", "-reply", "-config", "ts.cnf", "-queryfile", "\(name).tsq", "-out", "\(name).tsr"], in: folder)
        guard result.status == 0 else { throw CocoaError(.executableLoad, userInfo: ["output": result.output]) }
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).tsr")))
    }

    /// Runs a program found by PATH.
    public static func run(_ arguments: [String], in folder: String) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
