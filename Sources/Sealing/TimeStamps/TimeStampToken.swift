// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Standards
import SwiftASN1

/// An answer of a time stamping service (RFC 3161) as it came: read, nothing proven. ``verified(over:nonce:roots:)`` proves.
public struct TimeStampToken: Sendable {
    /// Largest accepted answer, in bytes.
    public static let limit = 64 << 10

    /// The token alone, `TimeStampToken`, DER.
    let token: ArraySlice<UInt8>
    let info: TimeStampInfo

    /// - Parameter bytes: `TimeStampResp` (a file `.tsr`) or a token alone, DER.
    /// - Throws: `.tooLarge`, `.schema` for what is no answer over a SHA-256, `.peerRefused` when the service says no.
    public init(_ bytes: [UInt8]) throws(ComityError) {
        guard bytes.count <= Self.limit else {
            throw ComityError(.tooLarge, "The time stamp has \(bytes.count) bytes; at most \(Self.limit) are read.")
        }
        do {
            token = try Self.token(bytes)
            info = try TimeStampInfo(try SignedContent(token).content)
        } catch let error as ComityError {
            throw error
        } catch {
            throw ComityError(
                .schema, "The time stamp cannot be read.", why: "It is cut off, damaged, or something else.",
                next: "It must be a TimeStampResp or a token of RFC 3161 in DER, over a SHA-256.")
        }
    }

    /// What the service says the time was. Believe it when it is verified.
    public var time: Instant { info.time }
    /// SHA-256 of what it says to have stamped.
    public var digest: [UInt8] { info.digest }

    /// What a time stamp of a package is over: SHA-256 of the signed bytes of its statement, which names the package.
    /// - Parameter jws: bytes of `comity/statement.jws`.
    /// - Throws: `.schema`, `.tooLarge`.
    public static func digest(ofStatement jws: [UInt8]) throws(ComityError) -> [UInt8] {
        Array(SHA256.hash(data: try JWS(parsing: jws, limit: Int(PackageLayout.maximumTagFile)).payload))
    }

    private static func token(_ bytes: [UInt8]) throws -> ArraySlice<UInt8> {
        let root = try DER.parse(bytes)
        var outer = try DERMembers(root)
        guard let status = outer.optional(.sequence) else { return root.encodedBytes }
        var members = try DERMembers(status)
        let code = try DERMembers.number(try members.take(.integer))
        let says = try members.optional(.sequence).map(text) ?? ""
        _ = members.optional(.bitString)
        try members.end()
        // 0 granted, 1 granted with modifications.
        guard code <= 1 else {
            throw ComityError(
                .peerRefused, "The time stamping service refused.", why: says.isEmpty ? "Its answer has the status \(code)." : says,
                next: "Ask whoever runs it.")
        }
        guard let token = outer.next() else { throw DERMembers.fault("there is no token in the answer") }
        try outer.end()
        return token.encodedBytes
    }

    private static func text(_ node: ASN1Node) throws -> String {
        var lines: [String] = []
        var items = try DERMembers(node)
        while let item = items.next(), lines.count < 10 { lines.append(String(decoding: try DERMembers.bytes(item), as: UTF8.self)) }
        return Text.safe(lines.joined(separator: " "), limit: 200)
    }
}

/// A time stamp that was verified: these bytes existed at this time, says a service whose certificate leads back to a root that the caller
/// trusts.
public struct TimeStamp: Sendable, Equatable {
    /// When, to the millisecond.
    public let time: Instant
    /// How far it may be off, milliseconds; nil when the service does not say.
    public let accuracy: Int64?
    /// The name of the service in its certificate.
    public let authority: String
    /// The number of the token at the service, hexadecimal.
    public let serial: String
    /// Under which policy of the service, dotted.
    public let policy: String
}
