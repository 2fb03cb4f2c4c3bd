// SPDX-License-Identifier: Apache-2.0

import Dossier
public import Law
public import Standards

/// A ground for a refusal or a postponement in one file, as a person chooses it.
public struct GroundLine: Sendable, Codable {
    public let id: String
    public let says: String
    public let cite: String
    public let tag: VerificationTag
    /// Nobody has compared its text with the official one yet.
    public let unverified: Bool
    /// The instrument forbids it: it is listed so that nobody gives it as a reason.
    public let forbidden: Bool
    /// What must stand in the file before it may be used: `reason`, `consultation`, `decision`.
    public let requires: [String]
}

extension Node {
    /// The grounds for a step of a file, usable ones first; a step that names another ground is refused.
    public func grounds(_ ref: FileReference, use: GroundUse, officer: String?) throws(ComityError) -> [GroundLine] {
        let dossier = try dossier(ref, officer: officer)
        let content = dossier.request.content
        let offered = law.grounds(for: dossier.type.rawValue, use: use).filter { $0.when?.holds(in: content) ?? true }
        return (offered.filter { !$0.forbidden } + offered.filter(\.forbidden)).map {
            GroundLine(
                id: $0.id, says: $0.says, cite: $0.cite, tag: $0.tag, unverified: $0.tag.isUnverified, forbidden: $0.forbidden,
                requires: $0.requires)
        }
    }
}
