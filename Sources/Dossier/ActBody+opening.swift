// SPDX-License-Identifier: Apache-2.0

public import Standards

extension ActBody {
    /// Opens a file. `content` is the draft as the law judged it.
    public struct Request: ActContent {
        public let ref: FileReference
        public let type: FileType
        public let title: String
        public let content: JSONValue
        public let links: [Link]
        /// Rules that the sender set aside before sending, each with its reason; they travel with the request.
        public let overrides: [Override]?

        public init(
            ref: FileReference, type: FileType, title: String, content: JSONValue, links: [Link], overrides: [Override]? = nil
        ) {
            self.ref = ref
            self.type = type
            self.title = title
            self.content = content
            self.links = links
            self.overrides = overrides
        }

        /// Whether the file is an emergency: by its type, or because the request says so. It stays one as long as it lives.
        public static func isEmergency(_ type: FileType, _ content: JSONValue) -> Bool {
            type == .emergency || content.at("urgency.level")?.string == "emergency"
        }

        /// Reads the members without going through text again: the fold needs this of every file.
        /// - Throws: `.schema` naming the member.
        init(reading body: JSONValue) throws(ComityError) {
            func bad(_ name: String) -> ComityError { ComityError(.schema, "The request that opens the file has no sound “\(name)”.") }
            guard let ref = body["ref"]?.string.flatMap({ try? FileReference($0) }) else { throw bad("ref") }
            guard let type = body["type"]?.string.flatMap(FileType.init(rawValue:)) else { throw bad("type") }
            guard let title = body["title"]?.string else { throw bad("title") }
            guard let content = body["content"] else { throw bad("content") }
            guard let items = body["links"]?.array else { throw bad("links") }
            var links: [Link] = []
            for item in items {
                guard let file = item["file"]?.string.flatMap({ try? UUIDv7($0) }),
                    let ref = item["ref"]?.string.flatMap({ try? FileReference($0) }),
                    let relation = item["relation"]?.string.flatMap(Link.Relation.init(rawValue:))
                else { throw bad("links") }
                links.append(Link(file: file, ref: ref, relation: relation))
            }
            let overrides = (body["overrides"]?.array ?? []).compactMap { item -> Override? in
                guard let rule = item["rule"]?.string, let reason = item["reason"]?.string else { return nil }
                return Override(rule: rule, reason: reason, by: item["by"]?.string)
            }
            self.init(ref: ref, type: type, title: title, content: content, links: links, overrides: overrides.isEmpty ? nil : overrides)
        }

        public func fault(in act: Act) -> String? {
            if ref.state != act.from.state { return "the reference is another State's." }
            if ref.typeCode != type.code { return "the reference is of another type." }
            if content.object == nil { return "its content is not an object." }
            if title.count > 200 { return "its title is longer than 200 characters." }
            if links.count > 32 || links.contains(where: { $0.file == act.file }) { return "its links are too many or lead to itself." }
            if act.to.count > 1, !type.allowsSeveralParties { return "a \(type.rawValue) file has two parties." }
            if (overrides?.count ?? 0) > 32 { return "it sets aside more than 32 rules." }
            return overrides?.lazy.compactMap { $0.fault(in: act) }.first
        }
    }

    /// A link to another file. What it leads to may be unknown here: an orphan is accepted and flagged.
    public struct Link: Sendable, Codable, Hashable {
        public enum Relation: String, Sendable, Codable, CaseIterable {
            /// The next request of the same matter, for example the one that a preservation was made for.
            case follows
            case extends
            case supersedes
            case splits
            /// The same path, one State further.
            case chainHop = "chain-hop"
            /// Keeps a promise made there.
            case answers
        }

        public let file: UUIDv7
        public let ref: FileReference
        public let relation: Relation

        public init(file: UUIDv7, ref: FileReference, relation: Relation) {
            self.file = file
            self.ref = ref
            self.relation = relation
        }
    }

    /// A person takes responsibility.
    public struct Acknowledge: ActContent {
        /// The State's own number, if it gave one.
        public let localReference: String?
        /// Who handles it and when to expect something, in words.
        public let note: String?

        public init(localReference: String?, note: String? = nil) {
            self.localReference = localReference
            self.note = note
        }

        public func fault(in act: Act) -> String? {
            (localReference ?? "").utf8.count > 120 ? "the local reference is too long." : Bounds.optional(note, "note")
        }
    }

    /// A step that needs no more than a remark.
    public struct Remark: ActContent {
        public let note: String?

        public init(note: String? = nil) { self.note = note }

        public func fault(in act: Act) -> String? { Bounds.optional(note, "note") }
    }

    /// A step that must say why.
    public struct Reason: ActContent {
        public let reason: String

        public init(reason: String) { self.reason = reason }

        public func fault(in act: Act) -> String? { Bounds.text(reason, "reason") }
    }

    /// Sets a rule aside, in the open.
    public struct Override: ActContent {
        /// Id of the rule, or of the step that is skipped, for example `consultation`.
        public let rule: String
        public let reason: String
        /// In a request: the officer who set it aside, by pseudonym. In an act of its own: its author, so nil.
        public let by: String?

        public init(rule: String, reason: String, by: String? = nil) {
            self.rule = rule
            self.reason = reason
            self.by = by
        }

        public func fault(in act: Act) -> String? {
            Bounds.text(rule, "rule", limit: 120) ?? Bounds.text(reason, "reason") ?? Bounds.optional(by, "by", limit: 120)
        }
    }

    /// Numbered questions.
    public struct Ask: ActContent {
        public let questions: [String]
        /// When the side that asks looks at the file again, answered or not.
        public let reviewBy: Instant

        public init(questions: [String], reviewBy: Instant) {
            self.questions = questions
            self.reviewBy = reviewBy
        }

        public func fault(in act: Act) -> String? {
            if reviewBy <= act.at { return "the review date is not later than the question." }
            return Bounds.list(questions, "questions", 1...64)
        }
    }

    /// Answers, by the numbers of the questions; in a consultation, the views of a side.
    public struct Answer: ActContent {
        public let answers: [String]

        public init(answers: [String]) { self.answers = answers }

        public func fault(in act: Act) -> String? { Bounds.list(answers, "answers", 1...64, limit: 20_000) }
    }

    /// Talks before a refusal or a postponement.
    public struct Consult: ActContent {
        public let text: String
        /// Ids of the grounds that are considered.
        public let grounds: [String]?

        public init(text: String, grounds: [String]? = nil) {
            self.text = text
            self.grounds = grounds
        }

        public func fault(in act: Act) -> String? { Bounds.text(text, "text") ?? Bounds.list(grounds ?? [], "grounds", 0...32, limit: 120) }
    }

    /// The decision of a person on the human-rights screen.
    public struct Screen: ActContent {
        public enum Decision: String, Sendable, Codable, CaseIterable {
            case proceed
            case proceedWithConditions = "proceed-with-conditions"
            case refuse
        }

        public let decision: Decision
        public let reasons: String

        public init(decision: Decision, reasons: String) {
            self.decision = decision
            self.reasons = reasons
        }

        public func fault(in act: Act) -> String? { Bounds.text(reasons, "reasons") }
    }
}
