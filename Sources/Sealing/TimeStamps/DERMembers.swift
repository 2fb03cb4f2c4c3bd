// SPDX-License-Identifier: Apache-2.0

import SwiftASN1

/// Reads the members of a constructed DER value one by one, by their tags; what is left over is a fault.
///
/// The order within a SET OF is not asked for: services do not all keep it, and what counts is signed as it stands.
struct DERMembers {
    private var iterator: ASN1NodeCollection.Iterator
    private var upcoming: ASN1Node?

    init(_ node: ASN1Node, _ identifier: ASN1Identifier = .sequence) throws {
        guard node.identifier == identifier, case .constructed(let nodes) = node.content else {
            throw ASN1Error.unexpectedFieldType(node.identifier)
        }
        iterator = nodes.makeIterator()
        upcoming = iterator.next()
    }

    /// The next member, when it has this tag.
    mutating func optional(_ identifier: ASN1Identifier) -> ASN1Node? {
        guard let node = upcoming, node.identifier == identifier else { return nil }
        upcoming = iterator.next()
        return node
    }

    /// The next member, which must have this tag.
    mutating func take(_ identifier: ASN1Identifier) throws -> ASN1Node {
        guard let node = optional(identifier) else { throw Self.fault("a member is missing") }
        return node
    }

    /// Whatever comes next; nil at the end.
    mutating func next() -> ASN1Node? {
        defer { upcoming = iterator.next() }
        return upcoming
    }

    func end() throws {
        guard upcoming == nil else { throw Self.fault("there is a member too many") }
    }

    static func fault(_ reason: String) -> ASN1Error { ASN1Error.invalidASN1Object(reason: reason) }

    static func context(_ number: UInt) -> ASN1Identifier { ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific) }

    /// The single value inside an explicit tag.
    static func inside(_ node: ASN1Node) throws -> ASN1Node {
        var members = try DERMembers(node, node.identifier)
        guard let inner = members.next() else { throw fault("a tag is empty") }
        try members.end()
        return inner
    }

    static func bytes(_ node: ASN1Node) throws -> ArraySlice<UInt8> {
        guard case .primitive(let bytes) = node.content else { throw ASN1Error.unexpectedFieldType(node.identifier) }
        return bytes
    }

    /// The bytes of an INTEGER: two's complement, as short as it can be.
    static func integer(_ node: ASN1Node) throws -> [UInt8] {
        let bytes = Array(try bytes(node))
        guard let first = bytes.first, bytes.count == 1 || !(first == 0 && bytes[1] < 0x80),
            bytes.count == 1 || !(first == 0xFF && bytes[1] >= 0x80)
        else { throw fault("a number is not written as short as it can be") }
        return bytes
    }

    /// A small number that is not negative.
    static func number(_ node: ASN1Node) throws -> Int64 {
        let bytes = try integer(node)
        guard bytes[0] < 0x80, bytes.count <= 7 else { throw fault("a number is negative or too large") }
        return bytes.reduce(0) { $0 << 8 | Int64($1) }
    }

    /// `AlgorithmIdentifier` without parameters, or with NULL for them.
    static func algorithm(_ node: ASN1Node) throws -> ASN1ObjectIdentifier {
        var members = try DERMembers(node)
        let identifier = try ASN1ObjectIdentifier(derEncoded: try members.take(.objectIdentifier))
        if let null = members.optional(.null), !(try bytes(null).isEmpty) { throw fault("a NULL has content") }
        try members.end()
        return identifier
    }
}

extension ASN1ObjectIdentifier {
    static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]
    static let sha384: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 2]
    static let sha512: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 3]
    static let sha1: ASN1ObjectIdentifier = [1, 3, 14, 3, 2, 26]
    static let ecdsaWithSHA256: ASN1ObjectIdentifier = [1, 2, 840, 10045, 4, 3, 2]
    static let ecdsaWithSHA384: ASN1ObjectIdentifier = [1, 2, 840, 10045, 4, 3, 3]
    static let ecdsaWithSHA512: ASN1ObjectIdentifier = [1, 2, 840, 10045, 4, 3, 4]
    static let ed25519: ASN1ObjectIdentifier = [1, 3, 101, 112]
    /// RFC 5652.
    static let signedData: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 7, 2]
    static let contentType: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 3]
    static let messageDigest: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 4]
    /// RFC 3161, section 2.4.2.
    static let timeStampInfo: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 1, 4]
    /// RFC 2634 and RFC 5035.
    static let signingCertificate: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 2, 12]
    static let signingCertificateV2: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 2, 47]
}
