// SPDX-License-Identifier: Apache-2.0

import SwiftASN1
import X509

/// CMS `SignedData` (RFC 5652) around the words of a time stamping service: one signer, signed attributes, the content inside.
/// Read and nothing proven.
struct SignedContent {
    /// Whom a signer says to be.
    enum SignerName {
        /// DER of the issuer's name, and the serial number.
        case issuer(ArraySlice<UInt8>, serial: [UInt8])
        case subjectKey(ArraySlice<UInt8>)
    }

    struct Member {
        let certificate: Certificate
        /// Exactly as it came.
        let bytes: ArraySlice<UInt8>
        let issuer: ArraySlice<UInt8>
        let serial: [UInt8]
    }

    /// The `TSTInfo`, DER.
    let content: ArraySlice<UInt8>
    /// Those that could be read.
    let certificates: [Member]
    let signer: SignerName
    let digestAlgorithm: ASN1ObjectIdentifier
    let signatureAlgorithm: ASN1ObjectIdentifier
    let signature: ArraySlice<UInt8>
    /// What is signed: the attributes as a SET.
    let signedBytes: [UInt8]
    private let attributes: [(type: ASN1ObjectIdentifier, value: ASN1Node)]

    init(_ bytes: ArraySlice<UInt8>) throws {
        var outer = try DERMembers(try DER.parse(bytes))
        guard try ASN1ObjectIdentifier(derEncoded: try outer.take(.objectIdentifier)) == .signedData else {
            throw DERMembers.fault("it is not signed")
        }
        var data = try DERMembers(try DERMembers.inside(try outer.take(DERMembers.context(0))))
        try outer.end()
        // Version 3: what is signed is not of the type “data”.
        guard try DERMembers.number(try data.take(.integer)) == 3 else { throw DERMembers.fault("its version is not known") }
        var algorithms: [ASN1ObjectIdentifier] = []
        var digests = try DERMembers(try data.take(.set), .set)
        while let item = digests.next() { algorithms.append(try DERMembers.algorithm(item)) }
        var enclosed = try DERMembers(try data.take(.sequence))
        guard try ASN1ObjectIdentifier(derEncoded: try enclosed.take(.objectIdentifier)) == .timeStampInfo else {
            throw DERMembers.fault("it is not about a time")
        }
        let octets = try DERMembers.inside(try enclosed.take(DERMembers.context(0)))
        guard octets.identifier == .octetString else { throw ASN1Error.unexpectedFieldType(octets.identifier) }
        content = try DERMembers.bytes(octets)
        try enclosed.end()
        certificates = try data.optional(DERMembers.context(0)).map(Self.members) ?? []
        // Lists of revoked certificates: nobody asks for them here.
        _ = data.optional(DERMembers.context(1))
        var signers = try DERMembers(try data.take(.set), .set)
        try data.end()
        guard let only = signers.next() else { throw DERMembers.fault("nobody signed it") }
        try signers.end()

        var info = try DERMembers(only)
        let version = try DERMembers.number(try info.take(.integer))
        if let named = info.optional(.sequence) {
            var members = try DERMembers(named)
            signer = .issuer(try members.take(.sequence).encodedBytes, serial: try DERMembers.integer(try members.take(.integer)))
            try members.end()
        } else {
            signer = .subjectKey(try DERMembers.bytes(try info.take(DERMembers.context(0))))
        }
        let expected: Int64 = if case .issuer = signer { 1 } else { 3 }
        guard version == expected else { throw DERMembers.fault("the version of its signer is not known") }
        digestAlgorithm = try DERMembers.algorithm(try info.take(.sequence))
        guard algorithms.contains(digestAlgorithm) else { throw DERMembers.fault("its hash is not announced") }
        let signed = try info.take(DERMembers.context(0))
        // RFC 5652, section 5.4: signed is the SET itself, not the tag that stands for it here.
        signedBytes = [0x31] + signed.encodedBytes.dropFirst()
        attributes = try Self.attributes(signed)
        signatureAlgorithm = try DERMembers.algorithm(try info.take(.sequence))
        signature = try DERMembers.bytes(try info.take(.octetString))
        _ = info.optional(DERMembers.context(1))
        try info.end()
    }

    /// The value of a signed attribute that must be there at most once, with one value.
    func attribute(_ type: ASN1ObjectIdentifier) -> ASN1Node? { attributes.first { $0.type == type }?.value }

    /// The certificate of the signer, among those that came along.
    var signerCertificate: Member? {
        certificates.first { member in
            switch signer {
            case .issuer(let issuer, let serial): member.issuer == issuer && member.serial == serial
            case .subjectKey(let key): (try? member.certificate.extensions.subjectKeyIdentifier)?.keyIdentifier == key
            }
        }
    }

    private static func attributes(_ node: ASN1Node) throws -> [(type: ASN1ObjectIdentifier, value: ASN1Node)] {
        var found: [(type: ASN1ObjectIdentifier, value: ASN1Node)] = []
        var items = try DERMembers(node, DERMembers.context(0))
        while let item = items.next() {
            var members = try DERMembers(item)
            let type = try ASN1ObjectIdentifier(derEncoded: try members.take(.objectIdentifier))
            var values = try DERMembers(try members.take(.set), .set)
            try members.end()
            guard let value = values.next() else { throw DERMembers.fault("an attribute has no value") }
            try values.end()
            guard !found.contains(where: { $0.type == type }) else { throw DERMembers.fault("an attribute is there twice") }
            found.append((type, value))
        }
        return found
    }

    /// Certificates of kinds that are not known here are left out; the one of the signer is missed then.
    private static func members(_ node: ASN1Node) throws -> [Member] {
        var found: [Member] = []
        var items = try DERMembers(node, DERMembers.context(0))
        while let item = items.next(), found.count < 32 {
            guard item.identifier == .sequence, let certificate = try? Certificate(derEncoded: item) else { continue }
            // TBSCertificate: [0] version, serial number, algorithm, issuer.
            var outer = try DERMembers(item)
            var body = try DERMembers(try outer.take(.sequence))
            _ = body.optional(DERMembers.context(0))
            let serial = try DERMembers.integer(try body.take(.integer))
            _ = try body.take(.sequence)
            found.append(
                Member(certificate: certificate, bytes: item.encodedBytes, issuer: try body.take(.sequence).encodedBytes, serial: serial))
        }
        return found
    }
}
