// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Checks that the rule language cannot say, because they count, compute or look into a register. A rule file names one by its
/// raw value, gives its setting in `with` and the citation; the check only finds faults.
public enum NamedCheck: String, Sendable, CaseIterable {
    /// Every identifier has a known kind and a well-formed value.
    case identifiersWellFormed = "identifiers-well-formed"
    /// Identifiers that are well formed but may mislead: national telephone numbers, look-alike domains, coarse times.
    case identifiersDoubtful = "identifiers-doubtful"
    /// Every IP endpoint carries the source port.
    case ipEndpointPort = "ip-endpoint-port"
    /// Every IP endpoint carries the time of use with a zone.
    case ipEndpointTime = "ip-endpoint-time"
    /// Every IPv4 endpoint carries the source port and the time to the second.
    case ipv4PortAndSecond = "ipv4-port-and-second"
    /// Every period has a beginning and an end with zones, in order.
    case periods
    /// No period is longer than `with.days`, unless `period_reason` says why.
    case periodLong = "period-long"
    /// Every time named anywhere in the draft that looks like one carries a zone.
    case timesHaveZones = "times-have-zones"
    /// Secrecy that lasts longer than `with.days`.
    case secrecyLong = "secrecy-long"
    /// Several States stand in `case.place`, and nothing says who prosecutes what.
    case severalPlaces = "several-places"

    // What needs to know the two States and the day.
    case profilesKnown = "profiles-known"
    case instrumentBinds = "instrument-binds"
    case routeOpen = "route-open"
    case routeSerious = "route-serious"
    case offenceOutsideRoute = "offence-outside-route"
    case issuerCompetent = "issuer-competent"
    case categoryCompetent = "category-competent"
    case languageAccepted = "language-accepted"
    case offencesMatchProfile = "offences-match-profile"
    case dualCriminalityMet = "dual-criminality-met"
    case dualCriminalityAbsent = "dual-criminality-absent"
    case nationalOfRequested = "national-of-requested"
    case noNationalOfRequested = "no-national-of-requested"
    case penaltyBelowMinimum = "penalty-below-minimum"
    case penaltyReachesMinimum = "penalty-reaches-minimum"
    /// A request that arrived sets aside what its sender may not.
    case setAsideAllowed = "set-aside-allowed"

    public struct Fault: Sendable, Equatable {
        public let field: String
        public let detail: String
        /// A narrower name for the finding, for example `identifier.checksum`.
        public var code: String?
    }

    /// At most this many faults are listed one by one; a draft with 10,000 wrong identifiers stays readable.
    static let listed = 50

    /// Faults of a draft alone; a check that needs the two States finds none.
    public func faults(in draft: JSONValue) -> [Fault] { faults(in: Condition.Facts(draft: draft), with: .null) }

    func faults(in facts: Condition.Facts, with setting: JSONValue) -> [Fault] {
        let draft = facts.draft
        var faults: [Fault] = []
        switch self {
        case .identifiersWellFormed: eachIdentifier(in: draft, &faults) { IdentifierCheck.faults($0, at: $1) }
        case .identifiersDoubtful: eachIdentifier(in: draft, &faults) { IdentifierCheck.doubts($0, at: $1) }
        case .ipEndpointPort: eachIdentifier(in: draft, &faults, Self.portFaults)
        case .ipEndpointTime: eachIdentifier(in: draft, &faults, Self.timeFaults)
        case .ipv4PortAndSecond: eachIdentifier(in: draft, &faults, Self.secondFaults)
        case .periods:
            for (index, item) in (draft["data_sought"]?.array ?? []).enumerated() where item["category"]?.string != "NONE" {
                faults += Self.periodFaults(item, at: "data_sought.\(index)")
            }
        case .periodLong: faults = Self.longPeriods(draft, days: setting["days"]?.integer ?? 366)
        case .timesHaveZones: Self.walk(draft, at: "", into: &faults)
        case .secrecyLong: faults = Self.longSecrecy(facts, days: setting["days"]?.integer ?? 730)
        case .severalPlaces:
            let places = Set((draft["case"]?["place"]?.array ?? []).compactMap(\.string))
            if places.count > 1, draft["case"]?["jurisdiction"]?.isEmpty ?? true {
                faults = [
                    Fault(
                        field: "case.place",
                        detail: "\(places.count) States are named: \(places.sorted().prefix(10).joined(separator: ", ")).")
                ]
            }
        default: faults = contextFaults(in: facts, with: setting)
        }
        if faults.count > Self.listed {
            let rest = faults.count - Self.listed
            faults = Array(faults.prefix(Self.listed)) + [Fault(field: "identifiers", detail: "and \(rest) more of the same kind")]
        }
        return faults
    }

