// SPDX-License-Identifier: Apache-2.0

import Exchange
import Hummingbird
import Node
import Standards

extension API {
    private struct Kind: Encodable {
        let code: String
        let type: String
        let title: String
        let status: Int

        init(_ code: Problem.Code, _ words: Strings) {
            self.code = code.name
            type = code.type
            title = words("api.problem.\(code.name)")
            status = code.status
        }
    }

    private struct Me: Encodable {
        let officer: String
        let name: String
        let role: String
        let permissions: [String]
        let state: StateCode
        let authority: String
        let exercise: Bool
        let now: Instant
        let token: ProgramToken?
    }

    static let general: [Operation] = [
        Operation(
            id: "document", method: .get, path: "/openapi.json", says: "This document.", isOpen: true,
            answers: [.init(status: 200, type: "application/vnd.oai.openapi+json"), .init(status: 304)], hasTag: true
        ) { call in Reply(bytes: call.api.document, type: "application/vnd.oai.openapi+json").tagged() },
        Operation(
            id: "problems", method: .get, path: "/problems", says: "Every kind of problem.", isOpen: true,
            answers: [Operation.json("ProblemKindList")]
        ) { call in try call.list(Problem.Code.all.map { Kind($0, call.api.pages.strings) }) },
        Operation(
            id: "problem", method: .get, path: "/problems/{code}", says: "One kind of problem: where the type of a problem leads.",
            isOpen: true, answers: [Operation.json("ProblemKind")]
        ) { call in
            guard let code = Problem.Code.all.first(where: { $0.name == call.part("code") }) else {
                throw ComityError(.notFound, "There is no such kind of problem.", next: "\(APIDocument.base)/problems lists them.")
            }
            return try Reply(Kind(code, call.api.pages.strings))
        },
        Operation(
            id: "me", method: .get, path: "/me", says: "Who asks, and what role and token allow.", answers: [Operation.json("Me")]
        ) { call in
            guard let caller = call.caller else { throw Problem(.unauthenticated, "Who asks is not known.") }
            let node = call.node
            return try Reply(
                Me(
                    officer: caller.officer, name: caller.name, role: caller.role,
                    permissions: Permission.allCases.filter(caller.permissions.contains).map(\.rawValue), state: node.state,
                    authority: node.configuration.authority.id, exercise: node.exercise, now: try node.now(), token: caller.token))
        },
    ]
}
