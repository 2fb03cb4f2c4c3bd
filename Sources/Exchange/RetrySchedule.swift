// SPDX-License-Identifier: Apache-2.0

/// When to try a delivery again. Delivery is retried for ever: an act that was registered is owed to its recipient.
public enum RetrySchedule {
    /// First pause, in milliseconds.
    public static let first: Int64 = 500
    /// Longest pause, in milliseconds.
    public static let longest: Int64 = 5 * 60 * 1000

    /// The pause after `attempts` failed attempts, doubling up to the longest, spread by up to a quarter so that many
    /// nodes do not knock at once.
    /// - Parameter spread: 0 up to, not including, 1; drawn by the caller.
    public static func pause(after attempts: Int, spread: Double) -> Int64 {
        let doubled = first << Int64(min(max(attempts - 1, 0), 20))
        let base = min(doubled, longest)
        return base + Int64(Double(base) * 0.25 * spread)
    }
}
