// SPDX-License-Identifier: Apache-2.0

import Standards

/// Turns rule files into instruments and State profiles; collects all faults before it gives up.
struct InstrumentReader {
    /// Where a row stands, for faults that show only when all files are read.
    struct Place {
        let file: Int
        let at: String
    }

    var files: [RuleFileReader] = []
    private var faults: [LawErrors.Fault] = []
    private var instruments: [String: Instrument] = [:]
    private var places: [String: Place] = [:]
    /// Rules as written, for `extends`.
    private var written: [String: JSONValue] = [:]
    private var profiles: [StateProfile] = []
    private let withLines: Bool

    init(withLines: Bool) { self.withLines = withLines }

    mutating func read(_ texts: [Law.SourceText]) throws(LawErrors) -> (instruments: [Instrument], states: [StateProfile]) {
        for source in texts.sorted(by: { $0.path < $1.path }) {
            do {
                files.append(RuleFileReader(path: source.path, text: try YAMLText(source.bytes, name: source.path, withLines: withLines)))
            } catch {
                faults.append(.init(path: source.path, line: 1, says: error.what + (error.why.isEmpty ? "" : " " + error.why)))
            }
        }
        for index in files.indices where files[index].path.hasSuffix("/instrument.yaml") { head(index) }
        for index in files.indices where isRuleFile(index) {
            for (at, block) in blocks(index) {
                for (number, item) in (block["rules"]?.array ?? []).enumerated() {
                    if let id = item["id"]?.string, written[id] == nil { written[id] = item }
                    if let id = item["id"]?.string, item["extends"] != nil {
                        places[id] = Place(file: index, at: FieldPath.join(at, "rules.\(number)"))
                    }
                }
            }
        }
        for index in files.indices where isRuleFile(index) { rows(index) }
        for index in files.indices where files[index].folder == "states" {
            if let profile = files[index].profile() { profiles.append(profile) }
            for rule in profiles.last?.rules ?? [] { place(rule.id, index, "rules") }
        }
        var result = instruments.values.sorted { ($0.id == "house" ? 1 : 0, $0.id) < ($1.id == "house" ? 1 : 0, $1.id) }
        judge(&result)
        if result.isEmpty { faults.append(.init(path: "instruments", line: 1, says: "No instrument was found.")) }
        let all = faults + files.flatMap(\.faults)
        guard all.isEmpty else { throw LawErrors(faults: all) }
        return (result, profiles)
    }

    private func isRuleFile(_ index: Int) -> Bool {
        !files[index].path.hasSuffix("/instrument.yaml") && files[index].folder != "states"
    }

    private mutating func head(_ index: Int) {
        let root = files[index].text.value
        files[index].allow(
            root, at: "",
            [
                "id", "title", "version", "source", "always", "rank", "opens", "with", "offence_prefix", "chapters", "article_count",
                "letter",
            ])
        let id = files[index].required(root, "id", at: "")
        let folder = files[index].folder
        if id != folder { files[index].fault("id", "The id “\(id)” differs from the name of the folder.") }
        var instrument = Instrument(
            id: id, title: files[index].required(root, "title", at: ""), version: files[index].required(root, "version", at: ""),
            source: files[index].required(root, "source", at: ""))
        instrument.always = files[index].flag(root, "always", at: "")
        instrument.rank = files[index].whole(root, "rank", at: "", 0...1000) ?? 0
        instrument.opens = files[index].texts(root, "opens", at: "")
        instrument.with = files[index].texts(root, "with", at: "")
        instrument.letter = files[index].optional(root, "letter", at: "")
        if let letter = instrument.letter, !letter.contains("{body}") { files[index].fault("letter", "A letter has a place for {body}.") }
        instrument.offencePrefix = files[index].optional(root, "offence_prefix", at: "")
        for (name, title) in root["chapters"]?.object ?? [:] { instrument.chapters[name] = title.string ?? "" }
        instrument.articleCount = files[index].whole(root, "article_count", at: "", 1...1000)
        instruments[folder] = instrument
    }

