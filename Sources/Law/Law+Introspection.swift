// SPDX-License-Identifier: Apache-2.0

public import Standards

extension Law {
    /// An article with everything that stands under it: rows belong to the first article that their citation names.
    public func article(_ instrument: String, _ number: String) -> Article? {
        guard let instrument = self.instrument(instrument), let head = instrument.articles.first(where: { $0.number == number }) else {
            return nil
        }
        func here(_ cite: String) -> Bool { Self.articles(of: cite).first == number || cite == number }
        return Article(
            instrument: instrument.id, number: head.number, title: head.title, chapter: head.chapter,
            chapterTitle: instrument.chapters[head.chapter] ?? "", tag: head.tag, source: head.source, whyNone: head.whyNone,
            types: instrument.types.filter { $0.article == number }, rules: instrument.rules.filter { here($0.cite) },
            clocks: instrument.clocks.filter { here($0.cite) }, grounds: instrument.grounds.filter { here($0.cite) },
            offences: instrument.offences.filter { $0.article == number }, duties: instrument.duties.filter { here($0.cite) },
            constants: instrument.constants.filter { here($0.cite) }, categories: instrument.categories.filter { here($0.cite) },
            notifications: instrument.notifications.filter { here($0.cite) })
    }

    /// Every article of an instrument with the number of its rows, or why it has none.
    public func coverage(_ instrument: String) -> [CoverageRow] {
        (self.instrument(instrument)?.articles ?? []).compactMap { head in
            guard let article = article(instrument, head.number) else { return nil }
            var tags = article.types.map(\.tag) + article.rules.map(\.tag) + article.clocks.map(\.tag) + article.grounds.map(\.tag)
            tags += article.offences.map(\.tag) + article.duties.map(\.tag) + article.constants.map(\.tag) + article.categories.map(\.tag)
            tags += article.notifications.map(\.tag)
            return CoverageRow(
                article: head.number, title: head.title, chapter: head.chapter, tag: head.tag, types: article.types.count,
                rules: article.rules.count, clocks: article.clocks.count, grounds: article.grounds.count, offences: article.offences.count,
                duties: article.duties.count, terms: article.constants.count + article.categories.count,
                notifications: article.notifications.count,
                unverified: tags.filter(\.isUnverified).count, whyNone: head.whyNone)
        }
    }

    /// What a draft of a type may say, field by field, with the rules that ask for each.
    public func fields(of type: String) -> [FieldLine] {
        var seen: Set<String> = []
        return instruments.flatMap(\.fields).filter { $0.types.contains(type) && seen.insert($0.path).inserted }.map { field in
            FieldLine(
                path: field.path, says: field.says, example: field.example,
                required: asking(for: field.path, type: type, level: .must), wanted: asking(for: field.path, type: type, level: .should))
        }
    }

    /// Ids of the rules of a level that ask for a member.
    private func asking(for path: String, type: String, level: Finding.Level) -> [String] {
        rules(for: type).filter { rule in
            guard rule.level == level, case .needs(let condition) = rule.demand else { return false }
            return condition.fields.contains { $0 == path || $0.hasPrefix(path + ".") }
        }.map(\.id)
    }

    /// A draft of a type as commented YAML: every member with its meaning, the articles that ask for it, and an example. Lines
    /// that begin with `##` explain; taking `# ` from the front of all others gives a draft that may be sent in an exercise.
    /// Nil for a type that is not known.
    public func template(type: String) -> String? {
        guard let known = requestType(type) else { return nil }
        var lines = [
            "## \(known.title) (\(known.code)), \(known.instrument) article \(known.article) [\(known.tag.rawValue)\(known.tag.isUnverified ? ", not compared with the official text" : "")]",
            "## Lines with ## explain. Take the leading # from an example line and write your own value.",
        ]
        for field in fields(for: type) {
            lines.append("##")
            lines.append("## \(field.path): \(field.says)")
            lines += demandLines(on: field.path, type: type)
            for line in field.example.split(separator: "\n") { lines.append("# " + line) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The members of a draft of a type, each once, in the order of the template.
    public func fields(for type: String) -> [DraftField] {
        var seen: Set<String> = []
        return instruments.flatMap(\.fields).filter { $0.types.contains(type) && seen.insert($0.path).inserted }
    }

    /// The rules that ask for a member of a draft or for something inside it; notes ask for nothing.
    public func demands(on path: String, type: String) -> [Rule] {
        rules(for: type).filter { rule in
            guard rule.level != .note, case .needs(let condition) = rule.demand else { return false }
            return condition.fields.contains { $0 == path || $0.hasPrefix(path + ".") }
        }
    }

    /// The authorities of a State that may issue a request of a type, by its profile.
    public func issuers(of type: String, in state: StateCode) -> [StateProfile.Authority] {
        guard let type = requestType(type) else { return [] }
        return (self.state(state)?.authorities ?? []).filter { $0.mayIssue(type) }
    }

    /// Who asks for a member, in words: `Required by 42(3)(e) [P, unverified].`
    private func demandLines(on path: String, type: String) -> [String] {
        var musts: [String] = []
        var shoulds: [String] = []
        for rule in demands(on: path, type: type) {
            let name = "\(rule.cite) [\(rule.tag.rawValue)\(rule.tag.isUnverified ? ", unverified" : "")]"
            if rule.level == .must {
                if !musts.contains(name) { musts.append(name) }
            } else if !shoulds.contains(name) {
                shoulds.append(name)
            }
        }
        var lines: [String] = []
        if !musts.isEmpty { lines.append("## Required by \(musts.joined(separator: "; ")).") }
        if !shoulds.isEmpty { lines.append("## Wanted by \(shoulds.joined(separator: "; ")).") }
        return lines.isEmpty ? ["## Optional."] : lines
    }
}
