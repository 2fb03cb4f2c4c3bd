// SPDX-License-Identifier: Apache-2.0

package import Hummingbird
import NIOCore
import Node

/// What is known of a request before a page sees it: where it came from, and who is signed in.
package struct DeskContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The address of the client as the socket tells it; empty in tests without a socket.
    let address: String
    /// Set by `SessionGate`.
    var session: Session?
    /// The token of the cookie, for what ends or renews the session.
    var token: String?

    package init(source: Source) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }
}
