// SPDX-License-Identifier: Apache-2.0

import Standards

extension DirectoryEntry {
    /// An office of a State: what it is for, and how it is reached.
    public struct Authority: Sendable, Codable, Equatable {
        /// Short id, for example `xa-247`.
        public let id: String
        public let name: String
        /// Accepted languages, BCP 47.
        public let languages: [String]
        /// IANA time zone of its officers.
        public let timeZone: String
        /// E.164, or nil. The number on which a fingerprint is compared and a sender is called back; others are channels.
        public let phone: String?
        public let email: String?
        /// Its name in other languages, by BCP 47 tag.
        public let names: [String: String]?
        /// What it is for, codes of ``Purpose``; a code that is not known here is kept and shown as it is.
        public let purposes: [String]?
        /// For which territory or matters, in words; nil: the whole State.
        public let scope: String?
        /// Further ways to reach it.
        public let channels: [Channel]?
        /// When somebody is there, in its time zone; nil: nothing is said.
        public let hours: OpeningHours?

        public init(
            id: String, name: String, languages: [String], timeZone: String, phone: String?, email: String?,
            names: [String: String]? = nil, purposes: [String]? = nil, scope: String? = nil, channels: [Channel]? = nil,
            hours: OpeningHours? = nil
        ) {
            self.id = id
            self.name = name
            self.languages = languages
            self.timeZone = timeZone
            self.phone = phone
            self.email = email
            self.names = names
            self.purposes = purposes
            self.scope = scope
            self.channels = channels
            self.hours = hours
        }

        /// All its telephone numbers, the one that is called back first.
        public var numbers: [String] {
            ([phone].compactMap { $0 } + (channels ?? []).filter { $0.kind == Channel.Kind.telephone.rawValue }.map(\.address))
                .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        }
    }

    /// What an authority is for.
    public enum Purpose: String, Sendable, Codable, CaseIterable {
        /// Point of contact, 24 hours on seven days (Art. 41).
        case network = "network-24-7"
        /// Central authority for mutual legal assistance (Art. 40(12)).
        case mutualLegalAssistance = "mutual-legal-assistance"
        /// Extradition (Art. 37).
        case extradition
        /// Transfer of sentenced persons (Art. 38).
        case transferOfSentencedPersons = "transfer-of-sentenced-persons"
        /// Transfer of criminal proceedings (Art. 39).
        case transferOfProceedings = "transfer-of-proceedings"
        /// Cooperation of law enforcement (Art. 47).
        case policeCooperation = "police-cooperation"
        /// Proceeds of crime: freezing, confiscation, return (Art. 49 to 52).
        case assetRecovery = "asset-recovery"
        /// Technical assistance and training (Art. 54).
        case technicalAssistance = "technical-assistance"
        /// Incident response team.
        case incidentResponse = "incident-response"
        /// A network of prosecutors.
        case prosecutors
    }

    /// A way to reach an authority besides its telephone, its e-mail and its node.
    public struct Channel: Sendable, Codable, Equatable {
        public enum Kind: String, Sendable, Codable, CaseIterable {
            case telephone, email, post, fax, web
            /// INTERPOL’s I-24/7; the address is the office.
            case interpol
            case diplomatic
            case other
        }

        /// A code of ``Kind``; one that is not known here is kept and shown as it is.
        public let kind: String
        /// A number, an address, an office.
        public let address: String
        /// When it is answered, in the time zone of the authority; nil: as the authority.
        public let hours: OpeningHours?

        public init(kind: String, address: String, hours: OpeningHours? = nil) {
            self.kind = kind
            self.address = address
            self.hours = hours
        }
    }

    /// Something a State asks of requests, or says about its law: a coded fact, in words, with its source.
    public struct Requirement: Sendable, Codable, Equatable {
        public enum Code: String, Sendable, Codable, CaseIterable {
            /// Languages in which requests are accepted (Art. 40(13)).
            case languages
            /// Channels that are accepted or insisted on (Art. 40(12)).
            case channel
            /// Double criminality (Art. 40(8)).
            case doubleCriminality = "double-criminality"
            case certification, translation, form, threshold, costs
            /// A reservation or declaration under the Convention.
            case reservation
            /// Treaties that may be used as a basis.
            case treatyBasis = "treaty-basis"
            /// How long data is preserved under its law.
            case preservationPeriod = "preservation-period"
            /// How long providers keep data there.
            case retention
            case other
        }

        /// A code of ``Code``; one that is not known here is kept and shown as it is.
        public let code: String
        /// The fact for a machine: `ar, fr`, `P90D`, `yes`, `discretionary`.
        public let value: String?
        /// The same for a person.
        public let says: String
        /// Where it stands: a law, a notification to the Secretary-General.
        public let source: String?

        public init(code: String, value: String? = nil, says: String, source: String? = nil) {
            self.code = code
            self.value = value
            self.says = says
            self.source = source
        }
    }

    /// What two officers may change in the entry: everything that is not a key.
    public struct Facts: Sendable, Codable, Equatable {
        public let authority: Authority
        public let endpoint: String
        public let authorities: [Authority]?
        public let requirements: [Requirement]?

        public init(authority: Authority, endpoint: String, authorities: [Authority]?, requirements: [Requirement]?) {
            self.authority = authority
            self.endpoint = endpoint
            self.authorities = authorities
            self.requirements = requirements
        }
    }

    public var facts: Facts { Facts(authority: authority, endpoint: endpoint, authorities: authorities, requirements: requirements) }

    /// The authority of the node, then the others.
    public var allAuthorities: [Authority] { [authority] + (authorities ?? []) }

    /// All telephone numbers of the State, that of the node's authority first.
    public var numbers: [String] { allAuthorities.flatMap(\.numbers).reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
}
