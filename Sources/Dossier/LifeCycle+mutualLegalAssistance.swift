// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// General mutual legal assistance: service of documents, searches, records, experts, taking down.
    static let mutualLegalAssistance = LifeCycle.assistance(.mutualLegalAssistance, and: safeConduct)
}
