// SPDX-License-Identifier: Apache-2.0

public import Standards

extension ActBody {
    /// Data are preserved, or were not found.
    public struct Preserve: ActContent {
        public enum Outcome: String, Sendable, Codable, CaseIterable {
            case full, partial
            case none = "none-found"
        }

        /// From when the data are safe; the clock of the minimum period starts here.
        public let effective: Instant
        public let outcome: Outcome
        public let note: String?

        public init(effective: Instant, outcome: Outcome, note: String?) {
            self.effective = effective
            self.outcome = outcome
            self.note = note
        }

        public func fault(in act: Act) -> String? { Bounds.optional(note, "note") }
    }

    /// Announces a sealed package; its bytes follow in parts.
    public struct Supply: ActContent {
        public let package: PackageDescription
        public let conditions: [String]
        /// Nothing more follows: the request is answered. Nil and false leave that open.
        public let last: Bool?

        public init(package: PackageDescription, conditions: [String], last: Bool? = nil) {
            self.package = package
            self.conditions = conditions
            self.last = last
        }

        public func fault(in act: Act) -> String? {
            if !package.isSound { return "the package it announces has an unsafe name or an impossible size." }
            return conditions.count > 64 ? "it has more than 64 conditions." : Bounds.list(conditions, "conditions", 0...64)
        }
    }

    /// What was supplied, handed over or decided has arrived.
    public struct Receive: ActContent {
        /// What arrived when it is not a package.
        public enum Subject: String, Sendable, Codable, CaseIterable { case package, decision, disclosure, person, property, minutes }

        /// SHA-256 of the package that arrived and verified, in hexadecimal; nil when it is something else.
        public let package: String?
        /// Number of exhibits that were verified.
        public let exhibits: Int
        /// Nil means a package.
        public let what: Subject?
        public let note: String?

        public init(package: String?, exhibits: Int, what: Subject? = nil, note: String? = nil) {
            self.package = package
            self.exhibits = exhibits
            self.what = what
            self.note = note
        }

        public func fault(in act: Act) -> String? {
            if (what ?? .package) == .package, package == nil { return "it does not name the package." }
            if !(0...1_000_000).contains(exhibits) { return "the number of exhibits is impossible." }
            return package.flatMap { Bounds.hash($0, "package") } ?? Bounds.optional(note, "note")
        }
    }

    /// A package as the act that supplies it names it.
    public struct PackageDescription: Sendable, Codable, Equatable {
        /// File name, `NAME.bag.tar.age`.
        public let name: String
        /// Bytes of the sealed package.
        public let size: Int64
        /// SHA-256 of the sealed package, in hexadecimal.
        public let digest: String
        /// Number of exhibits inside.
        public let exhibits: Int

        public init(name: String, size: Int64, digest: String, exhibits: Int) {
            self.name = name
            self.size = size
            self.digest = digest
            self.exhibits = exhibits
        }

        /// A name that is safe as the name of a file, and sizes that make sense.
        public var isSound: Bool {
            let safe = name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
            }
            return safe && name.hasSuffix(".bag.tar.age") && !name.hasPrefix(".") && name.utf8.count <= 120 && size > 0
                && size <= 1 << 50 && (Hex.decode(digest)?.count == 32) && (1...1_000_000).contains(exhibits)
        }
    }

    /// One step of the path of a communication.
    public struct Hop: Sendable, Codable, Hashable {
        public let hop: Int
        public let state: StateCode
        public let provider: String
        public let address: String?
        public let port: Int?
        public let at: Instant?
        public let asNumber: Int64?

        public init(
            hop: Int, state: StateCode, provider: String, address: String? = nil, port: Int? = nil, at: Instant? = nil,
            asNumber: Int64? = nil
        ) {
            self.hop = hop
            self.state = state
            self.provider = provider
            self.address = address
            self.port = port
            self.at = at
            self.asNumber = asNumber
        }
    }

    /// Discloses what the type allows without a request for assistance: the path of a communication, or what averts a danger.
    public struct Disclose: ActContent {
        /// The path, for a traffic disclosure: nothing beyond what identifies the providers.
        public let path: [Hop]?
        /// The sealed package, for an emergency.
        public let package: PackageDescription?
        /// Enough was withheld that this is a part.
        public let partial: Bool?
        public let note: String?

        public init(path: [Hop]? = nil, package: PackageDescription? = nil, partial: Bool? = nil, note: String? = nil) {
            self.path = path
            self.package = package
            self.partial = partial
            self.note = note
        }

        public func fault(in act: Act) -> String? {
            guard !(path ?? []).isEmpty || package != nil else { return "it discloses neither a path nor a package." }
            if let package, !package.isSound { return "the package it announces has an unsafe name or an impossible size." }
            for hop in path ?? [] {
                if !(1...64).contains(hop.hop) { return "a hop is out of bounds." }
                if let fault = Bounds.text(hop.provider, "provider", limit: 400) ?? Bounds.optional(hop.address, "address", limit: 60) {
                    return fault
                }
                if let port = hop.port, !(1...65535).contains(port) { return "a port is out of bounds." }
                if let number = hop.asNumber, !(0...4_294_967_295).contains(number) { return "an AS number is out of bounds." }
            }
            return (path?.count ?? 0) > 64 ? "the path is longer than 64 hops." : Bounds.optional(note, "note")
        }
    }

    /// A call to the number in the directory, never to one in the message.
    public struct CallBack: ActContent {
        /// The number that was called.
        public let number: String
        /// It stands in the directory entry of the other State.
        public let fromDirectory: Bool
        public let spokeWith: String
        public let note: String?

        public init(number: String, fromDirectory: Bool, spokeWith: String, note: String? = nil) {
            self.number = number
            self.fromDirectory = fromDirectory
            self.spokeWith = spokeWith
            self.note = note
        }

        public func fault(in act: Act) -> String? {
            guard fromDirectory else { return "the number that was called is not from the directory." }
            let digits = number.dropFirst()
            guard number.hasPrefix("+"), (2...15).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                !digits.hasPrefix("0")
            else { return "the number that was called is not an international number." }
            return Bounds.text(spokeWith, "spokeWith", limit: 200) ?? Bounds.optional(note, "note")
        }
    }
}
