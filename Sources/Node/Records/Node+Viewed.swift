// SPDX-License-Identifier: Apache-2.0

public import Standards
import Storage

extension Node {
    /// On which way somebody read a file.
    public enum ViewedHow: String, Sendable { case desk, api, command }

    /// Registers that an officer opens the content of a file: once for each officer, file and hour of real time. Lists, drafts and
    /// pages without content are not registered.
    /// - Parameters:
    ///   - view: what is about to be shown.
    ///   - officer: nil is the owner of the folder, on the command line.
    /// - Throws: `.storage`: what cannot be registered is not shown. A held register can be read all the same.
    public func noteViewed(_ view: FileView, how: ViewedHow, officer: String?) async throws(ComityError) {
        guard let file = view.id, !view.contentWithheld else { return }
        try await noteViewed(view.ref, file: file, how: how, officer: officer)
    }

    /// The same for a page about a file, whichever part of it is shown; nothing for a draft, and for whoever sees no content.
    public func noteViewed(_ ref: FileReference, how: ViewedHow, officer: String) async throws(ComityError) {
        guard let file = try store.read({ try $0.file(ref)?.id }), try sight(of: officer, on: ref) == .whole else { return }
        try await noteViewed(ref, file: file, how: how, officer: officer)
    }

    private func noteViewed(_ ref: FileReference, file: UUIDv7, how: ViewedHow, officer: String?) async throws(ComityError) {
        let (by, hour) = (officer ?? "node", realTime.now() / 3_600_000)
        let (isViewed, isHeld, assigned) = try store.read { reader in
            (try reader.isViewed(ref, by: by, hour: hour), try reader.registerHold() != nil, try reader.assigned(ref))
        }
        guard !isViewed, !isHeld else { return }
        var why = "owner of the node"
        if let officer { why = try role(of: officer) + (assigned == officer ? ", assigned" : "") }
        let event = try event(
            .viewed, file: file, by: by, detail: ["ref": .string(ref.description), "how": .string(how.rawValue), "why": .string(why)])
        do throws(ComityError) {
            _ = try await store.commit { writer in
                // Another request may have been faster.
                if try writer.noteView(ref, by: by, hour: hour) { try writer.append(event) }
            }
        } catch  where error.code == .registerHeld { return }
    }
}
