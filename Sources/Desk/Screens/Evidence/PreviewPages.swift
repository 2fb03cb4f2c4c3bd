// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOCore
import Node
import Standards
import Web

/// Looking at exhibits: text, pictures and bytes only, nothing that acts. Every look is registered by the use case.
enum PreviewPages {
    /// A picture is decoded by the browser; this keeps it from being anything else.
    static let picturePolicy = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    static let mostLines = 2000

    static func add(to routes: DeskRoutes) {
        routes.page("/files/:ref/evidence/:package/preview") { visit in
            let (scene, ref, package) = (try visit.scene(), try visit.ref(), visit.path("package"))
            let preview = try await visit.node.previewExhibit(
                ref, package: package, exhibit: Int(visit.query("exhibit") ?? "") ?? 0, officer: visit.officer)
            let title = scene.strings("preview.title", ["number": scene.figures.count(preview.number)])
            return try visit.pages.show(
                "preview", fields(preview, scene, path: "/files/\(ref)/evidence/\(package)"), scene, title: title, here: "/evidence")
        }
        routes.page("/files/:ref/evidence/:package/picture/:number") { visit in
            let picture = try await visit.node.exhibitPicture(
                try visit.ref(), package: visit.path("package"), exhibit: Int(visit.path("number")) ?? 0, officer: visit.officer)
            return Response(
                status: .ok, headers: [.contentType: picture.type, .contentSecurityPolicy: picturePolicy, .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(bytes: picture.bytes)))
        }
        // A form, not a link: nothing is taken out by a page that loads ahead.
        routes.form("/files/:ref/evidence/:package/exhibits/:number") { visit, _ in
            let (node, access) = (
                visit.node,
                try await visit.node.takeOutExhibit(
                    try visit.ref(), package: visit.path("package"), exhibit: Int(visit.path("number")) ?? 0, officer: visit.officer)
            )
            let body = ResponseBody(contentLength: Int(access.size)) { writer in
                try await node.read(access) { try await writer.write(ByteBuffer(bytes: $0)) }
                try await writer.finish(nil)
            }
            return Response(
                status: .ok,
                headers: [
                    .contentType: "application/octet-stream", .contentDisposition: attachment(access.name), .cacheControl: "no-store",
                ], body: body)
        }
    }

    /// RFC 6266: a plain name for old programs, the true one in UTF-8.
    static func attachment(_ name: String) -> String {
        let plain = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._- ()".contains($0)) ? $0 : "_" }
        return "attachment; filename=\"\(String(plain))\"; filename*=UTF-8''\(URLText.encode(name))"
    }

    private static func fields(_ preview: ExhibitPreview, _ scene: Scene, path: String) -> Fields {
        let (strings, figures) = (scene.strings, scene.figures)
        var fields: Fields = [
            "packagePath": path, "number": figures.count(preview.number), "name": Text.safe(preview.name, limit: 220),
            "size": figures.size(preview.size), "bytes": strings("package.bytes", ["count": figures.count(preview.size)]),
            "hash": preview.sha256, "isText": false, "isPicture": false, "isBytes": false, "isWithheld": false, "isCut": preview.isCut,
            "flags": preview.flags.map { strings("flag.\($0.rawValue)") }, "takePath": "\(path)/exhibits/\(preview.number)",
        ]
        switch preview.content {
        case .text(let text):
            let lines = VisibleText.lines(text)
            fields["isText"] = true
            fields["lines"] = lines.prefix(mostLines).map { line -> Fields in
                [
                    "pieces": line.map { piece -> Fields in
                        switch piece {
                        case .plain(let text): ["text": text, "isMark": false]
                        case .mark(let text): ["text": text, "isMark": true]
                        }
                    }
                ]
            }
            fields["isCut"] = preview.isCut || lines.count > mostLines
            fields["cut"] = strings("preview.cut.text", ["size": figures.size(Int64(Node.textPreview)), "lines": figures.count(mostLines)])
            let marks = lines.joined().count { if case .mark = $0 { true } else { false } }
            fields["hasMarks"] = marks > 0
            fields["marks"] = strings.count("preview.marks", marks, figures)
        case .picture(let type):
            fields["isPicture"] = true
            fields["kind"] = strings("preview.picture.\(type.split(separator: "/").last ?? "")")
            fields["picturePath"] = "\(path)/picture/\(preview.number)"
            fields["isCut"] = false
        case .bytes(let bytes):
            fields["isBytes"] = true
            fields["rows"] = HexRows.rows(bytes)
            fields["cut"] = strings("preview.cut.bytes", ["size": figures.count(Node.bytesPreview)])
        case .withheld:
            fields["isWithheld"] = true
            fields["isCut"] = false
        }
        return fields
    }
}

/// Text of an exhibit in lines, with what a page would hide or reorder made visible.
enum VisibleText {
    enum Piece: Equatable {
        case plain(String)
        /// The code of a character that is not shown as itself.
        case mark(String)
    }

    static func lines(_ text: String) -> [[Piece]] {
        var lines: [[Piece]] = []
        var pieces: [Piece] = []
        var plain = String.UnicodeScalarView()
        func flush() {
            guard !plain.isEmpty else { return }
            pieces.append(.plain(String(plain)))
            plain = .init()
        }
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "\n":
                flush()
                lines.append(pieces)
                pieces = []
            case "\r" where index + 1 < scalars.count && scalars[index + 1] == "\n": continue
            case "\t": plain.append(contentsOf: "    ".unicodeScalars)
            default:
                if Text.safe(String(scalar), limit: .max) == "\u{FFFD}", scalar != "\u{FFFD}" {
                    flush()
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    pieces.append(.mark("U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits))
                } else {
                    plain.append(scalar)
                }
            }
        }
        flush()
        if !pieces.isEmpty { lines.append(pieces) }
        return lines
    }
}

/// Bytes as offset, hexadecimal and what of it is ASCII.
enum HexRows {
    static func rows(_ bytes: [UInt8]) -> [Fields] {
        stride(from: 0, to: bytes.count, by: 16).map { start in
            let row = bytes[start..<min(start + 16, bytes.count)]
            let offset = String(start, radix: 16)
            return [
                "offset": String(repeating: "0", count: 6 - offset.count) + offset,
                "hex": row.map { Hex.encode([$0]) }.joined(separator: " "),
                "ascii": String(decoding: row.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self),
            ]
        }
    }
}
