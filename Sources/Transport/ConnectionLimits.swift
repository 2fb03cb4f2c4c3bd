// SPDX-License-Identifier: Apache-2.0

import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// How many connections the exchange listener holds, and how long each may take (docs/formats/exchange.md, "Limits").
///
/// Before the handshake nobody is known, so little is given: few places, a short time. A peer that is known has places of its own, which nobody
/// without its key can take from it.
struct ConnectionLimits: Sendable, Equatable {
    /// Places for connections whose handshake is not done: in all, and from one address (of IPv6: one /64 network).
    var waiting = 256
    var waitingOfAddress = 208
    /// Places for peers: in all, and for one peer. A node uses up to 8 for acts and calls, 2 of them for a package; commands add some.
    var inside = 512
    var insideOfPeer = 16
    /// How long a handshake may take. On a line of 64 kbit/s with 600 ms each way it takes 4 s.
    var handshake: TimeAmount = .seconds(30)
    /// After how long without a request, or without any part of one, a connection ends.
    var idle: TimeAmount = .seconds(60)
    /// The body of a request must bring at least so many bytes in each minute: a line of 20 kbit/s brings 150,000.
    var bodyBytes = 8192
    var bodyWindow: TimeAmount = .seconds(60)
    /// How long an answer may take, until the caller has read it.
    var answer: TimeAmount = .minutes(15)

    /// The connections that are accepted at all. The rest of the open files belongs to the database and to the desk.
    var all: Int { waiting + inside + 32 }

    /// The limits, made smaller where the process may open few files.
    static func within(files: Int) -> ConnectionLimits {
        var limits = ConnectionLimits()
        let room = max(48, files - 224)
        guard room < limits.all else { return limits }
        limits.waiting = max(16, (room - 16) / 3)
        limits.waitingOfAddress = min(limits.waitingOfAddress, max(8, limits.waiting / 2))
        limits.inside = max(16, room - 32 - limits.waiting)
        return limits
    }

    /// How many files this process may have open.
    static var openFiles: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(min(limit.rlim_cur, 1 << 20))
    }
}
