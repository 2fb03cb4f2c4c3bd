// SPDX-License-Identifier: Apache-2.0

import Dossier
import Law
import Standards

/// What a request takes over from the file that it follows, so that nobody types it twice.
struct FollowUp {
    let parent: Dossier
    let type: FileType
    let to: [StateCode]
    let law: Law

    /// Decided anew for each request, or said by the node itself.
    private static let fresh: Set<String> = [
        "to", "authority", "tlp", "lang", "title", "translation", "follows", "urgency", "screen", "authorisation", "intent_to_send_mla",
    ]

    var relation: ActBody.Link.Relation {
        if parent.type == .emergency { return .answers }
        return isNextHop ? .chainHop : .follows
    }

    /// The same path, one State further.
    private var isNextHop: Bool {
        [.preservation, .trafficDisclosure].contains(type) && [.preservation, .trafficDisclosure].contains(parent.type)
            && to.contains { state in !parent.opening.to.contains { $0.state == state } }
    }

    var members: [String: JSONValue] {
        let request = parent.request
        var members: [String: JSONValue] = [:]
        for field in law.fields(for: type.rawValue) where !Self.fresh.contains(field.path) {
            if let value = request.content[field.path], !value.isEmpty { members[field.path] = value }
        }
        members["title"] = .string(request.title)
        members["tlp"] = .string(parent.opening.tlp.rawValue)
        members[relation == .chainHop ? "chain_hop" : relation.rawValue] = .string(request.ref.description)
        if isNextHop { takeTheHop(&members) }
        return members
    }

    /// The provider that the path led to, in the State that is asked now.
    private func takeTheHop(_ members: inout [String: JSONValue]) {
        let disclosed = parent.entries.filter { $0.act.kind == .disclose }
            .compactMap { try? ActBody.read(ActBody.Disclose.self, from: $0.act) }.flatMap { $0.path ?? [] }
        members["custodian"] = nil
        guard let hop = disclosed.last(where: { to.contains($0.state) }) else { return }
        members["custodian"] = .object(["provider": .string(hop.provider)])
        if type == .trafficDisclosure { members["custodian"] = nil }
        guard let address = hop.address, Identifier.isIPAddress(address) else { return }
        var identifiers = members["identifiers"]?.array ?? []
        var found: [String: JSONValue] = [
            "id": .string("I\(identifiers.count + 1)"), "kind": .string("ip_endpoint"), "ip": .string(address),
            "source": .string(request(hop.hop)),
        ]
        if let port = hop.port { found["port"] = .integer(Int64(port)) }
        if let at = hop.at { found["at"] = .string(at.description) }
        identifiers.append(.object(found))
        members["identifiers"] = .array(identifiers)
    }

    private func request(_ hop: Int) -> String { "\(parent.ref), hop \(hop)" }
}
