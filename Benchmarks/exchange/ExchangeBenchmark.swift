// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards

/// Measures the exchange between two nodes beside AS2, in one run: `Benchmarks/README.md` says how to run it.
@main
struct ExchangeBenchmark {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let folder = arguments.first else {
            say("exchange-benchmark FOLDER [ROUND-TRIPS [PYTHON]]   PYTHON has pyas2lib; without it there is no ratio")
            exit(2)
        }
        let count = arguments.count > 1 ? Int(arguments[1]) ?? 10_000 : 10_000
        let python = arguments.count > 2 ? arguments[2] : nil
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)

        let pair = try await Pair(folder: folder, peers: 200, files: max(100, count / 10))
        try await pair.serve { pair in
            try await pair.idle(seconds: 20)
            var peer: [Double] = []
            var ours: [Double] = []
            for round in 0..<3 {
                if let python { peer.append(try as2(python)) }
                ours.append(try await pair.rate(count / 3))
                say("round \(round): ours \(figure(ours.last ?? 0)) /s" + (peer.last.map { ", AS2 in one process \(figure($0)) /s" } ?? ""))
            }
            let (our, their) = (ours.sorted()[1], peer.sorted().dropFirst().first)
            line("round trips of 2 KB, durable and receipted on both sides", our, "/s")
            if let their {
                line("AS2 (pyas2lib), both sides in one process, not stored", their, "/s")
                line("ours over AS2 (≥ 12)", our / their, "×")
            }
            let times = try await pair.latency(perSecond: our / 5, seconds: 15)
            let (p50, p99) = (times[times.count / 2], times[times.count * 99 / 100])
            line("a round trip at a fifth of that rate, p50", p50, "ms")
            line("the same, p99", p99, "ms")
            line("p99 over p50 (≤ 5)", p99 / p50, "×")
            await pair.allAtOnce(193)
        }
    }

    private static func as2(_ python: String) throws -> Double {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("as2.py").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [script, "5", "2048"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0, let rate = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Failure(says: "as2.py gave no figure: \(text)")
        }
        return rate
    }
}

struct Failure: Error { let says: String }

/// A line at once, also into a file.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

func figure(_ value: Double) -> String { value >= 100 ? String(format: "%.0f", value) : String(format: "%.3g", value) }

func line(_ what: String, _ value: Double, _ unit: String) {
    say(what.padding(toLength: 64, withPad: " ", startingAt: 0) + figure(value) + " " + unit)
}
