// SPDX-License-Identifier: Apache-2.0

import Node
import Standards

/// Supplying is a decision of its own: what leaves, for whom, under which conditions, and that it cannot be called back.
enum SupplyPage {
    /// - Throws: `.wrongState` when the package is not waiting to be supplied.
    static func look(_ view: PackageView, scene: Scene) throws(ComityError) -> SecondLook {
        let strings = scene.strings
        guard view.outgoing, view.stage == "sealed" else {
            throw ComityError(.wrongState, strings("supply.not-now"), next: strings("supply.not-now.next"))
        }
        let path = "/files/\(view.ref)/evidence/\(view.digest)"
        let name = scene.names.name(view.counterpart)
        var rows: [SecondLook.Row] = [
            .init(label: strings("supply.to"), value: name.isEmpty ? "\(view.counterpart)" : "\(view.counterpart) · \(name)"),
            .init(label: strings("supply.file"), value: "\(view.ref)", isCode: true, note: view.title),
            .init(label: strings("supply.package"), value: view.name, isCode: true),
            .init(
                label: strings("supply.content"),
                value: strings(
                    "act.content",
                    [
                        "exhibits": strings.count("package.exhibits", view.count, scene.figures), "size": scene.figures.size(view.size),
                    ])),
            .init(label: strings("package.hash"), value: view.digest, isCode: true),
        ]
        if let signed = view.signed { rows.append(.init(label: strings("seal.authorisation"), value: signed.authorisation)) }
        rows.append(
            .init(
                label: strings("package.conditions"),
                value: view.conditions.isEmpty ? strings("evidence.no-conditions") : view.conditions.joined(separator: "; ")))
        return SecondLook(
            title: strings("supply.title"), lede: strings("supply.lede"), rows: rows, warning: strings("supply.warning"),
            action: "\(path)/supply", button: strings("supply.do"), back: path, backWords: strings("supply.back"))
    }
}
