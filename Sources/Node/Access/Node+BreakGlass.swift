// SPDX-License-Identifier: Apache-2.0

public import Standards
import Storage

extension Node {
    /// Opens the content of one file to an auditor for 60 minutes of real time. Who, which file, until when and why are
    /// registered before anything is shown.
    /// - Parameter reason: 10 to 2000 characters, in words.
    /// - Returns: when it ends.
    /// - Throws: `.permission` for a role without break-glass, `.usage` without a reason, `.notFound`.
    @discardableResult
    public func breakGlass(_ ref: FileReference, officer: String, reason: String) async throws(ComityError) -> Instant {
        _ = try require(officer, .breakGlass, to: "break the glass")
        let words = reason.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard (10...2000).contains(words.count) else {
            throw ComityError(
                .usage, "A reason of 10 to 2000 characters is needed.", why: "Whoever reads the register must understand it.",
                next: "Say what the audit looks for.")
        }
        let file = try store.read { reader -> UUIDv7? in
            if let row = try reader.file(ref) { return row.id }
            guard try reader.draft(ref) != nil else { throw try Self.noFile(ref, reader) }
            return nil
        }
        let until = realTime.now() + AccessLimits.brokenGlass
        let end = local(Instant(milliseconds: until))
        let event = try event(
            .brokeGlass, file: file, by: officer,
            detail: ["ref": .string(ref.description), "reason": .string(words), "until": .string(end.description)])
        _ = try await store.commit { writer in
            try writer.breakGlass(ref, officer: officer, until: until)
            try writer.append(event)
        }
        return end
    }

    func glassIsBroken(_ ref: FileReference, officer: String) throws(ComityError) -> Bool {
        let now = realTime.now()
        return try store.read { try $0.brokenGlass(ref, officer: officer) }.map { $0 > now && $0 <= now + AccessLimits.brokenGlass }
            ?? false
    }
}
