// SPDX-License-Identifier: Apache-2.0

public import Law

extension Law {
    /// Clocks that name a kind of act which no file of their types has: they would never start or never stop. In words, one for each
    /// name; empty when all is well. A clock for many types may name acts that only some of them have, but each act is one of some.
    public var clocksOfUnknownSteps: [String] {
        instruments.flatMap(\.clocks).flatMap { rule -> [String] in
            let types = rule.types.compactMap(FileType.init(rawValue:))
            let stops = rule.stoppedBy.map(\.kind) + rule.endedBy.map(\.kind) + rule.stoppedByAll
            let starts = rule.startAct.split(separator: "|").map(String.init)
            var seen: Set<String> = []
            return (starts + stops + rule.pausedBy + rule.resumedBy + rule.restartedBy).filter { seen.insert($0).inserted }.compactMap {
                name in
                guard let kind = ActKind(rawValue: name) else {
                    return "The clock \(rule.id) names “\(name)”, which is no kind of act."
                }
                guard !types.contains(where: { $0.lifeCycle.kinds.contains(kind) }) else { return nil }
                return "The clock \(rule.id) names “\(name)”, which no file of its types has."
            }
        }
    }
}
