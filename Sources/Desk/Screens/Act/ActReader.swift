// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// What is wrong with one field, in the words that stand beside it and in the summary.
struct FieldProblem: Equatable {
    let field: String
    let says: String
}

/// Reads a form as the body of an act. It judges single fields; what the law and the life cycle say, the node says.
struct ActReader {
    let context: ActContext
    let form: Form

    private(set) var body: [String: JSONValue] = [:]
    private(set) var problems: [FieldProblem] = []

    init(_ context: ActContext, _ form: Form) {
        self.context = context
        self.form = form
        for field in context.form.fields { read(field) }
    }

    private var strings: Strings { context.scene.strings }
    /// Days ahead that a field takes.
    static let daysAhead = 1...3650

    private mutating func problem(_ field: ActField, _ key: String) {
        guard !problems.contains(where: { $0.field == field.name }) else { return }
        let label = context.form.label(field.name, strings)
        problems.append(FieldProblem(field: field.name, says: strings("form.problem.\(key)", ["label": label])))
    }

    private mutating func put(_ field: ActField, _ value: JSONValue?) {
        guard let value else {
            if field.isRequired {
                problem(field, [.choice, .yesNo, .grounds, .assets, .package].contains(field.kind) ? "choose" : "required")
            }
            return
        }
        body[field.name] = value
    }

    private mutating func read(_ field: ActField) {
        let text = form.text(field.name)
        switch field.kind {
        case .whole: break
        case .text, .long, .zone, .authority, .rule: put(field, text.map(JSONValue.string))
        case .choice:
            guard let text, !field.values.contains(text) else { return put(field, text.map(JSONValue.string)) }
            problem(field, "choose")
        case .yesNo:
            guard let text, text != "yes", text != "no" else { return put(field, text.map { .bool($0 == "yes") }) }
            problem(field, "choose")
        case .confirm: if text == "yes" { body[field.name] = .bool(true) } else { problem(field, "confirm") }
        case .moment: put(field, moment(field))
        case .ahead: put(field, ahead(field))
        case .grounds: readGrounds(field)
        case .texts, .questions: readTexts(field, form.all(field.name))
        case .answers: readAnswers(field)
        case .assets:
            let known = Set(context.assets.map(\.value))
            let chosen = form.all(field.name).filter(known.contains)
            put(field, chosen.isEmpty ? nil : .array(chosen.map(JSONValue.string)))
        case .package: readPackage(field, text)
        case .arrived: readArrived(field, text)
        case .number: readNumber(field, text)
        case .money: readMoney(field, text)
        case .hash:
            let hash = text.map { $0.lowercased().filter { !$0.isWhitespace } }
            if let hash, hash.utf8.count != 64 || Hex.decode(hash) == nil { return problem(field, "hash") }
            put(field, hash.map(JSONValue.string))
        case .phone: put(field, text.map { .string($0.filter { $0 == "+" || $0.isNumber }) })
        case .act:
            if let text, !context.amendments.contains(where: { $0.value == text }) { return problem(field, "choose") }
            put(field, text.map(JSONValue.string))
        case .reference: readReference(field, text)
        case .hops: readHops(field)
        case .expenses: readExpenses(field)
        }
    }

    // MARK: Times

    private mutating func moment(_ field: ActField) -> JSONValue? {
        let written = WrittenMoment(form, field.name)
        guard !written.isEmpty else { return nil }
        guard context.zones.contains(where: { $0.value == written.zone }) else {
            problem(field, "moment")
            return nil
        }
        do throws(WrittenMoment.Fault) { return .string(try written.instant().description) } catch {
            problem(field, error == .missing ? "moment-missing" : "moment")
            return nil
        }
    }

    private mutating func ahead(_ field: ActField) -> JSONValue? {
        guard let text = form.text("\(field.name).days") else { return moment(field) }
        guard WrittenMoment(form, field.name).isEmpty else {
            problem(field, "two")
            return nil
        }
        guard let days = Int(text), Self.daysAhead.contains(days) else {
            problem(field, "days")
            return nil
        }
        return .string(context.scene.now.adding(milliseconds: Int64(days) * 86_400_000).description)
    }

    // MARK: Lists

    private mutating func readTexts(_ field: ActField, _ values: [String]) {
        let texts = values.compactMap { Form(fields: [.init(name: "x", value: $0)]).text("x") }
        put(field, texts.isEmpty ? nil : .array(texts.map(JSONValue.string)))
    }

