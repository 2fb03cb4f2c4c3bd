// SPDX-License-Identifier: Apache-2.0

public import Standards
public import Storage

extension Node {
    /// Drops every view and computes it anew from the register: all of them, or nothing.
    /// - Parameter progress: told the files and drafts done and in all; throws to stop.
    /// - Returns: each view with its rows, and whether it was not what the register makes of it.
    public func rebuild(progress: (Int, Int) throws -> Void = { _, _ in }) async throws(ComityError) -> [RebuiltView] {
        // What time alone has changed is no difference.
        try await refreshWork()
        return try store.rebuild(own: state, version: workVersion, progress: progress)
    }
}
