// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// Packages of one file or of all: what they are, whether they hold, where they are.
struct EvidenceList {
    static let most = 100

    let scene: Scene
    /// nil for all files.
    let ref: FileReference?
    let packages: [PackageSummary]
    /// How many there are, those that are not shown included.
    let total: Int
    private var more: Fields = [:]

    init(scene: Scene, ref: FileReference?, packages: [PackageSummary], total: Int? = nil) {
        self.scene = scene
        self.ref = ref
        self.packages = packages
        self.total = total ?? packages.count
    }

    /// With what may be sealed for this file, or why nothing may.
    var withSealing: EvidenceList {
        get throws(ComityError) {
            guard let ref, scene.may(.seal) else { return self }
            var copy = self
            let obstacle = scene.node.sealingObstacle(ref, officer: scene.session.officer)
            let uploads = try scene.node.uploads(ref, officer: scene.session.officer)
            copy.more = [
                "maySeal": obstacle == nil, "hasObstacle": obstacle != nil, "newPath": "/files/\(ref)/evidence/new",
                "obstacle": [obstacle?.what, obstacle?.next].compactMap { $0 }.filter { !$0.isEmpty }.map { Text.safe($0, limit: 400) }
                    .joined(separator: " "),
                "hasUploads": !uploads.isEmpty,
                "uploads": uploads.map { upload -> Fields in
                    [
                        "path": "/files/\(ref)/evidence/new/\(upload.id)",
                        "words": scene.strings.count("evidence.waiting", upload.exhibits.count, scene.figures),
                        "officer": Text.safe(upload.officer, limit: 80), "at": scene.times.fields(upload.created, theirs: nil),
                    ]
                },
            ]
            return copy
        }
    }

    var fields: Fields {
        let base: Fields = [
            "isFile": ref != nil, "ref": ref.map { "\($0)" } ?? "", "filePath": ref.map { "/files/\($0)" } ?? "",
            "title": ref == nil ? scene.strings("evidence.title") : scene.strings("evidence.of-file"),
            "count": scene.strings.count("evidence.count", total, scene.figures), "hasPackages": !packages.isEmpty,
            "packages": packages.prefix(Self.most).map(row), "hasMore": total > min(packages.count, Self.most), "maySeal": false,
            "hasObstacle": false,
            "hasUploads": false,
        ]
        return base.merging(more, uniquingKeysWith: { $1 })
    }

    private func row(_ package: PackageSummary) -> Fields {
        let strings = scene.strings
        return [
            "path": "/files/\(package.ref)/evidence/\(package.digest)", "name": Text.safe(package.name, limit: 160),
            "ref": package.ref.description, "filePath": "/files/\(package.ref)", "title": Text.safe(package.title, limit: 120),
            "hasTitle": !package.title.isEmpty, "isForeign": ref == nil,
            "icon": package.outgoing ? "out" : "in",
            "direction": strings(package.outgoing ? "evidence.direction.out" : "evidence.direction.in"),
            "with": scene.names.fields(package.counterpart), "size": scene.figures.size(package.size),
            "exhibits": strings.count("package.exhibits", package.count, scene.figures),
            "verdict": Self.mark(package.verdict, strings), "stage": Self.stage(package.stage, strings),
            "parts": strings(
                "package.parts", ["here": scene.figures.count(package.partsHere), "all": scene.figures.count(package.partsAll)]),
            "isArriving": package.stage == "supplied" && !package.outgoing,
            "conditions": package.conditions.isEmpty
                ? strings("evidence.no-conditions") : strings.count("evidence.conditions", package.conditions.count, scene.figures),
            "created": scene.times.fields(package.created, theirs: scene.names.zone(package.counterpart)),
        ]
    }

    /// A verdict as shape and word.
    static func mark(_ verdict: PackageView.Verdict, _ strings: Strings) -> Fields {
        let (look, icon): (String, String) =
            switch verdict {
            case .ours: ("", "seal")
            case .open: ("mark--not-yet", "open")
            case .valid: ("mark--yes", "met")
            case .notValid: ("bad", "no")
            }
        return ["look": look, "icon": icon, "word": strings("verdict.\(verdict.rawValue)")]
    }

    static func stage(_ stage: String, _ strings: Strings) -> Fields {
        let (look, icon): (String, String) =
            switch stage {
            case "received": ("tag--ok", "check")
            case "complete": ("tag--here", "in")
            case "supplied": ("tag--soon", "dots")
            default: ("tag--paused", "seal")
            }
        return ["word": strings("package.stage.\(stage)"), "look": look, "icon": icon, "hasIcon": true]
    }
}
