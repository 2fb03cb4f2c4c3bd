// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Mutual legal assistance in accessing stored data. Several packages may be supplied; each is received.
    static let storedData = LifeCycle.assistance(.storedData, fourEyes: true)
}
