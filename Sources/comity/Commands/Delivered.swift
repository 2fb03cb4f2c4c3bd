// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Node
import Register
import Standards

/// How long a person waits for the receipt.
struct WaitOption: ParsableArguments {
    @Option(help: "Seconds to wait for the other State's receipt.") var wait = 10
}

/// Tells what became of an act that was just registered here.
enum Delivered {
    struct Result: Encodable {
        let ref: FileReference
        let act: UUIDv7
        let hash: String
        let delivered: Bool
        /// The receipt, verified and registered; absent while the act is on its way.
        let receipt: Receipt?
        let reason: String?
    }

    /// Reports a step that was taken, or that waits for a second person.
    static func report(_ result: Node.StepResult, ref: FileReference, step: String, node: Node, wait: Int, json: Bool) async throws {
        switch result {
        case .taken(let act): try await report(act, ref: ref, step: step, node: node, wait: wait, json: json)
        case .prepared:
            if json { return try Output.json(["ref": ref.description, "prepared": step]) }
            Output.line(
                "prepared      \(ref)  “\(step)” waits for a second person\nnext          comity request approve \(ref) --as OFFICER")
        }
    }

    /// Brings packages that are owed. Whoever claims one first brings it: this command, or the serving node.
    static func packages(_ node: Node, wait: Int) async throws {
        guard wait > 0 else { return }
        let delivery = Delivery(node: node)
        await delivery.flush()
        await delivery.shutdown()
    }

    /// Tries the delivery now and prints the result. An act that is not delivered yet is no failure: it is registered and
    /// the serving node goes on trying. One that another State refused is (exit 7).
    static func report(_ act: UUIDv7, ref: FileReference, step: String, node: Node, wait: Int, json: Bool) async throws {
        let delivery = Delivery(node: node)
        let outcome = try await delivery.deliverNow(act: act, patience: .seconds(max(0, wait)))
        await delivery.shutdown()
        let hash = try node.fileView(ref, officer: nil).acts.first { $0.id == act }?.hash ?? ""
        let waits = outcome.reason != nil && !outcome.refused
        if json {
            try Output.json(
                Result(
                    ref: ref, act: act, hash: hash, delivered: outcome.reason == nil,
                    receipt: outcome.receipts.min { $0.key < $1.key }?.value,
                    reason: outcome.reason))
        } else {
            Output.line("\(step.padding(toLength: 13, withPad: " ", startingAt: 0)) \(ref)  act \(act)  sha256 \(hash.prefix(16))…")
            for (state, receipt) in outcome.receipts.sorted(by: { $0.key < $1.key }) {
                Output.line(
                    "receipt       \(state), entry \(receipt.index): inclusion proof of \(receipt.proof.count) hashes and signature verified, registered here"
                )
            }
            if waits || (outcome.receipts.isEmpty && !outcome.refused) {
                Output.line("not delivered yet: \(outcome.reason ?? "no answer")")
                Output.line("It is registered here and owed; the serving node goes on trying by itself.")
            }
        }
        if outcome.refused {
            throw ComityError(
                .peerRefused, "The other State's node did not accept the act.", why: outcome.reason ?? "",
                next: "The act stays in your register and changes nothing. Telephone the other State.")
        }
    }
}
