// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dossier
import Foundation
import Law
import Node
import Standards

struct LawCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "law", abstract: "What the rules say, and where they come from.",
        discussion: "Rules whose text nobody has compared with the official text are marked: text not compared yet.",
        subcommands: [Show.self, Rules.self, Check.self, Coverage.self])

    static func text(_ line: LawLine) -> String {
        let name = "\(line.kind)\(line.level.map { " " + $0.rawValue } ?? "")".padding(toLength: 18, withPad: " ", startingAt: 0)
        return "\(name) \(line.article)\(line.unverified ? ", text not compared yet" : "")  [\(line.id)]\n                   \(line.says)"
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an article with everything that stands under it.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "Number of the article, for example 40.") var article: String
        @Option(help: "Instrument.") var instrument = "uncc"

        struct Result: Encodable {
            let instrument: String
            let article: String
            let title: String
            let chapter: String
            let tag: VerificationTag
            let unverified: Bool
            let source: String
            let whyNone: String?
            let types: [String]
            let offences: [String]
            let rows: [LawLine]
        }

        func run() async throws {
            let law = try Node.loadLaw()
            guard let article = law.article(instrument, article) else {
                throw ComityError(
                    .notFound, "\(Text.safe(instrument, limit: 40)) has no article \(Text.safe(self.article, limit: 20)).",
                    next: "Instruments are \(law.instruments.map(\.id).joined(separator: ", ")).")
            }
            let rows = LawLine.lines(of: article)
            if global.json {
                return try Output.json(
                    Result(
                        instrument: article.instrument, article: article.number, title: article.title, chapter: article.chapter,
                        tag: article.tag, unverified: article.tag.isUnverified, source: article.source, whyNone: article.whyNone,
                        types: article.types.map(\.id), offences: article.offences.map(\.title), rows: rows))
            }
            Output.line("Article \(article.number)  \(article.title)\(article.tag.isUnverified ? "  (text not compared yet)" : "")")
            Output.line("chapter \(article.chapter)  \(article.chapterTitle)")
            Output.line("source  \(article.source)")
            for type in article.types { Output.line("type    \(type.id) (\(type.code))  \(type.title)") }
            for offence in article.offences { Output.line("offence \(offence.title)") }
            for row in rows { Output.line(LawCommand.text(row)) }
            if let why = article.whyNone { Output.line("no rows \(why)") }
        }
    }

    struct Rules: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the rules, clocks, grounds and duties of a type, or of all.")
        @OptionGroup var global: GlobalOptions
        @Option(help: "A type of request.") var type: String?

        func run() async throws {
            let law = try Node.loadLaw()
            if let type, law.requestType(type) == nil {
                throw ComityError(
                    .notFound, "“\(Text.safe(type, limit: 60))” is not a type of request.", next: "comity request types lists them.")
            }
            let rows = LawLine.lines(of: law, type: type)
            if global.json { return try Output.json(rows) }
            for row in rows { Output.line(LawCommand.text(row)) }
            Output.line("\(rows.count) rows, \(rows.count(where: \.unverified)) not compared with the official text yet")
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read all rule files and State profiles and name every fault with its line.",
            discussion: "--folder checks files elsewhere: a folder with one folder for each instrument, and states/ for the profiles.")
        @OptionGroup var global: GlobalOptions
        @Option(help: "A folder with rule files. Default: those that ship with the program.") var folder: String?

        func run() async throws {
            let law =
                try folder.map { path throws(ComityError) in try Node.readLaw(instruments: path, states: path + "/states") }
                ?? Node.loadLaw()
            let misspelt = law.clocksOfUnknownSteps
            guard misspelt.isEmpty else {
                throw ComityError(
                    .malformedInput, misspelt.joined(separator: "\n"), why: "Such a clock would never start, or never stop.",
                    next: "comity file next and docs/formats/act.md name the steps of each type.")
            }
            let counts = [
                "instruments": law.instruments.count, "states": law.states.count, "types": law.requestTypes.count,
                "rules": law.instruments.reduce(0) { $0 + $1.rules.count }, "clocks": law.instruments.reduce(0) { $0 + $1.clocks.count },
                "grounds": law.instruments.reduce(0) { $0 + $1.grounds.count },
            ]
            if global.json { return try Output.json(counts) }
            Output.line("ok  " + counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
        }
    }

    struct Coverage: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Each article and its rows, or why it has none.")
        @OptionGroup var global: GlobalOptions
        @Option(help: "Instrument.") var instrument = "uncc"

        func run() async throws {
            let rows = try Node.loadLaw().coverage(instrument).map(CoverageLine.init)
            guard !rows.isEmpty else { throw ComityError(.notFound, "There is no instrument \(Text.safe(instrument, limit: 40)).") }
            if global.json { return try Output.json(rows) }
            Output.line("art.  types rules clocks grounds offences duties terms notifications  not compared  title")
            for row in rows {
                let counts = [
                    row.types, row.rules, row.clocks, row.grounds, row.offences, row.duties, row.terms, row.notifications,
                    row.rowsUnverified,
                ]
                let cells = zip(counts, [5, 6, 7, 8, 9, 7, 6, 14, 14]).map { count, width in
                    String(repeating: " ", count: max(1, width - String(count).count)) + String(count)
                }.joined()
                Output.line("\(row.article.padding(toLength: 5, withPad: " ", startingAt: 0))\(cells)  \(row.title)")
                if let why = row.whyNone { Output.line("      none: \(why)") }
            }
            Output.line("\(rows.count) articles, \(rows.count(where: { $0.whyNone == nil })) with rows")
        }
    }
}
