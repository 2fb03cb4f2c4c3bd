// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards
import Web

/// What the public pages are made of, read once when the listener starts. The look is that of the desk: its tokens and parts are read
/// from there, and `portal.css` adds what only these pages have.
struct PortalResources: Sendable {
    private static let shared = ["tokens.css", "base.css", "parts.css", "components.css"]
    private static let templates = ["treaty", "state", "pair", "meetings", "meeting", "problem"]

    let templates: Templates
    let assets: Assets
    let tiles: TileMap

    /// - Throws: `.failure` naming the file that is missing or broken.
    init() throws(ComityError) {
        let own = try ResourceFolder.locate("Resources", room: "Portal")
        let desk = try ResourceFolder.locate("Resources", room: "Desk")
        var texts: [String: String] = [:]
        for name in try Self.names("\(own)/templates") where name.hasSuffix(".mustache") {
            texts[String(name.dropLast(".mustache".count))] = try Self.text("\(own)/templates/\(name)")
        }
        for name in Self.templates where texts[name] == nil { throw Templates.fault("The public template \(name) is missing.") }
        templates = try Templates(texts: texts, icons: try IconSheet(svg: try Self.text("\(desk)/assets/icons.svg")))
        var style = try Self.shared.map { name throws(ComityError) in try Self.text("\(desk)/assets/\(name)") }
        style.append(try Self.text("\(own)/portal.css"))
        assets = Assets([
            .init(stem: "portal", ending: "css", type: "text/css; charset=utf-8", text: style.joined(separator: "\n")),
            .init(stem: "mark", ending: "svg", type: "image/svg+xml", text: try Self.text("\(desk)/assets/mark.svg")),
        ])
        tiles = try TileMap(reading: try Self.text("\(own)/tiles.txt"))
    }

    private static func names(_ folder: String) throws(ComityError) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
            throw Templates.fault("The folder \(folder) of the public pages cannot be read.")
        }
    }

    private static func text(_ path: String) throws(ComityError) -> String {
        guard let bytes = FileManager.default.contents(atPath: path), let text = String(bytes: bytes, encoding: .utf8) else {
            throw Templates.fault("The file \(path) is missing or is not UTF-8 text.")
        }
        return text
    }
}
