// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Exchange
import Foundation
import NIOCore
import NIOHTTP1
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// Against a real provider of PyPI, as a process of its own.
@Suite(.serialized) struct OpenIDConnectTests {
    /// The provider process; it ends with this value.
    final class Provider: Sendable {
        let issuer: String
        private let process: Process
        private let input = Pipe()

        init?() throws {
            let python = Shared.repository.appendingPathComponent(".venv/bin/python")
            guard FileManager.default.fileExists(atPath: python.path) else {
                print("skipped: OpenID Connect (bin/setup --tests was not run)")
                return nil
            }
            process = Process()
            process.executableURL = python
            process.arguments = [Shared.repository.appendingPathComponent("Tests/OpenIDConnect/provider.py").path]
            let output = Pipe()
            process.standardOutput = output
            process.standardInput = input
            try process.run()
            var line = Data()
            while line.last != UInt8(ascii: "\n") {
                let more = output.fileHandleForReading.availableData
                guard !more.isEmpty else { throw ComityError(.failure, "the provider did not start") }
                line += more
            }
            let port = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            issuer = "http://localhost:\(port)"
        }

        deinit { process.terminate() }

        func mode(_ name: String) async throws { _ = try await Self.send("PUT", "\(issuer)/mode/\(name)") }

        func person(_ subject: String, _ claims: [String: JSONValue]) async throws {
            _ = try await Self.send("PUT", "\(issuer)/users/\(subject)", json: try IJSON.encode(JSONValue.object(claims)))
        }

        /// What a browser does: agrees at the provider, and is sent back with these parameters.
        func browse(_ url: String, as subject: String) async throws -> [String: String] {
            let response = try await Self.send("POST", url, form: "sub=\(subject)")
            let location = try #require(response.headers.first(name: "Location"))
            let items = URLComponents(string: location)?.queryItems ?? []
            return Dictionary(items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
        }

        private static func send(_ method: String, _ url: String, json: [UInt8]? = nil, form: String? = nil) async throws
            -> HTTPClientResponse
        {
            var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
            configuration.httpVersion = .http1Only
            let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            var request = HTTPClientRequest(url: url)
            request.method = .init(rawValue: method)
            if let json {
                request.headers.add(name: "Content-Type", value: "application/json")
                request.body = .bytes(json)
            }
            if let form {
                request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
                request.body = .bytes(Array(form.utf8))
            }
            let result: Result<HTTPClientResponse, any Error>
            do {
                let response = try await http.execute(request, timeout: .seconds(20))
                _ = try await response.body.collect(upTo: 1 << 20)
                result = .success(response)
            } catch { result = .failure(error) }
            try await http.shutdown()
            return try result.get()
        }
    }

    private static let redirect = "http://127.0.0.1:7480/sign-in/provider"

    /// A node that is configured for the provider; node.json is edited as a person would.
    private func fixture(_ issuer: String, claim: String = "preferred_username", secret: String? = "a secret") async throws -> AccessFixture
    {
        let made = try await AccessFixture()
        let path = made.folder("xa/node.json")
        var json = try #require(try IJSON.decode(JSONValue.self, from: Data(contentsOf: URL(fileURLWithPath: path)), limit: 1 << 20).object)
        #expect(json["oidc"] == nil)
        var oidc: [String: JSONValue] = [
            "issuer": .string(issuer), "client_id": .string("comity"), "name": .string("Ministry"), "officer_claim": .string(claim),
        ]
        if let secret {
            oidc["client_secret_file"] = .string("keys/oidc.secret")
            try Data((secret + "\n").utf8).write(to: URL(fileURLWithPath: made.folder("xa/keys/oidc.secret")))
        }
        json["oidc"] = .object(oidc)
        try Data(try IJSON.encode(JSONValue.object(json))).write(to: URL(fileURLWithPath: path))
        return AccessFixture(folder: made.folder, node: try Node(folder: made.folder("xa")))
    }

    private func signIn(_ node: Node, _ provider: Provider, as subject: String) async throws -> (token: String, session: Session) {
        let begun = try await node.beginOIDC(redirect: Self.redirect)
        return try await node.finishOIDC(
            try await provider.browse(begun.url, as: subject), stateToken: begun.stateToken, address: "198.51.100.9")
    }

