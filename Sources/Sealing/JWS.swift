// SPDX-License-Identifier: Apache-2.0

public import Standards

/// A signed document: JSON Web Signature (RFC 7515), general JSON serialisation, EdDSA (RFC 8037).
///
/// Parsing proves nothing; only ``isValid(_:with:)`` does. The payload and protected texts are kept as received, and
/// the signing input is ASCII(protected "." payload) over exactly those texts: nothing is ever re-serialised.
public struct JWS: Sendable {
    /// Most signatures accepted on one document.
    public static let maximumSignatures = 8
    private static let maximumProtected = 4096

    /// One signature: who says to have made it, and how. Nothing here is proven.
    public struct Signature: Sendable {
        /// The protected `kid`; empty when absent.
        public let keyID: String
        /// The protected `alg`. One that is not `EdDSA` is kept and never verifies.
        public let algorithm: String
        /// The protected `typ`; empty when absent.
        public let type: String
        fileprivate let protectedText: String
        fileprivate let bytes: [UInt8]
    }

    /// The signed bytes, decoded.
    public let payload: [UInt8]
    /// In the order received, 1 to 8.
    public let signatures: [Signature]
    private let payloadText: String

    private struct Header: Codable {
        let alg: String
        var kid: String?
        var typ: String?
        var crit: JSONValue?
        var b64: JSONValue?
    }

    private struct Document: Decodable {
        struct Item: Decodable {
            let protected: String
            let signature: String
            let header: [String: JSONValue]?
        }
        let payload: String
        let signatures: [Item]
        let protected: JSONValue?
        let signature: JSONValue?
        let header: JSONValue?
    }

    /// Signs `payload`. The protected header is `{"alg":"EdDSA","kid":…,"typ":type}`.
    /// - Returns: the JSON document, ASCII.
    /// - Throws: `.failure` when the library cannot sign.
    public static func sign(payload: [UInt8], type: String, key: SigningKey) throws(ComityError) -> [UInt8] {
        let header = Header(alg: "EdDSA", kid: key.verifyingKey.keyID, typ: type)
        let protected = Base64.urlEncode(try IJSON.encode(header))
        let body = Base64.urlEncode(payload)
        let signature = Base64.urlEncode(try key.sign(Array("\(protected).\(body)".utf8)))
        return Array(
            "{\"payload\":\"\(body)\",\"signatures\":[{\"protected\":\"\(protected)\",\"signature\":\"\(signature)\"}]}".utf8)
    }

    /// Parses and verifies nothing.
    /// - Parameters:
    ///   - bytes: the JSON document.
    ///   - limit: the largest accepted document in bytes.
    /// - Throws: `.tooLarge`, or `.schema` for anything but the general serialisation with 1 to 8 signatures, strict
    ///   base64url, no `crit`, no `b64`, and no `alg` outside the protected header.
    public init(parsing bytes: [UInt8], limit: Int) throws(ComityError) {
        let document = try IJSON.decode(Document.self, from: bytes, limit: limit)
        guard document.protected == nil, document.signature == nil, document.header == nil else {
            throw ComityError(.schema, "The signed document mixes the flattened and the general form of JWS.")
        }
        guard (1...Self.maximumSignatures).contains(document.signatures.count) else {
            throw ComityError(
                .schema, "The signed document has \(document.signatures.count) signatures; 1 to \(Self.maximumSignatures) are accepted.")
        }
        guard let payload = Base64.urlDecode(document.payload) else {
            throw ComityError(.schema, "The payload of the signed document is not base64url.")
        }
        var signatures: [Signature] = []
        for item in document.signatures { signatures.append(try Self.signature(item)) }
        self.payload = payload
        self.signatures = signatures
        payloadText = document.payload
    }

    /// The payload of a document that was parsed and verified before it was kept, without reading its signatures again.
    /// - Throws: as ``init(parsing:limit:)``, for a document in another order than ``sign(payload:type:key:)`` writes.
    public static func payload(ofKept bytes: [UInt8], limit: Int) throws(ComityError) -> [UInt8] {
        let head = Array("{\"payload\":\"".utf8)
        if bytes.count <= limit, bytes.starts(with: head), let end = bytes[head.count...].firstIndex(of: UInt8(ascii: "\"")),
            let payload = Base64.urlDecode(bytes[head.count..<end])
        {
            return payload
        }
        return try JWS(parsing: bytes, limit: limit).payload
    }

    private static func signature(_ item: Document.Item) throws(ComityError) -> Signature {
        for name in ["alg", "crit", "b64"] where item.header?[name] != nil {
            throw ComityError(.schema, "The signed document carries “\(name)” outside its protected header.")
        }
        guard let header = Base64.urlDecode(item.protected), let signature = Base64.urlDecode(item.signature) else {
            throw ComityError(.schema, "A protected header or a signature is not base64url.")
        }
        let members = try IJSON.decode(Header.self, from: header, limit: maximumProtected)
        guard members.crit == nil, members.b64 == nil else {
            throw ComityError(.schema, "The signed document demands an extension of JWS (“crit” or “b64”) that is not understood here.")
        }
        return Signature(
            keyID: members.kid ?? "", algorithm: members.alg, type: members.typ ?? "", protectedText: item.protected, bytes: signature)
    }

    /// Whether the signature at `index` was made by `key` over exactly the received texts. False, too, when the index
    /// does not exist, the algorithm is not `EdDSA`, or the `kid` is not the key's own thumbprint.
    public func isValid(_ index: Int, with key: VerifyingKey) -> Bool {
        guard signatures.indices.contains(index) else { return false }
        let signature = signatures[index]
        guard signature.algorithm == "EdDSA", signature.keyID == key.keyID else { return false }
        var input = Array(signature.protectedText.utf8)
        input.append(UInt8(ascii: "."))
        input.append(contentsOf: payloadText.utf8)
        return key.isValidSignature(signature.bytes, for: input)
    }
}
