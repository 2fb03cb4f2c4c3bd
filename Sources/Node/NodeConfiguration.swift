// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Exchange
public import Standards

/// What a node is: written by `comity init`, and when the facts about its authority change, to `node.json` in the data folder, readable and editable by a person.
public struct NodeConfiguration: Sendable, Codable, Equatable {
    public struct Listener: Sendable, Codable, Equatable, CustomStringConvertible {
        public let host: String
        public let port: Int
        /// Of the desk: with them it speaks TLS and may be reached from other machines.
        public let tls: TLSFiles?
        /// Of the desk: the host name in a browser's address bar, when it is another than `host`.
        public let name: String?
        /// Of the exchange: after how many seconds peers are asked again what they owe, for a node that they cannot reach; nil: every ten minutes.
        public let pullSeconds: Int?
        /// Of the exchange: most calls of one peer in a minute; nil: ``calls``.
        public let callsPerMinute: Int?
        /// Most calls of one peer in a minute, when nothing else is said: 100 acts each second.
        public static let calls = 6000

        public init(host: String, port: Int, tls: TLSFiles? = nil, name: String? = nil, pullSeconds: Int? = nil, callsPerMinute: Int? = nil)
        {
            self.host = host
            self.port = port
            self.tls = tls
            self.name = name
            self.pullSeconds = pullSeconds
            self.callsPerMinute = callsPerMinute
        }

        private enum CodingKeys: String, CodingKey {
            case host, port, tls, name
            case pullSeconds = "pull_seconds"
            case callsPerMinute = "calls_per_minute"
        }

