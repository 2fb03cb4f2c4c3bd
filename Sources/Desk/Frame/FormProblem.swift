// SPDX-License-Identifier: Apache-2.0

import Standards
import Web

/// What is wrong with a form, above it and beside the field.
enum FormProblem {
    /// - Parameter field: id of the field it is about.
    static func fields(_ problem: ComityError?, field: String? = nil) -> Fields {
        [
            "hasProblem": problem != nil, "problem": Text.safe(problem?.what ?? "", limit: 400),
            "hasProblemWhy": problem.map { !$0.why.isEmpty } ?? false,
            "problemWhy": Text.safe(problem?.why ?? "", limit: 400), "problemNext": Text.safe(problem?.next ?? "", limit: 400),
            "hasProblemField": field != nil, "problemField": field ?? "",
        ]
    }
}
