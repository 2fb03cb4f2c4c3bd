// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards
import Web

/// A signed act exactly as it is registered: its payload readable, its proof, its way to the other State.
struct SignedActPage {
    /// Longer payloads are cut here; the command line prints them whole.
    static let limit = 40_000

    let visit: Visit
    let act: SignedActLine

    init(_ visit: Visit, _ id: UUIDv7) throws(ComityError) {
        self.visit = visit
        act = try visit.node.signedAct(id, on: try visit.ref(), officer: visit.officer)
    }

    func show() throws(ComityError) -> Response {
        let scene = try visit.scene()
        let ref = try visit.ref()
        let title = visit.strings("signed.title", ["act": visit.strings("next.\(act.kind)"), "ref": ref.description])
        let lines = Self.pretty(act.payload).split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { Text.safe(String($0), limit: 4000) }.joined(separator: "\n")
        let isCut = text.utf8.count > Self.limit
        let fields: Fields = [
            "ref": ref.description, "path": "/files/\(ref)", "heading": visit.strings("next.\(act.kind)"),
            "from": scene.names.fields(act.from), "officer": Text.safe(act.officer, limit: 80), "hash": act.hash,
            "index": scene.figures.count(act.index), "id": act.id.description, "key": Text.safe(act.keyID, limit: 120),
            "algorithm": Text.safe(act.algorithm, limit: 20), "registered": scene.times.fields(act.registered, theirs: nil, exact: true),
            "payload": isCut ? String(text.prefix(Self.limit)) : text, "isCut": isCut,
            "command": "comity file show \(ref) --json",
            "jws": act.jws.utf8.count > Self.limit ? "" : Text.safe(act.jws, limit: Self.limit),
            "hasJWS": act.jws.utf8.count <= Self.limit, "deliveries": DeliveryWords(scene: scene).lines(act.deliveries),
            "hasDeliveries": !act.deliveries.isEmpty, "cosigners": CosignerWords(scene: scene).lines(act.cosigners, most: 20),
            "hasCosigners": !act.cosigners.isEmpty,
        ]
        return try visit.pages.show("act-signed", fields, scene, title: title, here: "")
    }

    /// JSON with two spaces a level and sorted members.
    static func pretty(_ value: JSONValue, indent: Int = 0) -> String {
        let pad = String(repeating: "  ", count: indent + 1)
        let close = String(repeating: "  ", count: indent)
        switch value {
        case .array(let items) where items.isEmpty: return "[]"
        case .object(let members) where members.isEmpty: return "{}"
        case .array(let items): return "[\n" + items.map { pad + pretty($0, indent: indent + 1) }.joined(separator: ",\n") + "\n\(close)]"
        case .object(let members):
            let lines = members.sorted { $0.key < $1.key }.map { pad + quoted($0.key) + ": " + pretty($0.value, indent: indent + 1) }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(close)}"
        case .string(let text): return quoted(text)
        case .bool(let flag): return flag ? "true" : "false"
        case .integer(let number): return "\(number)"
        case .number(let number): return "\(number)"
        case .null: return "null"
        }
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

/// How the delivery of an act stands, in words and three shapes.
struct DeliveryWords {
    let scene: Scene

    func lines(_ deliveries: [DeliveryLine]) -> [Fields] {
        deliveries.map { line in
            let (icon, key) =
                switch line.stage {
                case .delivered: ("met", "delivery.delivered")
                case .waiting: ("dots", line.next == nil ? "delivery.waiting" : "delivery.retry")
                case .refused: ("alert", "delivery.refused")
                }
            func time(_ instant: Instant?) -> Phrase.Value {
                .words(instant.map { scene.times.text(scene.times.local($0)) } ?? "")
            }
            return [
                "icon": icon, "isDone": line.stage == .delivered, "hasSays": line.stage != .delivered && !(line.says ?? "").isEmpty,
                "says": Text.safe(line.says ?? "", limit: 300),
                "words": scene.phrase(
                    key, ["who": scene.names.phrase(line.state), "time": time(line.stage == .delivered ? line.receipted : line.next)]),
            ]
        }
    }
}
