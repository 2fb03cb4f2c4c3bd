// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// One field of a form as the template `act-field` draws it: label, hint, problem, field.
struct ActFieldView {
    static let largestRows = 64

    let context: ActContext
    let form: Form
    let problems: [FieldProblem]
    /// The name of the list that was asked to grow.
    var more: String?

    private var strings: Strings { context.scene.strings }

    var fields: [Fields] { context.form.fields.filter { $0.kind != .whole }.map(view) }

    /// Where a link in the summary leads.
    static func anchor(_ field: ActField, _ context: ActContext) -> String {
        let first =
            switch field.kind {
            case .moment: ".day"
            case .ahead: ".days"
            case .answers where !context.questions.isEmpty: ".1"
            case .hops: ".1.provider"
            case .expenses: ".1.what"
            default: ""
            }
        return "f-\(field.name)\(first)"
    }

    private func view(_ field: ActField) -> Fields {
        let hint = context.form.hint(field, strings)
        let problem = problems.first { $0.field == field.name }
        let id = "f-\(field.name)"
        let described = [hint.map { _ in "\(id)-hint" }, problem.map { _ in "\(id)-error" }].compactMap { $0 }.joined(separator: " ")
        var fields: Fields = [
            "id": id, "name": field.name, "label": context.form.label(field.name, strings), "hasHint": hint != nil, "hint": hint ?? "",
            "hasError": problem != nil, "error": problem?.says ?? "", "isOptional": !field.isRequired && field.kind != .expenses,
            "hasDescription": !described.isEmpty, "describedBy": described, "value": form[field.name] ?? "",
        ]
        for flag in [
            "isLine", "isArea", "isPicks", "isMoment", "isTexts", "isHops", "isExpenses", "hasList", "isDigits", "isCode", "isEmptyChoice",
            "hasDays",
        ] {
            fields[flag] = false
        }
        fields["width"] = ""
        detail(field, &fields)
        fields["isPlain"] = fields["isLine"] as? Bool == true || fields["isArea"] as? Bool == true
        fields["isGroup"] = fields["isPlain"] as? Bool == false
        return fields
    }

    private func detail(_ field: ActField, _ fields: inout Fields) {
        func line(_ width: String, digits: Bool = false, code: Bool = false, list: [ActContext.Choice] = []) {
            fields["isLine"] = true
            fields["width"] = width
            fields["isDigits"] = digits
            fields["isCode"] = code
            fields["hasList"] = !list.isEmpty
            fields["list"] = list.map { ["value": $0.value, "word": $0.word] as Fields }
        }
        func picks(_ choices: [ActContext.Choice], several: Bool = false) {
            let chosen = Set(form.all(field.name))
            fields["isPicks"] = true
            fields["picks"] = zip(0..., choices).map { index, choice -> Fields in
                [
                    // The summary leads to the first.
                    "pickID": index == 0 ? "f-\(field.name)" : "f-\(field.name).\(index + 1)", "name": field.name, "value": choice.value,
                    "word": choice.word, "type": several ? "checkbox" : "radio",
                    "isChecked": chosen.contains(choice.value), "hasSays": !choice.says.isEmpty || !choice.article.isEmpty,
                    "says": choice.says, "article": choice.article, "unverified": choice.isUnverified,
                ]
            }
            fields["isEmptyChoice"] = choices.isEmpty
            fields["emptyWord"] = strings("form.none.\(field.kind.rawValue)")
        }
        switch field.kind {
        case .whole: break
        case .text: line("")
        case .long: fields["isArea"] = true
        case .number: line("input--s", digits: true)
        case .money: line("input--m", code: true)
        case .hash: line("", code: true)
        case .phone: line("input--m", code: true)
        case .zone: line("input--m", code: true, list: context.zones)
        case .reference: line("input--m", code: true, list: context.references)
        case .authority: line("input--m", code: true, list: context.authorities)
        case .rule: line("input--m", code: true, list: context.rules)
        case .choice:
            picks(field.values.map { ActContext.Choice(value: $0, word: context.form.word(field.name, $0, strings)) })
        case .yesNo: picks(["yes", "no"].map { ActContext.Choice(value: $0, word: strings("form.answer.\($0)")) })
        case .confirm:
            picks([ActContext.Choice(value: "yes", word: strings("form.confirm.\(field.name)"))], several: true)
        case .assets: picks(context.assets, several: true)
        case .act: picks(context.amendments)
        case .grounds: picks(context.grounds.filter { !$0.forbidden }.map(ground), several: true)
        case .package, .arrived: picks(context.packages(arrived: field.kind == .arrived).map(package))
        case .moment, .ahead: moment(field, &fields)
        case .texts, .questions, .answers: texts(field, &fields)
        case .hops: rows(field, parts: ["provider", "state", "address", "port", "as", "at"], "isHops", &fields)
        case .expenses: rows(field, parts: ["what", "amount"], "isExpenses", &fields)
        }
    }

