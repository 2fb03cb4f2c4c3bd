// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Standards
import Storage

/// A step that waits for the approval of a second person, with what it will say.
public struct PreparedStep: Sendable {
    public let kind: ActKind
    public let officer: String
    public let role: String
    public let created: Instant
    /// The body of the act; an empty object for somebody who does not see content.
    public let body: JSONValue
}

extension Node {
    /// The step of a file that waits for a second person; nil when none does.
    public func preparedStep(_ ref: FileReference, officer: String?) throws(ComityError) -> PreparedStep? {
        let whole = try sight(of: officer, on: ref) == .whole
        return try store.read { reader in
            guard let row = try reader.file(ref), let pending = try reader.pending(row.id) else { return nil }
            return PreparedStep(
                kind: pending.kind, officer: pending.officer, role: pending.role, created: pending.created,
                body: whole ? pending.body : .object([:]))
        }
    }
}
