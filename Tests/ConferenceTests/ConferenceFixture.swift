// SPDX-License-Identifier: Apache-2.0

import Conference
import Foundation
import Law
import LawSupport
import Standards
import TestSupport
import Treaty

/// A treaty with the records that ship, and a meeting that ships, or a text in its place.
struct ConferenceFixture {
    let treaty: Treaty
    let rules: MeetingRules
    let meeting: Meeting

    init(_ name: String = "exercise-2026") throws {
        treaty = try Self.treaty(exercise: name.hasPrefix("exercise"))
        rules = try MeetingRules(treaty.law, instrument: treaty.rules.instrument)
        let text = try Self.text(name)
        let (meeting, problems) = try Meeting.read(Array(text.utf8), name: name, treaty: treaty, rules: rules)
        guard let meeting else { throw ComityError(.failure, problems.map { "\($0.line) \($0.path): \($0.says)" }.joined(separator: "\n")) }
        self.meeting = meeting
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: Shared.repository.appendingPathComponent("Sources/Conference/Meetings/\(name).yaml"), encoding: .utf8)
    }

    static func treaty(exercise: Bool) throws -> Treaty {
        let folder = Shared.repository.appendingPathComponent("Sources/Treaty/Records")
        let texts = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            Law.SourceText(path: name, bytes: [UInt8](try Data(contentsOf: folder.appendingPathComponent(name))))
        }
        return try Treaty(reading: texts, exercise: exercise, law: try shippedLaw())
    }

    /// The meeting with changes, each kept only where nothing speaks against it.
    func course(_ changes: [MeetingChange] = [], treaty other: Treaty? = nil) throws -> Course {
        let treaty = other ?? treaty
        let day = try CalendarDay("2026-11-21")
        return Course(meeting, changes: changes, treaty: treaty, status: treaty.status(asOf: day, knownBy: day))
    }

    func problems(_ change: MeetingChange, after changes: [MeetingChange] = [], now: String = "2026-03-10T05:00:00Z") throws -> [String] {
        try course(changes).problems(of: change, treaty: treaty, rules: rules, now: try Instant(now))
    }

    func change(_ kind: MeetingChange.Kind, id: String = "c", by: String = "D1", _ edit: (inout MeetingChange) throws -> Void) throws
        -> MeetingChange
    {
        var change = MeetingChange(id: id, meeting: meeting.id, kind: kind, at: try Instant("2026-03-10T04:00:00Z"), by: by)
        try edit(&change)
        return change
    }

    func signature(_ state: String, _ name: String, _ function: String, at: String = "2026-03-10T03:20:00Z", id: String = "s") throws
        -> MeetingChange
    {
        try change(.signature, id: id) {
            $0.participant = try StateCode(state)
            $0.name = name
            $0.function = function
            $0.signedAt = try Instant(at)
        }
    }
}
