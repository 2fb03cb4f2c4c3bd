// SPDX-License-Identifier: Apache-2.0

public import Standards

/// The front door of the room: all instruments a node knows, and what they say about a draft.
///
/// A pure value: built from texts that were read elsewhere, it does no input or output, reads no clock and draws no
/// randomness. The same `Law` runs at the sender and again at the receiver.
public struct Law: Sendable {
    /// The text of one rule file, with the name to show in errors.
    public struct SourceText: Sendable {
        /// Path below the instruments folder, for example `uncc/42-preservation.yaml`; `states/XA.yaml` for a State profile.
        public let path: String
        public let bytes: [UInt8]

        public init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// The house rules last, the others by name.
    public let instruments: [Instrument]
    public let states: [StateProfile]
    /// Every request type of every instrument, in the order of the files.
    public let requestTypes: [RequestType]

    // Prepared once: a draft is judged without searching.
    private let typesByID: [String: RequestType]
    private let statesByCode: [StateCode: StateProfile]
    private let groundsByID: [String: Ground]
    private let contents: [String: [Rule]]
    /// Instrument id, type, rules.
    let table: [String: [String: [Rule]]]
    let alwaysTable: [String: [Rule]]
    /// Type to the instruments that open it.
    let openers: [String: Set<String>]
    let byRank: [Instrument]
    let conventionOffences: Set<String>
    /// Months of the highest penalty from which an offence is a serious crime.
    let seriousLine: Int?

