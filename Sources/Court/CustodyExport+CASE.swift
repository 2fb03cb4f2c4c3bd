// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards

extension CustodyExport {
    /// CASE 1 and UCO 1 (Cyber-investigation Analysis Standard Expression) as JSON-LD.
    ///
    /// Each recorded piece of the chain is a `case-investigation:InvestigativeAction` on the package or on the exhibits that it names,
    /// each exhibit a `uco-observable:File` with its hash and a `case-investigation:ProvenanceRecord` with its number. A time without
    /// a record stands there as an action “gap” without a performer. Identifiers are made from the hash of the package, so the same
    /// chain gives the same identifiers; only what was added later is new.
    public var caseGraph: JSONValue {
        let package = id("package", digest)
        var graph = [file(package, name: name, size: size > 0 ? size : nil, sha256: "")]
        for exhibit in exhibits {
            let item = id("exhibit", "\(exhibit.number)")
            graph.append(file(item, name: exhibit.name, size: exhibit.size, sha256: exhibit.sha256))
            graph.append(
                .object([
                    "@id": .string(id("provenance-record", "\(exhibit.number)")), "@type": .string("case-investigation:ProvenanceRecord"),
                    "case-investigation:exhibitNumber": .string("\(ref)-\(exhibit.number)"), "uco-core:object": Self.to(item),
                ]))
        }
        var people: Set<String> = []
        var tools: Set<String> = []
        for (number, step) in steps.enumerated() where step.hasHappened || step.kind == .gap {
            let performer = self.performer(step)
            if let performer, people.insert(performer.id).inserted {
                graph.append(
                    .object([
                        "@id": .string(performer.id), "@type": .string("uco-identity:Identity"), "uco-core:name": .string(performer.name),
                    ]))
            }
            let instrument = instrument(step)
            if let instrument, tools.insert(instrument).inserted { graph.append(Self.tool(id("tool", instrument), instrument)) }
            graph.append(action(step, number, performer?.id, instrument.map { id("tool", $0) }, package))
        }
        let context: [String: JSONValue] = [
            "kb": "urn:comity:kb:", "case-investigation": "https://ontology.caseontology.org/case/investigation/",
            "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
            "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
            "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
            "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
            "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
            "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/", "xsd": "http://www.w3.org/2001/XMLSchema#",
        ].mapValues { JSONValue.string($0) }
        return .object(["@context": .object(context), "@graph": .array(graph)])
    }

    /// The program or device of a step: the one it names; this program for what a node recorded without naming one.
    private func instrument(_ step: CustodyStep) -> String? {
        if !step.tool.isEmpty { return step.tool }
        return step.isNoted || [CustodyStep.Kind.collected, .gap].contains(step.kind) ? nil : tool
    }

    /// `dd 9.5` is the tool dd in its version 9.5.
    private static func tool(_ id: String, _ name: String) -> JSONValue {
        var tool: [String: JSONValue] = ["@id": .string(id), "@type": .string("uco-tool:Tool"), "uco-core:name": .string(name)]
        let words = name.split(separator: " ")
        if words.count > 1, let last = words.last, last.first?.isNumber == true {
            tool["uco-core:name"] = .string(words.dropLast().joined(separator: " "))
            tool["uco-tool:version"] = .string(String(last))
        }
        return .object(tool)
    }

    private func performer(_ step: CustodyStep) -> (id: String, name: String)? {
        guard !step.who.isEmpty else { return nil }
        let name = step.who == "node" ? "Node of \(step.by?.description ?? "")" : step.who
        return (id("identity", name), name)
    }

    private func action(_ step: CustodyStep, _ number: Int, _ performer: String?, _ instrument: String?, _ package: String) -> JSONValue {
        let objects = step.exhibits.filter { number in exhibits.contains { $0.number == number } }.map { id("exhibit", "\($0)") }
        var action: [String: JSONValue] = [
            "@id": .string(
                id("action", "\(step.index.map { "entry \($0)" } ?? "\(number)") \(step.kind.rawValue) \(step.at?.description ?? "")")),
            "@type": .string("case-investigation:InvestigativeAction"), "uco-core:name": .string(step.kind.rawValue),
            "uco-core:description": .string(Self.says(step)),
            "uco-action:object": objects.isEmpty ? Self.to(package) : .array(objects.map(Self.to)),
        ]
        if let at = step.at {
            action["uco-action:startTime"] = .object(["@type": .string("xsd:dateTime"), "@value": .string(at.description)])
        }
        if let performer { action["uco-action:performer"] = Self.to(performer) }
        if let instrument { action["uco-action:instrument"] = Self.to(instrument) }
        return .object(action)
    }

    private static func says(_ step: CustodyStep) -> String {
        var says = step.kind == .gap ? "No record of who held the exhibits" : step.state == .failed ? "Done, and found not valid" : "Done"
        if !step.place.isEmpty { says += ", at \(step.place)" }
        if let length = step.length { says += ", for \(length / 60_000) minutes" }
        for more in [about(step), step.why, step.seal.isEmpty ? "" : "seal \(step.seal)", measured(step)] where !more.isEmpty {
            says += "; \(more)"
        }
        return says + "."
    }

    private func file(_ item: String, name: String, size: Int64?, sha256: String) -> JSONValue {
        var content: [String: JSONValue] = [
            "@id": .string(id("content-data-facet", item)), "@type": .string("uco-observable:ContentDataFacet"),
        ]
        if let size { content["uco-observable:sizeInBytes"] = .integer(size) }
        if !sha256.isEmpty {
            content["uco-observable:hash"] = .object([
                "@id": .string(id("hash", item)), "@type": .string("uco-types:Hash"), "uco-types:hashMethod": .string("SHA256"),
                "uco-types:hashValue": .object(["@type": .string("xsd:hexBinary"), "@value": .string(sha256)]),
            ])
        }
        return .object([
            "@id": .string(item), "@type": .string("uco-observable:File"),
            "uco-core:hasFacet": .array([
                .object([
                    "@id": .string(id("file-facet", item)), "@type": .string("uco-observable:FileFacet"),
                    "uco-observable:fileName": .string(name),
                ]), .object(content),
            ]),
        ])
    }

    private static func to(_ id: String) -> JSONValue { .object(["@id": .string(id)]) }

    /// `kb:KIND-UUID`: a name-based UUID (RFC 9562, version 5) in the name space of the package, the front of its hash.
    private func id(_ kind: String, _ name: String) -> String {
        let space = Array((Hex.decode(digest) ?? []).prefix(16))
        var bytes = Array(Insecure.SHA1.hash(data: space + Array("\(kind) \(name)".utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        let hex = Hex.encode(bytes)
        let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)].map { start, end in
            String(hex.dropFirst(start).prefix(end - start))
        }
        return "kb:\(kind)-\(parts.joined(separator: "-"))"
    }
}
