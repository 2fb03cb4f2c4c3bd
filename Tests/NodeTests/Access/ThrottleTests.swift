// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

@Suite struct ThrottleTests {
    /// Five failures are free, then 30 seconds, doubling to an hour.
    @Test func pausesDoubleAndEnd() {
        var row: ThrottleRow?
        var now: Int64 = 1_760_000_000_000
        var pauses: [Int64] = []
        for _ in 0..<16 {
            row = Throttle.counted(row, free: 5, now: now)
            pauses.append((Throttle.pause(row, now: now) ?? 0) / 1000)
            now += Throttle.pause(row, now: now) ?? 0
        }
        #expect(pauses == [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600])
        #expect(Throttle.pause(row, now: now) == nil)
        #expect(Throttle.counted(row, free: 5, now: now + AccessLimits.forgets).failures == 1)
        // A clock that was set back does not lock anybody out for longer than the longest pause.
        #expect(Throttle.pause(row, now: 0) == AccessLimits.pause.longest)
    }

    @Test func oneSubscriberOfIPv6IsOneAddress() {
        #expect(Throttle.key(address: "2001:db8:1:2::1") == Throttle.key(address: "2001:DB8:1:2:3:4:5:6"))
        #expect(Throttle.key(address: "2001:db8::1") == Throttle.key(address: "2001:db8:0:0:1::"))
        #expect(Throttle.key(address: "2001:db8:1:2::1") != Throttle.key(address: "2001:db8:1:3::1"))
        #expect(Throttle.key(address: "198.51.100.1") != Throttle.key(address: "198.51.100.2"))
        for odd in ["", ":", "::", ":::::::::::", "::ffff:198.51.100.1", "no address"] { #expect(!Throttle.key(address: odd).isEmpty) }
    }

    @Test func afterFiveFailuresThereIsAPauseThatOutlivesTheProcess() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let who = try await access.enrol("D1")
        for _ in 0..<5 {
            await #expect(throws: ComityError.coded(.permission)) {
                try await node.signIn(officer: "D1", password: "wrong", code: "000000", address: "198.51.100.1")
            }
        }
        let error = await #expect(throws: ComityError.self) { try await access.signIn(who) }
        #expect(error?.code == .throttled && error?.next.contains("30 seconds") == true, "\(error?.next ?? "")")
        // Another process reads the same rows, a moment before the pause ends.
        let again = try Node(folder: access.folder("xa"))
        again.realTime.stop(at: node.realTime.now() - 1)
        await #expect(throws: ComityError.coded(.throttled)) {
            try await again.signIn(officer: "D1", password: AccessFixture.password, code: "000000", address: nil)
        }
        _ = try await access.signIn(who)
        #expect(try access.events(.signInFailed).count == 1, "one a minute")
        // A success takes the failures back.
        for _ in 0..<4 { _ = try? await node.signIn(officer: "D1", password: "wrong", code: "0", address: nil) }
        _ = try await access.signIn(who)
    }

    @Test func namesThatAreNoneAreSlowedDownAlike() async throws {
        let access = try await AccessFixture()
        for name in ["nobody", "D1", String(repeating: "x", count: 10_000)] {
            var codes: [ErrorCode] = []
            for _ in 0..<7 {
                let error = await #expect(throws: ComityError.self) {
                    try await access.node.signIn(officer: name, password: "wrong", code: "1", address: nil)
                }
                codes.append(try #require(error).code)
            }
            #expect(codes == Array(repeating: .permission, count: 5) + [.throttled, .throttled])
        }
        let failed = try access.events(.signInFailed)
        #expect(failed.map { $0.detail["account"]?.string } == [nil, "D1"], "what was typed as a name is not written down")
    }

    @Test func anAddressIsSlowedDownAcrossAccounts() async throws {
        let access = try await AccessFixture()
        let who = try await access.enrol("D1")
        for number in 0..<20 {
            await #expect(throws: ComityError.coded(.permission)) {
                try await access.node.signIn(officer: "guess-\(number)", password: "x", code: "1", address: "198.51.100.66")
            }
        }
        await #expect(throws: ComityError.coded(.throttled)) { try await access.signIn(who, address: "198.51.100.66") }
        _ = try await access.signIn(who, address: "198.51.100.67")
    }

    /// Whoever guesses at the duty officer's account all night does not lock out the duty officer's desk.
    @Test func guessesFromElsewhereDoNotLockOutTheDesk() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let who = try await access.enrol("D1")
        try await access.signIn(who, address: "198.51.100.7")
        for number in 0..<8 { _ = try? await node.signIn(officer: "D1", password: "x", code: "1", address: "203.0.113.\(number)") }
        await #expect(throws: ComityError.coded(.throttled)) { try await access.signIn(who, address: "203.0.113.99") }
        try await access.signIn(who, address: "198.51.100.7")
        // What was tried from elsewhere stays counted: one more failure, and there is a pause of a minute.
        await #expect(throws: ComityError.coded(.permission)) {
            try await node.signIn(officer: "D1", password: "x", code: "1", address: "203.0.113.99")
        }
        await #expect(throws: ComityError.coded(.throttled)) {
            try await node.signIn(officer: "D1", password: "x", code: "1", address: "203.0.113.98")
        }
        // From the known address there are no more free tries than elsewhere.
        for _ in 0..<5 { _ = try? await node.signIn(officer: "D1", password: "x", code: "1", address: "198.51.100.7") }
        await #expect(throws: ComityError.coded(.throttled)) { try await access.signIn(who, address: "198.51.100.7") }
        // It is known to this officer only, and not for ever.
        node.realTime.advance(milliseconds: AccessLimits.forgets)
        for _ in 0..<5 { _ = try? await node.signIn(officer: "D3", password: "x", code: "1", address: "203.0.113.50") }
        await #expect(throws: ComityError.coded(.throttled)) {
            try await node.signIn(officer: "D3", password: "x", code: "1", address: "198.51.100.7")
        }
        node.realTime.advance(milliseconds: AccessLimits.knownAddress)
        for _ in 0..<5 { _ = try? await node.signIn(officer: "D1", password: "x", code: "1", address: "203.0.113.50") }
        await #expect(throws: ComityError.coded(.throttled)) { try await access.signIn(who, address: "198.51.100.7") }
    }

    /// A thousand tries side by side are no more than five.
    @Test func triesSideBySideAreCounted() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let outcomes = await withTaskGroup(of: ErrorCode?.self, returning: [ErrorCode?].self) { group in
            for number in 0..<40 {
                group.addTask {
                    do throws(ComityError) {
                        _ = try await node.signIn(officer: "D1", password: "guess \(number)", code: "1", address: nil)
                        return nil
                    } catch { return error.code }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .permission } <= 5)
        #expect(outcomes.count { $0 == .throttled } >= 35)
    }

    @Test func anAdministratorEndsAPause() async throws {
        let access = try await AccessFixture()
        let who = try await access.enrol("D1")
        for _ in 0..<2 {
            for _ in 0..<5 { _ = try? await access.node.signIn(officer: "D1", password: "wrong", code: "0", address: "198.51.100.7") }
            try await access.node.enable("D1", by: nil)
            // The second time the address is known.
            _ = try await access.signIn(who, address: "198.51.100.7")
        }
    }
}
