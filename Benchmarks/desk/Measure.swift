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
        let over = try await serve()
        guard only == nil else { return }
        try await calls()
        try await reminders()
        say("load average \(Self.load())")
        say(over.isEmpty ? "no page over \(Self.most) ms" : "over \(Self.most) ms at p99: \(over.joined(separator: ", "))")
    }

    /// Milliseconds that 99 of 100 requests may take.
    private static let most = 50.0

    // MARK: Pages

    /// The pages of the desk as a duty officer asks for them; `long` is the file of many acts.
    private func pages(_ long: FileReference, _ incoming: FileReference, _ draft: FileReference) throws -> [String] {
        let queue = [
            "all", "incoming", "outgoing", "waiting-for-us", "waiting-for-them", "drafts", "emergency", "overdue", "due-24h", "mine",
        ]
        let filters = [
            "view=all&sort=changed", "view=all&sort=reference", "view=all&type=extradition&with=XC",
            "view=incoming&type=preservation&with=XB",
            "view=all&assigned=D3", "view=all&q=ransomware", "view=all&q=evasion+wallet", "view=all&q=no+such+words",
        ]
        let head = try node.registerSize()
        return ["/", "/shift"] + queue.map { "/queue?view=\($0)" } + filters.map { "/queue?\($0)" }
            + [
                "/files/\(long)", "/files/\(long)?page=5", "/files/\(long)?part=correspondence", "/files/\(long)?part=evidence",
                "/files/\(long)?part=audit", "/files/\(long)/acts/ask", "/triage", "/files/\(incoming)/triage", "/preservations",
                "/preservations?show=done", "/preservations?show=all", "/evidence", "/files/\(long)/evidence", "/register",
                "/register?file=\(long)", "/register?kind=noted", "/register?officer=nobody", "/directory", "/directory/XB",
                "/changes?since=\(head - 20)", "/changes?since=0", "/requests/new", "/requests/\(draft)", "/requests/\(draft)/check",
                "/calls",
                "/handover", "/handovers", "/roster", "/quarantine", "/me", "/api/v1/files",
                "/api/v1/files?view=incoming&type=preservation",
                "/api/v1/files/\(long)", "/api/v1/files/\(incoming)",
            ]
    }

    /// - Returns: the pages that took more than they may.
    private func serve() async throws -> [String] {
        let router = try DeskServer.router(node: node, host: "127.0.0.1", logger: Logger(label: "benchmark"))
        let application = Application(router: router, logger: Logger(label: "benchmark"))
        let long = try Fill.longFile()
        let incoming = try node.work(view: .unacknowledged, filter: WorkFilter(type: .storedData), limit: 1).items.first?.ref ?? long
        let draft = try await Fill.draft(node)
        let all = try pages(long, incoming, draft)
        let cookie = "\(DeskServer.sessionCookie)=\(try await node.startSession(officer: "D1").token)"
        let (requests, only) = (requests, only)
        return try await application.test(.router) { client in
            func page(_ path: String) async throws -> String {
                let response = try await client.executeRequest(
                    uri: path, method: .get, headers: [.cookie: cookie, .acceptEncoding: "gzip;q=0"], body: nil)
                guard response.status.code == 200 else { throw Fill.Failure(says: "\(path) answers \(response.status)") }
                return String(buffer: response.body)
            }
            if let only {
                let path = only == "long" ? "/files/\(long)" : only == "triage" ? "/files/\(incoming)/triage" : only
                Self.line(path, try await Self.times(requests) { _ = try await page(path) })
                return []
            }
            Self.line("page of the long file, first time in the process", try await Self.times(1) { _ = try await page("/files/\(long)") })
            var over: [String] = []
            for path in all {
                // A page that is far too slow need not be asked for so often; programs may ask so often in a minute.
                let first = try await Self.times(1) { _ = try await page(path) }
                let count = first.times[0] > .seconds(1) ? min(requests, 10) : path.hasPrefix("/api") ? min(requests, 120) : requests
                let times = try await Self.times(count) { _ = try await page(path) }
                if Self.line(path, times) > Self.most { over.append(path) }
            }
            // Page after page of the whole list.
            var next = "/queue?view=all"
            let paged = try await Self.times(requests) {
                let body = try await page(next)
                let links = body.matches(of: /href="(\/queue\?view=all&amp;after=a[^"]*)"/).map { String($0.1) }
                next = links.last?.replacing("&amp;", with: "&") ?? "/queue?view=all"
            }
            if Self.line("/queue, one page after the other", paged) > Self.most { over.append("/queue, one after the other") }
            // Each file is read for the first time.
            var refs: [FileReference] = []
            var after: String?
            while refs.count < 2 * requests {
                let part = try node.work(filter: WorkFilter(sort: .reference), after: after, limit: 200)
                refs += part.items.filter { $0.side == .requested }.map(\.ref)
                guard let more = part.next else { break }
                after = more
            }
            for (name, half, tail) in [
                ("/files of 1 to 4 acts, each for the first time", refs.prefix(requests), ""),
                ("/files/…/triage, each for the first time", refs.dropFirst(requests), "/triage"),
            ] {
                var left = Array(half)
                let times = try await Self.times(left.count) { _ = try await page("/files/\(left.removeLast())\(tail)") }
                if Self.line(name, times) > Self.most { over.append(name) }
            }
            return over
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
        try await calls("counts of all views") { _ = try node.workCounts(officer: "D1") }
        try await calls("what presses") { _ = try node.pressing(officer: "D1") }
        try await calls("calls to be made") { _ = try node.callBacksPending(officer: "D1") }
        try await calls("log of the shift") { _ = try node.shiftLog(officer: "D1") }
        let long = try Fill.longFile()
        try await calls("view of the long file") { _ = try node.fileView(long, officer: nil) }
        let again = try Node(folder: node.folder.path)
        Self.line(
            "view of the long file, first time in the process", try await Self.times(1) { _ = try again.fileView(long, officer: nil) })
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
    /// - Returns: milliseconds at p99.
    @discardableResult
    private static func line(_ name: String, _ measured: (times: [Duration], processor: Double)) -> Double {
        func value(_ duration: Duration) -> Double {
            Double(duration.components.seconds) * 1000 + Double(duration.components.attoseconds) / 1e15
        }
        func text(_ value: Double) -> String { String(format: "%9.2f", value) }
        let sorted = measured.times.map(value).sorted()
        guard let last = sorted.last else { return 0 }
        let p50 = sorted[sorted.count / 2]
        let p99 = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
        let used = String(format: "%8.2f", measured.processor / Double(sorted.count))
        say("p50 \(text(p50))  p99 \(text(p99))  most \(text(last))  processor \(used) ms  of \(sorted.count)  \(name)")
        return p99
    }

    private static func load() -> String {
        (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").prefix(3).joined(separator: " ") ?? "unknown"
    }
}
