// SPDX-License-Identifier: Apache-2.0
//
// Seals, verifies and opens packages as a node does, without a node: `sealing-benchmark seal OUT PATH…`, `verify PKG`, `open PKG TO`.
// The key lies in ./sealing-benchmark.key. Prints seconds and the peak of resident memory.
import Foundation
import Sealing
import Standards

func key() throws -> (AgeIdentity, SigningKey) {
    let path = "sealing-benchmark.key"
    if let text = try? String(contentsOfFile: path, encoding: .utf8) {
        let lines = text.split(separator: "\n").map(String.init)
        return (try AgeIdentity(lines[0]), try SigningKey(rawRepresentation: Base64.decode(lines[1]) ?? []))
    }
    let (identity, signing) = (AgeIdentity.generate(), SigningKey.generate())
    try "\(identity.text)\n\(Base64.encode(signing.rawRepresentation))\n".write(toFile: path, atomically: true, encoding: .utf8)
    return (identity, signing)
}

struct Entry: Encodable {
    let signingKey: VerifyingKey
}

let arguments = Array(CommandLine.arguments.dropFirst())
let (identity, signing) = try key()
let begun = ContinuousClock.now
switch arguments.first {
case "seal":
    let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    var generator = SystemRandomNumberGenerator()
    let entry = try JWS.sign(payload: try IJSON.encode(Entry(signingKey: signing.verifyingKey)), type: "entry+jws", key: signing)
    let request = PackageRequest(
        name: "benchmark", id: UUIDv7(at: now, using: &generator), file: UUIDv7(at: now, using: &generator), ref: "XA-2026-MLA-000001-F",
        from: "XA", to: "XB", authority: "Benchmark", authorisation: "none", conditions: ["none"], officer: "B1", sealedAt: now,
        tool: "benchmark", exercise: true, inputs: Array(arguments.dropFirst(2)), signingKey: signing, signerEntry: entry,
        recipients: [identity.recipient])
    let sealed = try PackageWriter.seal(request, to: arguments[1])
    print("sealed \(sealed.size) bytes, \(sealed.statement.exhibits.count) exhibits, digest \(sealed.digest)")
case "verify":
    let verdict = try PackageVerifier.verify(
        path: arguments[1], identities: [identity], trusted: { $0 == signing.verifyingKey.keyID ? signing.verifyingKey : nil })
    print(verdict.sentence)
case "open": print(try PackageOpener.open(path: arguments[1], identities: [identity], to: arguments[2]))
default: print("seal OUT PATH… | verify PKG | open PKG TO")
}
let seconds = (ContinuousClock.now - begun) / .seconds(1)
let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
print("seconds \((seconds * 1000).rounded() / 1000) peak_MiB \(peak / 1024)")