    private func eachIdentifier(in draft: JSONValue, _ faults: inout [Fault], _ body: (JSONValue, String) -> [Fault]) {
        for (index, item) in (draft["identifiers"]?.array ?? []).enumerated() { faults += body(item, "identifiers.\(index)") }
    }

    private static func portFaults(_ item: JSONValue, _ path: String) -> [Fault] {
        guard item["kind"]?.string == "ip_endpoint", item["port"]?.isEmpty ?? true, item["port_missing_reason"].map(\.isEmpty) ?? true
        else {
            return []
        }
        return [Fault(field: "\(path).port", detail: "The source port is missing and no reason is given.")]
    }

    private static func timeFaults(_ item: JSONValue, _ path: String) -> [Fault] {
        guard item["kind"]?.string == "ip_endpoint" else { return [] }
        if let local = item["local_time"]?.string {
            let zone = item["zone"]?.string ?? ""
            return LocalTime.check(local, zone: zone).fault.map {
                [Fault(field: "\(path).local_time", detail: $0, code: "identifier.local_time")]
            } ?? []
        }
        guard let text = item["at"]?.string else { return [Fault(field: "\(path).at", detail: "The time of use is missing.")] }
        return timeFault(text).map { [Fault(field: "\(path).at", detail: $0)] } ?? []
    }

    private static func secondFaults(_ item: JSONValue, _ path: String) -> [Fault] {
        guard item["kind"]?.string == "ip_endpoint", let ip = item["ip"]?.string, !ip.contains(":") else { return [] }
        var found: [Fault] = []
        if item["port"]?.isEmpty ?? true {
            found.append(Fault(field: "\(path).port", detail: "Addresses are shared there; the source port is missing."))
        }
        if let precision = item["precision"]?.string, ["PT1M", "PT1H", "P1D"].contains(precision) {
            found.append(Fault(field: "\(path).precision", detail: "The time is coarser than a second."))
        }
        return found
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

    private static func longPeriods(_ draft: JSONValue, days: Int64) -> [Fault] {
        (draft["data_sought"]?.array ?? []).enumerated().compactMap { index, item in
            guard let from = item["from"]?.string.flatMap({ try? Instant($0) }), let to = item["to"]?.string.flatMap({ try? Instant($0) }),
                item["period_reason"]?.isEmpty ?? true
            else { return nil }
            let span = (to.milliseconds - from.milliseconds) / 86_400_000
            return span > days ? Fault(field: "data_sought.\(index).from", detail: "The period has \(span) days.") : nil
        }
    }

    private static func longSecrecy(_ facts: Condition.Facts, days: Int64) -> [Fault] {
        guard let on = facts.on, let until = facts.draft.at("confidentiality.until")?.string.flatMap({ try? Instant($0) }) else {
            return []
        }
        let span = (until.milliseconds - on.milliseconds) / 86_400_000
        return span > days ? [Fault(field: "confidentiality.until", detail: "Secrecy is asked for \(span) days.")] : []
    }

    /// A text of the shape `2026-11-24T16:20…` must be a whole RFC 3339 time; a `local_time` is read with its zone elsewhere.
    private static func walk(_ value: JSONValue, at path: String, into faults: inout [Fault]) {
        switch value {
        case .string(let text):
            let head = Array(text.utf8.prefix(11))
            guard text.utf8.count <= 40, head.count == 11, head[4] == UInt8(ascii: "-"), head[7] == UInt8(ascii: "-"),
                head[10] == UInt8(ascii: "T"), head[0..<4].allSatisfy({ (0x30...0x39).contains($0) }), !path.hasSuffix(".local_time")
            else { return }
            if let detail = timeFault(text) { faults.append(Fault(field: path, detail: detail)) }
        case .array(let items):
            for (index, item) in items.enumerated() { walk(item, at: FieldPath.join(path, "\(index)"), into: &faults) }
        case .object(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) { walk(member, at: FieldPath.join(path, name), into: &faults) }
        default: return
        }
    }

    static func timeFault(_ text: String) -> String? {
        do {
            _ = try Instant(text)
            return nil
        } catch { return error.what }
    }
}
