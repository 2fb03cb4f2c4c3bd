// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import Storage
import Synchronization

/// The time of a node: the exercise clock in an exercise, otherwise the machine's, in the offset of the authority.
/// Owns the moment at which this process holds the clock, under one lock.
final class NodeTime: Sendable {
    static let setting = "exercise-clock"

    let exercise: Bool
    /// IANA name; an administrator may correct it.
    var zone: String { zoned.withLock { $0 } }
    private let zoned: Mutex<String>
    /// Where this process holds the clock of an exercise.
    private let held = Mutex<Instant?>(nil)

    init(exercise: Bool, zone: String) {
        self.exercise = exercise
        zoned = Mutex(zone)
    }

    func move(toZone zone: String) { zoned.withLock { $0 = zone } }

    func hold(at instant: Instant?) { held.withLock { $0 = instant } }

    /// The moment as the reader's snapshot has it; inside a commit that moves the clock, the moved one.
    func now(_ reader: Reader) throws -> Instant { now(setting: exercise ? try reader.setting(Self.setting) : nil) }

    /// - Parameter setting: what the clock was set to and when that was, by the machine's clock; nil where it was never set.
    func now(setting: String?) -> Instant {
        var milliseconds = Node.realMilliseconds()
        let parts = setting?.split(separator: " ").compactMap { Int64($0) } ?? []
        if parts.count == 2 { milliseconds = parts[0] + (milliseconds - parts[1]) }
        if parts.count == 1 { milliseconds = parts[0] }
        if exercise, let held = held.withLock({ $0 }) { milliseconds = held.milliseconds }
        return Node.at(Instant(milliseconds: milliseconds), zone: zone)
    }
}
