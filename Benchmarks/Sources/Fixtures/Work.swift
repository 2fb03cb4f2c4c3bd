// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Law
import Standards

/// One thing that is measured.
package struct Work: Sendable {
    package let name: String
    /// It takes microseconds: it is done a thousand times in one measurement, and the figures are divided by that.
    package let isShort: Bool
    /// Makes all that the work needs, and gives the work itself. A fixture that is not what it should be throws, so that no
    /// figure stands for work that was not done.
    package let prepare: @Sendable () throws -> () throws -> Void

    private init(_ name: String, isShort: Bool = false, prepare: @escaping @Sendable () throws -> () throws -> Void) {
        self.name = name
        self.isShort = isShort
        self.prepare = prepare
    }

    package static let all: [Work] = [
        Work("load all instruments") {
            let texts = try Shipped.texts()
            return { keep(try Law(reading: texts)) }
        },
        preFlight("preservation", on: "2026-11-24T23:10:00Z"),
        preFlight("stored-data", on: "2026-12-03T12:00:00Z"),
        fold("one chain") { try $0.chain(1_000) },
        fold("forked in pairs") { try $0.pairs(1_000) },
        fold("two branches of 499") { try $0.branches(1_000) },
        fold("two branches of 499, one overtaken", overtaken: 499) { try $0.overtaken(1_000) },
        judge("it opens a file", known: 0),
        judge("on a file of 20 acts", known: 20),
        judge("on a file of 999 acts", known: 999),
    ]

    private static func preFlight(_ type: String, on day: String) -> Work {
        Work("pre-flight of a full request, \(type)", isShort: true) {
            let flight = try PreFlight(of: type, on: day)
            return { keep(flight.assess()) }
        }
    }

    private static func fold(
        _ shape: String, overtaken: Int = 0, _ make: @escaping @Sendable (inout ActMaker) throws -> [Dossier.HashedAct]
    ) -> Work {
        Work("fold a file of 1,000 acts, \(shape)") {
            var maker = try ActMaker()
            let acts = try Checked.applied(try make(&maker), count: 1_000, overtaken: overtaken)
            return { keep(try Dossier(folding: acts)) }
        }
    }

    private static func judge(_ place: String, known count: Int) -> Work {
        Work("judge an incoming act, \(place)") {
            let arrival = try Arrival(onFileOf: count)
            guard case .accept = try arrival.judge() else { throw FixtureError(says: "The incoming act is not accepted.") }
            return { keep(try arrival.judge()) }
        }
    }
}

/// Takes a result, so that the compiler must make it.
@inline(never)
private func keep(_ value: some Any) { withExtendedLifetime(value) {} }