    private func ground(_ ground: GroundLine) -> ActContext.Choice {
        let wants = ground.requires.filter { $0 != "reason" }.map { strings("form.ground.requires.\($0)") }
        return ActContext.Choice(
            value: ground.id, word: Text.safe(ground.says, limit: 300), says: wants.joined(separator: " "),
            article: Article.words(ground.cite, strings), isUnverified: ground.unverified)
    }

    private func package(_ package: FileView.PackageLine) -> ActContext.Choice {
        ActContext.Choice(
            value: package.digest, word: Text.safe(package.name, limit: 160),
            says: strings(
                "form.package.says",
                [
                    "size": context.scene.figures.size(package.size),
                    "exhibits": strings.count("package.exhibits", package.exhibits, context.scene.figures),
                    "hash": "\(package.digest.prefix(8))…\(package.digest.suffix(8))",
                ]))
    }

    private func moment(_ field: ActField, _ fields: inout Fields) {
        let written = WrittenMoment(form, field.name)
        fields["isMoment"] = true
        fields["hasDays"] = field.kind == .ahead
        fields["days"] = form["\(field.name).days"] ?? ""
        for (name, value) in [("day", written.day), ("month", written.month), ("year", written.year), ("time", written.time)] {
            fields[name] = value
        }
        fields["zones"] = context.zones.map { zone -> Fields in
            ["value": zone.value, "word": zone.word, "isChosen": zone.value == written.zone]
        }
    }

    private func texts(_ field: ActField, _ fields: inout Fields) {
        fields["isTexts"] = true
        let questions = field.kind == .answers ? context.questions : []
        guard questions.isEmpty else {
            fields["rows"] = zip(1..., questions).map { number, question -> Fields in
                [
                    "id": "f-\(field.name).\(number)", "name": "\(field.name).\(number)", "number": context.scene.figures.count(number),
                    "question": Text.lines(question), "hasQuestion": true, "value": form["\(field.name).\(number)"] ?? "",
                ]
            }
            fields["mayGrow"] = false
            return
        }
        let values = form.all(field.name)
        let wanted = (Int(form["rows.\(field.name)"] ?? "") ?? (field.kind == .answers ? 1 : 2)) + (more == field.name ? 3 : 0)
        let count = min(Self.largestRows, max(values.count, wanted, 1))
        fields["rows"] = (0..<count).map { index -> Fields in
            [
                "id": index == 0 ? "f-\(field.name)" : "f-\(field.name).\(index + 1)", "name": field.name,
                "number": context.scene.figures.count(index + 1), "question": "", "hasQuestion": false,
                "value": index < values.count ? values[index] : "",
            ]
        }
        fields["mayGrow"] = count < Self.largestRows
        fields["count"] = "\(count)"
    }

    private func rows(_ field: ActField, parts: [String], _ flag: String, _ fields: inout Fields) {
        fields[flag] = true
        let written = (1...Self.largestRows).last { row in parts.contains { form.text("\(field.name).\(row).\($0)") != nil } } ?? 0
        let wanted = (Int(form["rows.\(field.name)"] ?? "") ?? 2) + (more == field.name ? 3 : 0)
        let count = min(Self.largestRows, max(written, wanted, 1))
        fields["rows"] = (1...count).map { row -> Fields in
            var cells: Fields = ["number": context.scene.figures.count(row), "base": "\(field.name).\(row)"]
            for part in parts { cells[part] = form["\(field.name).\(row).\(part)"] ?? "" }
            return cells
        }
        fields["mayGrow"] = count < Self.largestRows
        fields["count"] = "\(count)"
    }
}
