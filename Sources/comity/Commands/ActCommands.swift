// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dossier
import Law
import Standards

/// Every kind of act that is one command, and what its options mean for its body (`docs/formats/act.md`).
enum ActCommands {
    static let all: [any ParsableCommand.Type] = [
        ActCommand<AskVerb>.self, ActCommand<AnswerVerb>.self, ActCommand<ConsultVerb>.self, ActCommand<ScreenVerb>.self,
        ActCommand<AcceptVerb>.self, ActCommand<OfferConditionsVerb>.self, ActCommand<AcceptConditionsVerb>.self,
        ActCommand<DeclineVerb>.self, ActCommand<RefuseVerb>.self, ActCommand<PartlyRefuseVerb>.self,
        ActCommand<PostponeVerb>.self, ActCommand<ResumeVerb>.self, ActCommand<ExecuteVerb>.self, ActCommand<CompleteVerb>.self,
        ActCommand<ReportVerb>.self, ActCommand<ReceiveVerb>.self, ActCommand<TransferVerb>.self, ActCommand<WithdrawVerb>.self,
        ActCommand<LapseVerb>.self, ActCommand<CloseVerb>.self, ActCommand<ReopenVerb>.self,
        ActCommand<ExtendVerb>.self, ActCommand<HoldVerb>.self, ActCommand<ReleaseVerb>.self, ActCommand<DiscloseVerb>.self,
        ActCommand<CallBackVerb>.self, ActCommand<CertifyVerb>.self, ActCommand<DowngradeVerb>.self,
        ActCommand<RetroactiveProcessVerb>.self, ActCommand<ArrestVerb>.self, ActCommand<CommitVerb>.self,
        ActCommand<GrantVerb>.self, ActCommand<ProsecuteInsteadVerb>.self, ActCommand<ScheduleVerb>.self,
        ActCommand<SurrenderVerb>.self, ActCommand<SeekConsentVerb>.self, ActCommand<ConsentVerb>.self,
        ActCommand<TraceVerb>.self, ActCommand<RequestStopVerb>.self, ActCommand<StopPaymentVerb>.self,
        ActCommand<FreezeVerb>.self, ActCommand<AnnounceLiftVerb>.self, ActCommand<LiftVerb>.self,
        ActCommand<ConfiscateVerb>.self, ActCommand<RealiseVerb>.self, ActCommand<ProposeReturnVerb>.self,
        ActCommand<AgreeReturnVerb>.self, ActCommand<ReturnVerb>.self, ActCommand<ApproveAgreementVerb>.self,
        ActCommand<SignVerb>.self, ActCommand<ActivateVerb>.self, ActCommand<AmendVerb>.self, ActCommand<LogEvidenceVerb>.self,
        ActCommand<EndVerb>.self, ActCommand<EvaluateVerb>.self, ActCommand<AssessVerb>.self, ActCommand<FeedbackVerb>.self,
        ActCommand<AgreeVerb>.self, ActCommand<SummonVerb>.self, ActCommand<TestVerb>.self, ActCommand<HearVerb>.self,
        ActCommand<InterruptVerb>.self, ActCommand<MinutesVerb>.self, ActCommand<ConvertVerb>.self,
        ActCommand<StatusQueryVerb>.self,
        ActCommand<ReleaseWitnessVerb>.self,
        ActCommand<DepartVerb>.self,
    ]

    /// Those that the help lists; the others are named by `comity file next`.
    static let common: Set<ActKind> = [
        .ask, .answer, .consult, .accept, .offerConditions, .acceptConditions, .refuse, .partlyRefuse, .postpone, .resume, .execute,
        .report, .extend,
        .release, .transfer, .withdraw, .close, .reopen, .override,
    ]

    /// The member that `--text` fills.
    static func textMember(of kind: ActKind) -> String {
        switch kind {
        case .ask: "questions"
        case .answer: "answers"
        case .refuse, .partlyRefuse, .postpone, .consult, .minutes, .sign, .amend, .evaluate, .feedback: "text"
        case .report: "status"
        case .screen: "reasons"
        case .logEvidence: "description"
        case .consent: "record"
        case .test: "conditions"
        case .decline, .withdraw, .reopen, .downgrade, .interrupt, .lapse, .transfer, .override, .extend, .trace, .requestStop,
            .announceLift, .lift,
            .seekConsent, .prosecuteInstead:
            "reason"
        default: "note"
        }
    }

    /// Members that hold a list of texts; `--text` fills them with one.
    static let lists: Set<String> = ["questions", "answers"]

    /// The member that `--until` fills.
    static func untilMember(of kind: ActKind) -> String {
        switch kind {
        case .ask, .postpone, .offerConditions: "reviewBy"
        case .close: "retainUntil"
        case .report: "expected"
        case .schedule, .agree: "when"
        default: "until"
        }
    }

    /// Members that are the moment of the act unless another is given.
    static func momentMembers(of kind: ActKind) -> [String] {
        switch kind {
        case .release, .stopPayment, .freeze, .confiscate: ["effective"]
        case .arrest: ["arrested"]
        case .grant: ["decided"]
        case .surrender: ["handedOver"]
        case .summon: ["served"]
        default: []
        }
    }

    /// Members that hold a number, or yes or no.
    private static let numbersAndFlags: Set<String> = [
        "exhibits", "items", "daysInCustody", "fromDirectory", "simplified", "given", "passed", "partial",
    ]

    /// The value of a member as it was typed. YAML, but what only looks like a number or a yes is text where the member is text:
    /// an amount such as 100.00, a court that is called 5.
    static func value(_ typed: String, of name: String) throws(ComityError) -> JSONValue {
        guard !typed.isEmpty else { return .string("") }
        let value = try YAMLText(Array(typed.utf8), name: "--set").value
        switch value {
        case .bool, .integer, .number: return numbersAndFlags.contains(name) ? value : .string(typed)
        default: return value
        }
    }

