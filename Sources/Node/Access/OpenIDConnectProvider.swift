// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Standards
import Synchronization

/// Speaks with the ministry's provider: OpenID Connect Discovery 1.0, OAuth 2.0 with PKCE (RFC 7636).
///
/// Owns `discovered`, what the provider last said about itself, under a lock; it is asked again after ten minutes.
final class OpenIDConnectProvider: Sendable {
    /// What discovery says; only https addresses, or loopback ones for tests and exercises.
    struct Document: Sendable, Decodable {
        let issuer: String
        let authorisationEndpoint: String
        let tokenEndpoint: String
        let keysAddress: String
        let informationEndpoint: String?
        let tokenMethods: [String]?
        /// RFC 9207: its answers carry its name.
        let namesItself: Bool?

        private enum CodingKeys: String, CodingKey {
            case issuer
            case authorisationEndpoint = "authorization_endpoint"
            case tokenEndpoint = "token_endpoint"
            case keysAddress = "jwks_uri"
            case informationEndpoint = "userinfo_endpoint"
            case tokenMethods = "token_endpoint_auth_methods_supported"
            case namesItself = "authorization_response_iss_parameter_supported"
        }
    }

    /// The answer of the token endpoint.
    struct Tokens: Sendable, Decodable {
        let idToken: String
        let accessToken: String?

        private enum CodingKeys: String, CodingKey {
            case idToken = "id_token"
            case accessToken = "access_token"
        }
    }

    private static let limit = 1 << 20
    private static let lifetime = Duration.seconds(600)

    let configuration: NodeConfiguration.OpenIDConnect
    private let secretPath: String?
    private let discovered = Mutex<(document: Document, at: ContinuousClock.Instant)?>(nil)

    init(_ configuration: NodeConfiguration.OpenIDConnect, folder: String) {
        self.configuration = configuration
        secretPath = configuration.clientSecretFile.map { $0.hasPrefix("/") ? $0 : folder + "/" + $0 }
    }

    func document() async throws(ComityError) -> Document {
        let known = discovered.withLock { $0 }
        if let known, ContinuousClock.now - known.at < Self.lifetime { return known.document }
        let base = configuration.issuer.hasSuffix("/") ? String(configuration.issuer.dropLast()) : configuration.issuer
        let document = try await json(Document.self, from: HTTPClientRequest(url: base + "/.well-known/openid-configuration"))
        guard document.issuer == configuration.issuer else {
            throw Self.unbelievable("it says that it is “\(Text.safe(document.issuer, limit: 100))”.")
        }
        for address in [document.authorisationEndpoint, document.tokenEndpoint, document.keysAddress]
            + [document.informationEndpoint].compactMap({ $0 })
        {
            try Self.check(address)
        }
        discovered.withLock { $0 = (document, ContinuousClock.now) }
        return document
    }

