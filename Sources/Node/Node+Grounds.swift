// SPDX-License-Identifier: Apache-2.0

import Dossier
public import Law
public import Standards

/// A ground for a refusal or a postponement in one file, as a person chooses it.
public struct GroundLine: Sendable, Codable, Equatable {
    public let id: String
    public let instrument: String
    public let says: String
    /// Instrument and article as a person reads them.
    public let cite: String
    public let tag: VerificationTag
    /// Nobody has compared its text with the official one yet.
    public let unverified: Bool
    /// The instrument forbids it: it is listed so that nobody gives it as a reason.
    public let forbidden: Bool
    /// What must stand in the file before it may be used: `reason`, `consultation`, `decision`.
    public let requires: [String]

    init(_ ground: Ground) {
        id = ground.id
        instrument = ground.instrument
        says = ground.says
        cite = ground.cite
        tag = ground.tag
        unverified = ground.tag.isUnverified
        forbidden = ground.forbidden
        requires = ground.requires
    }
}

extension Node {
    /// The grounds for a step of a file, usable ones first; a step that names another ground is refused.
    public func grounds(_ ref: FileReference, use: GroundUse, officer: String?) throws(ComityError) -> [GroundLine] {
        let dossier = try dossier(ref, officer: officer)
        let offered = dossier.grounds(for: use, law: law, party: party)
        return (offered.filter { !$0.forbidden } + offered.filter(\.forbidden)).map { GroundLine($0) }
    }
}