    /// A file is one article, or a list of them under `articles`.
    private func blocks(_ index: Int) -> [(String, JSONValue)] {
        let root = files[index].text.value
        guard let list = root["articles"]?.array else { return [("", root)] }
        return list.enumerated().map { ("articles.\($0.offset)", $0.element) }
    }

    private mutating func rows(_ index: Int) {
        let folder = files[index].folder
        guard var instrument = instruments[folder] else {
            files[index].fault("", "The folder “\(folder)” has no instrument.yaml.")
            return
        }
        let root = files[index].text.value
        if root["articles"] != nil { files[index].allow(root, at: "", ["articles", "source"]) }
        for (at, block) in blocks(index) {
            self.block(block, at, index, &instrument, source: root["source"]?.string ?? instrument.source)
        }
        instruments[folder] = instrument
    }

    private mutating func block(_ block: JSONValue, _ at: String, _ index: Int, _ instrument: inout Instrument, source: String) {
        files[index].allow(
            block, at: at,
            [
                "article", "title", "chapter", "tag", "source", "why_none", "types", "rules", "clocks", "grounds", "offences", "duties",
                "constants", "categories", "fields", "retention", "notifications",
            ])
        let article = files[index].required(block, "article", at: at)
        let title = files[index].required(block, "title", at: at)
        let source = files[index].optional(block, "source", at: at) ?? source
        let id = instrument.id
        let tagged = block["tag"] != nil || instrument.articleCount != nil
        let chapter = files[index].optional(block, "chapter", at: at) ?? ""
        if !instrument.chapters.isEmpty, instrument.chapters[chapter] == nil {
            files[index].fault(at, "The chapter “\(chapter)” is not one of the instrument.")
        }
        if instrument.articles.contains(where: { $0.number == article }) {
            if instrument.articleCount != nil { files[index].fault(at, "Article \(article) stands twice.") }
        } else {
            instrument.articles.append(
                ArticleHead(
                    number: article, title: title, chapter: chapter, tag: tagged ? files[index].tag(block, at: at) : .house, source: source,
                    whyNone: files[index].optional(block, "why_none", at: at)))
        }
        func path(_ name: String, _ number: Int) -> String { FieldPath.join(at, "\(name).\(number)") }
        for (number, item) in files[index].items(block, "types", at: at) {
            let type = files[index].type(item, path("types", number), id, article)
            instrument.types.append(type)
            place("type " + type.id, index, path("types", number))
        }
        for (number, item) in files[index].items(block, "rules", at: at) {
            let unfolded = unfold(item, index, path("rules", number))
            if let rule = files[index].rule(unfolded, path("rules", number), id, source: source) {
                instrument.rules.append(rule)
                place(rule.id, index, path("rules", number))
            }
        }
        for (number, item) in files[index].items(block, "clocks", at: at) {
            if let clock = files[index].clock(item, path("clocks", number), id) {
                instrument.clocks.append(clock)
                place(clock.id, index, path("clocks", number))
            }
        }
        for (number, item) in files[index].items(block, "grounds", at: at) {
            let ground = files[index].ground(item, path("grounds", number), id, source: source)
            instrument.grounds.append(ground)
            place(ground.id, index, path("grounds", number))
        }
        for (number, item) in files[index].items(block, "duties", at: at) {
            let duty = files[index].duty(item, path("duties", number), id, source: source)
            instrument.duties.append(duty)
            place(duty.id, index, path("duties", number))
        }
        for (number, item) in files[index].items(block, "offences", at: at) {
            instrument.offences.append(files[index].offence(item, path("offences", number), id, article))
        }
        for (number, item) in files[index].items(block, "retention", at: at) {
            if let rule = files[index].retention(item, path("retention", number), id, source: source) {
                instrument.retention.append(rule)
                place(rule.id, index, path("retention", number))
            }
        }
        for (number, item) in files[index].items(block, "notifications", at: at) {
            let row = files[index].notification(item, path("notifications", number), id, source: source)
            instrument.notifications.append(row)
            place(row.id, index, path("notifications", number))
        }
        terms(block, at, index, &instrument)
    }

