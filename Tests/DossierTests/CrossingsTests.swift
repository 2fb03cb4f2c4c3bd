// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import Dossier

@Suite struct CrossingsTests {
    @Test func everyKindHasItsPlaceOnce() {
        let kinds = Crossings.order.flatMap(\.kinds)
        #expect(kinds.count == ActKind.allCases.count && Set(kinds) == Set(ActKind.allCases))
    }

    /// `docs/formats/crossings.md` prints what the code does. `COMITY_WRITE_DOCS` writes it anew.
    @Test func documentAgreesWithTheCode() throws {
        let page = Shared.repository.appendingPathComponent("docs/formats/crossings.md")
        let expected = Self.page()
        if ProcessInfo.processInfo.environment["COMITY_WRITE_DOCS"] != nil {
            try expected.write(to: page, atomically: true, encoding: .utf8)
        }
        let found = try String(contentsOf: page, encoding: .utf8)
        #expect(found == expected, "COMITY_WRITE_DOCS=1 writes the page anew")
    }

    static func page() -> String {
        var lines = [
            "# Acts that cross", "",
            "Two acts *cross* when each was written before its author knew the other. Most such acts do not disturb each other and both",
            "count. Where they cannot both stand in either order, the table says which **holds**; the other stays in the history, marked",
            "*overtaken*, and changes nothing. The decision depends on the kinds of the two acts alone, so every node reaches it from the",
            "same acts: not from the order in which they arrived, nor from a hash.", "", "## How a file is computed", "",
            "1. Acts are put in causal order (`after`); acts that no path orders are put by `lamport`, then by the order of strength",
            "   below, then by party (State, authority), and last by hash.",
            "2. Strongest kinds first: an act is overtaken when an act of another party that holds over its kind is concurrent to it",
            "   and is not overtaken itself.",
            "3. The rest is applied in order. An act that no transition allows any more, because what it was built on was overtaken, is",
            "   overtaken too.", "",
            "An end that a *clock* brings (`lapsed`) is no act and crosses nothing: an extension that was asked in time stays open, and",
            "the data are let go only by the act `release`.", "", "## The order of strength", "",
            "Strongest first; within a group the first holds over the next.", "", "| group | kinds | why |", "| --- | --- | --- |",
        ]
        for group in Crossings.order {
            lines.append("| \(group.name) | \(group.kinds.map { "`\($0.rawValue)`" }.joined(separator: ", ")) | \(group.says) |")
        }
        lines += ["", "## The pairs", "", "| holds | overtaken | in files of type |", "| --- | --- | --- |"]
        var types: [Crossings.Pair: [String]] = [:]
        for type in FileType.allCases { for pair in Crossings.of(type).pairs { types[pair, default: []].append(type.code) } }
        func rank(_ pair: Crossings.Pair) -> (Int, Int) {
            (Crossings.strength[pair.holds] ?? 0, Crossings.strength[pair.overtaken] ?? 0)
        }
        for pair in types.keys.sorted(by: { rank($0) < rank($1) }) {
            let codes = types[pair]?.joined(separator: " ") ?? ""
            lines.append("| `\(pair.holds.rawValue)` | `\(pair.overtaken.rawValue)` | \(codes) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The pairs that people ask about.
    @Test(arguments: [
        (FileType.storedData, ActKind.supply, ActKind.withdraw), (.storedData, .refuse, .withdraw), (.storedData, .withdraw, .ask),
        (.storedData, .withdraw, .accept), (.storedData, .supply, .close), (.preservation, .release, .extend),
        (.preservation, .extend, .lapse), (.preservation, .close, .ask), (.jointInvestigation, .withdraw, .sign),
        (.extradition, .surrender, .withdraw), (.emergency, .disclose, .withdraw), (.freezing, .freeze, .withdraw),
        (.returnOfAssets, .proposeReturn, .agreeReturn), (.jointInvestigation, .decline, .sign),
    ])
    func knownPairs(_ type: FileType, _ holds: ActKind, _ overtaken: ActKind) {
        #expect(Crossings.of(type).holds(holds, over: overtaken))
        #expect(!Crossings.of(type).holds(overtaken, over: holds))
    }

    /// A withdrawal crosses a whole chain that ends in a package: the package holds, whatever lies between.
    @Test func supplyAtTheEndOfAChainHoldsOverWithdrawal() throws {
        var maker = try Maker(Seeded(3))
        var base = [try maker.act(.request, side: .requesting, on: [], type: .storedData)]
        base.append(try maker.act(.acknowledge, side: .requested, on: base, type: .storedData))
        var mine = base
        mine.append(try maker.act(.withdraw, side: .requesting, on: base, type: .storedData))
        var theirs = base
        for kind in [ActKind.accept, .execute] { theirs.append(try maker.act(kind, side: .requested, on: theirs, type: .storedData)) }
        #expect(try Dossier(folding: mine + theirs).state == .withdrawn)
        theirs.append(try maker.act(.supply, side: .requested, on: theirs, type: .storedData))
        let folded = try Dossier(folding: theirs + mine)
        #expect(folded.state == .returned)
        #expect(folded.entries.filter { $0.effect == .overtaken }.map(\.act.kind) == [.withdraw])
        #expect(folded.entries.first { $0.act.kind == .withdraw }?.overtakenBy == theirs.last?.act.id)
    }

    /// Two packages and the receipt of the first cross: the second still waits to be received.
    @Test func receiptsCountPackages() throws {
        var maker = try Maker(Seeded(4))
        func supply(_ hash: Character) throws -> JSONValue {
            try ActBody.json(
                ActBody.Supply(
                    package: .init(name: "a.bag.tar.age", size: 1, digest: String(repeating: hash, count: 64), exhibits: 1), conditions: [])
            )
        }
        var base = [try maker.act(.request, side: .requesting, on: [], type: .storedData)]
        base.append(try maker.act(.acknowledge, side: .requested, on: base, type: .storedData))
        base.append(try maker.act(.supply, by: maker.requested, on: base, type: .storedData, body: supply("a")))
        let second = try maker.act(.supply, by: maker.requested, on: base, type: .storedData, body: supply("b"))
        let receipt = try maker.act(
            .receive, by: maker.requesting, on: base, type: .storedData,
            body: ActBody.json(ActBody.Receive(package: String(repeating: "a", count: 64), exhibits: 1)))
        let folded = try Dossier(folding: base + [receipt, second])
        #expect(folded.state == .returned && folded.entries.allSatisfy { $0.effect == .applied })
        #expect(folded.course.outstanding.keys.sorted() == [String(repeating: "b", count: 64)])
    }
}
