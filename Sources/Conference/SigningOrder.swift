// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
public import Standards
public import Treaty

/// In which order delegations are called to sign, and where they sit.
public struct SigningOrder: Sendable, Encodable {
    public struct Place: Sendable, Encodable, Equatable {
        /// 1 for the first.
        public let number: Int
        public let participant: StateCode
        public let name: String
        /// Row and seat in it, from 1, where the room says how many places a row has.
        public let row: Int?
        public let seat: Int?
    }

    public let places: [Place]
    /// How anybody finds the same order.
    public let method: String

    /// - Parameter row: places for delegations in a row of the room.
    public init(_ codes: some Collection<StateCode>, order: Meeting.Order, row: Int?, treaty: Treaty) {
        let all = Set(codes).map { (code: $0, name: treaty.participants.name($0)) }
        let sorted: [(code: StateCode, name: String)]
        switch order {
        case .name:
            sorted = all.map { ($0, Self.folded($0.name)) }.sorted { ($0.1, $0.0.code) < ($1.1, $1.0.code) }.map(\.0)
            method = "by the English name of the State, without regard to accents and capitals"
        case .lot(let words):
            sorted = all.map { ($0, Hash.of(Array("\(words)\n\($0.code)".utf8)).description) }.sorted { $0.1 < $1.1 }.map(\.0)
            method = "by lot: the smallest SHA-256 first of the words “\(words)”, a line feed and the code of the State"
        }
        places = sorted.enumerated().map { index, one in
            Place(
                number: index + 1, participant: one.code, name: one.name, row: row.map { index / $0 + 1 }, seat: row.map { index % $0 + 1 })
        }
    }

    private static func folded(_ name: String) -> String {
        name.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: Locale(identifier: "en"))
    }
}
