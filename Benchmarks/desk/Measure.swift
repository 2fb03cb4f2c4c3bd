// SPDX-License-Identifier: Apache-2.0

import Desk
import Dossier
import Foundation
import Glibc
import Hummingbird
import HummingbirdTesting
import Logging
import Node
import Standards
import Storage

/// Server time of the pages and of the calls behind them, in this process and without a socket.
struct Measure {
    let node: Node
    let requests: Int
    /// Only this page, many times: for a profiler.
    var only: String?

    func run() async throws {
        say("load average \(Self.load())")
        try await serve()
        guard only == nil else { return }
        try await calls()
        try await reminders()
        say("load average \(Self.load())")
    }

    private func serve() async throws {
        let router = try DeskServer.router(node: node, host: "127.0.0.1", logger: Logger(label: "benchmark"))
        let application = Application(router: router, logger: Logger(label: "benchmark"))
        let long = try Fill.longFile()
        let (requests, only) = (requests, only)
        try await application.test(.router) { client in
            func page(_ path: String) async throws -> String {
                let response = try await client.executeRequest(uri: path, method: .get, headers: [:], body: nil)
                guard response.status.code == 200 else { throw Fill.Failure(says: "\(path) answers \(response.status)") }
                return String(buffer: response.body)
            }
            if let only {
                let path = only == "long" ? "/files/\(long)" : only
                Self.line(path, try await Self.times(requests) { _ = try await page(path) })
                return
            }
            Self.line("page of the long file, first time in the process", try await Self.times(1) { _ = try await page("/files/\(long)") })
            for view in ["all", "incoming", "outgoing", "waiting-for-us", "waiting-for-them", "drafts"] {
                let times = try await Self.times(requests) { _ = try await page("/queue?view=\(view)") }
                Self.line("queue page, \(view)", times)
            }
            // Page after page of the whole list.
            var next = "/queue?view=all"
            let paged = try await Self.times(requests) {
                let body = try await page(next)
                let links = body.matches(of: /href="(\/queue\?view=all&amp;after=a[^"]*)"/).map { String($0.1) }
                next = links.last?.replacing("&amp;", with: "&") ?? "/queue?view=all"
            }
            Self.line("queue page, one after the other", paged)
            Self.line("page of the long file", try await Self.times(requests) { _ = try await page("/files/\(long)") })
            // Each file is read for the first time.
            var refs: [FileReference] = []
            var after: String?
            while refs.count < requests {
                let part = try node.work(filter: WorkFilter(sort: .reference), after: after, limit: 200)
                refs += part.items.map(\.ref)
                guard let more = part.next else { break }
                after = more
            }
            var index = 0
            let files = try await Self.times(min(requests, refs.count)) {
                _ = try await page("/files/\(refs[index])")
                index += 1
            }
            Self.line("page of a file of 1 to 4 acts, each for the first time", files)
        }
    }

    private func calls() async throws {
        func calls(_ name: String, _ body: () throws -> Void) async throws {
            Self.line(name, try await Self.times(requests) { try body() })
        }
        for view in WorkView.allCases { try await calls("work, \(view.rawValue)") { _ = try node.work(view: view, officer: "D1") } }
        for sort in WorkFilter.Sort.allCases {
            try await calls("work, all by \(sort.rawValue), 200 rows") { _ = try node.work(filter: WorkFilter(sort: sort), limit: 200) }
        }
        let nobody = WorkFilter(counterpart: try StateCode("XD"), state: .surrendered)
        try await calls("work, a filter that nothing passes") { _ = try node.work(filter: nobody) }
        for text in ["ransomware", "evasion wallet", "12345", "no such words"] {
            try await calls("work, search “\(text)”") { _ = try node.work(filter: WorkFilter(text: text)) }
        }
        try await calls("counts of all views") { _ = try node.workCounts(officer: "D1") }
        let long = try Fill.longFile()
        try await calls("view of the long file") { _ = try node.fileView(long) }
        let again = try Node(folder: node.folder.path)
        Self.line("view of the long file, first time in the process", try await Self.times(1) { _ = try again.fileView(long) })
    }

    private func reminders() async throws {
        var given = 0
        let first = try await Self.times(1) { given = try await node.remind().count }
        Self.line("remind: \(given) given", first)
        Self.line("remind: nothing due", try await Self.times(min(requests, 100)) { _ = try await node.remind() })
    }

    // MARK: Figures

    private static func times(_ count: Int, _ body: () async throws -> Void) async throws -> (times: [Duration], processor: Double) {
        var times: [Duration] = []
        let before = processor()
        for _ in 0..<count {
            let start = ContinuousClock.now
            try await body()
            times.append(ContinuousClock.now - start)
        }
        return (times, processor() - before)
    }

    /// Milliseconds of processor time that this process has used.
    private static func processor() -> Double {
        Double(clock()) * 1000 / Double(CLOCKS_PER_SEC)
    }

    /// Wall time, and processor time for each request: the second hardly depends on what else the machine does.
    private static func line(_ name: String, _ measured: (times: [Duration], processor: Double)) {
        let times = measured.times
        func text(_ duration: Duration) -> String {
            let value = Double(duration.components.seconds) * 1000 + Double(duration.components.attoseconds) / 1e15
            return String(format: "%9.2f", value)
        }
        let sorted = times.sorted()
        guard let last = sorted.last else { return }
        let p50 = sorted[sorted.count / 2]
        let p99 = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
        let used = String(format: "%8.2f", measured.processor / Double(sorted.count))
        say("p50 \(text(p50))  p99 \(text(p99))  most \(text(last))  processor \(used) ms  of \(sorted.count)  \(name)")
    }

    private static func load() -> String {
        (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").prefix(3).joined(separator: " ") ?? "unknown"
    }
}
