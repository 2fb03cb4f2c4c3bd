// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards

/// What a page of the queue lists, as its address says it.
struct QueueQuery: Equatable {
    var view = QueueView.all
    var filter = WorkFilter()
    var after: String?

    init() {}

    /// - Parameter value: a value of the address by its name.
    /// - Returns: nil for a view, type, State, side or order that does not exist.
    init?(_ value: (String) -> String?) {
        if let name = value("view") {
            guard let known = QueueView(rawValue: name) else { return nil }
            view = known
        }
        if let name = value("type") {
            guard let type = FileType(rawValue: name) else { return nil }
            filter.type = type
        }
        if let name = value("with") {
            guard let state = try? StateCode(name) else { return nil }
            filter.counterpart = state
        }
        if let name = value("side") {
            guard let side = Side(rawValue: name) else { return nil }
            filter.side = side
        }
        if let name = value("sort") {
            guard let sort = WorkFilter.Sort(rawValue: name) else { return nil }
            filter.sort = sort
        }
        filter.assigned = value("assigned")
        filter.text = value("q").flatMap { $0.allSatisfy(\.isWhitespace) ? nil : String($0.prefix(200)) }
        after = value("after")
    }

    /// The address without a place in the list: the same for the same question.
    var path: String {
        var parts = ["view=\(view.rawValue)"]
        func add(_ name: String, _ value: String?) { if let value { parts.append("\(name)=\(URLText.encode(value))") } }
        add("type", filter.type?.rawValue)
        add("with", filter.counterpart?.description)
        add("side", filter.side?.rawValue)
        add("assigned", filter.assigned)
        add("q", filter.text)
        if filter.sort != .due { add("sort", filter.sort.rawValue) }
        return "/queue?" + parts.joined(separator: "&")
    }

    /// Something is left out of the view.
    var isFiltered: Bool { filter != WorkFilter(sort: filter.sort) }

    func path(after: String) -> String { "\(path)&after=\(URLText.encode(after))" }
}

/// A view that an officer saved: a name and a question, kept as JSON in the preferences of the account.
struct SavedView: Codable, Equatable {
    static let prefix = "view."
    static let most = 12
    /// Bytes of a preference.
    static let largest = 200

    let name: String
    let path: String

    private enum CodingKeys: String, CodingKey {
        case name = "n"
        case path = "p"
    }

    /// The saved views of an officer, with the names of their preferences.
    static func all(in preferences: [String: String]) -> [(key: String, view: SavedView)] {
        preferences.filter { $0.key.hasPrefix(prefix) }.compactMap { key, value in
            (try? IJSON.decode(SavedView.self, from: Array(value.utf8), limit: 1 << 12)).map { (key, $0) }
        }.filter { $0.view.path.hasPrefix("/queue?") }.sorted {
            (Int($0.key.dropFirst(prefix.count)) ?? 0) < (Int($1.key.dropFirst(prefix.count)) ?? 0)
        }
    }

    /// The preferences with one more saved view.
    /// - Throws: `.usage` for a bad name, `.tooLarge` when there are too many or the name and the filter are too long together.
    static func adding(_ name: String, _ path: String, to preferences: [String: String]) throws(ComityError) -> [String: String] {
        guard (1...40).contains(name.count), Text.safe(name) == name else {
            throw ComityError(.usage, "A view has a name of 1 to 40 characters.", next: "Enter a short name in plain text.")
        }
        let known = all(in: preferences)
        guard known.count < most else {
            throw ComityError(.tooLarge, "There are \(most) saved views already.", next: "Delete one first.")
        }
        let value = String(decoding: try IJSON.encode(SavedView(name: name, path: path)), as: UTF8.self)
        guard value.utf8.count <= largest else {
            throw ComityError(.tooLarge, "The name and the filter are too long together.", next: "Choose a shorter name.")
        }
        let number = (known.compactMap { Int($0.key.dropFirst(prefix.count)) }.max() ?? 0) + 1
        return preferences.merging(["\(prefix)\(number)": value]) { $1 }
    }
}
