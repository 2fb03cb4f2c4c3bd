// SPDX-License-Identifier: Apache-2.0
//
// Measures the register beside a bare SQLite loop, in one run: `register-benchmark all FOLDER [ENTRIES]`.
// Each line: what, figure, unit. Times are medians; `Benchmarks/README.md` says how it is measured.
import Crypto
import Foundation
import GRDBSQLite
import Register
import Standards
import Storage

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 2 else {
    print("register-benchmark append|proof|grow|all FOLDER [ENTRIES]")
    exit(2)
}
let folder = arguments[1]
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
let entries = arguments.count > 2 ? Int64(arguments[2]) ?? 10_000_000 : 10_000_000

func line(_ what: String, _ figure: Double, _ unit: String) {
    let text = figure >= 100 ? String(format: "%.0f", figure) : String(format: "%.3g", figure)
    print(what.padding(toLength: 64, withPad: " ", startingAt: 0) + text + " " + unit)
}

func seconds(_ work: () throws -> Void) rethrows -> Double {
    let begun = ContinuousClock.now
    try work()
    return (ContinuousClock.now - begun) / .seconds(1)
}

func fresh(_ name: String) throws -> String {
    let path = "\(folder)/\(name)"
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
}

/// fsync and fdatasync calls of this process so far are counted from outside (strace); here only acts are.
func event(_ number: Int) -> RegisterEvent {
    var generator = SystemRandomNumberGenerator()
    let at = Instant(milliseconds: 1_795_000_000_000 + Int64(number))
    return RegisterEvent(
        id: UUIDv7(at: at, using: &generator), event: .opened, file: nil, at: at, by: "XA-X1",
        detail: ["package": .string(String(repeating: "a", count: 330)), "n": .integer(Int64(number))])
}

let signer = try NoteSigner(name: "comity/XA/benchmark", seed: [UInt8](repeating: 3, count: 32))

switch arguments[0] {
case "append": try await Appending.run()
case "grow": try Growing.run(entries)
case "proof": try Proving.run(entries)
case "all":
    try await Appending.run()
    try Proving.run(entries)
    try await Appending.large(entries)
default: print("append, grow, proof or all")
}
