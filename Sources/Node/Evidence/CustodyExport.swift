// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards

/// The chain of custody of a package for other programs and for reading: plain text, JSON, and CASE (Cyber-investigation Analysis
/// Standard Expression) as JSON-LD.
///
/// CASE: each recorded piece of the chain is a `case-investigation:InvestigativeAction` on the package, each exhibit a
/// `uco-observable:File` with its hash and a `case-investigation:ProvenanceRecord` with its number. A time without a record stands
/// there as an action “gap” without a performer. Identifiers are made from the hash of the package, so the same chain gives the same
/// identifiers; only what was added later is new.
public struct CustodyExport: Sendable {
    private let view: PackageView
    private let exercise: Bool
    /// When it was made.
    private let at: Instant

    public init(_ view: PackageView, exercise: Bool, at: Instant) {
        self.view = view
        self.exercise = exercise
        self.at = at
    }

    // MARK: Text

    /// For reading; a line for each piece and each exhibit.
    public var text: String {
        var lines = [
            "CHAIN OF CUSTODY\(exercise ? "   EXERCISE, not a real case" : "")", "package   \(view.name)", "digest    \(view.digest)",
            "file      \(view.ref)", "state     \(at)", "",
        ]
        for step in view.custody {
            let when = step.at.map { "\($0)" } ?? (step.state == .waiting ? "not yet" : "time not recorded")
            let who = [step.by.map { "\($0)" } ?? "", Text.safe(step.who, limit: 80)].filter { !$0.isEmpty }.joined(separator: " ")
            var line = "\(Self.padded(step.kind.rawValue, 10))\(Self.padded(when, 27))\(who.isEmpty ? "nobody is recorded" : who)"
            if !step.place.isEmpty { line += ", \(Text.safe(step.place, limit: 200))" }
            if step.state == .failed { line += "   NOT VALID" }
            if let length = step.length { line += "   \(length / 60_000) minutes without a record" }
            lines.append(line)
        }
        lines += ["", "EXHIBITS"]
        for exhibit in view.exhibits {
            lines.append(
                "\(exhibit.number)  \(exhibit.expected)  \(exhibit.size) bytes  \(Text.safe(exhibit.name))  \(exhibit.state)")
        }
        lines += ["", "This says who answered for the exhibits and when. It does not prove that their content is true."]
        return lines.joined(separator: "\n")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text.padding(toLength: max(width, text.count + 2), withPad: " ", startingAt: 0)
    }

    // MARK: JSON

    /// `{v, package, name, size, ref, at, exercise, custody: [{kind, state, who, by?, at?, place, minutes?}], exhibits: […]}`.
    public var json: JSONValue {
        .object([
            "v": .integer(1), "package": .string(view.digest), "name": .string(view.name), "size": .integer(view.size),
            "ref": .string(view.ref.description), "at": .string(at.description), "exercise": .bool(exercise),
            "custody": .array(
                view.custody.map { step in
                    var item: [String: JSONValue] = [
                        "kind": .string(step.kind.rawValue), "state": .string(step.state.rawValue), "who": .string(step.who),
                        "place": .string(step.place),
                    ]
                    if let by = step.by { item["by"] = .string(by.description) }
                    if let at = step.at { item["at"] = .string(at.description) }
                    if let length = step.length { item["minutes"] = .integer(length / 60_000) }
                    return .object(item)
                }),
            "exhibits": .array(
                view.exhibits.map {
                    .object([
                        "number": .integer(Int64($0.number)), "name": .string($0.name), "size": .integer($0.size),
                        "sha256": .string($0.expected), "state": .string($0.state),
                    ])
                }),
        ])
    }

    // MARK: CASE

    /// A JSON-LD graph of CASE 1 and UCO 1.
    public var caseGraph: JSONValue {
        let package = id("package", view.digest)
        var graph: [JSONValue] = [
            .object([
                "@id": .string(tool), "@type": .string("uco-tool:Tool"), "uco-core:name": .string("Comity"),
                "uco-tool:version": .string(Version.number),
            ]),
            file(package, name: view.name, size: view.size, sha256: ""),
        ]
        for exhibit in view.exhibits {
            let item = id("exhibit", "\(exhibit.number)")
            graph.append(file(item, name: exhibit.name, size: exhibit.size, sha256: exhibit.expected))
            graph.append(
                .object([
                    "@id": .string(id("provenance-record", "\(exhibit.number)")), "@type": .string("case-investigation:ProvenanceRecord"),
                    "case-investigation:exhibitNumber": .string("\(view.ref)-\(exhibit.number)"), "uco-core:object": Self.to(item),
                ]))
        }
        var people: Set<String> = []
        for (number, step) in view.custody.enumerated() where step.state == .done || step.state == .failed || step.kind == .gap {
            let performer = self.performer(step)
            if let performer, people.insert(performer.id).inserted {
                graph.append(
                    .object([
                        "@id": .string(performer.id), "@type": .string("uco-identity:Identity"), "uco-core:name": .string(performer.name),
                    ]))
            }
            graph.append(action(step, number, performer?.id, package))
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

    private var tool: String { id("tool", "comity \(Version.number)") }

    private func performer(_ step: CustodyStep) -> (id: String, name: String)? {
        guard !step.who.isEmpty else { return nil }
        let name = step.who == "node" ? "Node of \(step.by?.description ?? "")" : step.who
        return (id("identity", name), name)
    }

    private func action(_ step: CustodyStep, _ number: Int, _ performer: String?, _ package: String) -> JSONValue {
        var action: [String: JSONValue] = [
            "@id": .string(id("action", "\(number) \(step.kind.rawValue) \(step.at?.description ?? "")")),
            "@type": .string("case-investigation:InvestigativeAction"), "uco-core:name": .string(step.kind.rawValue),
            "uco-core:description": .string(Self.says(step)), "uco-action:object": Self.to(package),
        ]
        if let at = step.at {
            action["uco-action:startTime"] = .object(["@type": .string("xsd:dateTime"), "@value": .string(at.description)])
        }
        if let performer { action["uco-action:performer"] = Self.to(performer) }
        if ![CustodyStep.Kind.collected, .gap].contains(step.kind) { action["uco-action:instrument"] = Self.to(tool) }
        return .object(action)
    }

    private static func says(_ step: CustodyStep) -> String {
        var says = step.kind == .gap ? "No record of who held the exhibits" : step.state == .failed ? "Done, and found not valid" : "Done"
        if !step.place.isEmpty { says += ", at \(step.place)" }
        if let length = step.length { says += ", for \(length / 60_000) minutes" }
        return says + "."
    }

    private func file(_ item: String, name: String, size: Int64, sha256: String) -> JSONValue {
        var content: [String: JSONValue] = [
            "@id": .string(id("content-data-facet", item)), "@type": .string("uco-observable:ContentDataFacet"),
            "uco-observable:sizeInBytes": .integer(size),
        ]
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
        let space = Array((Hex.decode(view.digest) ?? []).prefix(16))
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
