// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

@Suite struct RosterTests {
    private static let hour: Int64 = 3_600_000

    /// A node in an exercise with officers of every layer, at a moment that stands still.
    private func node(zone: String = "America/Montevideo", at moment: String = "2026-11-22T06:12:00Z") async throws -> (
        TemporaryFolder, Node
    ) {
        let folder = try TemporaryFolder()
        let configuration = NodeConfiguration(
            state: try StateCode("XA"),
            authority: .init(id: "xa-247", name: "24/7 point of XA", languages: ["en"], timeZone: zone, phone: "+999105550101", email: nil),
            exchange: .init(host: "127.0.0.1", port: 1), endpoint: "https://127.0.0.1:1", desk: .init(host: "127.0.0.1", port: 0),
            exercise: true, createdAt: try Instant("2026-01-01T00:00:00Z"))
        let node = try await Node.create(
            folder: folder("xa"), configuration,
            officers: [
                ("D1", "duty_officer"), ("D2", "duty_officer"), ("S2", "second_officer"), ("SV", "supervisor"), ("HD", "head"),
                ("AU", "auditor"), ("AD", "administrator"),
            ])
        try await node.setClock(try Instant(moment), stopped: true)
        return (folder, node)
    }

    @Test func layersOverridesAndWhoIsOnDuty() async throws {
        let (folder, node) = try await node()
        defer { _ = folder }
        let now = try node.now()
        #expect(try node.duty() == nil)
        func add(_ layer: DutyLayer, _ officer: String, _ from: Int64, _ to: Int64, override: Bool = false) async throws {
            try await node.addToRoster(
                layer, officer: officer, from: now.adding(milliseconds: from * Self.hour), to: now.adding(milliseconds: to * Self.hour),
                isOverride: override, by: "SV")
        }
        try await add(.primary, "D1", -2, 6)
        try await add(.primary, "D2", 6, 14)
        try await add(.second, "S2", -2, 14)
        try await add(.supervisor, "SV", -24, 24)
        #expect(try node.onDuty(at: now).map(\.officer) == ["D1", "S2", "SV"])
        #expect(try node.onDuty(at: now.adding(milliseconds: 6 * Self.hour)).map(\.officer) == ["D2", "S2", "SV"])
        let duty = try #require(try node.duty())
        #expect(duty.officer == "D1" && !duty.isTaken && duty.until == now.adding(milliseconds: 6 * Self.hour))
        // Two ordinary lines of a layer do not overlap; an override counts instead, the newest first.
        await #expect(throws: ComityError.coded(.alreadyExists)) { try await add(.primary, "D2", 5, 7) }
        try await add(.primary, "D2", -1, 2, override: true)
        #expect(try node.onDuty(at: now).map(\.officer) == ["D2", "S2", "SV"])
        try await node.setClock(now.adding(milliseconds: 1000), stopped: true)
        try await add(.primary, "HD", -1, 1, override: true)
        #expect(try node.onDuty(at: now).first?.officer == "HD")
        #expect(try node.onDuty(at: now.adding(milliseconds: Self.hour)).first?.officer == "D2")
        #expect(try node.audit().ok)
    }

