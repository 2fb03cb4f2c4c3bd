// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards
import Storage

extension Node {
    /// The name of the ministry's provider for the sign-in page; nil when none is configured.
    public var oidcName: String? { configuration.oidc?.name }

    private func configuredProvider() throws(ComityError) -> OpenIDConnectProvider {
        guard let provider else {
            throw ComityError(
                .wrongState, "No provider for signing in is configured.", next: "Sign in with a password, or set oidc in node.json.")
        }
        return provider
    }

    /// Begins a sign-in at the provider of the configuration: authorization code with PKCE, state and nonce.
    /// - Parameter redirect: the desk's own address that the provider sends the browser back to.
    /// - Returns: where to send the browser, and a token for a short-lived cookie that binds the answer to this browser.
    /// - Throws: `.wrongState` when no provider is configured, `.peerUnreachable`, `.verificationFailed`.
    public func beginOIDC(redirect: String) async throws(ComityError) -> (url: String, stateToken: String) {
        let provider = try configuredProvider()
        try OpenIDConnectProvider.check(redirect)
        let document = try await provider.document()
        let (state, now) = (Secret.token(), realTime.now())
        let attempt = OIDCAttemptRow(
            nonce: Secret.token(), verifier: Secret.token(), redirect: redirect, expires: now + AccessLimits.oidcAttempt)
        let challenge = Base64.urlEncode(Secret.hash(attempt.verifier))
        let url = try provider.authorisation(document, redirect: redirect, state: state, nonce: attempt.nonce, challenge: challenge)
        _ = try await store.commit { writer in
            try writer.save(attempt, state: Secret.hash(state), now: now)
            guard try writer.reader.oidcAttempts() <= AccessLimits.oidcAttempts else {
                throw ComityError(.throttled, "Too many people are signing in at this moment.", next: "Try again in ten minutes.")
            }
        }
        return (url, state)
    }

    /// Ends it: checks everything the provider says, and starts a session for the account it is bound to. An invited account
    /// is bound the first time, by the claim that the configuration names; nothing is ever bound to an account in use, and
    /// no account is made.
    /// - Parameters:
    ///   - query: parameters of the address the browser came back to.
    ///   - stateToken: from the cookie.
    /// - Throws: `.permission` when nobody here is bound to that person, `.verificationFailed`, `.peerUnreachable`.
    public func finishOIDC(_ query: [String: String], stateToken: String, address: String? = nil) async throws(ComityError)
        -> (token: String, session: Session)
    {
        let provider = try configuredProvider()
        let now = realTime.now()
        guard stateToken.utf8.count == 43, Secret.equal(Array((query["state"] ?? "").utf8), Array(stateToken.utf8)),
            let attempt = try await store.commit({ try $0.takeOIDCAttempt(state: Secret.hash(stateToken), now: now) }).value
        else {
            throw OpenIDConnectProvider.unbelievable("This answer belongs to no sign-in of this browser, or to one that is over.")
        }
        do throws(ComityError) {
            if let error = query["error"] {
                throw ComityError(
                    .permission, "The provider did not sign you in: \(Text.safe(error, limit: 60)).", next: "Begin to sign in once more.")
            }
            let account = try await account(provider, query, attempt)
            let token = Secret.token()
            let row = SessionRow(officer: account.officer, via: Session.Way.oidc.rawValue, started: now, seen: now)
            try await start(row, token: token, account: account, address: address, proof: .provider)
            return (token, session(row, account, token: token))
        } catch {
            if error.code != .peerUnreachable { try await registerFailure(account: nil, address: address, why: "provider") }
            throw error
        }
    }

    /// The account of the person whom the provider names.
    private func account(_ provider: OpenIDConnectProvider, _ query: [String: String], _ attempt: OIDCAttemptRow) async throws(ComityError)
        -> AccountRow
    {
        let configuration = provider.configuration
        let document = try await provider.document()
        // RFC 9207: an answer of another provider must not be taken to this one.
        guard
            query["iss"] == configuration.issuer || (query["iss"] == nil && document.namesItself != true)
        else { throw OpenIDConnectProvider.unbelievable("The answer is of another provider.") }
        guard let code = query["code"], !code.isEmpty, code.utf8.count <= 4096 else {
            throw OpenIDConnectProvider.unbelievable("The answer has no code.")
        }
        let tokens = try await provider.tokens(document, code: code, redirect: attempt.redirect, verifier: attempt.verifier)
        let proven = try await OpenIDConnectToken(
            tokens.idToken, keys: try await provider.keys(document),
            expecting: .init(
                issuer: configuration.issuer, clientID: configuration.clientID, nonce: attempt.nonce, now: realTime.now()))
        let (issuer, subject) = (configuration.issuer, proven.subject)
        if let bound = try store.read({ try $0.account(issuer: issuer, subject: subject) }) {
            guard bound.state == Account.State.active.rawValue else { throw Self.nobody }
            return bound
        }
        guard let officer = try await officer(proven, tokens, provider, document) else { throw Self.nobody }
        let event = try change(officer, "bound", by: officer, ["issuer": .string(issuer)])
        return try await store.commit { writer in
            guard let account = try writer.reader.account(officer), account.state == Account.State.invited.rawValue,
                try writer.reader.account(issuer: issuer, subject: subject) == nil
            else { throw Self.nobody }
            try writer.bind(officer, issuer: issuer, subject: subject)
            try writer.deleteEnrolment(of: officer)
            try writer.append(event)
            return try Self.known(officer, writer.reader)
        }.value
    }

    private static let nobody = ComityError(
        .permission, "No account of this node belongs to that person.", why: "The provider knows the person; this node does not.",
        next: "Ask an administrator for an invitation. An account with a password is reset before a provider can be bound to it.")

    /// The officer whom the claim of the configuration names, from the ID token or else from the provider's user information.
    private func officer(
        _ proven: OpenIDConnectToken, _ tokens: OpenIDConnectProvider.Tokens, _ provider: OpenIDConnectProvider,
        _ document: OpenIDConnectProvider.Document
    ) async throws(ComityError) -> String? {
        let name = provider.configuration.officerClaim
        var claims = proven.claims
        if claims[name] == nil, let access = tokens.accessToken {
            guard let more = try await provider.userInformation(document, accessToken: access) else { return nil }
            guard more["sub"]?.string == proven.subject else {
                throw OpenIDConnectProvider.unbelievable("The provider's information is about another person.")
            }
            claims = more
        }
        if name == "email", claims["email_verified"] != .bool(true) { return nil }
        return claims[name]?.string
    }
}
