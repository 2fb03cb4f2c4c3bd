// SPDX-License-Identifier: Apache-2.0

public import Exchange
public import Law
public import Standards
public import Treaty

/// The directory and what States told the depositary, side by side: neither takes the place of the other, and a difference is seen.
extension Node {
    /// An authority that a State notified to the depositary: a record of the treaty that answers to a notification of authorities.
    public struct Notified: Sendable, Encodable {
        /// What it is for, as a directory entry says it.
        public let purpose: String
        /// Number and title of the notification, for example `N5` and `24/7 point of contact`.
        public let number: String
        public let title: String
        public let cite: String
        public let record: TreatyRecord
    }

    /// The checklist of a State beside its directory entry, where one is known here.
    /// - Throws: `.storage`.
    public func checklist(_ code: StateCode, of treaty: Treaty, in status: TreatyStatus) throws(ComityError) -> Checklist? {
        let list = treaty.checklist(code, in: status)
        guard let entry = try knownEntry(of: code) else { return list }
        return list?.beside { purpose in entry.allAuthorities.filter { ($0.purposes ?? []).contains(purpose) }.map(\.name) }
    }

    /// The authorities that a State has notified to the depositary, as far as records of the treaty are known today.
    /// - Throws: `.storage`, `.malformedInput` for shipped records with faults.
    public func notified(by code: StateCode) throws(ComityError) -> [Notified] {
        let treaty = try treaty()
        let today = treaty.day(of: try now())
        guard let list = treaty.checklist(code, in: treaty.status(asOf: today, knownBy: today)) else { return [] }
        let records = Dictionary(treaty.records.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return list.lines.flatMap { line in
            line.records.compactMap { id in
                guard let purpose = line.purpose, let record = records[id] else { return nil }
                return Notified(purpose: purpose, number: line.number, title: line.title, cite: line.cite, record: record)
            }
        }
    }

    private func knownEntry(of code: StateCode) throws(ComityError) -> DirectoryEntry? {
        code == state ? try DirectoryEntry(verifying: try directoryEntry()) : try listPeers().first { $0.entry.state == code }?.entry
    }
}
