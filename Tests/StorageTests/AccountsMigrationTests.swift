// SPDX-License-Identifier: Apache-2.0

import GRDB
import Register
import Standards
import TestSupport
import Testing

@testable import Storage

@Suite struct AccountsMigrationTests {
    /// A folder made before there were accounts: each officer gets an invited one, and the roles stay.
    @Test func officersOfOlderFoldersAreInvited() async throws {
        let folder = try TemporaryFolder()
        let signer = try NoteSigner(name: "comity/XA/test", seed: NoteSigner.newSeed())
        do {
            let queue = try DatabaseQueue(path: folder("comity.sqlite"))
            try Schema.migrator.migrate(queue, upTo: "004 review of drafts")
            try await queue.write { try $0.execute(sql: "INSERT INTO officer (id, role) VALUES ('D1', 'duty_officer'), ('A1', 'auditor')") }
            try queue.close()
        }
        for _ in 0..<2 {
            let store = try Store(folder: folder.path, signer: signer)
            let accounts = try store.read { try $0.accounts() }
            #expect(accounts.map(\.officer) == ["A1", "D1"] && accounts.map(\.role) == ["auditor", "duty_officer"])
            #expect(accounts.allSatisfy { $0.state == "invited" && $0.name == $0.officer && $0.password == nil && $0.totp == nil })
            #expect(accounts.allSatisfy { $0.created.utcYear >= 2025 })
        }
    }
}
