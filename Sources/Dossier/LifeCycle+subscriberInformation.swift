// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Subscriber information: the least intrusive request and the shortest way.
    static let subscriberInformation = LifeCycle.assistance(.subscriberInformation, fourEyes: false, main: SharedCycle.supplied)
}
