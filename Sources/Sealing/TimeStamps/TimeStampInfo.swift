// SPDX-License-Identifier: Apache-2.0

import Standards
import SwiftASN1

/// `TSTInfo` (RFC 3161, section 2.4.2): what a time stamping service says. Nothing here is proven.
struct TimeStampInfo {
    /// SHA-256 of what was stamped.
    let digest: [UInt8]
    let time: Instant
    /// Number of the token at its service, big-endian.
    let serial: [UInt8]
    /// Dotted.
    let policy: String
    /// How far the time may be off, milliseconds; nil when it does not say.
    let accuracy: Int64?
    let nonce: [UInt8]?

    /// - Throws: for anything but a version 1 over a SHA-256 without critical extensions.
    init(_ bytes: ArraySlice<UInt8>) throws {
        var members = try DERMembers(try DER.parse(bytes))
        guard try DERMembers.number(try members.take(.integer)) == 1 else { throw DERMembers.fault("its version is not known") }
        policy = try ASN1ObjectIdentifier(derEncoded: try members.take(.objectIdentifier)).description
        var imprint = try DERMembers(try members.take(.sequence))
        guard try DERMembers.algorithm(try imprint.take(.sequence)) == .sha256 else {
            throw DERMembers.fault("it is over another hash than SHA-256")
        }
        digest = Array(try DERMembers.bytes(try imprint.take(.octetString)))
        try imprint.end()
        serial = try DERMembers.integer(try members.take(.integer))
        time = try Self.instant(try GeneralizedTime(derEncoded: try members.take(.generalizedTime)))
        accuracy = try members.optional(.sequence).map(Self.milliseconds)
        // `ordering` says how tokens of one service compare; nobody asks for it here.
        _ = members.optional(.boolean)
        nonce = try members.optional(.integer).map(DERMembers.integer)
        // The name of the service: its certificate says who it is.
        _ = members.optional(DERMembers.context(0))
        if let extensions = members.optional(DERMembers.context(1)) { try Self.checkExtensions(extensions) }
        try members.end()
    }

    /// To the millisecond, the rest is cut off.
    private static func instant(_ time: GeneralizedTime) throws -> Instant {
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let fraction = String(decoding: time.rawFractionalSeconds.prefix(3), as: UTF8.self)
        let date = "\(digits(time.year, 4))-\(digits(time.month, 2))-\(digits(time.day, 2))"
        return try Instant(
            "\(date)T\(digits(time.hours, 2)):\(digits(time.minutes, 2)):\(digits(time.seconds, 2))\(fraction.isEmpty ? "" : ".\(fraction)")Z"
        )
    }

    private static func milliseconds(_ node: ASN1Node) throws -> Int64 {
        var members = try DERMembers(node)
        let seconds = try members.optional(.integer).map(DERMembers.number) ?? 0
        let milliseconds = try members.optional(DERMembers.context(0)).map(DERMembers.number) ?? 0
        let microseconds = try members.optional(DERMembers.context(1)).map(DERMembers.number) ?? 0
        try members.end()
        guard seconds < 1 << 40, milliseconds < 1000, microseconds < 1000 else { throw DERMembers.fault("its accuracy cannot be") }
        return seconds * 1000 + milliseconds + (microseconds > 0 ? 1 : 0)
    }

    private static func checkExtensions(_ node: ASN1Node) throws {
        var extensions = try DERMembers(node, DERMembers.context(1))
        while let item = extensions.next() {
            var members = try DERMembers(item)
            _ = try members.take(.objectIdentifier)
            if let critical = members.optional(.boolean), try Bool(derEncoded: critical) {
                throw DERMembers.fault("it demands an extension that is not understood here")
            }
            _ = try members.take(.octetString)
            try members.end()
        }
    }
}
