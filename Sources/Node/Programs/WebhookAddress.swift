// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Standards

/// Where a webhook may lead: over https to a public address; to this machine only in an exercise or when `node.json` allows it; to
/// private networks only when it allows them. A node stands where its neighbours trust it, and a webhook must not speak for it there.
struct WebhookAddress: Sendable {
    let url: String
    let host: String
    let isEncrypted: Bool

    /// - Throws: `.usage` for an address that cannot be one of a webhook.
    init(_ text: String) throws(ComityError) {
        guard text.utf8.count <= 500, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), scheme == "https" || scheme == "http", let host = parts.host, !host.isEmpty,
            parts.user == nil, parts.password == nil, parts.fragment == nil, parts.port.map({ (1...65535).contains($0) }) ?? true
        else {
            throw ComityError(
                .usage, "“\(Text.safe(text, limit: 100))” cannot be the address of a webhook.",
                next: "Write an address like https://example.org/hooks, without user name and fragment, at most 500 bytes.")
        }
        url = text
        self.host = host.filter { $0 != "[" && $0 != "]" }.lowercased()
        isEncrypted = scheme == "https"
    }

    /// Whether the node may send to one of the addresses that the name leads to.
    /// - Throws: `.permission` saying why not.
    func check(_ address: IPAddress, allowed: [IPNetwork], exercise: Bool) throws(ComityError) {
        let isLoopback = IPNetwork.loopback.contains { $0.contains(address) }
        let isAllowed = allowed.contains { $0.contains(address) } || (exercise && isLoopback)
        guard isAllowed || !IPNetwork.special.contains(where: { $0.contains(address) }) else {
            throw ComityError(
                .permission, "\(Text.safe(host, limit: 80)) leads to \(address), which is not a public address.",
                why: "A webhook must not reach into the network of the node.",
                next:
                    "If it is meant to, name the network in node.json: \"api\": {\"webhook_networks\": [\"\(address)/\(address.bytes.count * 8)\"]}."
            )
        }
        guard isEncrypted || isLoopback else {
            throw ComityError(.permission, "A webhook to another machine is encrypted.", next: "Write the address with https.")
        }
    }

    /// The addresses that a name leads to now; the name may be an address itself.
    func resolve() async -> [IPAddress] {
        let host = self.host
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Self.lookUp(host)) }
        }
    }

    private static func lookUp(_ host: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = list
        while let entry = next?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
                let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                if let address = IPAddress(String(name.prefix { $0 != "%" })), !found.contains(address) { found.append(address) }
            }
            next = entry.ai_next
        }
        return found
    }
}

/// An IPv4 or IPv6 address. An IPv4 address inside an IPv6 one counts as what it is.
struct IPAddress: Sendable, Equatable, CustomStringConvertible {
    /// 4 or 16.
    let bytes: [UInt8]

    init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let all = withUnsafeBytes(of: &six) { Array($0) }
        let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
        let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B] + Array(repeating: 0, count: 8)
        bytes = all.starts(with: mapped) || all.starts(with: translated) ? Array(all[12...]) : all
    }

    var description: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }
}

/// A range of addresses, as `10.1.2.0/24`.
struct IPNetwork: Sendable, Equatable {
    let bytes: [UInt8]
    let bits: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = IPAddress(String(parts[0])) else { return nil }
        let whole = address.bytes.count * 8
        guard let bits = parts.count == 2 ? Int(parts[1]) : whole, (0...whole).contains(bits) else { return nil }
        bytes = address.bytes
        self.bits = bits
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == bytes.count else { return false }
        return (0..<bits).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return address.bytes[bit / 8] & mask == bytes[bit / 8] & mask
        }
    }

    static let loopback = networks("127.0.0.0/8", "::1/128")

    /// What is not the open Internet: IANA's registries of special addresses, groups, and what tunnels into IPv4.
    static let special =
        loopback
        + networks(
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7",
            "fe80::/10", "fec0::/10", "ff00::/8")

    private static func networks(_ texts: String...) -> [IPNetwork] { texts.compactMap(IPNetwork.init) }
}
