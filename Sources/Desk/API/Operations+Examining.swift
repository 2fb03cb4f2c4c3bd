// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Law
import Node
import Standards

extension API {
    private struct Check: Encodable {
        struct Answer: Encodable {
            let question: String
            let answer: String
            let reason: String
            let by: String
            let at: Instant
        }

        let ref: FileReference
        let authenticity: Authenticity
        let completeness: [Finding]
        let competence: [Finding]
        let grounds: [GroundLine]
        let answers: [Answer]
        let partsDone: Int
        let screen: String?
        let screenOpen: Bool
        let consulted: Bool
        let calledBack: Bool

        init(_ triage: Triage, _ ref: FileReference) {
            self.ref = ref
            authenticity = triage.authenticity
            completeness = triage.completeness
            competence = triage.competence
            grounds = triage.grounds
            answers = triage.notes.sorted { $0.key < $1.key }.map {
                Answer(question: $0.key, answer: $0.value.answer, reason: $0.value.reason, by: $0.value.by, at: $0.value.at)
            }
            partsDone = triage.partsDone
            screen = triage.screen?.rawValue
            screenOpen = triage.screenOpen
            consulted = triage.consulted
            calledBack = triage.calledBack
        }
    }

    private struct NoteRow: Encodable {
        let text: String
        let by: String
        let at: Instant
    }

    static let examining: [Operation] = [
        Operation(
            id: "triage", method: .get, path: "/files/{ref}/triage",
            says: "The check of an incoming request: what the node found, and what officers answered.", answers: [Operation.json("Triage")],
            problems: [409]
        ) { call in
            let ref = try call.ref()
            return try Reply(Check(try call.node.triage(ref, officer: call.officer), ref))
        },
        Operation(
            id: "answerTriage", method: .post, path: "/files/{ref}/triage",
            says: "Keeps the answer to a question of the check; no other State sees it.", body: "TriageAnswer",
            answers: [Operation.json("Registered", 201)]
        ) { call in
            let ref = try call.ref()
            guard let question = Triage.Question(call.body["question"]?.string ?? "") else {
                throw ComityError(.malformedInput, "There is no such question.")
            }
            return try await call.step(.file(ref), { _ in (201, "/files/\(ref)/triage") }) { () async throws(ComityError) in
                try await call.node.answerTriage(
                    ref, question, answer: call.body["answer"]?.string ?? "", reason: call.body["reason"]?.string ?? "",
                    officer: call.officer)
            }
        },
        Operation(
            id: "notes", method: .get, path: "/files/{ref}/notes", says: "Notes about a file for this node only, the oldest first.",
            answers: [Operation.json("NoteList")], problems: [409]
        ) { call in
            try call.list(
                try call.node.notes(try call.ref(), officer: call.officer).map { NoteRow(text: $0.text, by: $0.by, at: $0.at) })
        },
        Operation(
            id: "addNote", method: .post, path: "/files/{ref}/notes", says: "Keeps a note about a file for this node only.",
            body: "NewNote", answers: [Operation.json("Registered", 201)]
        ) { call in
            let ref = try call.ref()
            return try await call.step(.file(ref), { _ in (201, "/files/\(ref)/notes") }) { () async throws(ComityError) in
                try await call.node.addNote(ref, text: call.body["text"]?.string ?? "", officer: call.officer)
            }
        },
    ]
}
