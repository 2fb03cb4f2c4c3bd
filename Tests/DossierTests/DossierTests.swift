// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
import LawSupport
import Standards
import TestSupport
import Testing

@testable import Dossier

@Suite struct DossierTests {
    @Test func codesAgreeWithTheLaw() throws {
        let law = try shippedLaw()
        for type in law.requestTypes {
            #expect(FileType(rawValue: type.id)?.code == type.code, "\(type.id)")
        }
    }

    @Test func rolesCount() throws {
        var maker = try Maker(Seeded(2))
        let dossier = try Dossier(folding: [try maker.act(.request, side: .requesting, on: [])])
        try dossier.mayTake(.acknowledge, side: .requested, role: "duty_officer")
        #expect(throws: ComityError(.permission, "")) { try dossier.mayTake(.acknowledge, side: .requested, role: "auditor") }
    }

    @Test func strangersAndOrphansAreNotFolded() throws {
        var maker = try Maker(Seeded(3))
        let opening = try maker.act(.request, side: .requesting, on: [])
        let acknowledge = try maker.act(.acknowledge, side: .requested, on: [opening])
        #expect(throws: ComityError(.schema, "")) { try Dossier(folding: [acknowledge]) }
        #expect(throws: ComityError(.schema, "")) { try Dossier(folding: []) }
        let other = try maker.act(.acknowledge, side: .requested, on: [opening], file: UUIDv7(at: opening.act.at, using: &maker.generator))
        #expect(throws: ComityError(.schema, "")) { try Dossier(folding: [opening, other]) }
        let dossier = try Dossier(folding: [opening, acknowledge])
        #expect(dossier.causalPast(of: [acknowledge.act.id])?.count == 2)
        #expect(dossier.causalPast(of: [UUIDv7(at: opening.act.at, using: &maker.generator)]) == nil)
        #expect(dossier.heads == [acknowledge.act.id])
    }

    @Test func malformedActsAreRefused() throws {
        var maker = try Maker(Seeded(4))
        let good = try maker.act(.request, side: .requesting, on: []).act
        try good.validate()
        func changed(_ edit: (inout [String: JSONValue]) -> Void) throws -> Act {
            var members = try #require(try IJSON.decode(JSONValue.self, from: IJSON.encode(good), limit: 1 << 20).object)
            edit(&members)
            return try IJSON.decode(Act.self, from: IJSON.encode(JSONValue.object(members)), limit: 1 << 20)
        }
        for edit: (inout [String: JSONValue]) -> Void in [
            { $0["v"] = .integer(2) }, { $0["lamport"] = .integer(0) }, { $0["lamport"] = .integer(5) }, { $0["lang"] = .string("") },
            { $0["to"] = .array([]) }, { $0["to"] = .array([$0["from"] ?? .null]) },
            { $0["to"] = .array(Array(repeating: $0["to"]?.array?.first ?? .null, count: 2)) },
            { $0["after"] = .array([.string("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")]) },
            { $0["body"] = .object([:]) }, { $0["lang"] = .string("e\u{202E}n") },
        ] {
            #expect(throws: ComityError(.schema, "")) { try changed(edit).validate() }
        }
        #expect(throws: ComityError(.timeWithoutZone, "")) { try changed { $0["at"] = .string("2026-11-24T10:00:00") } }
        #expect(throws: ComityError(.schema, "")) { try changed { $0["kind"] = .string("conjure") } }
    }

    @Test func packagesWithUnsafeNamesAreNotSound() {
        let hash = String(repeating: "a", count: 64)
        #expect(ActBody.PackageDescription(name: "A-1.bag.tar.age", size: 1, digest: hash, exhibits: 1).isSound)
        for bad in ["../x.bag.tar.age", ".x.bag.tar.age", "x/y.bag.tar.age", "x.tar", "x\u{0}.bag.tar.age", ""] {
            #expect(!ActBody.PackageDescription(name: bad, size: 1, digest: hash, exhibits: 1).isSound, "\(bad)")
        }
        #expect(!ActBody.PackageDescription(name: "a.bag.tar.age", size: Int64.max, digest: hash, exhibits: 1).isSound)
        #expect(!ActBody.PackageDescription(name: "a.bag.tar.age", size: 1, digest: "../../x", exhibits: 1).isSound)
    }
}
