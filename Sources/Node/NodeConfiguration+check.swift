// SPDX-License-Identifier: Apache-2.0

import Standards

extension NodeConfiguration {
    /// Numbers that a person wrote into `node.json` and with which the node could not work: said before it does anything, rather than
    /// refusing every peer or asking them without a pause.
    /// - Throws: `.usage`.
    func requireUsable() throws(ComityError) {
        for (name, listener) in [("exchange", exchange), ("desk", desk), ("publicPages", publicPages)] {
            try Self.require(listener?.port, in: 0...65_535, "\(name).port", "0 lets the system choose one.")
        }
        try Self.require(exchange.callsPerMinute, in: 1...1_000_000, "exchange.calls_per_minute", "Without it: \(Listener.calls).")
        try Self.require(exchange.pullSeconds, in: 0...86_400, "exchange.pull_seconds", "0 is as without it: every ten minutes.")
        try Self.require(api?.requestsPerMinute, in: 1...1_000_000, "api.requests_per_minute", "Without it: \(Programs.requests).")
    }

    private static func require(_ value: Int?, in range: ClosedRange<Int>, _ name: String, _ next: String) throws(ComityError) {
        guard let value, !range.contains(value) else { return }
        throw ComityError(
            .usage, "\(name) in node.json is \(value).", why: "It is a number from \(range.lowerBound) to \(range.upperBound).", next: next)
    }
}
