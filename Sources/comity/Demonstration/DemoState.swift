// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Law
import Standards

/// A State of the demonstration with its authority and officers, from `Demo/states.yaml`: the one place they come from, and
/// where it stands who signs in with what.
struct DemoState: Sendable {
    struct Officer: Sendable {
        let id: String
        let role: String
        /// Can sign in at the desk of the demonstration.
        let signsIn: Bool
    }

    let code: StateCode
    let authority: DirectoryEntry.Authority
    let officers: [Officer]
    /// Moments of a State that is only in the directories, counted from the moment of the demonstration: when its entry was
    /// imported, confirmed and revoked. Nil for the States whose nodes play.
    let known: Known?
    /// What happened at the duty desk.
    let duty: [DutyScene]
    /// What every officer of the demonstration who can sign in has for a password.
    let password: String

    struct Known: Sendable {
        let added: SceneTime
        let confirmed: SceneTime?
        let revoked: SceneTime?
    }

    /// Reads the States of the demonstration.
    /// - Throws: `.malformedInput` naming what is missing.
    static func read(_ resources: String) throws(ComityError) -> [DemoState] {
        let value = try DemoText.read(resources + "/states.yaml")
        guard let password = value["password"]?.string else { throw DemoText.missing("password", of: "states.yaml") }
        var states: [DemoState] = []
        for (name, item) in (value["states"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            func text(_ path: String) throws(ComityError) -> String {
                guard let text = item.at(path)?.string else { throw DemoText.missing(path, of: "\(name) in states.yaml") }
                return text
            }
            var officers: [Officer] = []
            for officer in item["officers"]?.array ?? [] {
                guard let id = officer["id"]?.string, let role = officer["role"]?.string else {
                    throw DemoText.missing("officers", of: "\(name) in states.yaml")
                }
                officers.append(Officer(id: id, role: role, signsIn: officer["sign_in"] == .bool(true)))
            }
            var known: Known?
            if let moments = item["known"] {
                known = Known(
                    added: try SceneTime(moments["added"]?.string ?? ""),
                    confirmed: try moments["confirmed"]?.string.map { text throws(ComityError) in try SceneTime(text) },
                    revoked: try moments["revoked"]?.string.map { text throws(ComityError) in try SceneTime(text) })
            }
            states.append(
                DemoState(
                    code: try StateCode(name),
                    authority: .init(
                        id: try text("authority.id"), name: try text("authority.name"),
                        languages: item.at("authority.languages")?.array?.compactMap(\.string) ?? [], timeZone: try text("authority.zone"),
                        phone: item.at("authority.phone")?.string, email: item.at("authority.email")?.string),
                    officers: officers, known: known,
                    duty: try item["duty"].map { text throws(ComityError) in try DutyScene.read(text, of: name) } ?? [], password: password)
            )
        }
        return states
    }
}

/// The texts of the demonstration, as values.
enum DemoText {
    static func read(_ path: String) throws(ComityError) -> JSONValue {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ComityError(.notFound, "The file \(path) of the demonstration cannot be read.")
        }
        return try YAMLText([UInt8](data), name: (path as NSString).lastPathComponent).value
    }

    static func missing(_ member: String, of name: String) -> ComityError {
        ComityError(.malformedInput, "“\(member)” is missing or wrong in \(name).", next: "Correct the file of the demonstration.")
    }
}
