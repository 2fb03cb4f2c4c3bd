// SPDX-License-Identifier: Apache-2.0

/// Types of files, with the life cycle of each.
public enum FileType: String, Sendable, Codable, CaseIterable {
    case preservation
    case trafficDisclosure = "traffic-disclosure"
    case storedData = "stored-data"
    case subscriberInformation = "subscriber-information"
    case realTimeTraffic = "real-time-traffic"
    case interception
    case mutualLegalAssistance = "mutual-legal-assistance"
    case emergency
    case extradition
    case provisionalArrest = "provisional-arrest"
    case freezing
    case confiscation
    case returnOfAssets = "return-of-assets"
    case jointInvestigation = "joint-investigation"
    case spontaneousInformation = "spontaneous-information"
    case videoHearing = "video-hearing"
    case transferOfSentencedPerson = "transfer-of-sentenced-person"
    case transferOfProceedings = "transfer-of-proceedings"
    case policeCooperation = "police-cooperation"
    case technicalAssistance = "technical-assistance"

    /// The three letters in its references. `Law` carries the same code with the article; a test compares them.
    public var code: String {
        switch self {
        case .preservation: "PRE"
        case .trafficDisclosure: "TRA"
        case .storedData: "MLA"
        case .subscriberInformation: "SUB"
        case .realTimeTraffic: "RTT"
        case .interception: "INT"
        case .mutualLegalAssistance: "GEN"
        case .emergency: "EMG"
        case .extradition: "EXT"
        case .provisionalArrest: "PAR"
        case .freezing: "FRZ"
        case .confiscation: "CON"
        case .returnOfAssets: "RET"
        case .jointInvestigation: "JIT"
        case .spontaneousInformation: "SPO"
        case .videoHearing: "VID"
        case .transferOfSentencedPerson: "TSP"
        case .transferOfProceedings: "TPR"
        case .policeCooperation: "POL"
        case .technicalAssistance: "TEC"
        }
    }

    /// What may follow what in a file of this type.
    public var lifeCycle: LifeCycle {
        switch self {
        case .preservation: .preservation
        case .trafficDisclosure: .trafficDisclosure
        case .storedData: .storedData
        case .subscriberInformation: .subscriberInformation
        case .realTimeTraffic: .realTimeTraffic
        case .interception: .interception
        case .mutualLegalAssistance: .mutualLegalAssistance
        case .emergency: .emergency
        case .extradition: .extradition
        case .provisionalArrest: .provisionalArrest
        case .freezing: .freezing
        case .confiscation: .confiscation
        case .returnOfAssets: .returnOfAssets
        case .jointInvestigation: .jointInvestigation
        case .spontaneousInformation: .spontaneousInformation
        case .videoHearing: .videoHearing
        case .transferOfSentencedPerson: .transferOfSentencedPerson
        case .transferOfProceedings: .transferOfProceedings
        case .policeCooperation: .policeCooperation
        case .technicalAssistance: .technicalAssistance
        }
    }

    /// Whether a file of this type may have more than two parties.
    public var allowsSeveralParties: Bool { self == .jointInvestigation }

    /// What is exchanged under this type is intelligence, not evidence, until a request for assistance converts it.
    public var isIntelligence: Bool { self == .policeCooperation }
}
