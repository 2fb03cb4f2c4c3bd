// SPDX-License-Identifier: Apache-2.0

import Standards

/// One identifier of a draft, by its kind.
enum IdentifierCheck {
    typealias Fault = NamedCheck.Fault

    /// What makes it useless to a provider.
    static func faults(_ item: JSONValue, at path: String) -> [Fault] {
        func fault(_ member: String, _ detail: String, _ code: String = "identifier.format") -> [Fault] {
            [Fault(field: "\(path).\(member)", detail: detail, code: code)]
        }
        let value = item["value"]?.string ?? ""
        func sound(_ holds: Bool, _ what: String, _ code: String = "identifier.format") -> [Fault] {
            holds ? [] : fault("value", "“\(shown(item["value"]))” is not \(what).", code)
        }
        guard let kind = item["kind"]?.string else { return fault("kind", "The kind of the identifier is missing.", "identifier.kind") }
        switch kind {
        case "ip_endpoint", "server": return address(item, fault)
        case "email": return sound(Identifier.isEmail(value), "an e-mail address")
        case "account":
            if item["service"]?.isEmpty ?? true { return fault("service", "The service that holds the account is missing.") }
            if item["immutable_id"]?.isEmpty ?? true {
                return fault("immutable_id", "The immutable account id is missing; a display name can change hands.")
            }
            return []
        case "domain": return sound(Identifier.isDomain(value), "a domain name")
        case "url": return sound(Identifier.isURL(value), "a web address")
        case "message_id": return sound(Identifier.isMessageID(value), "a message id")
        case "phone":
            return sound(Identifier.normalisedPhone(value) != nil || Identifier.isNationalPhone(value), "a telephone number")
        case "imei": return sound(Identifier.isIMEI(value), "an IMEI; its digits or its check digit are wrong", "identifier.checksum")
        case "imsi": return sound(Identifier.isIMSI(value), "an IMSI")
        case "iccid": return sound(Identifier.isICCID(value), "an ICCID; its digits or its check digit are wrong", "identifier.checksum")
        case "mac": return sound(Identifier.isMAC(value), "a hardware address")
        case "iban": return sound(Identifier.isIBAN(value), "an IBAN; its check digits are wrong", "identifier.checksum")
        case "bank_account":
            if item["number"]?.isEmpty ?? true { return fault("number", "The account number is missing.") }
            if let bic = item["bic"]?.string, !Identifier.isBIC(bic) { return fault("bic", "“\(shown(item["bic"]))” is not a BIC.") }
            return item["bank"]?.isEmpty ?? true ? fault("bank", "The name of the bank is missing.") : []
        case "card": return card(item, path)
        case "crypto_address":
            if case .wrong(let why) = Identifier.cryptoAddress(value, chain: item["chain"]?.string ?? "") {
                return fault("value", "“\(shown(item["value"]))”: \(why)", "identifier.checksum")
            }
            return []
        case "crypto_tx":
            return sound(Identifier.isCryptoTransaction(value, chain: item["chain"]?.string ?? ""), "a transaction of that chain")
        case "file_hash": return hash(item, value, fault)
        case "cell": return sound(Identifier.isCell(value), "a cell written MCC-MNC-LAC-CI")
        case "as_number":
            return item["value"]?.integer.map(Identifier.isASNumber) ?? false ? [] : fault("value", "An AS number is 0 to 4294967295.")
        case "legal_entity":
            if let lei = item["lei"]?.string, !Identifier.isLEI(lei) {
                return fault("lei", "The check digits of the LEI are wrong.", "identifier.checksum")
            }
            return item["name"]?.isEmpty ?? true ? fault("name", "The name of the legal entity is missing.") : []
        case "vehicle":
            if let vin = item["vin"]?.string, !Identifier.isVIN(vin) {
                return fault("vin", "The VIN or its check digit is wrong.", "identifier.checksum")
            }
            return item["vin"] == nil && item["plate"]?.isEmpty ?? true ? fault("vin", "The vehicle has neither VIN nor plate.") : []
        case "vessel":
            let number = item["imo"]?.string ?? item["imo"]?.integer.map { String($0) } ?? ""
            return Identifier.isIMO(number) ? [] : fault("imo", "The IMO number or its check digit is wrong.", "identifier.checksum")
        case "identity_document":
            if let line = item["mrz_line_2"]?.string, let why = Identifier.passportLineFault(line) {
                return fault("mrz_line_2", why, "identifier.checksum")
            }
            return item["mrz_line_2"] == nil && item["number"]?.isEmpty ?? true
                ? fault("number", "The number of the document is missing.") : []
        case "device", "property", "service_provider", "other":
            let said = (item.object ?? [:]).contains { !["id", "kind", "source", "confidence"].contains($0.key) && !$0.value.isEmpty }
            return said ? [] : fault("value", "Nothing is said that identifies it.")
        default: return fault("kind", "“\(Text.safe(kind, limit: 40))” is not a kind of identifier known here.", "identifier.kind")
        }
    }

