// SPDX-License-Identifier: Apache-2.0

import Standards

extension Course {
    /// Takes from an act what later steps depend on.
    mutating func record(_ move: Move) {
        let body = move.body
        taken[move.kind, default: []].insert(move.party)
        switch move.kind {
        case .ask:
            askedBy = move.side
            reviewBy = time(move, "reviewBy")
        case .answer:
            consulting.remove(move.side.other)
            if awaitsViews == move.side.other { awaitsViews = nil }
        case .consult:
            consulted = true
            consulting.insert(move.side)
            // Between the equals of a team talk is only talk.
            awaitsViews = type.allowsSeveralParties ? nil : move.side
        case .announceLift:
            consulting.insert(move.side)
            awaitsViews = move.side
        case .override:
            if let rule = body?["rule"]?.string { overrides[move.side, default: []].insert(rule) }
        case .screen:
            screenOpen = false
            screen = body?["decision"]?.string.flatMap(ActBody.Screen.Decision.init(rawValue:))
        case .offerConditions:
            conditions = Self.texts(body?["conditions"])
            conditionsAccepted = false
            reviewBy = time(move, "reviewBy")
        case .grant:
            conditions = Self.texts(body?["conditions"])
            conditionsAccepted = false
        case .acceptConditions: conditionsAccepted = true
        case .refuse, .partlyRefuse, .postpone:
            grounds = Self.texts(body?["grounds"])
            if move.kind == .partlyRefuse { partial = true }
            if move.kind == .postpone { reviewBy = time(move, "reviewBy") }
        case .preserve: partial = body?["outcome"]?.string == "partial"
        case .complete: if body?["outcome"]?.string == "partial" { partial = true }
        case .accept:
            if extensionAsked != nil, let until = time(move, "until") {
                end = until
                extensionAsked = nil
            }
        case .decline: recordDecline(move)
        case .extend: recordExtension(move)
        case .hold: heldFor = body?["file"]?.string.flatMap { try? UUIDv7($0) }
        case .transfer:
            transferredTo = body?["authority"]?.string
            taken[.acknowledge] = []
        case .close: closedAs = body?["outcome"]?.string.flatMap(Outcome.init(rawValue:)) ?? closedAs
        case .reopen:
            closedAs = nil
            decided = nil
            consulted = false
            consulting = []
            awaitsViews = nil
            signatures = []
            taken[.approveAgreement] = []
            taken[.acknowledge] = []
        case .supply, .disclose, .minutes, .return, .surrender: recordDelivery(move)
        case .receive:
            if let package = body?["package"]?.string {
                outstanding[package] = nil
            } else {
                outstanding = outstanding.filter { $0.value == move.side }
            }
        case .schedule: proposedBy = move.side
        case .agree: proposedBy = nil
        case .callBack: calledBack = true
        case .retroactiveProcess: retroactiveProcess = body?["ref"]?.string.flatMap { try? FileReference($0) }
        case .convert: convertedBy = body?["ref"]?.string.flatMap { try? FileReference($0) }
        case .seekConsent: consentSought = true
        case .consent:
            consentSought = false
            if body?["by"]?.string != "state" { personConsents = body?["given"]?.bool ?? false }
        case .sign: recordSignature(move)
        case .amend: if let id = move.id { amendments[id] = [] }
        default: break
        }
        recordAssets(move)
    }

    private mutating func recordDecline(_ move: Move) {
        extensionAsked = nil
        consentSought = false
        if let id = move.body?["about"]?.string.flatMap({ try? UUIDv7($0) }) { amendments[id] = nil }
    }

    private mutating func recordExtension(_ move: Move) {
        if type == .jointInvestigation {
            if let id = move.id {
                amendments[id] = []
                extensions[id] = time(move, "until")
            }
        } else if move.side == .requesting {
            extensionAsked = time(move, "until")
        } else {
            end = time(move, "until") ?? end
            extensionAsked = nil
        }
    }

    private mutating func recordDelivery(_ move: Move) {
        if let package = move.body?["package"]?["digest"]?.string {
            outstanding[package] = move.side
        } else if let id = move.id {
            outstanding[id.description] = move.side
        }
        if move.body?["partial"]?.bool == true { partial = true }
        for item in move.body?["path"]?.array ?? [] {
            guard let hop = item["hop"]?.integer, let state = item["state"]?.string.flatMap({ try? StateCode($0) }),
                let provider = item["provider"]?.string
            else { continue }
            let found = ActBody.Hop(
                hop: Int(truncatingIfNeeded: hop), state: state, provider: provider, address: item["address"]?.string,
                port: item["port"]?.integer.map { Int(truncatingIfNeeded: $0) }, at: item["at"]?.string.flatMap { try? Instant($0) },
                asNumber: item["asNumber"]?.integer)
            if !hops.contains(found) { hops.append(found) }
        }
        hops.sort { ($0.hop, $0.state, $0.provider) < ($1.hop, $1.state, $1.provider) }
    }

    private mutating func recordSignature(_ move: Move) {
        guard let id = move.body?["amendment"]?.string.flatMap({ try? UUIDv7($0) }) else {
            signatures.insert(move.party)
            return
        }
        amendments[id]?.insert(move.party)
        guard amendments[id]?.count == parties.count else { return }
        amendments[id] = nil
        if let until = extensions[id] {
            end = until
            endAct = id
        }
    }

    private mutating func recordAssets(_ move: Move) {
        for id in Self.texts(move.body?["assets"]) {
            let now = assets[id] ?? Self.first(type)
            if move.kind == .announceLift { liftAnnounced.insert(id) }
            if let next = Self.step(move.kind, from: now) { assets[id] = next }
        }
    }

    /// Where a step takes an asset, or nil when it is not possible from there.
    static func step(_ kind: ActKind, from state: AssetState) -> AssetState? {
        let unsecured: Set<AssetState> = [.suspected, .traced, .stopRequested, .lifted]
        switch kind {
        case .trace: return state == .suspected ? .traced : state
        // Asking again for what is done already changes nothing.
        case .requestStop: return unsecured.contains(state) ? .stopRequested : state
        case .stopPayment: return unsecured.contains(state) || state == .stopped ? .stopped : nil
        case .freeze: return unsecured.contains(state) || state == .stopped || state == .frozen ? .frozen : nil
        case .announceLift: return state == .stopped || state == .frozen ? state : nil
        case .lift: return state == .stopped || state == .frozen ? .lifted : nil
        case .confiscate: return [.confiscated, .realised, .returned].contains(state) ? nil : .confiscated
        case .realise: return state == .confiscated || state == .realised ? .realised : nil
        case .proposeReturn: return state == .confiscated || state == .realised ? state : nil
        case .return: return state == .confiscated || state == .realised ? .returned : nil
        default: return nil
        }
    }
}