    /// Where to send the browser.
    func authorisation(_ document: Document, redirect: String, state: String, nonce: String, challenge: String) throws(ComityError)
        -> String
    {
        let query = [
            ("response_type", "code"), ("client_id", configuration.clientID), ("redirect_uri", redirect), ("scope", scope),
            ("state", state),
            ("nonce", nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"),
        ]
        return document.authorisationEndpoint + (document.authorisationEndpoint.contains("?") ? "&" : "?") + Self.form(query)
    }

    private var scope: String {
        switch configuration.officerClaim {
        case "sub": "openid"
        case "email": "openid email"
        default: "openid profile"
        }
    }

    /// Changes the code for tokens. A code works once; the provider sees to it, and so does the attempt it belongs to.
    func tokens(_ document: Document, code: String, redirect: String, verifier: String) async throws(ComityError) -> Tokens {
        var form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect), ("code_verifier", verifier)]
        var request = HTTPClientRequest(url: document.tokenEndpoint)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "Accept", value: "application/json")
        if let secret = try secret() {
            // RFC 6749, section 2.3.1; basic is what a provider must know.
            if document.tokenMethods.map({ $0.contains("client_secret_basic") }) ?? true {
                let credentials = Self.escaped(configuration.clientID) + ":" + Self.escaped(secret)
                request.headers.add(name: "Authorization", value: "Basic " + Base64.encode(Array(credentials.utf8)))
            } else {
                form += [("client_id", configuration.clientID), ("client_secret", secret)]
            }
        } else {
            form.append(("client_id", configuration.clientID))
        }
        request.body = .bytes(Array(Self.form(form).utf8))
        return try await json(Tokens.self, from: request)
    }

    /// The keys with which the provider signs now.
    func keys(_ document: Document) async throws(ComityError) -> [JSONValue] {
        let set = try await json(JSONValue.self, from: HTTPClientRequest(url: document.keysAddress))
        return Array((set["keys"]?.array ?? []).prefix(100))
    }

    /// Claims about the person that are not in the ID token.
    func userInformation(_ document: Document, accessToken: String) async throws(ComityError) -> JSONValue? {
        guard let endpoint = document.informationEndpoint, accessToken.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        var request = HTTPClientRequest(url: endpoint)
        request.headers.add(name: "Authorization", value: "Bearer " + accessToken)
        return try await json(JSONValue.self, from: request)
    }

    // MARK: Parts

    private func secret() throws(ComityError) -> String? {
        guard let secretPath else { return nil }
        guard let data = FileManager.default.contents(atPath: secretPath), data.count < 4096 else {
            throw ComityError(
                .storage, "The file with the client's secret cannot be read.",
                next: "Check client_secret_file in node.json and its permissions.")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func json<T: Decodable>(_ type: T.Type, from request: HTTPClientRequest) async throws(ComityError) -> T {
        try Self.check(request.url)
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(10)))
        settings.httpVersion = .http1Only
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        let result = await Self.fetch(request, http)
        try? await http.shutdown()
        let (status, body) = try result.get()
        guard status == 200 else {
            let code = (try? IJSON.decode(JSONValue.self, from: body, limit: Self.limit))?["error"]?.string
            throw status < 500 && code != nil
                ? ComityError(
                    .verificationFailed, "The provider refused: \(Text.safe(code ?? "", limit: 60)).", next: "Begin to sign in once more.")
                : ComityError(.peerUnreachable, "The provider for signing in answered with HTTP status \(status).", next: Self.otherwise)
        }
        do { return try IJSON.decode(type, from: body, limit: Self.limit) } catch { throw Self.unbelievable(error.what) }
    }

    private static func fetch(_ request: HTTPClientRequest, _ http: HTTPClient) async -> Result<(UInt, [UInt8]), ComityError> {
        let late = ComityError(.peerUnreachable, "The provider for signing in did not answer in 15 seconds.", next: otherwise)
        return await InTime.run(.seconds(15), late: .failure(late)) { await answer(request, http) }
    }

    private static func answer(_ request: HTTPClientRequest, _ http: HTTPClient) async -> Result<(UInt, [UInt8]), ComityError> {
        do {
            let response = try await http.execute(request, timeout: .seconds(15))
            return .success((response.status.code, Array(try await response.body.collect(upTo: limit).readableBytesView)))
        } catch {
            return .failure(
                ComityError(
                    .peerUnreachable, "The provider for signing in did not answer.", why: Text.safe("\(error)", limit: 200), next: otherwise
                ))
        }
    }

    private static let otherwise = "Try again, or sign in with a password if the account has one."

    static func unbelievable(_ why: String) -> ComityError {
        ComityError(
            .verificationFailed, "What the provider says cannot be believed.", why: why,
            next: "Begin to sign in once more; if it happens again, tell an administrator.")
    }

    /// Only https, or this machine.
    static func check(_ address: String) throws(ComityError) {
        guard let url = URLComponents(string: address), let host = url.host, url.user == nil, url.fragment == nil,
            url.scheme == "https"
                || (url.scheme == "http" && NodeConfiguration.Listener(host: host.filter { $0 != "[" && $0 != "]" }, port: 0).isLoopback)
        else {
            throw unbelievable("The address “\(Text.safe(address, limit: 100))” is not an https address.")
        }
    }

    private static func form(_ members: [(String, String)]) -> String {
        members.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        var allowed = CharacterSet(charactersIn: "-._~")
        allowed.insert(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    }
}