    /// What may mislead, though it is well formed.
    static func doubts(_ item: JSONValue, at path: String) -> [Fault] {
        func doubt(_ member: String, _ detail: String, _ code: String) -> [Fault] {
            [Fault(field: "\(path).\(member)", detail: detail, code: code)]
        }
        let value = item["value"]?.string ?? ""
        if let hidden = (item.object ?? [:]).sorted(by: { $0.key < $1.key }).first(where: {
            Identifier.hasHiddenCharacters($0.value.string ?? "")
        }) {
            return doubt(hidden.key, "“\(shown(hidden.value))” holds characters that cannot be seen.", "identifier.hidden_characters")
        }
        switch item["kind"]?.string {
        case "phone":
            if Identifier.isPhone(value) { return [] }
            if let normal = Identifier.normalisedPhone(value) { return doubt("value", "Write it as \(normal).", "identifier.phone_format") }
            return doubt("value", "The number has no country; write it as +, country and number.", "identifier.phone_national")
        case "domain": return Identifier.domainWarning(value).map { doubt("value", $0, "identifier.lookalike") } ?? []
        case "url":
            return Identifier.host(of: value).flatMap(Identifier.domainWarning).map { doubt("value", $0, "identifier.lookalike") } ?? []
        case "email":
            let host = value.split(separator: "@").last.map(String.init) ?? ""
            return Identifier.domainWarning(host).map { doubt("value", $0, "identifier.lookalike") } ?? []
        case "account":
            let handled = item["handle"]?.string.map { !["", "not known", "not stated"].contains($0) } ?? false
            return handled && item["handle_at"]?.isEmpty ?? true && item["immutable_id"]?.isEmpty ?? true
                ? doubt("handle_at", "A display name is known only for a moment; say when it was seen.", "identifier.handle_time") : []
        case "crypto_address":
            if case .unchecked(let why) = Identifier.cryptoAddress(value, chain: item["chain"]?.string ?? "") {
                return doubt("value", why, "identifier.unchecked")
            }
            return []
        case "ip_endpoint":
            if let text = item["precision"]?.string, let precision = try? ISODuration(text.contains(".") ? "PT1S" : text),
                precision.milliseconds > 1000
            {
                return doubt(
                    "precision", "The time is coarser than a second; an address may have changed hands in between.", "identifier.precision")
            }
            return item["protocol"]?.isEmpty ?? true
                ? doubt("protocol", "Say tcp or udp; the same port may serve both.", "identifier.protocol") : []
        default: return []
        }
    }

    private static func address(_ item: JSONValue, _ fault: (String, String, String) -> [Fault]) -> [Fault] {
        guard let address = item["ip"]?.string, Identifier.isIPAddress(address) else {
            return fault("ip", "“\(shown(item["ip"]))” is not an IP address.", "identifier.format")
        }
        for member in ["port", "dst_port"] {
            if let port = item[member], !port.isEmpty, !(port.integer.map(Identifier.isPort) ?? false) {
                return fault(member, "A port is a whole number from 1 to 65535.", "identifier.format")
            }
        }
        if let other = item["dst_ip"]?.string, !Identifier.isIPAddress(other) {
            return fault("dst_ip", "“\(shown(item["dst_ip"]))” is not an IP address.", "identifier.format")
        }
        if let name = item["protocol"]?.string, !["tcp", "udp", "sctp", "icmp", "quic"].contains(name) {
            return fault("protocol", "“\(shown(item["protocol"]))” is not a protocol known here.", "identifier.format")
        }
        return []
    }

    /// A full card number is refused wherever it stands; only the first six and last four digits may be kept.
    private static func card(_ item: JSONValue, _ path: String) -> [Fault] {
        for (name, member) in (item.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            if Identifier.looksLikeCardNumber(member.string ?? member.integer.map { String($0) } ?? "") {
                return [
                    Fault(
                        field: "\(path).\(name)", detail: "A full card number may not be kept; give first6 and last4.",
                        code: "identifier.card_number")
                ]
            }
        }
        func text(_ name: String) -> String { item[name]?.string ?? item[name]?.integer.map { String($0) } ?? "" }
        return Identifier.isCardFragment(first: text("first6"), last: text("last4"))
            ? [] : [Fault(field: "\(path).first6", detail: "Give the first six and the last four digits.", code: "identifier.format")]
    }

    /// SHA-256 must be there; older hashes only beside it.
    private static func hash(_ item: JSONValue, _ value: String, _ fault: (String, String, String) -> [Fault]) -> [Fault] {
        let algorithm = item["algorithm"]?.string ?? "SHA-256"
        guard let sound = Identifier.isFileHash(value, algorithm: algorithm) else {
            return fault("algorithm", "“\(shown(item["algorithm"]))” is not a hash known here.", "identifier.format")
        }
        if !sound {
            return fault(
                "value", "The hash has the wrong length or characters for \(Text.safe(algorithm, limit: 12)).", "identifier.format")
        }
        if algorithm.uppercased() == "SHA-256" { return [] }
        let beside = item["sha256"]?.string.flatMap { Identifier.isFileHash($0, algorithm: "SHA-256") } ?? false
        return beside
            ? [] : fault("sha256", "A hash by \(Text.safe(algorithm, limit: 12)) needs the SHA-256 beside it.", "identifier.hash_weak")
    }

    static func shown(_ value: JSONValue?) -> String { Text.safe(value?.string ?? "", limit: 60) }
}
