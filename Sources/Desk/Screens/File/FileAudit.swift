// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// The entries of the register that belong to a file: who did what, in the order of the register.
struct FileAudit {
    static let limit = 100

    let scene: Scene
    let ref: FileReference
    let lines: [FileEntryLine]
    let total: Int
    let page: Int

    init(_ scene: Scene, _ ref: FileReference, page: Int) throws(ComityError) {
        self.scene = scene
        self.ref = ref
        self.page = page
        (lines, total) = try scene.node.fileEntries(ref, officer: scene.session.officer, page: page, size: Self.limit)
    }

    private var strings: Strings { scene.strings }

    var fields: Fields {
        let pages = max(1, (total + Self.limit - 1) / Self.limit)
        let path = "/files/\(ref)?part=audit&page="
        return [
            "entries": lines.map(line), "hasEntries": !lines.isEmpty, "entryCount": strings.count("audit.count", total, scene.figures),
            "isPaged": pages > 1,
            "pageOf": strings("audit.page", ["page": scene.figures.count(page), "pages": scene.figures.count(pages)]),
            "hasNewer": page > 1, "newer": "\(path)\(page - 1)", "hasOlder": page < pages, "older": "\(path)\(page + 1)",
        ]
    }

    /// Hashes and ids are cut in the middle; words stay.
    private static func short(_ text: String) -> String {
        let isCode = text.utf8.count > 24 && !text.contains(where: \.isWhitespace)
        return isCode ? "\(text.prefix(8))…\(text.suffix(8))" : Text.safe(text, limit: 300)
    }

    private func line(_ entry: FileEntryLine) -> Fields {
        let key = entry.isAct ? "next.\(entry.what)" : "event.\(entry.what)"
        let detail = entry.detail.sorted { $0.key < $1.key }.compactMap { name, value -> String? in
            let text =
                value.string ?? value.integer.map { "\($0)" } ?? value.bool.map { strings($0 ? "form.answer.yes" : "form.answer.no") }
            return text.map { "\(name): \(Self.short($0))" }
        }
        return [
            "index": scene.figures.count(entry.index), "what": strings.has(key) ? strings(key) : Text.safe(entry.what, limit: 60),
            "isAct": entry.isAct, "path": "/files/\(ref)/acts/\(entry.id)", "from": scene.names.fields(entry.from),
            "by": entry.by == "node" ? strings("audit.node") : Text.safe(entry.by, limit: 80),
            "at": scene.times.fields(entry.at, theirs: nil, exact: true), "hash": entry.hash,
            "shortHash": "\(entry.hash.prefix(8))…\(entry.hash.suffix(8))", "detail": detail.prefix(8).joined(separator: " · "),
            "hasDetail": !detail.isEmpty, "hasCosigners": !entry.cosigners.isEmpty,
            "cosigners": CosignerWords(scene: scene).lines(entry.cosigners, most: 3),
        ]
    }
}
