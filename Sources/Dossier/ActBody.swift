// SPDX-License-Identifier: Apache-2.0

public import Standards

/// The bodies of the acts, typed. Every body is a JSON object; members that are not named here are kept and shown, never
/// acted on.
public enum ActBody {
    /// Opens a file. `content` is the draft as the law judged it.
    public struct Request: Sendable, Codable, Equatable {
        public let ref: FileReference
        public let type: FileType
        public let title: String
        public let content: JSONValue
        public let links: [Link]

        public init(ref: FileReference, type: FileType, title: String, content: JSONValue, links: [Link]) {
            self.ref = ref
            self.type = type
            self.title = title
            self.content = content
            self.links = links
        }
    }

    public struct Acknowledge: Sendable, Codable, Equatable {
        /// The requested State's own number, if it gave one.
        public let localReference: String?

        public init(localReference: String?) { self.localReference = localReference }
    }

    public struct Preserve: Sendable, Codable, Equatable {
        public enum Outcome: String, Sendable, Codable, CaseIterable { case full, partial }

        /// From when the data are safe; the clock of article 42(8) starts here.
        public let effective: Instant
        public let outcome: Outcome
        public let note: String?

        public init(effective: Instant, outcome: Outcome, note: String?) {
            self.effective = effective
            self.outcome = outcome
            self.note = note
        }
    }

    /// Announces a sealed package; its bytes follow in parts.
    public struct Supply: Sendable, Codable, Equatable {
        public let package: PackageDescription
        public let conditions: [String]

        public init(package: PackageDescription, conditions: [String]) {
            self.package = package
            self.conditions = conditions
        }
    }

    public struct Receive: Sendable, Codable, Equatable {
        /// SHA-256 of the package that arrived and verified, in hexadecimal.
        public let package: String
        /// Number of exhibits that were verified.
        public let exhibits: Int

        public init(package: String, exhibits: Int) {
            self.package = package
            self.exhibits = exhibits
        }
    }

    /// A link to another file.
    public struct Link: Sendable, Codable, Hashable {
        public enum Relation: String, Sendable, Codable, CaseIterable { case follows }

        public let file: UUIDv7
        public let ref: FileReference
        public let relation: Relation

        public init(file: UUIDv7, ref: FileReference, relation: Relation) {
            self.file = file
            self.ref = ref
            self.relation = relation
        }
    }

    /// A package as the act that supplies it names it.
    public struct PackageDescription: Sendable, Codable, Equatable {
        /// File name, `NAME.bag.tar.age`.
        public let name: String
        /// Bytes of the sealed package.
        public let size: Int64
        /// SHA-256 of the sealed package, in hexadecimal.
        public let sha256: String
        /// Number of exhibits inside.
        public let exhibits: Int

        public init(name: String, size: Int64, sha256: String, exhibits: Int) {
            self.name = name
            self.size = size
            self.sha256 = sha256
            self.exhibits = exhibits
        }

        /// A name that is safe as the name of a file, and sizes that make sense.
        public var isSound: Bool {
            let safe = name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
            }
            return safe && name.hasSuffix(".bag.tar.age") && !name.hasPrefix(".") && name.utf8.count <= 120 && size > 0
                && size <= 1 << 50 && (Hex.decode(sha256)?.count == 32) && (1...1_000_000).contains(exhibits)
        }
    }

    /// Writes a body as the JSON object of an act.
    public static func json(_ body: some Encodable) throws(ComityError) -> JSONValue {
        try IJSON.decode(JSONValue.self, from: try IJSON.encode(body), limit: Act.limit)
    }

    /// Reads a body.
    /// - Throws: `.schema` when it has another shape.
    public static func read<Body: Decodable>(_ type: Body.Type, from act: Act) throws(ComityError) -> Body {
        try IJSON.decode(type, from: try IJSON.encode(act.body), limit: Act.limit)
    }

    static func validate(_ act: Act) throws(ComityError) {
        func require(_ holds: Bool, _ says: String) throws(ComityError) {
            guard holds else { throw ComityError(.schema, "The act \(act.id) is not well-formed: \(says)") }
        }
        switch act.kind {
        case .request:
            let body = try read(Request.self, from: act)
            try require(body.ref.state == act.from.state, "the reference is another State's.")
            try require(body.ref.typeCode == body.type.code, "the reference is of another type.")
            try require(body.content.object != nil, "its content is not an object.")
            try require(body.title.count <= 200, "its title is longer than 200 characters.")
            try require(body.links.count <= 32 && !body.links.contains { $0.file == act.file }, "its links are too many or lead to itself.")
        case .acknowledge:
            let body = try read(Acknowledge.self, from: act)
            try require((body.localReference ?? "").utf8.count <= 120, "the local reference is too long.")
        case .preserve: _ = try read(Preserve.self, from: act)
        case .supply:
            let body = try read(Supply.self, from: act)
            try require(body.package.isSound, "the package it announces has an unsafe name or an impossible size.")
            try require(body.conditions.count <= 64, "it has more than 64 conditions.")
        case .receive:
            let body = try read(Receive.self, from: act)
            try require(Hex.decode(body.package)?.count == 32, "the package is not named by a hash.")
        }
    }
}
