// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Hummingbird
import Standards

/// Keeps other web sites from acting in the name of an officer who is signed in.
///
/// Three walls, each enough alone: the session cookie is `SameSite=Strict`; a request that changes something must come from
/// this site by `Sec-Fetch-Site` and `Origin` when the browser tells them, as all do now; and it carries a token of the session.
enum CrossSite {
    static let field = "csrf"
    static let header = "X-CSRF-Token"

    /// The token as a page carries it: masked with fresh random bytes, so that it differs in each answer and compression
    /// tells nothing about it (BREACH).
    static func masked(_ token: String) -> String {
        let secret = Array(SHA256.hash(data: Data(token.utf8)))
        var generator = SystemRandomNumberGenerator()
        let mask = secret.map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return Base64.urlEncode(mask + zip(mask, secret).map { $0 ^ $1 })
    }

    static func matches(_ masked: String, _ token: String) -> Bool {
        guard let bytes = Base64.urlDecode(masked), bytes.count == 64 else { return false }
        let secret = Array(SHA256.hash(data: Data(token.utf8)))
        // Every byte is compared, whatever the first ones say.
        return zip(zip(bytes[..<32], bytes[32...]), secret).reduce(UInt8(0)) { $0 | ($1.0.0 ^ $1.0.1 ^ $1.1) } == 0
    }

    /// True when the browser says that another site made it send this.
    static func isForeign(_ request: HTTPRequest) -> Bool {
        if let name = HTTPFields.Element.Name("Sec-Fetch-Site"), let site = request.headerFields[name] {
            return site != "same-origin" && site != "none"
        }
        guard let origin = request.headerFields[.origin] else { return false }
        guard let authority = request.authority?.lowercased() else { return true }
        return origin.lowercased() != "http://\(authority)" && origin.lowercased() != "https://\(authority)"
    }

    static var refusal: ComityError {
        ComityError(
            .permission, "This did not come from a page of the desk.",
            why: "The form has no valid token of your session; another web site may have sent it, or the page is older than your sign-in.",
            next: "Go back, load the page again and repeat the step. Nothing was done.")
    }
}
