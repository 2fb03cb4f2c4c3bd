// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards
import Web

/// Choosing exhibits, describing them, and starting to seal them.
enum UploadPages {
    static func add(to routes: DeskRoutes) {
        routes.page("/files/:ref/evidence/new") { visit in try choose(visit, FormFaults()) }
        routes.stream("/files/:ref/evidence/new") { visit in
            let ref = try visit.ref()
            return try await receiving(visit) {
                let upload = try await UploadReceiver.receive(visit, ref: ref, into: nil)
                return visit.goTo("/files/\(ref)/evidence/new/\(upload)")
            }
        }
        routes.stream("/files/:ref/evidence/new/:upload/files") { visit in
            let (ref, upload) = (try visit.ref(), try visit.upload())
            return try await receiving(visit) {
                _ = try await UploadReceiver.receive(visit, ref: ref, into: upload)
                return visit.goTo("/files/\(ref)/evidence/new/\(upload)")
            }
        }
        routes.page("/files/:ref/evidence/new/:upload") { visit in
            let (scene, ref) = (try visit.scene(), try visit.ref())
            let upload = try visit.node.upload(try visit.upload(), ref, officer: visit.officer)
            let page = SealPage(scene: scene, upload: upload, counterparts: try visit.node.counterparts(of: ref, officer: visit.officer))
            return try visit.show(
                "seal", page.fields(upload.answers, FormFaults()), title: scene.strings("seal.title"), here: "/evidence")
        }
        routes.form("/files/:ref/evidence/new/:upload") { visit, form in try await seal(visit, form) }
        routes.form("/files/:ref/evidence/new/:upload/discard") { visit, form in
            let (ref, upload) = (try visit.ref(), try visit.upload())
            let all = form["exhibit"] == "all"
            try await visit.node.discardUpload(
                upload, ref, exhibit: all ? nil : form["exhibit"].flatMap { Int($0) } ?? 0, officer: visit.officer)
            let isLeft = (try? visit.node.upload(upload, ref, officer: visit.officer)) != nil
            return visit.goTo(isLeft ? "/files/\(ref)/evidence/new/\(upload)" : "/files/\(ref)/evidence")
        }
    }

    private static func choose(_ visit: Visit, _ faults: FormFaults) throws -> Response {
        let ref = try visit.ref()
        if let obstacle = visit.node.sealingObstacle(ref, officer: visit.officer) { throw obstacle }
        let path = "/files/\(ref)/evidence"
        var fields: Fields = ["ref": "\(ref)", "filePath": "/files/\(ref)", "listPath": path, "action": "\(path)/new"]
        fields.merge(faults.fields(["files"]), uniquingKeysWith: { $1 })
        return try visit.show("upload", fields, title: visit.strings("upload.title"), faults: faults, here: "/evidence")
    }

    /// What is wrong with an upload is said on the page where the files are chosen.
    private static func receiving(_ visit: Visit, _ work: () async throws -> Response) async throws -> Response {
        do { return try await work() } catch let error as ComityError where [.malformedInput, .tooLarge].contains(error.code) {
            var faults = FormFaults()
            faults.add("files", [error.what, error.next].filter { !$0.isEmpty }.joined(separator: " "))
            return try choose(visit, faults)
        }
    }

    private static func seal(_ visit: Visit, _ form: Form) async throws -> Response {
        let (scene, ref, id) = (try visit.scene(), try visit.ref(), try visit.upload())
        let upload = try visit.node.upload(id, ref, officer: visit.officer)
        let page = SealPage(scene: scene, upload: upload, counterparts: try visit.node.counterparts(of: ref, officer: visit.officer))
        var order = SealOrder(form, scene: scene, counterparts: page.counterparts, upload: upload)
        if order.faults.isEmpty, let recipient = order.recipient {
            do throws(ComityError) {
                let task = try await visit.node.startSealing(
                    id, of: ref, to: recipient, authorisation: order.authorisation, conditions: order.conditions,
                    collected: (order.by, order.at, order.place, order.tool), flags: order.flags, answers: order.answers,
                    officer: visit.officer)
                return visit.goTo("/tasks/\(task)")
            } catch {
                order.faults.add("seal", [error.what, error.next].filter { !$0.isEmpty }.joined(separator: " "))
            }
        }
        return try visit.show(
            "seal", page.fields(order.answers, order.faults), title: scene.strings("seal.title"), faults: order.faults, here: "/evidence")
    }
}

extension Visit {
    /// The upload in the path, under the name `upload`.
    func upload() throws(ComityError) -> UUIDv7 { try UUIDv7(path("upload")) }
}
