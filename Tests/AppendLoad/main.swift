// SPDX-License-Identifier: Apache-2.0

// Appends to the register of a node with many clients at once and prints the id of each entry as soon as it is acknowledged: what the tests
// kill, starve of disk and feed with failing system calls.
//   append-load FOLDER CLIENTS COUNT        each client appends COUNT events; exit 1 when one was refused
//   append-load FOLDER check                reads ids from standard input; exit 0 when all are registered and the audit says ok

import Foundation
import Node
import Standards
import Storage

func say(_ descriptor: Int32, _ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

@Sendable func append(_ count: Int, to node: Node) async -> Bool {
    for number in 0..<count {
        do {
            var generator = SystemRandomNumberGenerator()
            let now = try node.now()
            let event = RegisterEvent(
                id: UUIDv7(at: now, using: &generator), event: .noted, file: nil, at: now, by: "D1",
                detail: ["about": .string("load"), "number": .integer(Int64(number)), "text": .string(String(repeating: "x", count: 300))])
            _ = try await node.store.commit { try $0.append(event) }
            say(1, event.id.description)
        } catch {
            say(2, "\(error)")
            return false
        }
    }
    return true
}

@Sendable func appendAll(_ clients: Int, _ count: Int, to node: Node) async -> Bool {
    // Checkpoints and tiles are published beside it, as a serving node does.
    let publishing = Task {
        while !Task.isCancelled {
            // Whoever started it was killed.
            if getppid() == 1 { exit(3) }
            publish(node)
            try? await Task.sleep(for: .milliseconds(10))
        }
    }
    let isDone = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<clients { group.addTask { await append(count, to: node) } }
        var isDone = true
        for await one in group where !one { isDone = false }
        return isDone
    }
    publishing.cancel()
    await publishing.value
    return publish(node) && isDone
}

@Sendable @discardableResult func publish(_ node: Node) -> Bool {
    do {
        try node.publishRegister()
        return true
    } catch {
        say(2, "\(error)")
        return false
    }
}

func check(_ node: Node) throws -> Bool {
    var isWhole = true
    var kept: Set<String> = []
    try node.store.read { try $0.eachEntry { _, _, _, ref in kept.insert(ref) } }
    while let id = readLine(), !id.isEmpty {
        if !kept.contains(id) {
            say(2, "acknowledged and lost: \(id)")
            isWhole = false
        }
    }
    let report = try node.audit(officer: nil)
    for fault in report.faults { say(2, fault.says) }
    return isWhole && report.ok
}

let arguments = CommandLine.arguments
// A file that may not grow is an error like any other, not the end of the process.
signal(SIGXFSZ, SIG_IGN)
guard arguments.count > 2 else { exit(2) }
do {
    let node = try Node(folder: arguments[1])
    if arguments[2] == "check" { exit(try check(node) ? 0 : 1) }
    guard arguments.count > 3, let clients = Int(arguments[2]), let count = Int(arguments[3]) else { exit(2) }
    say(1, "ready")
    let isDone = await appendAll(clients, count, to: node)
    exit(isDone ? 0 : 1)
} catch {
    say(2, "\(error)")
    exit(1)
}
