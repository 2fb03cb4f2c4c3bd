// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Standards
import Synchronization

/// Ctrl-C while a long piece of work runs: it ends at the next round and leaves nothing half-done. A second Ctrl-C ends at once.
enum Interruption {
    private static let isAsked = Atomic(false)
    private static let isWatched = Atomic(false)
    nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

    /// Begins to listen to SIGINT and SIGTERM; once, from the command that begins the work.
    static func watch() {
        guard !isWatched.exchange(true, ordering: .relaxed) else { return }
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if isAsked.exchange(true, ordering: .relaxed) { exit(ErrorCode.interrupted.exitStatus) }
            }
            source.resume()
            sources.append(source)
        }
    }

    /// - Throws: `.interrupted` once somebody asked to stop.
    static func check() throws(ComityError) {
        guard isAsked.load(ordering: .relaxed) else { return }
        throw ComityError(.interrupted, "Stopped, as you asked.", next: "Nothing half-done was left. Start again when you like.")
    }
}