    /// Kinds whose body names another file; its id is found by its reference.
    static let linked: Set<ActKind> = [.hold, .retroactiveProcess, .convert]
}

enum AskVerb: ActVerb { static let kind = ActKind.ask }
enum AnswerVerb: ActVerb { static let kind = ActKind.answer }
enum ConsultVerb: ActVerb { static let kind = ActKind.consult }
enum ScreenVerb: ActVerb { static let kind = ActKind.screen }
enum AcceptVerb: ActVerb { static let kind = ActKind.accept }
enum OfferConditionsVerb: ActVerb { static let kind = ActKind.offerConditions }
enum AcceptConditionsVerb: ActVerb { static let kind = ActKind.acceptConditions }
enum DeclineVerb: ActVerb { static let kind = ActKind.decline }
enum RefuseVerb: ActVerb { static let kind = ActKind.refuse }
enum PartlyRefuseVerb: ActVerb { static let kind = ActKind.partlyRefuse }
enum PostponeVerb: ActVerb { static let kind = ActKind.postpone }
enum ResumeVerb: ActVerb { static let kind = ActKind.resume }
enum ExecuteVerb: ActVerb { static let kind = ActKind.execute }
enum CompleteVerb: ActVerb { static let kind = ActKind.complete }
enum ReportVerb: ActVerb { static let kind = ActKind.report }
enum ReceiveVerb: ActVerb { static let kind = ActKind.receive }
enum TransferVerb: ActVerb { static let kind = ActKind.transfer }
enum WithdrawVerb: ActVerb { static let kind = ActKind.withdraw }
enum LapseVerb: ActVerb { static let kind = ActKind.lapse }
enum CloseVerb: ActVerb { static let kind = ActKind.close }
enum ReopenVerb: ActVerb { static let kind = ActKind.reopen }
enum ExtendVerb: ActVerb { static let kind = ActKind.extend }
enum HoldVerb: ActVerb { static let kind = ActKind.hold }
enum ReleaseVerb: ActVerb { static let kind = ActKind.release }
enum DiscloseVerb: ActVerb { static let kind = ActKind.disclose }
enum CallBackVerb: ActVerb { static let kind = ActKind.callBack }
enum CertifyVerb: ActVerb { static let kind = ActKind.certify }
enum DowngradeVerb: ActVerb { static let kind = ActKind.downgrade }
enum RetroactiveProcessVerb: ActVerb { static let kind = ActKind.retroactiveProcess }
enum ArrestVerb: ActVerb { static let kind = ActKind.arrest }
enum CommitVerb: ActVerb { static let kind = ActKind.commit }
enum GrantVerb: ActVerb { static let kind = ActKind.grant }
enum ProsecuteInsteadVerb: ActVerb { static let kind = ActKind.prosecuteInstead }
enum ScheduleVerb: ActVerb { static let kind = ActKind.schedule }
enum SurrenderVerb: ActVerb { static let kind = ActKind.surrender }
enum SeekConsentVerb: ActVerb { static let kind = ActKind.seekConsent }
enum ConsentVerb: ActVerb { static let kind = ActKind.consent }
enum TraceVerb: ActVerb { static let kind = ActKind.trace }
enum RequestStopVerb: ActVerb { static let kind = ActKind.requestStop }
enum StopPaymentVerb: ActVerb { static let kind = ActKind.stopPayment }
enum FreezeVerb: ActVerb { static let kind = ActKind.freeze }
enum AnnounceLiftVerb: ActVerb { static let kind = ActKind.announceLift }
enum LiftVerb: ActVerb { static let kind = ActKind.lift }
enum ConfiscateVerb: ActVerb { static let kind = ActKind.confiscate }
enum RealiseVerb: ActVerb { static let kind = ActKind.realise }
enum ProposeReturnVerb: ActVerb { static let kind = ActKind.proposeReturn }
enum AgreeReturnVerb: ActVerb { static let kind = ActKind.agreeReturn }
enum ReturnVerb: ActVerb { static let kind = ActKind.`return` }
enum ApproveAgreementVerb: ActVerb { static let kind = ActKind.approveAgreement }
enum SignVerb: ActVerb { static let kind = ActKind.sign }
enum ActivateVerb: ActVerb { static let kind = ActKind.activate }
enum AmendVerb: ActVerb { static let kind = ActKind.amend }
enum LogEvidenceVerb: ActVerb { static let kind = ActKind.logEvidence }
enum EndVerb: ActVerb { static let kind = ActKind.end }
enum EvaluateVerb: ActVerb { static let kind = ActKind.evaluate }
enum AssessVerb: ActVerb { static let kind = ActKind.assess }
enum FeedbackVerb: ActVerb { static let kind = ActKind.feedback }
enum AgreeVerb: ActVerb { static let kind = ActKind.agree }
enum SummonVerb: ActVerb { static let kind = ActKind.summon }
enum TestVerb: ActVerb { static let kind = ActKind.test }
enum HearVerb: ActVerb { static let kind = ActKind.hear }
enum InterruptVerb: ActVerb { static let kind = ActKind.interrupt }
enum MinutesVerb: ActVerb { static let kind = ActKind.minutes }
enum ConvertVerb: ActVerb { static let kind = ActKind.convert }
enum StatusQueryVerb: ActVerb { static let kind = ActKind.statusQuery }
enum ReleaseWitnessVerb: ActVerb { static let kind = ActKind.releaseWitness }
enum DepartVerb: ActVerb { static let kind = ActKind.depart }
