// SPDX-License-Identifier: Apache-2.0

public import Standards
public import Storage

extension Node {
    /// Lets a held register go on although nobody could confirm that it is whole; registered as `register-resumed`.
    /// - Parameter reason: 10 to 2000 characters, in words.
    /// - Returns: the hold that was released.
    /// - Throws: `.permission`, `.usage`, `.wrongState` when it is not held, or held because it contradicts itself.
    @discardableResult
    public func resumeRegister(reason: String, officer: String) async throws(ComityError) -> RegisterHold {
        // Whoever keeps the machine, or answers for the keys of States: a node may have no administrator yet.
        if try !may(officer, .administer) { try authorise(officer, .trust, to: "let the register go on") }
        let words = reason.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard (10...2000).contains(words.count), Text.safe(words, limit: 2000) == words else {
            throw ComityError(
                .usage, "A reason of 10 to 2000 characters is needed.", why: "Whoever reads the register must understand it.",
                next: "Say why no other State can be asked, and what was compared instead.")
        }
        guard let hold = try store.standing() else {
            throw ComityError(.wrongState, "The register is not held.", next: "Nothing needs to be done.")
        }
        guard hold.cause != .forked, hold.cause != .damaged else {
            throw ComityError(
                .wrongState, "This register cannot simply go on: \(hold.says)", why: "It contradicts what was signed, or itself.",
                next: hold.next)
        }
        let event = try event(
            .registerResumed, file: nil, by: officer, detail: ["cause": .string(hold.cause.rawValue), "reason": .string(words)])
        _ = try await store.commit { writer in
            // In the transaction of the entry: a register never goes on without saying why.
            try writer.releaseHold(hold)
            try writer.append(event)
        }
        try RegisterFiles(self).putAside(at: try now())
        return hold
    }
}
