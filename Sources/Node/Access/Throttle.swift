// SPDX-License-Identifier: Apache-2.0

import Standards
import Storage

/// How attempts to sign in are slowed down: by account and by address, in the database, so that a restart changes nothing.
///
/// An address from which the officer signed in before has a count of its own: somebody elsewhere who guesses at the account
/// of the duty officer all night does not lock the officer out.
///
/// An attempt is counted before it is judged and taken back when it succeeds: whoever tries a thousand passwords side by side
/// gets no more tries than one after the other.
enum Throttle {
    /// The key of an account, or of a name that is none: they cannot be told apart by it.
    static func key(account name: String) -> String { "account " + Hex.encode(Secret.hash(name)) }

    /// The key of an address: of IPv6 the first 64 bits, which one subscriber has.
    static func key(address: String) -> String {
        let parts = address.lowercased().split(separator: ":", omittingEmptySubsequences: false)
        let network: String
        if parts.count > 2, !address.contains(".") {
            // `::` stands for the groups that are missing.
            var groups: [Substring] = []
            for part in parts {
                if part.isEmpty { groups += Array(repeating: "0", count: max(1, 9 - parts.count)) } else { groups.append(part) }
            }
            network = groups.prefix(4).map { String(Int($0, radix: 16) ?? 0, radix: 16) }.joined(separator: ":")
        } else {
            network = address.lowercased()
        }
        return "address " + Hex.encode(Secret.hash(network))
    }

    /// The key of an account as tried from an address: one for all addresses that are not known.
    static func key(account name: String, address: String?, _ reader: Reader, now: Int64) throws -> String {
        guard let address, try reader.knowsAddress(key(address: address), of: name, since: now - AccessLimits.knownAddress) else {
            return key(account: name)
        }
        return key(account: name, known: address)
    }

    static func key(account name: String, known address: String) -> String { key(account: name) + " at " + key(address: address) }

    /// Milliseconds that are left of the pause; nil when an attempt may be made.
    static func pause(_ row: ThrottleRow?, now: Int64) -> Int64? {
        guard let row, row.until > now else { return nil }
        return min(row.until - now, AccessLimits.pause.longest)
    }

    /// The row after one more attempt: from the last free failure on a pause that doubles each time.
    static func counted(_ row: ThrottleRow?, free: Int, now: Int64) -> ThrottleRow {
        let known = row.flatMap { now - $0.last < AccessLimits.forgets ? $0 : nil }
        let failures = (known?.failures ?? 0) + 1
        let doubled = AccessLimits.pause.first << Int64(min(20, max(0, failures - free)))
        return ThrottleRow(
            failures: failures, until: failures < free ? 0 : now + min(doubled, AccessLimits.pause.longest), last: now,
            told: row?.told ?? 0)
    }

    /// The row after an attempt that succeeded.
    static func forgiven(_ row: ThrottleRow) -> ThrottleRow {
        ThrottleRow(failures: max(0, row.failures - 1), until: 0, last: row.last, told: row.told)
    }
}

extension Node {
    /// Counts an attempt of an account from an address.
    /// - Throws: `.throttled`, saying when to try again.
    func countAttempt(account: String, address: String?) async throws(ComityError) {
        let now = realTime.now()
        let wait = try await store.commit { writer -> Int64? in
            var counted = [
                (try Throttle.key(account: account, address: address, writer.reader, now: now), AccessLimits.freeFailures.account)
            ]
            if let address { counted.append((Throttle.key(address: address), AccessLimits.freeFailures.address)) }
            let rows = try counted.map { try writer.reader.throttle($0.0) }
            if let wait = rows.compactMap({ Throttle.pause($0, now: now) }).max() { return wait }
            for ((key, free), row) in zip(counted, rows) {
                try writer.save(Throttle.counted(row, free: free, now: now), key: key, expired: now - AccessLimits.forgets)
            }
            return nil
        }.value
        if let wait { throw throttled(wait) }
    }

    private func throttled(_ wait: Int64) -> ComityError {
        let seconds = (wait + 999) / 1000
        let words = seconds < 120 ? "\(seconds) seconds" : "\((seconds + 59) / 60) minutes"
        return ComityError(
            .throttled, "Too many attempts to sign in failed.", why: "After several failures there is a pause, longer each time.",
            next: "Try again in \(words), at \(local(Instant(milliseconds: (realTime.now() + wait + 999) / 1000 * 1000))).")
    }

    /// Takes back an attempt that succeeded.
    static func forgive(account: String, address: String?, _ writer: inout Writer, now: Int64) throws {
        // What others tried from elsewhere stays counted, unless the officer came from there, too.
        try writer.deleteThrottle(try Throttle.key(account: account, address: address, writer.reader, now: now))
        guard let address else { return }
        let key = Throttle.key(address: address)
        try writer.saveAddress(key, of: account, at: now, expired: now - AccessLimits.knownAddress)
        if let row = try writer.reader.throttle(key) {
            try writer.save(Throttle.forgiven(row), key: key, expired: now - AccessLimits.forgets)
        }
    }
}
