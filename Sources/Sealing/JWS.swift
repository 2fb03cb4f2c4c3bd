// SPDX-License-Identifier: Apache-2.0

public import Standards
import Synchronization

/// A private key that signs documents.
public protocol DocumentKey: Sendable {
    /// The `alg` of its signatures.
    var algorithm: String { get }
    /// The `kid`: the RFC 7638 thumbprint of its public half.
    var keyID: String { get }
    /// - Throws: `.failure` when the library cannot sign.
    func sign(_ message: [UInt8]) throws(ComityError) -> [UInt8]
}

/// A signed document: JSON Web Signature (RFC 7515), general JSON serialisation, EdDSA (RFC 8037); ML-DSA-65 (RFC 9964) as a second
/// signature of package statements.
///
/// Parsing proves nothing; only ``isValid(_:with:)`` does. The payload and protected texts are kept as received, and
/// the signing input is ASCII(protected "." payload) over exactly those texts: nothing is ever re-serialised.
public struct JWS: Sendable {
    /// Most signatures accepted on one document.
    public static let maximumSignatures = 8
    static let edDSA = "EdDSA"
    static let mlDSA65 = "ML-DSA-65"
    private static let maximumProtected = 4096

    /// One signature: who says to have made it, and how. Nothing here is proven.
    public struct Signature: Sendable {
        /// The protected `kid`; empty when absent.
        public let keyID: String
        /// The protected `alg`. One that is neither `EdDSA` nor `ML-DSA-65` is kept and never verifies.
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

    /// Protected headers that were read before: one key writes the same one on every document.
    ///
    /// Owns `known` under one lock. Guarantees: holds at most `most` headers.
    private final class HeaderMemory: Sendable {
        private static let most = 256
        private let headers = Mutex<[[UInt8]: Header]>([:])

        func known(_ bytes: [UInt8]) -> Header? { headers.withLock { $0[bytes] } }

        func keep(_ bytes: [UInt8], _ header: Header) {
            headers.withLock { headers in
                if headers.count >= Self.most { headers = [:] }
                headers[bytes] = header
            }
        }
    }

    private static let headers = HeaderMemory()

    private struct Header: Codable, Sendable {
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
        try sign(payload: payload, type: type, keys: [key])
    }

    /// The same with a signature of each key, in this order; 1 to 8 keys.
    public static func sign(payload: [UInt8], type: String, keys: [any DocumentKey]) throws(ComityError) -> [UInt8] {
        let body = Base64.urlEncode(payload)
        var items: [String] = []
        for key in keys {
            let protected = Base64.urlEncode(try IJSON.encode(Header(alg: key.algorithm, kid: key.keyID, typ: type)))
            let signature = Base64.urlEncode(try key.sign(Array("\(protected).\(body)".utf8)))
            items.append("{\"protected\":\"\(protected)\",\"signature\":\"\(signature)\"}")
        }
        return Array("{\"payload\":\"\(body)\",\"signatures\":[\(items.joined(separator: ","))]}".utf8)
    }

    /// Parses and verifies nothing.
    /// - Parameters:
    ///   - bytes: the JSON document.
    ///   - limit: the largest accepted document in bytes.
    /// - Throws: `.tooLarge`, or `.schema` for anything but the general serialisation with 1 to 8 signatures, strict
    ///   base64url, no `crit`, no `b64`, and no `alg` outside the protected header.
    public init(parsing bytes: [UInt8], limit: Int) throws(ComityError) {
        if bytes.count <= limit, let plain = Self.plain(bytes) {
            guard let payload = Base64.urlDecode(plain.payload) else {
                throw ComityError(.schema, "The payload of the signed document is not base64url.")
            }
            self.payload = payload
            signatures = [try Self.signature(plain.item)]
            payloadText = plain.payload
            return
        }
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

    /// The texts of a document of one signature in exactly the order and without the spaces in which ``sign(payload:type:key:)`` writes it;
    /// nil for any other, which the library reads.
    private static func plain(_ bytes: [UInt8]) -> (payload: String, item: Document.Item)? {
        var rest = bytes[...]
        func take(_ text: StaticString) -> Bool {
            let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            guard rest.starts(with: wanted) else { return false }
            rest = rest.dropFirst(wanted.count)
            return true
        }
        /// Up to the quote. Base64url has no characters that JSON writes in another way; what is no base64url is found later.
        func text() -> String? {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\"")),
                rest[..<end].allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
            else { return nil }
            defer { rest = rest[end...] }
            return String(decoding: rest[..<end], as: UTF8.self)
        }
        guard take("{\"payload\":\""), let payload = text(), take("\",\"signatures\":[{\"protected\":\""), let protected = text(),
            take("\",\"signature\":\""), let signature = text(), take("\"}]}"), rest.isEmpty
        else { return nil }
        return (payload, Document.Item(protected: protected, signature: signature, header: nil))
    }

    private static func signature(_ item: Document.Item) throws(ComityError) -> Signature {
        for name in ["alg", "crit", "b64"] where item.header?[name] != nil {
            throw ComityError(.schema, "The signed document carries “\(name)” outside its protected header.")
        }
        guard let header = Base64.urlDecode(item.protected), let signature = Base64.urlDecode(item.signature) else {
            throw ComityError(.schema, "A protected header or a signature is not base64url.")
        }
        let members: Header
        if let known = headers.known(header) {
            members = known
        } else {
            members = try IJSON.decode(Header.self, from: header, limit: maximumProtected)
            headers.keep(header, members)
        }
        guard members.crit == nil, members.b64 == nil else {
            throw ComityError(.schema, "The signed document demands an extension of JWS (“crit” or “b64”) that is not understood here.")
        }
        return Signature(
            keyID: members.kid ?? "", algorithm: members.alg, type: members.typ ?? "", protectedText: item.protected, bytes: signature)
    }

    /// Whether the signature at `index` was made by `key` over exactly the received texts. False, too, when the index
    /// does not exist, the algorithm is not `EdDSA`, or the `kid` is not the key's own thumbprint.
    public func isValid(_ index: Int, with key: VerifyingKey) -> Bool {
        guard let (signature, input) = signed(index, Self.edDSA, key.keyID) else { return false }
        return key.isValidSignature(signature, for: input)
    }

    /// The same for the second signature of a package statement: the algorithm must be `ML-DSA-65`.
    public func isValid(_ index: Int, with key: StatementVerifyingKey) -> Bool {
        guard let (signature, input) = signed(index, Self.mlDSA65, key.keyID) else { return false }
        return key.isValidSignature(signature, for: input)
    }

    /// A signature and what it signs; nil when it says to be of another algorithm or key.
    private func signed(_ index: Int, _ algorithm: String, _ keyID: String) -> (signature: [UInt8], input: [UInt8])? {
        guard signatures.indices.contains(index) else { return nil }
        let signature = signatures[index]
        guard signature.algorithm == algorithm, signature.keyID == keyID else { return nil }
        var input = Array(signature.protectedText.utf8)
        input.append(UInt8(ascii: "."))
        input.append(contentsOf: payloadText.utf8)
        return (signature.bytes, input)
    }
}