    @Test func whatCannotBeOnARoster() async throws {
        let (folder, node) = try await node()
        defer { _ = folder }
        let now = try node.now()
        func add(_ officer: String = "D1", _ from: Int64 = 0, _ to: Int64 = 8, days: Int = 1, by: String? = "SV") async throws {
            try await node.addToRoster(
                .primary, officer: officer, from: now.adding(milliseconds: from * Self.hour), to: now.adding(milliseconds: to * Self.hour),
                days: days, by: by)
        }
        for (from, to, days) in [(8, 8, 1), (8, 0, 1), (0, 745, 1), (-9, -1, 1), (0, 8, 0), (0, 8, 32), (0, 25, 2), (9700, 9701, 1)] {
            await #expect(throws: ComityError.coded(.usage), "\(from) \(to) \(days)") {
                try await add("D1", Int64(from), Int64(to), days: days)
            }
        }
        for officer in ["AU", "AD"] { await #expect(throws: ComityError.coded(.usage)) { try await add(officer) } }
        await #expect(throws: ComityError.coded(.permission)) { try await add("nobody") }
        for by in ["D1", "AU"] { await #expect(throws: ComityError.coded(.permission)) { try await add(by: by) } }
        #expect(try node.roster(from: now, to: now.adding(milliseconds: 24 * Self.hour), officer: "D1").isEmpty)
        try await add(by: "AD")
        try await add("D1", 8, 16, by: nil)
        #expect(try node.roster(from: now, to: now.adding(milliseconds: 24 * Self.hour), officer: "D1").count == 2)
    }

    /// A line that is repeated keeps its time on the wall over a change of the clocks; an overlap undoes all of it.
    @Test func repeatedDaily() async throws {
        let (folder, node) = try await node(zone: "Europe/Helsinki", at: "2026-10-23T08:00:00Z")
        defer { _ = folder }
        let start = try node.moment(fromLocal: "2026-10-23T22:00")
        #expect(start.description == "2026-10-23T22:00:00+03:00")
        try await node.addToRoster(
            .primary, officer: "D1", from: start, to: try node.moment(fromLocal: "2026-10-24 06:00"), days: 4, by: "SV")
        let lines = try node.roster(from: try node.now(), to: start.adding(milliseconds: 10 * 24 * Self.hour), officer: "D1")
        #expect(
            lines.map { String($0.start.description.dropFirst(8)) } == [
                "23T22:00:00+03:00", "24T22:00:00+03:00", "25T22:00:00+02:00", "26T22:00:00+02:00",
            ])
        #expect(lines[1].end.milliseconds - lines[1].start.milliseconds == 9 * Self.hour)
        await #expect(throws: ComityError.coded(.alreadyExists)) {
            try await node.addToRoster(
                .primary, officer: "D2", from: try node.moment(fromLocal: "2026-10-25T06:00"),
                to: try node.moment(fromLocal: "2026-10-25T23:00"), days: 3, by: "SV")
        }
        #expect(try node.roster(from: try node.now(), to: start.adding(milliseconds: 10 * 24 * Self.hour), officer: "D1").count == 4)
        for wrong in ["", "2026-02-30T10:00", "2026-13-01T10:00", "2026-10-23", "2026-10-23T24:00", "10:00", "2026-10-23T10:00Z"] {
            #expect(throws: ComityError.coded(.malformedInput), "\(wrong)") { try node.moment(fromLocal: wrong) }
        }
    }

    /// What has begun is ended, what has not is removed, what is over stays; each change is an event.
    @Test func takenOffTheRoster() async throws {
        let (folder, node) = try await node()
        defer { _ = folder }
        let now = try node.now()
        for (from, to) in [(-2, 6), (6, 14)] as [(Int64, Int64)] {
            try await node.addToRoster(
                .primary, officer: "D1", from: now.adding(milliseconds: from * Self.hour), to: now.adding(milliseconds: to * Self.hour),
                by: "SV")
        }
        let day = now.adding(milliseconds: 24 * Self.hour)
        let lines = try node.roster(from: now, to: day, officer: nil)
        await #expect(throws: ComityError.coded(.permission)) { try await node.removeFromRoster(lines[0].id, by: "D1") }
        try await node.removeFromRoster(lines[1].id, by: "SV")
        try await node.removeFromRoster(lines[0].id, by: "SV")
        #expect(try node.roster(from: now, to: day, officer: nil).isEmpty)
        let past = try node.roster(from: now.adding(milliseconds: -Self.hour), to: day, officer: nil)
        #expect(past.map(\.end) == [now])
        await #expect(throws: ComityError.coded(.wrongState)) { try await node.removeFromRoster(lines[0].id, by: "SV") }
        await #expect(throws: ComityError.coded(.notFound)) { try await node.removeFromRoster(lines[1].id, by: "SV") }
        let events = try AccessFixture(folder: folder, node: node).events(.rosterChanged)
        #expect(events.map { $0.detail["change"]?.string } == ["added", "added", "removed", "ended"])
        #expect(events.allSatisfy { $0.by == "SV" && $0.detail["officer"]?.string == "D1" })
    }
}
