// SPDX-License-Identifier: Apache-2.0

import Dispatch
public import Standards
import Storage

/// Work that takes longer than a page may: sealing, verifying, checking the register. It runs in the serving process and goes on
/// while the officer looks at other pages.
public struct NodeTask: Sendable {
    public enum Kind: String, Sendable, CaseIterable { case seal, verify, receive, audit }
    public enum State: String, Sendable {
        case running, done, failed
        /// The process that did it ended before it was done.
        case interrupted
    }

    public let id: UUIDv7
    public let kind: Kind
    public let officer: String
    public let ref: FileReference?
    /// The upload or package it works on.
    public let subject: String?
    public let state: State
    public let started: Instant
    public let ended: Instant?
    /// Bytes or entries.
    public let done: Int64
    public let all: Int64
    /// Milliseconds of work so far.
    public let elapsed: Int64
    /// What came of it.
    public let result: JSONValue
    /// Why it failed.
    public let problem: ComityError?
}

extension Node {
    /// A task, for the officer who started it and for whoever may do the same.
    /// - Throws: `.notFound`; `.permission`.
    public func task(_ id: UUIDv7, officer: String) throws(ComityError) -> NodeTask {
        guard let row = try store.read({ try $0.task(id) }), let kind = NodeTask.Kind(rawValue: row.kind) else {
            throw ComityError(.notFound, "There is no task under this address.", next: "Go back to the page from which you started it.")
        }
        if row.officer != officer { try authorise(officer, kind == .audit ? .readRegister : .readContent, to: "see this task") }
        return try task(row, kind)
    }

    /// The newest task on an upload or a package.
    func newestTask(on subject: String) throws(ComityError) -> NodeTask? {
        guard let row = try store.read({ try $0.tasks(on: subject) }).first, let kind = NodeTask.Kind(rawValue: row.kind) else {
            return nil
        }
        return try task(row, kind)
    }

    private func task(_ row: TaskRow, _ kind: NodeTask.Kind) throws(ComityError) -> NodeTask {
        // Read before the row is judged: a task that ends in between is then done, not interrupted.
        let progress = board.progress(row.id)
        var row = row
        if row.state == .running, progress == nil, let again = try? store.read({ try $0.task(row.id) }) { row = again }
        let state: NodeTask.State =
            switch row.state {
            case .running: progress != nil ? .running : ended(row, kind) ? .done : .interrupted
            case .done: .done
            case .failed: .failed
            }
        let (done, all) = progress?.now ?? (0, 0)
        let end = row.ended ?? Self.realMilliseconds()
        return NodeTask(
            id: row.id, kind: kind, officer: row.officer, ref: row.ref, subject: row.subject, state: state,
            started: try shown(real: row.started), ended: try row.ended.map { time throws(ComityError) in try shown(real: time) },
            done: done, all: all, elapsed: max(0, end - row.started), result: row.state == .done ? row.result : .null,
            problem: row.state == .failed ? Self.problem(row.result) : nil)
    }

    /// The process ended after the work was registered and before the task was.
    private func ended(_ row: TaskRow, _ kind: NodeTask.Kind) -> Bool {
        guard let subject = row.subject else { return false }
        let found = try? store.read { reader in
            switch kind {
            case .seal: try reader.upload(try UUIDv7(subject)) == nil
            case .receive: try reader.package(subject)?.stage == .received
            case .verify, .audit: false
            }
        }
        return found ?? false
    }

    /// Starts work beside the pages. How it ends is kept in the database.
    func start(
        _ kind: NodeTask.Kind, ref: FileReference?, subject: String?, officer: String,
        _ work: @escaping @Sendable (TaskProgress) async throws -> JSONValue
    ) async throws(ComityError) -> UUIDv7 {
        let started = Self.realMilliseconds()
        let id = newID(at: Instant(milliseconds: started))
        let progress = try board.begin(id, subject: subject)
        func row(_ state: TaskRow.State, ended: Int64?, _ result: JSONValue) -> TaskRow {
            TaskRow(
                id: id, kind: kind.rawValue, officer: officer, ref: ref, subject: subject, state: state, started: started, ended: ended,
                result: result)
        }
        let first = row(.running, ended: nil, .null)
        do { _ = try await store.commit { try $0.save(first) } } catch {
            board.end(id)
            throw error
        }
        Task.detached { [self] in
            var last: TaskRow
            do { last = row(.done, ended: Self.realMilliseconds(), try await work(progress)) } catch {
                let error = error as? ComityError ?? ComityError(.failure, "The task failed: \(Text.safe("\(error)", limit: 200)).")
                last = row(.failed, ended: Self.realMilliseconds(), Self.json(error))
            }
            let final = last
            _ = try? await store.commit { try $0.save(final) }
            board.end(id)
        }
        return id
    }

    private static func json(_ error: ComityError) -> JSONValue {
        .object([
            "code": .string(error.code.rawValue), "what": .string(error.what), "why": .string(error.why), "next": .string(error.next),
        ])
    }

    private static func problem(_ value: JSONValue) -> ComityError {
        ComityError(
            value["code"]?.string.flatMap(ErrorCode.init) ?? .failure, value["what"]?.string ?? "", why: value["why"]?.string ?? "",
            next: value["next"]?.string ?? "")
    }

    /// Runs what takes long and never waits for others on a thread of its own, so that pages are still answered.
    static func aside<Value: Sendable>(_ work: @escaping @Sendable () throws(ComityError) -> Value) async throws(ComityError) -> Value {
        let result: Result<Value, ComityError> = await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { continuation.resume(returning: Result(catching: work)) }
        }
        return try result.get()
    }
}