    /// Reads every rule file and State profile; a folder is an instrument and must hold `instrument.yaml`.
    /// - Throws: `LawErrors` naming each fault with file and line. Nothing is loaded from a faulty set.
    public init(reading texts: [SourceText]) throws(LawErrors) {
        var reader = InstrumentReader(withLines: false)
        let read: (instruments: [Instrument], states: [StateProfile])
        do { read = try reader.read(texts) } catch {
            // The lines are wanted only now.
            var second = InstrumentReader(withLines: true)
            read = try second.read(texts)
        }
        instruments = read.instruments
        states = read.states
        let types = instruments.flatMap(\.types)
        requestTypes = types
        typesByID = Dictionary(types.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        statesByCode = Dictionary(states.map { ($0.state, $0) }, uniquingKeysWith: { first, _ in first })
        groundsByID = Dictionary(instruments.flatMap(\.grounds).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var table: [String: [String: [Rule]]] = [:]
        var always: [String: [Rule]] = [:]
        var openers: [String: Set<String>] = [:]
        for instrument in instruments {
            for rule in instrument.rules {
                for type in rule.types {
                    if instrument.always {
                        always[type, default: []].append(rule)
                    } else {
                        table[instrument.id, default: [:]][type, default: []].append(rule)
                    }
                }
            }
            for type in instrument.opens + instrument.types.map(\.id) { openers[type, default: []].insert(instrument.id) }
        }
        var contents: [String: [Rule]] = [:]
        for type in types {
            contents[type.id] = ((table[type.instrument]?[type.id] ?? []) + (always[type.id] ?? [])).filter { $0.phase == .contents }
        }
        self.table = table
        alwaysTable = always
        self.openers = openers
        self.contents = contents
        byRank = instruments.filter { !$0.always }.sorted { ($1.rank, $0.id) < ($0.rank, $1.id) }
        conventionOffences = Set(
            instruments.flatMap { instrument in
                instrument.offencePrefix.map { prefix in instrument.offences.map { "\(prefix)-\($0.article)" } } ?? []
            })
        seriousLine = instruments.flatMap(\.constants).first { $0.id.hasSuffix("serious-crime-months") }.flatMap { Int($0.value) }
    }

    public func requestType(_ id: String) -> RequestType? { typesByID[id] }

    public func state(_ code: StateCode) -> StateProfile? { statesByCode[code] }

    public func instrument(_ id: String) -> Instrument? { instruments.first { $0.id == id } }

    /// Instruments that speak about a type when nothing is known about the two States: the one that declares it, and those
    /// that always apply. With `under`, that instrument in place of the declaring one, with what goes with it.
    private func speaking(about type: String, under: String? = nil) -> [Instrument] {
        let chosen = under ?? typesByID[type]?.instrument
        let beside = chosen.flatMap(instrument)?.with ?? []
        return instruments.filter { $0.always || $0.id == chosen || beside.contains($0.id) }
    }

    /// All rules that speak about a request type: those of the instrument that declares it, and the house rules.
    public func rules(for type: String) -> [Rule] {
        guard let instrument = typesByID[type]?.instrument else { return [] }
        return (table[instrument]?[type] ?? []) + (alwaysTable[type] ?? [])
    }

    /// The time limits of a type; `under` names the instrument that governs (see `Assessment.instrument`), and its own limits then
    /// run beside those of the instruments that go with it.
    public func clocks(for type: String, under instrument: String? = nil) -> [ClockRule] {
        speaking(about: type, under: instrument).flatMap(\.clocks).filter { $0.types.contains(type) }
    }

    /// How long a clock runs for the State whose duty it is, when the State sets the length itself; else the length of the rule.
    public func length(of clock: ClockRule, for state: StateCode) -> ISODuration {
        guard let from = clock.lengthFrom, let number = self.state(state)?.data.at(from.path)?.integer, number > 0 else {
            return clock.length
        }
        return (try? ISODuration(from.unit == .days ? "P\(number)D" : "PT\(number)H")) ?? clock.length
    }

    /// The grounds that may be used for a type, and those that are forbidden for it: a screen shows both, an answer may
    /// name only one that is not `forbidden`.
    public func grounds(for type: String, use: GroundUse) -> [Ground] { grounds(for: type, use: use, under: nil) }

    public func grounds(for type: String, use: GroundUse, under instrument: String?) -> [Ground] {
        speaking(about: type, under: instrument).flatMap(\.grounds).filter { $0.types.contains(type) && $0.uses.contains(use) }
    }

    /// The grounds of the governing instrument that hold for this very request, with those of the instruments that go with it and
    /// bind both States: a ground may depend on the offence or on a reservation of the requested State. Forbidden ones are listed
    /// where they are forbidden. Where no instrument governs, those of the one that declares the type.
    public func grounds(for type: String, use: GroundUse, draft: JSONValue, context: AssessmentContext) -> [Ground] {
        let facts = facts(draft, type, context)
        let speaking = instruments(speakingAbout: type, under: facts.instrument?.id, context: context)
        return grounds(for: type, use: use, under: facts.instrument?.id).filter {
            speaking.contains($0.instrument) && $0.when?.holds(in: facts) ?? true
        }
    }

    /// Ids of the instruments whose grounds may be used between two States on a day.
    public func instruments(speakingAbout type: String, under governing: String?, context: AssessmentContext) -> Set<String> {
        let chosen = governing ?? typesByID[type]?.instrument
        let from = state(context.from)
        let to = state(context.to)
        return Set(
            speaking(about: type, under: governing).filter { instrument in
                instrument.always || instrument.id == chosen || governing == nil
                    || (from?.isBound(by: instrument.id, on: context.on) ?? false
                        && to?.isBound(by: instrument.id, on: context.on) ?? false)
            }.map(\.id))
    }

    public func ground(_ id: String) -> Ground? { groundsByID[id] }

    /// The duties of either side around a request of this type.
    public func duties(for type: String) -> [Duty] { speaking(about: type).flatMap(\.duties).filter { $0.types.contains(type) } }

    public func constant(_ id: String) -> Constant? { instruments.flatMap(\.constants).first { $0.id == id } }

    /// The version of every instrument in force here, recorded in each act that was judged by it.
    public var versions: [String: String] {
        Dictionary(instruments.map { ($0.id, $0.version) }, uniquingKeysWith: { first, _ in first })
    }

    /// Everything the rules say about the contents of a draft of `type`, without knowing the two States: all findings, never
    /// only the first, the gravest first. `assess` says the rest.
    public func findings(for draft: JSONValue, type: String) -> [Finding] {
        var facts = Condition.Facts(draft: draft)
        facts.type = requestType(type)
        facts.classes = routeClasses(draft)
        facts.route = Self.widest(facts.classes)
        var found: [Finding] = []
        for rule in contents[type] ?? [] { judge(rule, facts, into: &found) }
        return found.sorted(by: Self.gravestFirst)
    }

    /// The articles a citation names: `42` and `40` of `42(6), 40(21)(b)`.
    static func articles(of cite: String) -> [String] {
        cite.split(separator: ",").compactMap { part in
            let number = part.drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber }
            return number.isEmpty ? nil : String(number)
        }
    }
}
