// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Checks that the rule language cannot say because they look inside each item of a list. A rule file names one by its
/// raw value and gives the citation; the check only finds faults.
public enum NamedCheck: String, Sendable, CaseIterable {
    /// Every identifier has a known kind and a well-formed value.
    case identifiersWellFormed = "identifiers-well-formed"
    /// Every IP endpoint carries the source port.
    case ipEndpointPort = "ip-endpoint-port"
    /// Every IP endpoint carries the time of use with a zone.
    case ipEndpointTime = "ip-endpoint-time"
    /// Every period has a beginning and an end with zones, in order.
    case periods
    /// Every time named anywhere in the draft that looks like one carries a zone.
    case timesHaveZones = "times-have-zones"

    public struct Fault: Sendable, Equatable {
        public let field: String
        public let detail: String
    }

    /// At most this many faults are listed one by one; a draft with 10,000 wrong identifiers stays readable.
    static let listed = 50

    public func faults(in draft: JSONValue) -> [Fault] {
        var faults: [Fault] = []
        switch self {
        case .identifiersWellFormed: eachIdentifier(in: draft) { faults += Self.identifierFaults($0, at: $1) }
        case .ipEndpointPort:
            eachIdentifier(in: draft) { item, path in
                guard item["kind"]?.string == "ip_endpoint", item["port"] == nil || item["port"]?.isEmpty == true else { return }
                if item["port_missing_reason"].map(\.isEmpty) ?? true {
                    faults.append(Fault(field: "\(path).port", detail: "The source port is missing and no reason is given."))
                }
            }
        case .ipEndpointTime:
            eachIdentifier(in: draft) { item, path in
                guard item["kind"]?.string == "ip_endpoint" else { return }
                guard let text = item["at"]?.string else {
                    faults.append(Fault(field: "\(path).at", detail: "The time of use is missing."))
                    return
                }
                if let detail = Self.timeFault(text) { faults.append(Fault(field: "\(path).at", detail: detail)) }
            }
        case .periods:
            for (index, item) in (draft["data_sought"]?.array ?? []).enumerated() {
                faults += Self.periodFaults(item, at: "data_sought.\(index)")
            }
        case .timesHaveZones: Self.walk(draft, at: "", into: &faults)
        }
        if faults.count > Self.listed {
            let rest = faults.count - Self.listed
            faults = Array(faults.prefix(Self.listed)) + [Fault(field: "identifiers", detail: "and \(rest) more of the same kind")]
        }
        return faults
    }

    private func eachIdentifier(in draft: JSONValue, _ body: (JSONValue, String) -> Void) {
        for (index, item) in (draft["identifiers"]?.array ?? []).enumerated() { body(item, "identifiers.\(index)") }
    }

    private static func identifierFaults(_ item: JSONValue, at path: String) -> [Fault] {
        func fault(_ member: String, _ detail: String) -> [Fault] { [Fault(field: "\(path).\(member)", detail: detail)] }
        switch item["kind"]?.string {
        case "ip_endpoint", "server":
            guard let address = item["ip"]?.string, Identifier.isIPAddress(address) else {
                return fault("ip", "“\(shown(item["ip"]))” is not an IP address.")
            }
            if let port = item["port"], !port.isEmpty, !(port.integer.map(Identifier.isPort) ?? false) {
                return fault("port", "A port is a whole number from 1 to 65535.")
            }
            return []
        case "email":
            guard let value = item["value"]?.string, Identifier.isEmail(value) else {
                return fault("value", "“\(shown(item["value"]))” is not an e-mail address.")
            }
            return []
        case "account":
            if item["service"]?.isEmpty ?? true { return fault("service", "The service that holds the account is missing.") }
            if item["immutable_id"]?.isEmpty ?? true {
                return fault("immutable_id", "The immutable account id is missing; a display name can change hands.")
            }
            return []
        case "domain":
            guard let value = item["value"]?.string, Identifier.isDomain(value) else {
                return fault("value", "“\(shown(item["value"]))” is not a domain name.")
            }
            return []
        case .some(let kind): return fault("kind", "“\(Text.safe(kind, limit: 40))” is not a kind of identifier known here.")
        case nil: return fault("kind", "The kind of the identifier is missing.")
        }
    }

    private static func periodFaults(_ item: JSONValue, at path: String) -> [Fault] {
        var faults: [Fault] = []
        var bounds: [Instant] = []
        for member in ["from", "to"] {
            guard let text = item[member]?.string else {
                faults.append(Fault(field: "\(path).\(member)", detail: "The period has no \(member == "from" ? "beginning" : "end")."))
                continue
            }
            do { bounds.append(try Instant(text)) } catch { faults.append(Fault(field: "\(path).\(member)", detail: error.what)) }
        }
        if bounds.count == 2, bounds[1] <= bounds[0] {
            faults.append(Fault(field: "\(path).to", detail: "The period ends before it begins."))
        }
        return faults
    }

    /// A text of the shape `2026-11-24T16:20…` must be a whole RFC 3339 time.
    private static func walk(_ value: JSONValue, at path: String, into faults: inout [Fault]) {
        switch value {
        case .string(let text):
            let head = Array(text.utf8.prefix(11))
            guard text.utf8.count <= 40, head.count == 11, head[4] == UInt8(ascii: "-"), head[7] == UInt8(ascii: "-"),
                head[10] == UInt8(ascii: "T"), head[0..<4].allSatisfy({ (0x30...0x39).contains($0) })
            else { return }
            if let detail = timeFault(text) { faults.append(Fault(field: path, detail: detail)) }
        case .array(let items):
            for (index, item) in items.enumerated() { walk(item, at: path.isEmpty ? "\(index)" : "\(path).\(index)", into: &faults) }
        case .object(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                walk(member, at: path.isEmpty ? name : "\(path).\(name)", into: &faults)
            }
        default: return
        }
    }

    private static func timeFault(_ text: String) -> String? {
        do {
            _ = try Instant(text)
            return nil
        } catch { return error.what }
    }

    private static func shown(_ value: JSONValue?) -> String { Text.safe(value?.string ?? "", limit: 60) }
}
