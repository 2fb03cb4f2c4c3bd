// SPDX-License-Identifier: Apache-2.0

import Exchange
import Hummingbird
import Node
import Standards
import Web

/// Importing the entry of another State: pasted or from a file, looked at, then kept without being believed.
enum AddPeerPages {
    static let path = "/directory/add"

    static func add(to routes: DeskRoutes) {
        routes.page("/directory/add") { visit in try show(visit, FormFaults(), "") }
        routes.stream("/directory/add") { visit in
            let form: Form
            do { form = try await MultipartForm(visit, limit: DirectoryEntry.limit + 64 * 1024).form } catch let error as ComityError
                where [.malformedInput, .tooLarge].contains(error.code)
            {
                return try refused(visit, error, "")
            }
            let text = [form.text("file"), form.text("entry")].compactMap { $0 }.first ?? ""
            guard !text.isEmpty else {
                return try refused(visit, ComityError(.malformedInput, visit.strings("peer.add.missing")), "")
            }
            do throws(ComityError) {
                let entry = try visit.node.readEntry(Array(text.utf8), officer: visit.officer)
                let known =
                    try visit.node.factsChanged(by: entry) == nil ? nil : visit.node.listPeers().first { $0.entry.state == entry.state }
                let look = Self.look(entry, text, visit.strings, try visit.scene(), before: known?.entry)
                return try visit.show("second-look", look.fields, title: look.title, here: "/directory")
            } catch {
                guard error.code != .permission else { throw error }
                return try refused(visit, error, text)
            }
        }
        routes.form("/directory/add/entry") { visit, form in
            guard let entry = form["entry"].flatMap({ Base64.urlDecode($0) }) else {
                throw ComityError(.malformedInput, visit.strings("peer.add.missing"))
            }
            let done = changesFacts(visit, entry) ? "facts" : "added"
            do throws(ComityError) {
                let peer = try await visit.node.addPeer(entry, by: visit.officer)
                return visit.goTo("/directory/\(peer.entry.state)?done=\(done)")
            } catch {
                guard error.code != .permission else { throw error }
                return try refused(visit, error, String(decoding: entry, as: UTF8.self))
            }
        }
    }

    /// Whether an entry changes the facts about a State that is known; false also when it cannot be read, which importing it then says.
    /// Apart from the step that waits: together they crash the optimiser of Swift 6.3.1.
    @inline(never)
    private static func changesFacts(_ visit: Visit, _ entry: [UInt8]) -> Bool {
        do throws(ComityError) {
            return try visit.node.factsChanged(by: try visit.node.readEntry(entry, officer: visit.officer)) != nil
        } catch { return false }
    }

    private static func refused(_ visit: Visit, _ error: ComityError, _ text: String) throws(ComityError) -> Response {
        var faults = FormFaults()
        faults.add("entry", [error.what, error.next].filter { !$0.isEmpty }.joined(separator: " "))
        return try show(visit, faults, text)
    }

    private static func show(_ visit: Visit, _ faults: FormFaults, _ text: String) throws(ComityError) -> Response {
        let scene = try visit.scene()
        guard scene.may(.trust) else {
            throw ComityError(.permission, visit.strings("peer.not-allowed"), next: visit.strings("peer.not-allowed.next"))
        }
        var fields: Fields = ["entry": text, "action": path]
        fields.merge(faults.fields(["entry"]), uniquingKeysWith: { $1 })
        return try visit.show("peer-add", fields, title: visit.strings("peer.add.title"), faults: faults, here: "/directory")
    }

    /// - Parameter before: the entry with the same keys whose facts it changes.
    private static func look(_ entry: DirectoryEntry, _ text: String, _ strings: Strings, _ scene: Scene, before: DirectoryEntry?)
        -> SecondLook
    {
        func was(_ value: (DirectoryEntry) -> String) -> String {
            guard let before, value(before) != value(entry) else { return "" }
            return strings("peer.add.was", ["value": value(before)])
        }
        func languages(_ entry: DirectoryEntry) -> String { entry.authority.languages.joined(separator: strings("list.and")) }
        func issued(_ entry: DirectoryEntry) -> String { scene.times.text(scene.times.local(entry.issuedAt)) }
        func phone(_ entry: DirectoryEntry) -> String { entry.authority.phone ?? strings("peer.no-phone") }
        func email(_ entry: DirectoryEntry) -> String { entry.authority.email ?? strings("peer.no-phone") }
        let name = was(\.authority.name)
        return SecondLook(
            title: strings("peer.add.look"), lede: strings(before == nil ? "peer.add.look.says" : "peer.add.facts"),
            rows: [
                .init(
                    label: strings("peer.state"), value: "\(entry.state) · \(entry.authority.name)",
                    note: name.isEmpty ? entry.authority.id : name),
                .init(label: strings("directory.fingerprint"), value: entry.fingerprint, isCode: true),
                .init(label: strings("directory.endpoint"), value: entry.endpoint, isCode: true, note: was(\.endpoint)),
                .init(
                    label: strings("directory.phone"), value: phone(entry),
                    note: before == nil ? strings("peer.phone.not-this") : was(phone)),
                .init(label: strings("directory.email"), value: email(entry), note: was(email)),
                .init(label: strings("directory.languages"), value: languages(entry), note: was(languages)),
                .init(label: strings("directory.time"), value: entry.authority.timeZone, note: was(\.authority.timeZone)),
                .init(label: strings("peer.issued"), value: issued(entry), note: was(issued)),
            ], warning: strings(before == nil ? "peer.add.warning" : "peer.add.facts.warning"), action: "/directory/add/entry",
            hidden: [("entry", Base64.urlEncode(Array(text.utf8)))], button: strings("peer.add.do"), back: path,
            backWords: strings("peer.add.back"))
    }
}