    private mutating func terms(_ block: JSONValue, _ at: String, _ index: Int, _ instrument: inout Instrument) {
        for (number, item) in files[index].items(block, "constants", at: at) {
            let inside = FieldPath.join(at, "constants.\(number)")
            files[index].allow(item, at: inside, ["id", "cite", "tag", "value", "unit", "says"])
            instrument.constants.append(
                Constant(
                    id: files[index].required(item, "id", at: inside), cite: files[index].required(item, "cite", at: inside),
                    tag: files[index].tag(item, at: inside), value: files[index].required(item, "value", at: inside),
                    unit: files[index].required(item, "unit", at: inside), says: files[index].required(item, "says", at: inside)))
            place(item["id"]?.string ?? "", index, inside)
        }
        for (number, item) in files[index].items(block, "categories", at: at) {
            let inside = FieldPath.join(at, "categories.\(number)")
            files[index].allow(item, at: inside, ["id", "cite", "tag", "says"])
            instrument.categories.append(
                DataCategory(
                    id: files[index].required(item, "id", at: inside), cite: files[index].required(item, "cite", at: inside),
                    tag: files[index].tag(item, at: inside), says: files[index].required(item, "says", at: inside)))
        }
        for (number, item) in files[index].items(block, "fields", at: at) {
            let inside = FieldPath.join(at, "fields.\(number)")
            files[index].allow(item, at: inside, ["path", "applies", "says", "example"])
            instrument.fields.append(
                DraftField(
                    path: files[index].required(item, "path", at: inside), types: files[index].applies(item, at: inside).types,
                    says: files[index].required(item, "says", at: inside), example: files[index].optional(item, "example", at: inside) ?? ""
                ))
            place("field \(number) of \(files[index].path)", index, inside)
        }
    }

    private mutating func place(_ id: String, _ file: Int, _ at: String) {
        if let first = places[id], first.file != file || first.at != at, !id.isEmpty {
            files[file].fault(
                at, "The id “\(id)” stands twice; first in \(files[first.file].path), line \(files[first.file].line(first.at)).")
        } else {
            places[id] = Place(file: file, at: at)
        }
    }

    /// The members of the rule it extends, overlaid by its own.
    private mutating func unfold(_ item: JSONValue, _ index: Int, _ at: String) -> JSONValue {
        var chain: [String] = [item["id"]?.string ?? ""]
        var merged = item.object ?? [:]
        var next = item["extends"]?.string
        while let base = next {
            guard !chain.contains(base) else {
                files[index].fault(
                    "\(at).extends", "The rules extend each other in a circle: \((chain + [base]).joined(separator: " → ")).")
                break
            }
            guard let members = written[base]?.object else {
                files[index].fault("\(at).extends", "There is no rule “\(base)” to extend.")
                break
            }
            chain.append(base)
            let demanded = merged.keys.contains { ["needs", "check", "tells"].contains($0) }
            for (name, value) in members where merged[name] == nil && !(demanded && ["needs", "check", "tells", "with"].contains(name)) {
                merged[name] = value
            }
            next = members["extends"]?.string
        }
        return .object(merged)
    }

    mutating func fault(_ id: String, _ member: String, _ says: String) {
        if let place = places[id] {
            files[place.file].fault(FieldPath.join(place.at, member), says)
        } else {
            faults.append(.init(path: "instruments", line: 1, says: says))
        }
    }

    mutating func fault(instrument: String, _ says: String) {
        if let index = files.firstIndex(where: { $0.path == "\(instrument)/instrument.yaml" }) {
            files[index].fault("", says)
        } else {
            faults.append(.init(path: instrument, line: 1, says: says))
        }
    }

    /// Profiles are judged with the instruments, because their rules name the same types.
    mutating func resolveProfiles(_ resolve: (inout InstrumentReader, [String], String) -> [String]) {
        for index in profiles.indices {
            profiles[index].rules = profiles[index].rules.map { rule in
                var rule = rule
                rule.types = resolve(&self, rule.types, rule.id)
                return rule
            }
        }
    }
}
