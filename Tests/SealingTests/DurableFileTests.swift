// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import Testing

@testable import Sealing

@Suite struct DurableFileTests {
    @Test func writesWholeOrNotAtAll() throws {
        let folder = try Temporary()
        try DurableFile.write([1, 2, 3], to: folder("a"), mode: 0o640)
        #expect(try contents(folder("a")) == [1, 2, 3])
        let mode = try FileManager.default.attributesOfItem(atPath: folder("a"))[.posixPermissions] as? Int
        #expect(mode == 0o640)
        #expect(throws: ComityError(.alreadyExists, "")) { try DurableFile.write([4], to: folder("a")) }
        #expect(try contents(folder("a")) == [1, 2, 3])
        try DurableFile.write([4], to: folder("a"), replacing: true)
        #expect(try contents(folder("a")) == [4])
        #expect(throws: ComityError(.notFound, "")) { try DurableFile.write([4], to: folder("no/a")) }
        #expect(throws: ComityError(.usage, "")) { try DurableFile.write([4], to: folder("")) }
        #expect(folder.names == ["a"])
    }

    @Test func discardAndLettingGoLeaveNothing() throws {
        let folder = try Temporary()
        do {
            let writer = try DurableFileWriter(path: folder("a"))
            try writer.write([1])
            #expect(folder.names.count == 1 && folder.names[0].hasPrefix(DurableFile.partialPrefix))
            writer.discard()
            #expect(folder.names.isEmpty)
            #expect(throws: ComityError.self) { try writer.commit() }
        }
        do {
            let writer = try DurableFileWriter(path: folder("b"))
            try writer.write([1])
        }
        #expect(folder.names.isEmpty)
    }

    @Test func theNameMayBeTakenMeanwhile() throws {
        let folder = try Temporary()
        let writer = try DurableFileWriter(path: folder("a"))
        try writer.write([1])
        try folder.put("a", [9])
        #expect(throws: ComityError(.alreadyExists, "")) { try writer.commit() }
        #expect(folder.names == ["a"])
        #expect(try contents(folder("a")) == [9])
    }

    @Test func syncTreeRefusesLinks() throws {
        let folder = try Temporary()
        try folder.put("x/y/z", [1])
        try DurableFile.syncTree(folder("x"))
        try FileManager.default.createSymbolicLink(atPath: folder("x/l"), withDestinationPath: "y")
        #expect(throws: ComityError(.malformedInput, "")) { try DurableFile.syncTree(folder("x")) }
    }
}
