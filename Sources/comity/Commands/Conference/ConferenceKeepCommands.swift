// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Conference
import Foundation
import Node
import Standards
import Treaty

/// What every command that keeps something takes.
struct KeepingOptions: ParsableArguments {
    @OptionGroup var global: GlobalOptions
    @OptionGroup var officer: OfficerOption
    @Argument(help: "Id of the meeting.") var meeting: String

    /// Keeps a change and says what was kept.
    func keep(_ kind: MeetingChange.Kind, _ says: String, _ edit: @Sendable (inout MeetingChange) -> Void) async throws {
        let kept = try await global.node().change(meeting, kind, by: try officer.resolved(), edit)
        if global.json { return try Output.json(kept) }
        Output.line(says + (kept.record.map { "; record of the treaty \($0)" } ?? ""))
    }

    /// The line of the log that stands for a State.
    func line(of participant: String) throws(ComityError) -> (code: StateCode, line: Course.Line) {
        let (treaty, courses) = try global.node().courses()
        guard let course = courses.first(where: { $0.meeting.id == meeting }) else { throw Node.noMeeting(meeting) }
        let code = try treaty.participants.find(participant).code
        guard let line = course.line(of: code) else {
            throw ComityError(
                .notFound, "\(code) does not stand in the log of this meeting.", next: "See it: comity conference log \(meeting)")
        }
        return (code, line)
    }

    func code(_ participant: String) throws(ComityError) -> StateCode { try global.node().treaty().participants.find(participant).code }
}

extension ConferenceCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep the document of a meeting, or a newer one of it: whole, or not at all.",
            discussion:
                "Every problem is named by its line and place.\n\nEXAMPLES\n  comity conference import meeting.yaml --dry-run --as D1\n  comity conference import - --as D1 < meeting.json"
        )
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "The file, YAML or JSON; - reads standard input.") var file: String
        @Flag(help: "Only say what is wrong.") var dryRun = false

        private struct Result: Encodable {
            let kept: String?
            let problems: [MeetingProblem]
        }

        func run() async throws {
            let bytes = try InputFile.read(file, limit: Meeting.maximumBytes)
            let (meeting, problems) = try await global.node().importMeeting(bytes, name: file, by: try officer.resolved(), dryRun: dryRun)
            if global.json {
                try Output.json(Result(kept: dryRun ? nil : meeting?.id, problems: problems))
                if problems.isEmpty { return }
                throw ExitCode(ErrorCode.malformedInput.exitStatus)
            }
            guard let meeting else {
                let shown = problems.prefix(50).map { "  line \($0.line), \($0.path): \($0.says)" }.joined(separator: "\n")
                throw ComityError(
                    .malformedInput,
                    "The meeting cannot be kept; it has \(problems.count) \(problems.count == 1 ? "fault" : "faults"):\n\(shown)",
                    why: problems.count > 50 ? "\(problems.count - 50) more are not shown; --json has all." : "",
                    next: "Correct these lines and import it again. Nothing was kept.")
            }
            Output.line(
                dryRun ? "nothing speaks against it: \(meeting.title)" : "kept: \(meeting.title)  (comity conference show \(meeting.id))")
        }
    }

    struct Credentials: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether the credentials and full powers of a delegation are in order.",
            discussion:
                "EXAMPLES\n  comity conference credentials exercise-2026 XB accepted --as D1\n  comity conference credentials exercise-2026 XB refused --note \"A copy without signature.\" --as D1"
        )
        @OptionGroup var keeping: KeepingOptions
        @Argument(help: "Code or name of the State.") var participant: String
        @Argument(help: "accepted, provisional or refused.") var decision: String
        @Option(help: "A remark; a refusal needs one.") var note: String?

        func run() async throws {
            guard let decided = MeetingChange.Decision(rawValue: decision) else {
                throw ComityError(
                    .usage, "“\(Text.safe(decision, limit: 40))” is no decision.", next: "Write accepted, provisional or refused.")
            }
            let (code, note) = (try keeping.code(participant), note)
            try await keeping.keep(.credentials, "\(code): \(decided.rawValue)") {
                $0.participant = code
                $0.decision = decided
                $0.note = note
            }
        }
    }

    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write into the log that a State signed. It becomes a record of the treaty when a second person confirms it.",
            discussion: "EXAMPLE\n  comity conference sign exercise-2026 XA \"Lian Toval\" --at 2026-03-10T10:20:00+07:00 --as D1")
        @OptionGroup var keeping: KeepingOptions
        @Argument(help: "Code or name of the State.") var participant: String
        @Argument(help: "Who signed.") var name: String
        @Option(help: "The function, for example minister-for-foreign-affairs. Default: as in the delegation.") var function: String?
        @Option(help: "When, with its zone. Default: now.") var at: String?

        func run() async throws {
            let node = try keeping.global.node()
            let code = try keeping.code(participant)
            let at = try at.map { text throws(ComityError) in try Instant(text) } ?? node.now()
            guard Text.safe(name, limit: 200) == name, !name.isEmpty else {
                throw ComityError(.usage, "A name has 1 to 200 characters, and none that is invisible.")
            }
            let course = try node.courses().courses.first { $0.meeting.id == keeping.meeting }
            guard let function = function ?? course?.function(of: name, in: code) else {
                throw ComityError(
                    .usage, "The function of “\(Text.safe(name, limit: 80))” is not known.",
                    why: "Who signs without full powers depends on it.",
                    next: "Add --function, or name a delegate as the document does: comity conference show \(keeping.meeting)")
            }
            let name = name
            try await keeping.keep(
                .signature,
                "logged: \(code), \(name), \(function), \(at); a second person confirms it: comity conference confirm \(keeping.meeting) \(code)"
            ) {
                $0.participant = code
                $0.name = name
                $0.function = function
                $0.signedAt = at
            }
        }
    }

    struct Strike: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Strike out a line of the log that is wrong and not confirmed; it stays visible.",
            discussion: "EXAMPLE\n  comity conference strike exercise-2026 XA --why \"Another person signed.\" --as D1")
        @OptionGroup var keeping: KeepingOptions
        @Argument(help: "Code or name of the State.") var participant: String
        @Option(help: "Why.") var why: String

        func run() async throws {
            let (code, line) = try keeping.line(of: participant)
            let why = why
            try await keeping.keep(.strike, "struck out: \(code)") {
                $0.participant = code
                $0.of = line.id
                $0.note = why
            }
        }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Confirm a line of the log as a second person: it becomes a record of the treaty.",
            discussion: "EXAMPLE\n  comity conference confirm exercise-2026 XA --as D2")
        @OptionGroup var keeping: KeepingOptions
        @Argument(help: "Code or name of the State.") var participant: String

        func run() async throws {
            let (code, line) = try keeping.line(of: participant)
            try await keeping.keep(.confirmation, "confirmed: \(code)") {
                $0.participant = code
                $0.of = line.id
            }
        }
    }

    struct Attend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which delegations were at a session; a later list takes the place of the one before.",
            discussion: "EXAMPLE\n  comity conference attend exercise-2026 opening XA XB XC --as D1")
        @OptionGroup var keeping: KeepingOptions
        @Argument(help: "Id of the session.") var session: String
        @Argument(help: "Codes or names of the States.") var present: [String] = []

        func run() async throws {
            let participants = try keeping.global.node().treaty().participants
            let codes = try present.map { text throws(ComityError) in try participants.find(text).code }
            let session = session
            try await keeping.keep(.attendance, "\(session): \(codes.count) present") {
                $0.session = session
                $0.present = codes
            }
        }
    }
}
