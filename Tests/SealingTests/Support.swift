// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards
import TestSupport

@testable import Sealing

/// Finds the vectors from outside: a folder named by COMITY_SHARED, or `shared/vectors` beside a folder above this one.
enum Shared {
    static func vectors(_ name: String) -> URL? {
        var candidates: [URL] = []
        if let given = ProcessInfo.processInfo.environment["COMITY_SHARED"] {
            candidates.append(URL(fileURLWithPath: given).appendingPathComponent("vectors"))
        }
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/" {
            candidates.append(folder.appendingPathComponent("shared/vectors"))
            folder.deleteLastPathComponent()
        }
        return candidates.map { $0.appendingPathComponent(name) }.first { FileManager.default.fileExists(atPath: $0.path) }
    }
}

/// A folder that is removed with its owner.
final class Temporary: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "sealing-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    func put(_ name: String, _ bytes: [UInt8]) throws -> String {
        let target = self(name)
        try FileManager.default.createDirectory(
            atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: target))
        return target
    }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

func contents(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

/// Runs a program found by PATH.
func run(_ arguments: [String], in folder: String? = nil, input: [UInt8]? = nil) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
}

/// Whether a program answers.
func has(_ arguments: String...) -> Bool { (try? run(arguments).status) == 0 }

/// Everything a reader gives before its end or its error.
func drain(_ source: any ByteSource) -> (bytes: [UInt8], error: ComityError?) {
    var bytes: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 40_000, alignment: 16)
    defer { buffer.deallocate() }
    while true {
        do throws(ComityError) {
            let count = try source.read(into: buffer)
            if count == 0 { return (bytes, nil) }
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        } catch {
            return (bytes, error)
        }
    }
}

/// A package request with everything filled in.
enum Sample {
    static func request(_ inputs: [String], key: SigningKey, to recipients: [AgeRecipient], name: String = "parcel") throws
        -> PackageRequest
    {
        let at = try Instant("2026-11-21T08:00:00Z")
        var generator = Seeded(7)
        return PackageRequest(
            name: name, id: UUIDv7(at: at, using: &generator), file: UUIDv7(at: at, using: &generator), ref: "XA-2026-PRE-000042-L",
            from: "XA", to: "XB", authority: "Central Authority of XA", authorisation: "Order 12/2026",
            conditions: ["Use only in this case."], officer: "officer-7", sealedAt: at, tool: "Comity test", exercise: true,
            inputs: inputs, signingKey: key, signerEntry: try entry(key), recipients: recipients)
    }

    static func entry(_ key: SigningKey) throws -> [UInt8] {
        struct Entry: Encodable {
            let signingKey: VerifyingKey
        }
        return try JWS.sign(payload: try IJSON.encode(Entry(signingKey: key.verifyingKey)), type: "entry+jws", key: key)
    }
}