    @Test(.timeLimit(.minutes(30))) func anInvitedOfficerIsBoundOnceAndThenComesInAgain() async throws {
        guard let provider = try Provider() else { return }
        let access = try await fixture(provider.issuer, secret: "a secret: with / odd % signs")
        let node = access.node
        try await provider.person("person-1", ["preferred_username": .string("D1")])
        try await provider.person("person-2", ["preferred_username": .string("D1")])
        try await provider.person("person-3", ["preferred_username": .string("nobody-here")])
        #expect(node.oidcName == "Ministry")
        let (token, session) = try await signIn(node, provider, as: "person-1")
        #expect(session.officer == "D1" && session.via == .oidc && session.role == "duty_officer")
        #expect(try node.session(token: token)?.csrf == session.csrf)
        let account = try node.account("D1", officer: nil)
        #expect(account.oidcSubject == "person-1" && account.state == .active && !account.hasTOTP)
        _ = try await signIn(node, provider, as: "person-1")
        // Another person with the same name is not that officer, and nobody is made on the way.
        for stranger in ["person-2", "person-3", "person-4"] {
            await #expect(throws: ComityError.coded(.permission)) { try await signIn(node, provider, as: stranger) }
        }
        #expect(try node.accounts().count == 5)
        // An account with a password is not taken over by a name.
        let local = try await access.enrol("D3")
        try await provider.person("person-5", ["preferred_username": .string("D3")])
        await #expect(throws: ComityError.coded(.permission)) { try await signIn(node, provider, as: "person-5") }
        try await node.disable("D1", by: nil)
        await #expect(throws: ComityError.coded(.permission)) { try await signIn(node, provider, as: "person-1") }
        try await node.enable("D1", by: nil)
        _ = try await signIn(node, provider, as: "person-1")
        // A reset unbinds.
        _ = try await node.resetAccess("D1", by: nil)
        _ = try await signIn(node, provider, as: "person-2")
        await #expect(throws: ComityError.coded(.permission)) { try await signIn(node, provider, as: "person-1") }
        _ = try await access.signIn(local)
        #expect(try access.events(.accountChanged).count { $0.detail["change"]?.string == "bound" } == 2)
        #expect(try access.events(.signedIn).map { $0.detail["with"]?.string } == ["provider", "provider", "provider", "provider", "code"])
    }

    @Test(.timeLimit(.minutes(30))) func threeAlgorithmsAndKeysWithoutNames() async throws {
        guard let provider = try Provider() else { return }
        let access = try await fixture(provider.issuer)
        try await provider.person("person-1", ["preferred_username": .string("D1")])
        for mode in ["honest", "es256", "eddsa", "no-key-id", "both"] {
            try await provider.mode(mode)
            #expect(try await signIn(access.node, provider, as: "person-1").session.officer == "D1", "\(mode)")
        }
    }

    @Test(.timeLimit(.minutes(30))) func everyLieIsNoticed() async throws {
        guard let provider = try Provider() else { return }
        let access = try await fixture(provider.issuer)
        let node = access.node
        try await provider.person("person-1", ["preferred_username": .string("D1")])
        let size = try node.store.read { try $0.registerSize() }
        for (mode, words) in [
            ("nonce", "another sign-in"), ("no-nonce", "another sign-in"), ("audience", "another program"), ("party", "given to another"),
            ("no-party", "given to another"), ("expired", "too old"), ("no-expiry", "too old"), ("future", "from the future"),
            ("issuer", "another issuer"), ("subject", "names nobody"), ("foreign-key", "not signed with a key"),
            ("unknown-key", "not signed with a key"), ("embedded-key", "not signed with a key"), ("weak-key", "not signed with a key"),
            ("shared-secret", "not accepted"), ("rs512", "not accepted"), ("unsigned", "not accepted"), ("critical", "not accepted"),
            ("changed", "not signed with a key"), ("garbage", "cannot be read"),
        ] {
            try await provider.mode(mode)
            let error = await #expect(throws: ComityError.self, "\(mode)") { try await signIn(node, provider, as: "person-1") }
            #expect(error?.code == .verificationFailed && error?.why.contains(words) == true, "\(mode): \(error.map(String.init) ?? "")")
        }
        #expect(try node.account("D1", officer: nil).state == .invited)
        // One line a minute for failures that belong to no account.
        #expect(try node.store.read { try $0.registerSize() } <= size + 5)
        try await provider.mode("honest")
        _ = try await signIn(node, provider, as: "person-1")
    }

