// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards

/// The files of the demonstration, put into the nodes of a folder: in all types and all states, so that every screen has
/// something to show.
enum Scenery {
    /// What was made.
    struct Told: Sendable, Codable {
        struct Place: Sendable, Codable {
            let state: String
            let data: String
            let desk: String
            /// Who can sign in at the desk; the six digits come from `comity account code`.
            let officers: [DemoAccounts.Line]
        }

        /// The moment up to which everything was played.
        let now: Instant
        let nodes: [Place]
        let files: [SceneryStage.Line]
        /// Of every officer who can sign in.
        let password: String
    }

    /// The law of the exercise begins with 2026, and the files reach back from the moment of the demonstration.
    static let earliest = Instant(milliseconds: 1_767_250_800_000 + SceneryStage.span)

    /// The officers of the States, `NAME=ROLE`.
    static func officers() throws(ComityError) -> [String: [String]] {
        let states = try DemoState.read(try ResourceFolder.locate("Demo", room: "comity"))
        return Dictionary(
            states.map { state in (state.code.description, state.officers.map { "\($0.id)=\($0.role)" }) }, uniquingKeysWith: { $1 })
    }

    /// Plays all files into nodes below `base`: into those that are given, the others are made.
    /// - Parameter now: nil takes the clock of the nodes that are given, or the machine's.
    static func play(
        beside given: [DemoNode], in base: String, now: Instant?, stopped: Bool
    ) async throws -> Told {
        let resources = try ResourceFolder.locate("Demo", room: "comity")
        let real = Instant(milliseconds: Int64(Date().timeIntervalSince1970) * 1000)
        var moment = max(real, earliest)
        if let now {
            moment = now
        } else if let first = given.first {
            moment = try Node(folder: first.folder).now()
        }
        let stage = try SceneryStage(resources: resources, now: Instant(milliseconds: moment.milliseconds / 1000 * 1000))
        var places: [StateCode: SceneryStage.Place] = [:]
        for state in stage.states where state.known == nil {
            if let node = given.first(where: { $0.state == state.code.description }) {
                places[state.code] = .init(folder: node.folder, exchangePort: node.exchangePort, deskPort: node.deskPort)
            } else {
                places[state.code] = .init(
                    folder: "\(base)/\(state.code.description.lowercased())", exchangePort: try DemoNode.freePort(),
                    deskPort: try DemoNode.freePort())
            }
        }
        let lines = try await stage.play(in: places, stopped: stopped)
        var told: [Told.Place] = []
        for (state, place) in places.sorted(by: { $0.key < $1.key }) {
            guard let demo = stage.states.first(where: { $0.code == state }) else { continue }
            told.append(
                .init(
                    state: state.description, data: place.folder, desk: "http://127.0.0.1:\(place.deskPort)/",
                    officers: try await DemoAccounts.enrol(demo, at: try Node(folder: place.folder))))
        }
        return Told(now: stage.now, nodes: told, files: lines, password: stage.states.first?.password ?? "")
    }

    /// How to sign in, for people.
    static func signIn(_ told: Told) -> String {
        guard let first = told.nodes.first, let officer = first.officers.first else { return "" }
        let people = told.nodes.map { node in
            "  \(node.state)  " + node.officers.map { "\($0.officer) \($0.role)" }.joined(separator: ", ")
        }
        return """
            SIGN IN at the desks as
            \(people.joined(separator: "\n"))
            with the password “\(told.password)” and the six digits of:  comity account code \(officer.officer) --data \(first.data)
            """
    }

    /// The files as a table for people.
    static func table(_ told: Told) -> String {
        let rows = told.files.map { line in
            [line.ref, "\(line.from) to \(line.to.joined(separator: ", "))", line.state, line.shows]
        }
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            (0..<3).map { row[$0].padding(toLength: widths[$0], withPad: " ", startingAt: 0) }.joined(separator: "  ") + "  " + row[3]
        }
        return "\nFILES at \(told.now)\n" + lines.joined(separator: "\n") + "\n"
            + told.nodes.map { "\($0.state)  data in \($0.data)" }.joined(separator: "\n")
    }
}
