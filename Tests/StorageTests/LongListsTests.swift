// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import GRDB
import Register
import Standards
import TestSupport
import Testing

@testable import Storage

/// What pages ask for on a large node, against the plain way of looking at every row.
@Suite struct LongListsTests {
    private let folder: TemporaryFolder
    private let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(folder: folder.path, signer: try NoteSigner(name: "comity/XA/xa-247", seed: [UInt8](repeating: 3, count: 32)))
    }

    private struct Line {
        let index: Int64
        let isAct: Bool
        let kind: String
        let file: String?
    }

    @Test func entriesByKindAndFileAreThoseOfTheWholeRegister() throws {
        var generator = Seeded.fresh()
        let files = (0..<4).map { UUIDv7(at: Instant(milliseconds: Int64($0)), using: &generator) }
        // “shared” is a kind of both, which no kind is in practice.
        let kinds = ["ask", "report", "shared"]
        let lines = (0..<600).map { index in
            let isAct = Bool.random(using: &generator)
            let file = isAct || Bool.random(using: &generator) ? files.randomElement(using: &generator)?.description : nil
            return Line(index: Int64(index), isAct: isAct, kind: kinds.randomElement(using: &generator) ?? "", file: file)
        }
        let hash = Data(repeating: 1, count: 32)
        try store.pool.write { db in
            for line in lines {
                let id = "id-\(line.index)"
                try db.execute(
                    sql: "INSERT INTO entry (idx, content, kind, ref) VALUES (?, ?, ?, ?)",
                    arguments: [line.index, hash, line.isAct ? "act" : "event", id])
                if line.isAct {
                    try db.execute(
                        sql: "INSERT INTO act (id, file, kind, hash, jws, outgoing, idx, registered) VALUES (?, ?, ?, ?, ?, ?, ?, '')",
                        arguments: [id, line.file, line.kind, hash, Data([7]), line.index % 3 == 0, line.index])
                } else {
                    try db.execute(
                        sql: "INSERT INTO event (idx, kind, file, bytes) VALUES (?, ?, ?, ?)",
                        arguments: [line.index, line.kind, line.file, Data([9])])
                }
            }
        }
        for _ in 0..<200 {
            let before = Int64.random(in: -1...601, using: &generator)
            let limit = Int.random(in: 1...50, using: &generator)
            let what = (kinds + ["nothing", nil]).randomElement(using: &generator) ?? nil
            let file = (files.map(Optional.some) + [nil, nil]).randomElement(using: &generator) ?? nil
            let wanted = lines.reversed().filter { line in
                line.index < before && (what == nil || line.kind == what) && (file == nil || line.file == file?.description)
            }.prefix(limit)
            let found = try store.read { try $0.entries(before: before, what: what, file: file, limit: limit) }
            #expect(found.map(\.index) == wanted.map(\.index))
            #expect(found.map(\.what) == wanted.map(\.kind) && found.map(\.file) == wanted.map(\.file))
            #expect(found.map(\.bytes) == wanted.map { $0.isAct ? [7] : [9] })
            let acts = lines.filter { $0.isAct && $0.index >= before }
            #expect(try store.read { try $0.actCount(from: before) } == acts.count)
            let counts = try store.read { try $0.actCounts(from: before) }
            for count in counts {
                #expect(count.count == acts.count { $0.kind == count.kind && ($0.index % 3 == 0) == count.isOutgoing })
            }
            #expect(counts.reduce(0) { $0 + $1.count } == acts.count)
        }
    }

    @Test func earlierRequestsAreCountedAcrossOffsetsAndAmongSeveralStates() throws {
        var generator = Seeded.fresh()
        struct File {
            let states: [StateCode]
            let side: Side
            let opened: Instant
        }
        let states = try ["XB", "XC", "XD"].map { try StateCode($0) }
        // Moments that differ by a millisecond, written in different offsets.
        let files = (0..<300).map { _ in
            let first = states.randomElement(using: &generator) ?? states[0]
            let others = Bool.random(using: &generator) ? [] : states.filter { $0 != first }
            return File(
                states: [first] + others, side: Bool.random(using: &generator) ? .requested : .requesting,
                opened: Instant(milliseconds: 1_795_000_000_000 + Int64.random(in: 0...40, using: &generator)).at(
                    offsetMinutes: [0, 120, -180, 345].randomElement(using: &generator) ?? 0))
        }
        try store.pool.write { db in
            for (index, file) in files.enumerated() {
                try db.execute(
                    sql: "INSERT INTO file (id, ref, type, side, counterpart, title, opened) VALUES (?, ?, 'preservation', ?, ?, '', ?)",
                    arguments: [
                        "\(index)", "\(index)", file.side.rawValue, file.states.map(\.description).joined(separator: ","),
                        file.opened.description,
                    ])
            }
        }
        #expect(try store.read { try $0.hasFiles() })
        for state in states {
            for step in 0...41 {
                let moment = Instant(milliseconds: 1_795_000_000_000 + Int64(step)).at(offsetMinutes: 60)
                let wanted = files.count { $0.side == .requested && $0.states[0] == state && $0.opened < moment }
                #expect(try store.read { try $0.requests(from: state, before: moment) } == wanted)
                #expect(try store.read { try $0.requests(from: state, before: moment, most: 3) } == min(wanted, 3))
            }
        }
    }
}