        /// Reads `127.0.0.1:7443` or `[::1]:7443`.
        /// - Throws: `.usage`.
        public init(_ text: String) throws(ComityError) {
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65535).contains(port),
                colon > text.startIndex
            else {
                throw ComityError(
                    .usage, "“\(Text.safe(text, limit: 60))” is not an address with a port.", next: "Write it as 127.0.0.1:7443.")
            }
            self.init(host: text[..<colon].filter { $0 != "[" && $0 != "]" }, port: port)
        }

        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
        /// Reached from this machine only.
        public var isLoopback: Bool { host == "::1" || host == "localhost" || (host.hasPrefix("127.") && Identifier.isIPAddress(host)) }
    }

    /// PEM files: absolute paths, or relative to the data folder.
    public struct TLSFiles: Sendable, Codable, Equatable {
        /// The certificate and those between it and the authority that browsers know.
        public let certificate: String
        /// Its private key.
        public let key: String

        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// A provider of OpenID Connect that officers may sign in with.
    public struct OpenIDConnect: Sendable, Codable, Equatable {
        /// `https://…`, exactly as the provider writes it.
        public let issuer: String
        public let clientID: String
        /// A file with the client's secret, relative to the data folder; nil for a public client.
        public let clientSecretFile: String?
        /// As the sign-in page names it.
        public let name: String
        /// The claim that names the officer at the first sign-in.
        public let officerClaim: String

        public init(issuer: String, clientID: String, clientSecretFile: String?, name: String, officerClaim: String) {
            self.issuer = issuer
            self.clientID = clientID
            self.clientSecretFile = clientSecretFile
            self.name = name
            self.officerClaim = officerClaim
        }

        private enum CodingKeys: String, CodingKey {
            case issuer, name
            case clientID = "client_id"
            case clientSecretFile = "client_secret_file"
            case officerClaim = "officer_claim"
        }
    }

    /// What programs may do, apart from permissions.
    public struct Programs: Sendable, Codable, Equatable {
        /// Most requests of one token in a minute.
        public static let requests = 600

        public let requestsPerMinute: Int?
        /// Networks of private addresses to which webhooks may lead, for example `10.1.2.0/24`.
        public let webhookNetworks: [String]?

        public init(requestsPerMinute: Int? = nil, webhookNetworks: [String]? = nil) {
            self.requestsPerMinute = requestsPerMinute
            self.webhookNetworks = webhookNetworks
        }

        private enum CodingKeys: String, CodingKey {
            case requestsPerMinute = "requests_per_minute"
            case webhookNetworks = "webhook_networks"
        }
    }

    /// A time stamping service (RFC 3161) that is asked about every package that is sealed.
    public struct TimeStamping: Sendable, Codable, Equatable {
        /// `http://…` or `https://…`.
        public let url: String
        /// PEM file of the certificates that it must lead back to: an absolute path, or relative to the data folder.
        public let roots: String

        public init(url: String, roots: String) {
            self.url = url
            self.roots = roots
        }
    }

    public static let version = 1

    public let v: Int
    public let state: StateCode
    public let authority: DirectoryEntry.Authority
    /// The listener for other nodes.
    public let exchange: Listener
    /// The address other nodes reach it at, `https://host:port`.
    public let endpoint: String
    /// The listener for officials.
    public let desk: Listener
    /// The listener for everybody: the public pages. Nil: there are none.
    public let publicPages: Listener?
    public let exercise: Bool
    public let createdAt: Instant
    /// Nil: local accounts only.
    public let oidc: OpenIDConnect?
    /// When the directory entry last changed; nil: never.
    public let changedAt: Instant?
    /// Nil: the limits that are usual.
    public let api: Programs?
    /// The thumbprint of `keys/statement.key`, so that a key that was lost or exchanged is noticed; nil for a node that was made before
    /// there was one.
    public let statementKey: String?
    /// Nil: packages are not stamped.
    public let timeStamping: TimeStamping?
    /// Further authorities, requirements and the terms of keys, as two officers published them in the directory entry.
    public let authorities: [DirectoryEntry.Authority]?
    public let requirements: [DirectoryEntry.Requirement]?
    public let validity: [KeyUse: KeyValidity]?
    /// How the keys came from those before them.
    public let successions: [Succession]?
    /// The file in `keys` of each key that followed another; the others have their first name.
    public let keyFiles: [KeyUse: String]?

    public init(
        state: StateCode, authority: DirectoryEntry.Authority, exchange: Listener, endpoint: String, desk: Listener, exercise: Bool,
        createdAt: Instant, oidc: OpenIDConnect? = nil, changedAt: Instant? = nil, api: Programs? = nil,
        statementKey: String? = nil, timeStamping: TimeStamping? = nil, authorities: [DirectoryEntry.Authority]? = nil,
        requirements: [DirectoryEntry.Requirement]? = nil, validity: [KeyUse: KeyValidity]? = nil, successions: [Succession]? = nil,
        keyFiles: [KeyUse: String]? = nil, publicPages: Listener? = nil
    ) {
        v = Self.version
        self.state = state
        self.authority = authority
        self.exchange = exchange
        self.endpoint = endpoint
        self.desk = desk
        self.publicPages = publicPages
        self.exercise = exercise
        self.createdAt = createdAt
        self.oidc = oidc
        self.changedAt = changedAt
        self.api = api
        self.statementKey = statementKey
        self.timeStamping = timeStamping
        self.authorities = authorities
        self.requirements = requirements
        self.validity = validity
        self.successions = successions
        self.keyFiles = keyFiles
    }

    /// The same node with another authority or statement key, and a later directory entry.
    func changed(authority: DirectoryEntry.Authority? = nil, statementKey: String? = nil, at changedAt: Instant?) -> NodeConfiguration {
        NodeConfiguration(
            state: state, authority: authority ?? self.authority, exchange: exchange, endpoint: endpoint, desk: desk, exercise: exercise,
            createdAt: createdAt, oidc: oidc, changedAt: changedAt, api: api, statementKey: statementKey ?? self.statementKey,
            timeStamping: timeStamping, authorities: authorities, requirements: requirements, validity: validity, successions: successions,
            keyFiles: keyFiles, publicPages: publicPages)
    }

    /// The same node with the facts that two officers published.
    func changed(facts: DirectoryEntry.Facts, validity: [KeyUse: KeyValidity], at changedAt: Instant) -> NodeConfiguration {
        NodeConfiguration(
            state: state, authority: facts.authority, exchange: exchange, endpoint: facts.endpoint, desk: desk, exercise: exercise,
            createdAt: createdAt, oidc: oidc, changedAt: changedAt, api: api, statementKey: statementKey, timeStamping: timeStamping,
            authorities: facts.authorities, requirements: facts.requirements, validity: validity, successions: successions,
            keyFiles: keyFiles, publicPages: publicPages)
    }

    /// The same node with a successor of one of its keys.
    func changed(succession: Succession, file: String, validity: [KeyUse: KeyValidity], at changedAt: Instant) -> NodeConfiguration {
        NodeConfiguration(
            state: state, authority: authority, exchange: exchange, endpoint: endpoint, desk: desk, exercise: exercise,
            createdAt: createdAt, oidc: oidc, changedAt: changedAt, api: api, statementKey: statementKey, timeStamping: timeStamping,
            authorities: authorities, requirements: requirements, validity: validity, successions: (successions ?? []) + [succession],
            keyFiles: (keyFiles ?? [:]).merging([succession.claims.use: file]) { $1 }, publicPages: publicPages)
    }

    /// What its entry says besides keys.
    var facts: DirectoryEntry.Facts {
        DirectoryEntry.Facts(authority: authority, endpoint: endpoint, authorities: authorities, requirements: requirements)
    }

    /// A moment later than that of the entry before, whatever the clock says: peers take only a newer entry.
    func nextChange(now milliseconds: Int64) -> Instant {
        Instant(milliseconds: max(milliseconds / 1000, (changedAt ?? createdAt).milliseconds / 1000 + 1) * 1000)
    }

    public var party: Party { Party(state: state, authority: authority.id) }
}
