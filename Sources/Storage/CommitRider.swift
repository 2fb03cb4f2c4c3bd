// SPDX-License-Identifier: Apache-2.0

import Standards

/// What a caller wants to happen in the transaction of whatever its task commits next: a condition that must hold there, and
/// a note of what was registered.
///
/// The use cases know nothing of it. So a program that repeats a request finds the answer in the same transaction as the
/// effect: one is never there without the other.
public struct CommitRider: Sendable {
    /// Runs before the work; when it throws, nothing is done.
    let before: @Sendable (Reader) throws -> Void
    /// Runs after work that appended to the register, with the indexes of its entries; when it throws, the work is undone.
    let after: @Sendable (inout Writer, Range<Int64>) throws -> Void

    public init(
        before: @escaping @Sendable (Reader) throws -> Void, after: @escaping @Sendable (inout Writer, Range<Int64>) throws -> Void
    ) {
        self.before = before
        self.after = after
    }

    /// Rides with the commits of this task.
    @TaskLocal public static var current: CommitRider?

    func ride<Value>(_ writer: inout Writer, _ work: (inout Writer) throws -> Value) throws -> Value {
        try before(writer.reader)
        let start = writer.registerSize
        let value = try work(&writer)
        if writer.registerSize > start { try after(&writer, start..<writer.registerSize) }
        return value
    }
}
