// SPDX-License-Identifier: Apache-2.0

public import Law

/// An article of the coverage of an instrument, as `comity law coverage --json` and the API give it.
public struct CoverageLine: Sendable, Encodable {
    public let article: String
    public let title: String
    public let chapter: String
    public let unverified: Bool
    public let types: Int
    public let rules: Int
    public let clocks: Int
    public let grounds: Int
    public let offences: Int
    public let duties: Int
    public let terms: Int
    public let notifications: Int
    public let rowsUnverified: Int
    public let whyNone: String?

    public init(_ row: CoverageRow) {
        article = row.article
        title = row.title
        chapter = row.chapter
        unverified = row.tag.isUnverified
        types = row.types
        rules = row.rules
        clocks = row.clocks
        grounds = row.grounds
        offences = row.offences
        duties = row.duties
        terms = row.terms
        notifications = row.notifications
        rowsUnverified = row.unverified
        whyNone = row.whyNone
    }
}
