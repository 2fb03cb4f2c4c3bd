// SPDX-License-Identifier: Apache-2.0

public import Standards

extension Node {
    /// The name of the ministry's provider for the sign-in page; nil when none is configured.
    public var oidcName: String? { configuration.oidc?.name }

    /// Begins a sign-in at the provider of the configuration.
    /// - Parameter redirect: the desk's own address that the provider sends the browser back to.
    /// - Returns: where to send the browser, and a token for a short-lived cookie that binds the answer to this browser.
    /// - Throws: `.wrongState` when no provider is configured, `.peerUnreachable`, `.verificationFailed`.
    public func beginOIDC(redirect: String) async throws(ComityError) -> (url: String, stateToken: String) {
        throw ComityError(.wrongState, "No provider for signing in is configured.", next: "Sign in with a password.")
    }

    /// Ends it: checks everything the provider says, and starts a session for the account it is bound to.
    /// - Parameters:
    ///   - query: parameters of the address the browser came back to.
    ///   - stateToken: from the cookie.
    /// - Throws: `.permission` when nobody here is bound to that person, `.verificationFailed`, `.peerUnreachable`.
    public func finishOIDC(_ query: [String: String], stateToken: String, address: String? = nil) async throws(ComityError)
        -> (token: String, session: Session)
    {
        throw ComityError(.wrongState, "No provider for signing in is configured.", next: "Sign in with a password.")
    }
}
