// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards

/// Measures the desk on a node with many files: `Benchmarks/README.md` says how to run it.
@main
struct DeskBenchmark {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        func value(_ name: String, _ otherwise: String) -> String {
            arguments.firstIndex(of: "--\(name)").flatMap { arguments.indices.contains($0 + 1) ? arguments[$0 + 1] : nil } ?? otherwise
        }
        let folder = value("folder", FileManager.default.temporaryDirectory.appendingPathComponent("comity-desk-benchmark").path)
        let order = Fill.Order(
            files: Int(value("files", "100000")) ?? 100_000, acts: Int(value("acts", "1000")) ?? 1000, talk: Int(value("talk", "")),
            openings: Int(value("openings", "")))
        let requests = Int(value("requests", "500")) ?? 500
        let node = try await Fill.node(in: folder, order)
        try await node.setClock(Fill.today)
        try await Fill.more(node, folder: folder)
        try await Measure(node: node, requests: requests, only: arguments.contains("--only") ? value("only", "/queue") : nil).run()
    }
}

/// A line at once, also into a file.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
