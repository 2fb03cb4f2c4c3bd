// SPDX-License-Identifier: Apache-2.0

/// Wakes one task that waits for work. Calls while it is awake count once.
public final class WakeUp: Sendable {
    /// For one task only.
    public let calls: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    public init() { (calls, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    public func call() { continuation.yield() }
}
