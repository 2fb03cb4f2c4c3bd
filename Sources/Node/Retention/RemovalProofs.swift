// SPDX-License-Identifier: Apache-2.0

import Register
import Standards
import Storage

/// Which entries may be without their bytes: those that an event `content-removed` names, which is an entry itself. The audit asks it
/// for an entry whose act or event is gone; without such an event that is a fault.
struct RemovalProofs {
    private let acts: Set<Int64>
    private let events: Set<Int64>

    /// Reads the events that are there with their bytes; each is checked against its own entry by the audit.
    init(_ reader: Reader) throws {
        var acts: Set<Int64> = []
        var events: Set<Int64> = []
        for event in try reader.events([.contentRemoved], limit: .max) {
            acts.formUnion((event.detail["acts"]?.array ?? []).compactMap(\.integer))
            events.formUnion((event.detail["events"]?.array ?? []).compactMap(\.integer))
        }
        self.acts = acts
        self.events = events
    }

    /// The bytes of an entry are gone, and rightly so: it was removed under a rule, and the stub that is left says what the entry holds.
    func cover(_ index: Int64, ref: String, content: Hash, kind: String, _ reader: Reader) throws -> Bool {
        guard (kind == "act" ? acts : events).contains(index), let stub = try reader.proofStub(UUIDv7(ref)) else { return false }
        return stub.index == index && stub.hash == content && stub.source.rawValue == kind
    }
}
