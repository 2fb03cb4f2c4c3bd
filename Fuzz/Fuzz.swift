// SPDX-License-Identifier: Apache-2.0
//
// Fuzz targets for what reads hostile bytes: bin/fuzz TARGET [SECONDS]. The target is named by COMITY_FUZZ_TARGET. A target fails by
// crashing, by a sanitizer, or by `trap` where two ways to read the same bytes disagree.
import Foundation
import Register
import Sealing
import Standards

enum Target: String, CaseIterable {
    case ageHeader = "age-header"
    case agePayload = "age-payload"
    case armor = "armor"
    case tar
    case manifest
    case jws
    case note
    case proof
    case package
}

/// The identity to which the seeds are sealed; made for this and used for nothing else.
let identity: AgeIdentity? = try? AgeIdentity(
    "AGE-SECRET-KEY-1A9XYHC9QJ3SWFCJXGEZNR24DAPUXAHP7YGAP5XF7UV9X7SJRC32QRLZHA6")
/// A header with its nonce that opens, before a payload that will not.
let head: [UInt8] = {
    guard let identity, let sealed = try? Age.encrypt([], to: [identity.recipient]) else { return [] }
    return Array(sealed.dropLast(16))
}()
let target: Target = {
    guard let name = ProcessInfo.processInfo.environment["COMITY_FUZZ_TARGET"], let target = Target(rawValue: name) else {
        print("Name a target in COMITY_FUZZ_TARGET: \(Target.allCases.map(\.rawValue).joined(separator: ", "))")
        exit(2)
    }
    return target
}()

func drain(_ source: any ByteSource) throws(ComityError) -> Int {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 70_000, alignment: 16)
    defer { buffer.deallocate() }
    var count = 0
    while case let more = try source.read(into: buffer), more > 0 {
        count += more
        // A source that never ends is a finding.
        if count > 1 << 28 { abort() }
    }
    return count
}

func run(_ bytes: [UInt8]) throws {
    guard let identity else { abort() }
    switch target {
    case .ageHeader, .armor: _ = try drain(try AgeReader(from: MemorySource(bytes), identities: [identity]))
    case .agePayload: _ = try drain(try AgeReader(from: MemorySource(head + bytes), identities: [identity]))
    case .tar:
        let tar = TarReader(MemorySource(bytes), maximumEntries: 1000)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 5000, alignment: 16)
        defer { buffer.deallocate() }
        while let entry = try tar.next() {
            var size: Int64 = 0
            // Every second entry is skipped, not read.
            while entry.size % 2 == 0, case let more = try tar.read(into: buffer), more > 0 { size += Int64(more) }
            if entry.size % 2 == 0, size != entry.size { abort() }
        }
    case .manifest: try FuzzDoors.manifest(bytes)
    case .jws:
        let jws = try JWS(parsing: bytes, limit: 1 << 20)
        for index in -1...jws.signatures.count {
            if let key = try? VerifyingKey(rawRepresentation: [UInt8](repeating: 9, count: 32)), jws.isValid(index, with: key) { abort() }
        }
        _ = try IJSON.decode(PackageStatement.self, from: jws.payload, limit: 1 << 20)
    case .note:
        let note = try SignedNote(parsing: String(decoding: bytes, as: UTF8.self))
        if try SignedNote(parsing: note.description) != note { abort() }
        _ = try Checkpoint(note.description, signedBy: try NoteVerifier(name: "fuzz", publicKey: [UInt8](repeating: 9, count: 32)))
    case .proof:
        let text = String(decoding: bytes, as: UTF8.self)
        if let proof = try? TlogProof(parsing: text), try TlogProof(parsing: proof.description) != proof { abort() }
        if let request = try? AddCheckpoint(parsing: text) {
            if try AddCheckpoint(parsing: request.description) != request { abort() }
            let key = try NoteVerifier(name: "fuzz", publicKey: [UInt8](repeating: 9, count: 32))
            if case .cosign = request.judge(keys: [key], known: nil) { abort() }
        }
        _ = try IJSON.decode(SplitView.self, from: bytes, limit: SplitView.limit)
    case .package: FuzzDoors.package(bytes)
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    try? run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// The driver of libFuzzer (fuzzer-no-main).
@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main
enum Fuzz {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(runDriver(&count, &arguments) { testOneInput($0, $1) })
    }
}
