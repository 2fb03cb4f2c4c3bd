// SPDX-License-Identifier: Apache-2.0

import Node
import Standards

/// The JSON API: its operations, the document that describes them, and what it remembers between requests.
final class API: Sendable {
    let pages: DeskPages
    let operations: [Operation]
    let limit: RateLimit
    let audits = AuditJobs()
    /// `/openapi.json`.
    let document: [UInt8]

    init(_ pages: DeskPages, operations: [Operation] = API.all, limit: RateLimit? = nil) {
        self.pages = pages
        self.operations = operations
        self.limit =
            limit ?? RateLimit(perMinute: pages.node.configuration.api?.requestsPerMinute ?? NodeConfiguration.Programs.requests)
        document = (try? IJSON.encode(APIDocument(operations, pages.resources.api).value)) ?? []
    }

    static let all: [Operation] =
        general + asking + drafting + files + filing + evidence + examining + duty + handing + law + states + webhooks
}
