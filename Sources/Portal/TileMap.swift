// SPDX-License-Identifier: Apache-2.0

import Standards
import Treaty
import Web

/// A picture of the world: one tile, one State, roughly where it lies. Each tile is a link with a name, so that the keyboard and a screen
/// reader walk through it as through a list.
struct TileMap: Sendable {
    struct Place: Sendable, Equatable {
        let code: StateCode
        let row: Int
        let column: Int
    }

    /// From north to south, in each row from west to east: the order in which the keyboard walks.
    let places: [Place]
    private static let (width, height, stepX, stepY) = (31, 24, 34, 27)

    /// Lines of `CODE:COLUMN`; those that begin with `#` are comments.
    /// - Throws: `.failure` for what is no place, a State twice, or two in one place.
    init(reading text: String) throws(ComityError) {
        var found: [Place] = []
        var codes: Set<StateCode> = []
        var taken: Set<[Int]> = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("#") }
        for (row, line) in lines.enumerated() {
            for word in line.split(separator: " ") {
                let parts = word.split(separator: ":")
                guard parts.count == 2, let code = try? StateCode(String(parts[0])), let column = Int(parts[1]), (0...60).contains(column),
                    codes.insert(code).inserted, taken.insert([row, column]).inserted
                else { throw Templates.fault("The map of tiles has no place “\(Text.safe(String(word), limit: 20))” in row \(row + 1).") }
                found.append(Place(code: code, row: row, column: column))
            }
        }
        places = found.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
    }

    /// What a template draws: each tile with its class, its link and what a screen reader says.
    func fields(_ tile: (StateCode) -> (look: String, link: String, says: String)?) -> Fields {
        let tiles = places.compactMap { place -> Fields? in
            guard let (look, link, says) = tile(place.code) else { return nil }
            let (x, y) = (1 + place.column * Self.stepX, 1 + place.row * Self.stepY)
            return [
                "code": place.code.description, "look": look, "link": link, "says": says, "x": x, "y": y, "tx": Double(x) + 15.5,
                "ty": y + 16,
            ]
        }
        let (columns, rows) = ((places.map(\.column).max() ?? 0) + 1, (places.map(\.row).max() ?? 0) + 1)
        return [
            "tiles": tiles, "hasTiles": !tiles.isEmpty, "width": columns * Self.stepX, "height": rows * Self.stepY, "tileWidth": Self.width,
            "tileHeight": Self.height,
        ]
    }
}