    @Test(.timeLimit(.minutes(30))) func anAnswerCountsOnceAndForItsBrowserOnly() async throws {
        guard let provider = try Provider() else { return }
        let access = try await fixture(provider.issuer)
        let node = access.node
        try await provider.person("person-1", ["preferred_username": .string("D1")])
        func refused(_ query: [String: String], _ state: String, _ note: Comment, code: ErrorCode = .verificationFailed) async {
            await #expect(throws: ComityError.coded(code), note) { try await node.finishOIDC(query, stateToken: state) }
        }
        let first = try await node.beginOIDC(redirect: Self.redirect)
        let second = try await node.beginOIDC(redirect: Self.redirect)
        let query = try await provider.browse(first.url, as: "person-1")
        await refused(query, second.stateToken, "the cookie of another attempt")
        await refused(query, "", "no cookie")
        await refused(query.filter { $0.key != "state" }, first.stateToken, "no state")
        _ = try await node.finishOIDC(query, stateToken: first.stateToken)
        await refused(query, first.stateToken, "again")
        let third = try await node.beginOIDC(redirect: Self.redirect)
        let old = query.merging(["state": third.stateToken]) { $1 }
        await refused(old, third.stateToken, "a code that was used")
        // A code that somebody caught on its way is worth nothing in another attempt: PKCE.
        let caught = try await provider.browse(second.url, as: "person-1")
        let other = try await node.beginOIDC(redirect: Self.redirect)
        await refused(caught.merging(["state": other.stateToken]) { $1 }, other.stateToken, "the code of another attempt")
        let fourth = try await node.beginOIDC(redirect: Self.redirect)
        let late = try await provider.browse(fourth.url, as: "person-1")
        node.realTime.advance(milliseconds: AccessLimits.oidcAttempt + 1)
        await refused(late, fourth.stateToken, "after ten minutes")
        let fifth = try await node.beginOIDC(redirect: Self.redirect)
        await refused(["state": fifth.stateToken, "error": "access_denied"], fifth.stateToken, "the person said no", code: .permission)
        let sixth = try await node.beginOIDC(redirect: Self.redirect)
        let mixed = try await provider.browse(sixth.url, as: "person-1").merging(["iss": "https://another.example.net"]) { $1 }
        await refused(mixed, sixth.stateToken, "the answer of another provider")
        let seventh = try await node.beginOIDC(redirect: Self.redirect)
        await refused(["state": seventh.stateToken], seventh.stateToken, "no code")
    }

    @Test(.timeLimit(.minutes(30))) func claimsFromElsewhere() async throws {
        guard let provider = try Provider() else { return }
        // E-mail counts only when the provider verified it.
        let byMail = try await fixture(provider.issuer, claim: "email")
        let id = "d9@example.net"
        _ = try await byMail.node.invite(officer: id, role: "lawyer", name: "Nine", by: nil)
        try await provider.person("person-1", ["email": .string(id)])
        await #expect(throws: ComityError.coded(.permission)) { try await signIn(byMail.node, provider, as: "person-1") }
        try await provider.person("person-1", ["email": .string(id), "email_verified": .bool(true)])
        #expect(try await signIn(byMail.node, provider, as: "person-1").session.officer == id)
        // Information about another person than the token's.
        let byName = try await fixture(provider.issuer, claim: "preferred_username")
        try await provider.person("person-2", [:])
        try await provider.mode("other-person")
        await #expect(throws: ComityError.coded(.verificationFailed)) { try await signIn(byName.node, provider, as: "person-2") }
    }

    @Test(.timeLimit(.minutes(30))) func aProviderThatCannotBeBelievedOrReached() async throws {
        guard let provider = try Provider() else { return }
        for (mode, code) in [("down", ErrorCode.peerUnreachable), ("discovery", .verificationFailed), ("plain-http", .verificationFailed)] {
            let access = try await fixture(provider.issuer)
            try await provider.mode(mode)
            await #expect(throws: ComityError.coded(code), "\(mode)") { try await access.node.beginOIDC(redirect: Self.redirect) }
            try await provider.mode("honest")
            _ = try await access.node.beginOIDC(redirect: Self.redirect)
        }
        let nowhere = try await fixture("http://localhost:1")
        await #expect(throws: ComityError.coded(.peerUnreachable)) { try await nowhere.node.beginOIDC(redirect: Self.redirect) }
        let plain = try await fixture("http://provider.example.net")
        await #expect(throws: ComityError.coded(.verificationFailed)) { try await plain.node.beginOIDC(redirect: Self.redirect) }
        let none = try await AccessFixture()
        #expect(none.node.oidcName == nil)
        await #expect(throws: ComityError.coded(.wrongState)) { try await none.node.beginOIDC(redirect: Self.redirect) }
        await #expect(throws: ComityError.coded(.wrongState)) { try await none.node.finishOIDC([:], stateToken: "") }
    }
}
