// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards
import TestSupport
import Testing

@testable import comity

/// The desk on every address, over TLS, as a real process; asked with curl, which is somebody else's TLS.
@Suite(.serialized) struct DeskTLSTests {
    private static let name = "desk.alvania.test"
    private let folder: TemporaryFolder
    private let node: DemoNode

    init() throws {
        folder = try TemporaryFolder()
        node = try DemoNode(state: "XA", folder: folder("xa"), program: try Program.path())
    }

    /// Runs another program; the output goes to a file, so that no pipe fills up.
    @discardableResult
    private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let file = folder("output-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        let handle = try #require(FileHandle(forWritingAtPath: file))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = handle
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOfFile: file, encoding: .utf8))
    }

    private func makeCertificate(_ stem: String) throws {
        let made = try run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=\(Self.name)",
                "-addext", "subjectAltName=DNS:\(Self.name)", "-keyout", folder("\(stem).key"), "-out", folder("\(stem).crt"),
            ])
        try #require(made.status == 0, "openssl is needed for this test")
    }

    private func make(_ more: [String]) async throws -> DemoNode.Outcome {
        try await node.run(
            [
                "init", "--state", "XA", "--authority", "24/7 point", "--exercise", "--exchange", "127.0.0.1:\(node.exchangePort)",
            ] + more)
    }

    private func curl(_ path: String, scheme: String = "https", name: String = Self.name, _ more: [String] = []) throws
        -> (status: Int32, output: String)
    {
        try run(
            "curl",
            [
                "--silent", "--include", "--max-time", "20", "--cacert", folder("desk.crt"), "--resolve",
                "\(name):\(node.deskPort):127.0.0.1",
                "\(scheme)://\(name):\(node.deskPort)\(path)",
            ] + more)
    }

    private func post(_ path: String, _ fields: [String: String], _ more: [String] = []) throws -> String {
        let answer = try curl(path, fields.flatMap { ["--data-urlencode", "\($0.key)=\($0.value)"] } + more)
        #expect(answer.status == 0)
        return answer.output
    }

    private func serve() async throws -> (process: Process, log: String) {
        let log = folder("serve.log")
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: node.program)
        process.arguments = ["serve", "--data", node.folder]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try process.run()
        for _ in 0..<600 {
            let text = try String(contentsOfFile: log, encoding: .utf8)
            if text.contains("works for 72 hours") { return (process, text) }
            if !process.isRunning { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        process.terminate()
        Issue.record("the node did not start: \(try String(contentsOfFile: log, encoding: .utf8))")
        return (process, "")
    }

    @Test func withoutCertificateNoOtherMachineReachesTheDesk() async throws {
        try makeCertificate("desk")
        let files = ["--desk-certificate", folder("desk.crt"), "--desk-key", folder("desk.key")]
        for (status, arguments) in [
            (2, ["--desk", "0.0.0.0:7480"]), (2, ["--desk", "192.0.2.1:7480", "--desk-certificate", folder("desk.crt")]),
            (2, ["--desk", "0.0.0.0:7480"] + files), (2, ["--desk", "0.0.0.0:7480", "--desk-name", "a b"] + files),
            (3, ["--desk", "192.0.2.1:7480", "--desk-certificate", "/nonexistent", "--desk-key", folder("desk.key")]),
        ] as [(Int32, [String])] {
            let outcome = try await make(arguments)
            #expect(outcome.status == status, "\(arguments): \(outcome.status) \(outcome.errors)")
        }
        // A key that does not belong to the certificate stops the start, in words.
        try makeCertificate("other")
        let made = try await make([
            "--desk", "0.0.0.0:\(node.deskPort)", "--desk-name", Self.name, "--desk-certificate", folder("desk.crt"), "--desk-key",
            folder("other.key"),
        ])
        #expect(made.status == 0, "\(made.errors)")
        let served = try await node.run(["serve"])
        #expect(served.status == 2)
        #expect(served.errors.contains("cannot use its certificate"), "\(served.errors)")
    }

    @Test(.timeLimit(.minutes(30))) func firstRunOverTLS() async throws {
        try makeCertificate("desk")
        let made = try await make([
            "--desk", "0.0.0.0:\(node.deskPort)", "--desk-name", Self.name, "--desk-certificate", folder("desk.crt"), "--desk-key",
            folder("desk.key"),
        ])
        #expect(made.status == 0, "\(made.errors)")
        let (process, log) = try await serve()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        #expect(log.contains("https://\(Self.name):\(node.deskPort)/set-up"))
        let setUp = String(try #require(log.firstMatch(of: /code +([0-9A-Z-]{23})/)).1)

        let page = try curl("/sign-in")
        #expect(page.status == 0)
        #expect(page.output.hasPrefix("HTTP/1.1 200"))
        #expect(page.output.lowercased().contains("strict-transport-security: max-age="))
        #expect(page.output.contains("This connection is encrypted"))
        for version in ["1.2", "1.3"] { #expect(try curl("/health", ["--tls-max", version]).status == 0, "TLS \(version)") }
        #expect(try curl("/health", ["--tls-max", "1.1"]).status != 0)
        #expect(try curl("/health", scheme: "http").status != 0)
        // A name that is not the desk's reaches no page.
        #expect(try curl("/sign-in", name: "other.test", ["--insecure"]).output.hasPrefix("HTTP/1.1 421"))

        let enrolment = try post("/set-up", ["code": setUp])
        let groups = enrolment.matches(of: /<span>([A-Z2-7]{4})<\/span>/).map { String($0.1) }
        let secret = groups.joined()
        #expect(secret.count == 32)
        func digits(_ steps: Int64) throws -> String {
            try #require(TOTP.code(secret: secret, at: Int64(Date().timeIntervalSince1970 * 1000) + steps * 30_000))
        }
        let password = "seven rusty lamps at noon"
        let enrolled = try post("/enrol", ["code": setUp, "digits": try digits(0), "password": password, "again": password])
        #expect(enrolled.hasPrefix("HTTP/1.1 200"), "\(enrolled.prefix(300))")
        #expect(enrolled.contains("<li class=\"code\">"))
        let signedIn = try post("/sign-in", ["officer": "ADMIN", "password": password, "code": try digits(1), "to": "/admin"])
        #expect(signedIn.hasPrefix("HTTP/1.1 303"), "\(signedIn.prefix(300))")
        let cookie = try #require(signedIn.firstMatch(of: /[Ss]et-[Cc]ookie: (__Host-comity-\d+=[^;]+); ([^\r\n]*)/))
        for part in ["Secure", "HttpOnly", "SameSite=Strict"] { #expect(cookie.2.contains(part), "\(part) in \(cookie.2)") }
        let admin = try curl("/admin", ["--cookie", String(cookie.1)])
        #expect(admin.output.hasPrefix("HTTP/1.1 200"))
        #expect(admin.output.contains("TLS on 0.0.0.0"))
        let audit = try await node.run(["audit", "check"])
        #expect(audit.status == 0, "\(audit.errors)")
    }
}
