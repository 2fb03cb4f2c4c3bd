// SPDX-License-Identifier: Apache-2.0

public import Standards
import Storage

/// The time in which one officer answers for the desk. It begins when the officer takes the duty and ends when another takes it
/// over.
public struct Shift: Sendable, Equatable {
    public let id: UUIDv7
    public let officer: String
    /// The pseudonym that is shown.
    public let name: String
    public let began: Instant
}

extension Node {
    /// The shift that lasts; nil while nobody has taken the duty.
    public func shift() throws(ComityError) -> Shift? {
        try store.read { reader in
            try reader.openShift().map {
                Shift(id: $0.id, officer: $0.officer, name: try Self.name($0.officer, reader), began: local($0.began))
            }
        }
    }

    /// Takes the duty. While another officer has it, it is taken over with a handover (`takeOver`); without one only with a
    /// reason, which is registered: somebody fell ill, or went home.
    /// - Throws: `.permission`; `.wrongState` when the officer has the duty already; `.usage` without a reason of 10 to 500
    ///   characters where one is needed.
    public func takeDuty(officer: String, reason: String? = nil) async throws(ComityError) {
        _ = try require(officer, .answer, to: "take the duty")
        let now = try now()
        let open = try store.read { try $0.openShift() }
        let id = newID(at: now)
        var detail: [String: JSONValue] = ["shift": .string(id.description)]
        if let open {
            guard open.officer != officer else { throw ComityError(.wrongState, "You have the duty already.", next: "Go on.") }
            let words = (reason ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
            guard (10...500).contains(words.count) else {
                throw ComityError(
                    .usage, "A reason of 10 to 500 characters is needed.",
                    why: "\(open.officer) has the duty and has not handed it over.",
                    next: "Say why there is no handover, for example that \(open.officer) fell ill.")
            }
            detail["from"] = .string(open.officer)
            detail["reason"] = .string(words)
        }
        let event = try event(.dutyTaken, file: nil, by: officer, detail: detail)
        _ = try await store.commit { writer in
            guard try writer.reader.openShift()?.id == open?.id else { throw Self.dutyMoved }
            if let open { try writer.endShift(open.id, at: now) }
            try writer.beginShift(id, officer: officer, at: now)
            try writer.append(event)
        }
    }

    static let dutyMoved = ComityError(
        .wrongState, "The duty was taken by somebody else in this moment.", next: "Load the duty desk again and see who has it.")
}
