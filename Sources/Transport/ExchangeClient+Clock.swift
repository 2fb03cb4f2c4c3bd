// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOHTTP1
public import Standards

extension ExchangeClient {
    /// How far the peer's clock is ahead, in milliseconds: the `Date` of an answer (RFC 9110, 6.6.1), which counts whole seconds, against the
    /// middle of the time that it took.
    /// - Throws: `.peerUnreachable`, `.peerRefused` when the answer has no date.
    public func clockDifference() async throws(ComityError) -> Int64 {
        let before = Date()
        let text = try await date()
        let after = Date()
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let text, let theirs = format.date(from: text) else {
            throw ComityError(.peerRefused, "\(peer) does not say what time it is.")
        }
        let middle = before.addingTimeInterval(after.timeIntervalSince(before) / 2)
        // The second that the date names is on average half over.
        return Int64((theirs.timeIntervalSince(middle) + 0.5) * 1000)
    }
}
