// SPDX-License-Identifier: Apache-2.0

public import Standards

extension ActBody {
    /// Names the assets of a step, by their ids in the request.
    public struct Assets: ActContent {
        public let assets: [String]
        public let reason: String

        public init(assets: [String], reason: String) {
            self.assets = assets
            self.reason = reason
        }

        public func fault(in act: Act) -> String? { Bounds.list(assets, "assets", 1...256, limit: 60) ?? Bounds.text(reason, "reason") }
    }

    /// A measure on assets: a stop for hours, a freeze until a review, a confiscation.
    public struct Measure: ActContent {
        public let assets: [String]
        public let effective: Instant
        /// When the measure ends by itself; nil when only an act ends it.
        public let until: Instant?
        /// When it is reviewed.
        public let reviewBy: Instant?
        public let authority: String
        public let order: String?
        public let note: String?

        public init(
            assets: [String], effective: Instant, until: Instant? = nil, reviewBy: Instant? = nil, authority: String, order: String? = nil,
            note: String? = nil
        ) {
            self.assets = assets
            self.effective = effective
            self.until = until
            self.reviewBy = reviewBy
            self.authority = authority
            self.order = order
            self.note = note
        }

        public func fault(in act: Act) -> String? {
            if act.kind == .stopPayment, until == nil { return "a stop needs its end." }
            if let until, until <= effective { return "the measure ends before it begins." }
            return Bounds.list(assets, "assets", 1...256, limit: 60) ?? Bounds.text(authority, "authority", limit: 400)
                ?? Bounds.optional(order, "order", limit: 400) ?? Bounds.optional(note, "note")
        }
    }

    /// A cost that is deducted, by name.
    public struct Expense: Sendable, Codable, Hashable {
        public let what: String
        public let amount: String

        public init(what: String, amount: String) {
            self.what = what
            self.amount = amount
        }
    }

    /// What assets brought, what it cost, what is returned: the ledger adds up.
    public struct Ledger: ActContent {
        public let assets: [String]
        /// ISO 4217, or the code of an asset.
        public let currency: String
        public let gross: String
        public let expenses: [Expense]
        public let net: String
        public let note: String?

        public init(assets: [String], currency: String, gross: String, expenses: [Expense], net: String, note: String? = nil) {
            self.assets = assets
            self.currency = currency
            self.gross = gross
            self.expenses = expenses
            self.net = net
            self.note = note
        }

        public func fault(in act: Act) -> String? {
            guard (3...12).contains(currency.utf8.count), expenses.count <= 256 else {
                return "the currency or the expenses are out of bounds."
            }
            guard let gross = Bounds.scaled(gross), let net = Bounds.scaled(net) else { return "an amount is not a decimal number." }
            var rest = gross
            for expense in expenses {
                guard let amount = Bounds.scaled(expense.amount) else { return "an amount is not a decimal number." }
                if let fault = Bounds.text(expense.what, "what", limit: 400) { return fault }
                rest -= amount
            }
            guard rest == net else { return "gross less expenses is not net." }
            return Bounds.list(assets, "assets", 1...256, limit: 60) ?? Bounds.optional(note, "note")
        }
    }
}