    private mutating func readAnswers(_ field: ActField) {
        let questions = context.questions
        guard !questions.isEmpty else { return readTexts(field, form.all(field.name)) }
        let answers = (1...questions.count).map { form.text("\(field.name).\($0)") }
        guard answers.allSatisfy({ $0 != nil }) else { return problem(field, "every-answer") }
        body[field.name] = .array(answers.compactMap { $0.map(JSONValue.string) })
    }

    private mutating func readGrounds(_ field: ActField) {
        let known = Set(context.grounds.filter { !$0.forbidden }.map(\.id))
        let chosen = form.all(field.name)
        guard chosen.allSatisfy(known.contains) else { return problem(field, "choose") }
        put(field, chosen.isEmpty ? nil : .array(chosen.map(JSONValue.string)))
    }

    private mutating func readHops(_ field: ActField) {
        var hops: [JSONValue] = []
        for row in 1...ActFieldView.largestRows {
            func part(_ name: String) -> String? { form.text("\(field.name).\(row).\(name)") }
            let names = ["provider", "state", "address", "port", "as", "at"]
            guard names.contains(where: { part($0) != nil }) else { continue }
            guard let provider = part("provider"), let state = part("state").flatMap({ try? StateCode($0.uppercased()) }) else {
                return problem(field, "hop")
            }
            var hop: [String: JSONValue] = [
                "hop": .integer(Int64(hops.count + 1)), "provider": .string(provider), "state": .string(state.description),
            ]
            if let address = part("address") { hop["address"] = .string(address) }
            for (name, member) in [("port", "port"), ("as", "asNumber")] {
                guard let text = part(name) else { continue }
                guard let number = Int64(text) else { return problem(field, "hop") }
                hop[member] = .integer(number)
            }
            if let text = part("at") {
                guard let at = try? Instant(text) else { return problem(field, "hop-time") }
                hop["at"] = .string(at.description)
            }
            hops.append(.object(hop))
        }
        put(field, hops.isEmpty ? nil : .array(hops))
    }

    private mutating func readExpenses(_ field: ActField) {
        var items: [JSONValue] = []
        for row in 1...ActFieldView.largestRows {
            let what = form.text("\(field.name).\(row).what")
            let amount = form.text("\(field.name).\(row).amount")
            guard what != nil || amount != nil else { continue }
            guard let what, let amount = amount.flatMap(Self.money) else { return problem(field, "expense") }
            items.append(.object(["what": .string(what), "amount": .string(amount)]))
        }
        // No costs is an answer.
        body[field.name] = .array(items)
    }

    // MARK: Figures and things

    private mutating func readNumber(_ field: ActField, _ text: String?) {
        if let text, Int64(text) == nil { return problem(field, "number") }
        put(field, text.flatMap { Int64($0) }.map(JSONValue.integer))
    }

    private mutating func readMoney(_ field: ActField, _ text: String?) {
        if let text, Self.money(text) == nil { return problem(field, "money") }
        put(field, text.flatMap(Self.money).map(JSONValue.string))
    }

    /// Digits with a point; spaces that group digits are taken out. A comma is refused: it means a point to some and a
    /// thousand to others.
    static func money(_ text: String) -> String? {
        let plain = text.filter { !$0.isWhitespace }
        let parts = plain.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return nil
        }
        return plain
    }

    private mutating func readPackage(_ field: ActField, _ text: String?) {
        guard let package = context.packages(arrived: false).first(where: { $0.digest == text }) else {
            return text == nil ? put(field, nil) : problem(field, "choose")
        }
        body[field.name] = .object([
            "name": .string(package.name), "size": .integer(package.size), "digest": .string(package.digest),
            "exhibits": .integer(Int64(package.exhibits)),
        ])
        if field.sets.contains("conditions") { body["conditions"] = .array(package.conditions.map(JSONValue.string)) }
    }

    private mutating func readArrived(_ field: ActField, _ text: String?) {
        if let text, context.packages(arrived: true).contains(where: { $0.digest == text }) {
            // The node verifies the package and writes the body itself.
            if form.text("what") != nil || form.text("note") != nil { problem(field, "package-alone") }
            body[field.name] = .string(text)
        } else if text != nil || form.text("what") == nil {
            problem(field, "arrived")
        }
        body["exhibits"] = .integer(0)
    }

    private mutating func readReference(_ field: ActField, _ text: String?) {
        guard let text else { return put(field, nil) }
        guard let ref = try? FileReference(text.uppercased()),
            let file = try? context.scene.node.fileView(ref, officer: context.scene.session.officer), let id = file.id
        else { return problem(field, "reference") }
        body[field.name] = .string(ref.description)
        body["file"] = .string(id.description)
    }
}
