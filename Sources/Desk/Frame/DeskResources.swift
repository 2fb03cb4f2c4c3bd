// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards
import Web

/// Everything the pages are made of besides data: words, templates, style sheet, script, mark. Read once, when the desk starts.
struct DeskResources: Sendable {
    static let styleSheets = [
        "tokens.css", "base.css", "parts.css", "components.css", "desk.css", "file.css", "access.css", "evidence.css",
        "requests.css", "duty.css",
    ]

    let strings: Strings
    let templates: Templates
    let assets: Assets
    /// How each kind of act is asked for.
    let forms: ActForms
    let api: APISchemas
    /// The form of a request, and the way to its type.
    let catalogue: FormCatalogue
    let chooser: Chooser

    /// - Throws: `.failure` naming the file that is missing or broken.
    init() throws(ComityError) { try self.init(folder: try ResourceFolder.locate("Resources", room: "Desk")) }

    init(folder: String, language: String = "en") throws(ComityError) {
        strings = try Strings(
            files: try Self.names("strings/\(language)", in: folder).filter { $0.hasSuffix(".yaml") }.map { name throws(ComityError) in
                (name, try Self.text("strings/\(language)/\(name)", in: folder))
            }, language: language)
        forms = try ActForms(yaml: try Self.text("forms/acts.yaml", in: folder))
        catalogue = try FormCatalogue(yaml: try Self.text("forms/requests.yaml", in: folder))
        chooser = try Chooser(yaml: try Self.text("forms/chooser.yaml", in: folder))
        var texts: [String: String] = [:]
        for file in try Self.names("templates", in: folder) where file.hasSuffix(".mustache") {
            texts[String(file.dropLast(".mustache".count))] = try Self.text("templates/\(file)", in: folder)
        }
        let icons = try IconSheet(svg: try Self.text("assets/icons.svg", in: folder))
        for name in DeskServer.screens.flatMap({ $0.templates }) + ["problem", "problem-outside"] where texts[name] == nil {
            throw Self.fault("The template \(name) of the desk is missing.")
        }
        templates = try Templates(texts: texts, icons: icons)
        api = try APISchemas(yaml: try Self.text("api/schemas.yaml", in: folder))
        let style = try Self.styleSheets.map { name throws(ComityError) in try Self.text("assets/\(name)", in: folder) }
        // One script, of the small ones in the order of their names.
        let scripts = try Self.names("scripts", in: folder).filter { $0.hasSuffix(".js") }.map { name throws(ComityError) in
            try Self.text("scripts/\(name)", in: folder)
        }
        assets = Assets([
            .init(stem: "desk", ending: "css", type: "text/css; charset=utf-8", text: style.joined(separator: "\n")),
            .init(stem: "desk-script", ending: "js", type: "text/javascript; charset=utf-8", text: scripts.joined(separator: "\n")),
            .init(stem: "mark", ending: "svg", type: "image/svg+xml", text: try Self.text("assets/mark.svg", in: folder)),
        ])
    }

    private static func names(_ name: String, in folder: String) throws(ComityError) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)").sorted() } catch {
            throw fault("The folder \(name) of the desk cannot be read.")
        }
    }

    private static func text(_ name: String, in folder: String) throws(ComityError) -> String {
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)"), let text = String(bytes: bytes, encoding: .utf8) else {
            throw fault("The file \(name) of the desk is missing or is not UTF-8 text.")
        }
        return text
    }

    static func fault(_ what: String) -> ComityError { Templates.fault(what) }
}
