// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOCore
import Node
import ServiceLifecycle
import Standards

/// Tells a page that something was registered, as server-sent events (HTML standard, section 9.2): `event: head` with the size of
/// the register, at once and whenever it grew. Nothing of the content passes here; the page asks for what it may see.
enum EventsScreen: Screen {
    static let templates: [String] = []

    /// A connection ends after a while, and the browser opens the next by itself: a node that stops does not wait for it.
    private static let rounds = 60

    static func add(to routes: DeskRoutes) {
        routes.page("/events") { visit in
            let node = visit.node
            // Whoever may see no files gets no stream either.
            _ = try node.workCounts(officer: visit.officer)
            let token = visit.context.token
            let body = ResponseBody { writer in
                var told: Int64 = -1
                try await writer.write(ByteBuffer(string: "retry: 3000\n\n"))
                for round in 0..<rounds where !Task.isCancelled && !Task.isShuttingDownGracefully {
                    // A session that ended in the meantime hears nothing more.
                    guard let token, try node.session(token: token, renewing: false) != nil else { break }
                    let size = try node.registerSize()
                    if size != told {
                        told = size
                        try await writer.write(ByteBuffer(string: "event: head\ndata: \(size)\n\n"))
                    } else if round % 15 == 14 {
                        try await writer.write(ByteBuffer(string: ": still here\n\n"))
                    }
                    try await Task.sleep(for: .seconds(1))
                }
                try await writer.finish(nil)
            }
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"], body: body)
        }
    }
}
