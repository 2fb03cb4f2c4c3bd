// SPDX-License-Identifier: Apache-2.0

/// The courses of the demonstration cases: acts only, as the cases play them, and the end of each file.
enum Courses {
    struct File {
        let key: String
        let type: String
        let from: String
        let to: [String]
        let state: String
        let outcome: String
    }

    struct Step {
        let seconds: Int64
        let file: String
        let act: String
        let by: String
    }

    struct Case {
        let id: String
        let files: [File]
        let steps: [Step]
    }

    static let all: [Case] = [
        Case(
            id: "case-01",
            files: [
                File(key: "R1", type: "emergency", from: "xa-247", to: ["xb-247"], state: "closed", outcome: "full"),
                File(key: "R2", type: "preservation", from: "xa-247", to: ["xb-247"], state: "closed", outcome: "full"),
                File(key: "R3", type: "stored-data", from: "xa-ca", to: ["xb-ca"], state: "closed", outcome: "full"),
            ],
            steps: [
                Step(seconds: 300, file: "R1", act: "request", by: "xa-247/duty_officer"),
                Step(seconds: 540, file: "R2", act: "request", by: "xa-247/duty_officer"),
                Step(seconds: 720, file: "R1", act: "acknowledge", by: "xb-247/duty_officer"),
                Step(seconds: 1140, file: "R1", act: "call_back_recorded", by: "xb-247/second_officer"),
                Step(seconds: 1260, file: "R2", act: "acknowledge", by: "xb-247/duty_officer"),
                Step(seconds: 3300, file: "R1", act: "disclose", by: "xb-247/duty_officer"),
                Step(seconds: 3720, file: "R1", act: "receive", by: "xa-247/duty_officer"),
                Step(seconds: 7200, file: "R2", act: "preserve", by: "xb-247/duty_officer"),
                Step(seconds: 259200, file: "R3", act: "request", by: "xa-ca/lawyer"),
                Step(seconds: 259200, file: "R1", act: "retroactive_process", by: "xa-ca/lawyer"),
                Step(seconds: 280800, file: "R3", act: "acknowledge", by: "xb-ca/lawyer"),
                Step(seconds: 280800, file: "R2", act: "hold", by: "xb-247/duty_officer"),
                Step(seconds: 518400, file: "R3", act: "accept", by: "xb-ca/approver"),
                Step(seconds: 1_728_000, file: "R3", act: "supply", by: "xb-247/examiner"),
                Step(seconds: 1_814_400, file: "R3", act: "receive", by: "xa-247/examiner"),
                Step(seconds: 1_900_800, file: "R3", act: "close", by: "xa-ca/lawyer"),
                Step(seconds: 1_900_800, file: "R2", act: "close", by: "xa-247/duty_officer"),
                Step(seconds: 1_900_800, file: "R1", act: "close", by: "xa-247/duty_officer"),
            ]),
        Case(
            id: "case-02",
            files: [
                File(key: "R1", type: "preservation", from: "xb-247", to: ["xa-247"], state: "closed", outcome: "full"),
                File(key: "R2", type: "stored-data", from: "xb-ca", to: ["xa-ca"], state: "closed", outcome: "full"),
                File(key: "R3", type: "freezing", from: "xb-ca", to: ["xa-ca"], state: "closed", outcome: "full"),
                File(key: "R4", type: "return-of-assets", from: "xb-ca", to: ["xa-ca"], state: "closed", outcome: "full"),
            ],
            steps: [
                Step(seconds: 0, file: "R1", act: "request", by: "xb-247/duty_officer"),
                Step(seconds: 4200, file: "R1", act: "acknowledge", by: "xa-247/duty_officer"),
                Step(seconds: 25200, file: "R1", act: "preserve", by: "xa-247/duty_officer"),
                Step(seconds: 3_110_400, file: "R2", act: "request", by: "xb-ca/lawyer"),
                Step(seconds: 3_196_800, file: "R2", act: "acknowledge", by: "xa-ca/lawyer"),
                Step(seconds: 3_196_800, file: "R1", act: "hold", by: "xa-247/duty_officer"),
                Step(seconds: 3_456_000, file: "R2", act: "ask", by: "xa-ca/lawyer"),
                Step(seconds: 3_628_800, file: "R2", act: "answer", by: "xb-ca/lawyer"),
                Step(seconds: 3_801_600, file: "R2", act: "accept", by: "xa-ca/approver"),
                Step(seconds: 4_251_600, file: "R3", act: "request", by: "xb-ca/lawyer"),
                Step(seconds: 4_255_200, file: "R3", act: "acknowledge", by: "xa-ca/lawyer"),
                Step(seconds: 4_305_600, file: "R3", act: "stop_payment", by: "xa-aro/asset_officer"),
                Step(seconds: 4_406_400, file: "R3", act: "restrain", by: "xa-ca/approver"),
                Step(seconds: 5_616_000, file: "R2", act: "supply", by: "xa-247/examiner"),
                Step(seconds: 5_702_400, file: "R2", act: "receive", by: "xb-247/examiner"),
                Step(seconds: 6_048_000, file: "R2", act: "close", by: "xb-ca/lawyer"),
                Step(seconds: 6_048_000, file: "R1", act: "close", by: "xb-247/duty_officer"),
                Step(seconds: 19_180_800, file: "R3", act: "confiscate", by: "xa-ca/approver"),
                Step(seconds: 23_673_600, file: "R3", act: "realise", by: "xa-aro/asset_officer"),
                Step(seconds: 23_846_400, file: "R4", act: "request", by: "xb-ca/lawyer"),
                Step(seconds: 23_932_800, file: "R4", act: "acknowledge", by: "xa-ca/lawyer"),
                Step(seconds: 24_451_200, file: "R4", act: "propose_return", by: "xa-ca/lawyer"),
                Step(seconds: 24_883_200, file: "R4", act: "agree_return", by: "xb-ca/lawyer"),
                Step(seconds: 26_092_800, file: "R4", act: "return", by: "xa-aro/asset_officer"),
                Step(seconds: 26_265_600, file: "R4", act: "receive", by: "xb-aro/asset_officer"),
                Step(seconds: 26_352_000, file: "R4", act: "close", by: "xb-ca/lawyer"),
                Step(seconds: 26_352_000, file: "R3", act: "close", by: "xb-ca/lawyer"),
            ]),
        Case(
            id: "case-04",
            files: [
                File(key: "R1", type: "spontaneous-information", from: "xc-247", to: ["xb-247"], state: "closed", outcome: "full"),
                File(key: "R2", type: "preservation", from: "xc-247", to: ["xb-247"], state: "extended", outcome: "running"),
            ],
            steps: [
                Step(seconds: 0, file: "R1", act: "offer", by: "xc-247/duty_officer"),
                Step(seconds: 1320, file: "R1", act: "acknowledge", by: "xb-247/duty_officer"),
                Step(seconds: 3900, file: "R1", act: "accept_conditions", by: "xb-247/approver"),
                Step(seconds: 4200, file: "R1", act: "supply", by: "xc-247/duty_officer"),
                Step(seconds: 4800, file: "R1", act: "receive", by: "xb-247/examiner"),
                Step(seconds: 5400, file: "R2", act: "request", by: "xc-247/duty_officer"),
                Step(seconds: 6060, file: "R2", act: "acknowledge", by: "xb-247/duty_officer"),
                Step(seconds: 18000, file: "R2", act: "preserve", by: "xb-247/duty_officer"),
                Step(seconds: 86400, file: "R1", act: "feedback", by: "xb-247/duty_officer"),
                Step(seconds: 3_888_000, file: "R2", act: "extend", by: "xc-247/duty_officer"),
                Step(seconds: 3_974_400, file: "R2", act: "accept", by: "xb-247/approver"),
                Step(seconds: 3_974_400, file: "R1", act: "close", by: "xc-247/duty_officer"),
            ]),
        Case(
            id: "case-05",
            files: [
                File(key: "R1", type: "subscriber-information", from: "xb-ca", to: ["xa-ca"], state: "closed", outcome: "full")
            ],
            steps: [
                Step(seconds: 1260, file: "R1", act: "request", by: "xb-ca/lawyer"),
                Step(seconds: 9000, file: "R1", act: "acknowledge", by: "xa-ca/lawyer"),
                Step(seconds: 18000, file: "R1", act: "accept", by: "xa-ca/approver"),
                Step(seconds: 252000, file: "R1", act: "supply", by: "xa-247/examiner"),
                Step(seconds: 255600, file: "R1", act: "receive", by: "xb-247/examiner"),
                Step(seconds: 604800, file: "R1", act: "close", by: "xb-ca/lawyer"),
            ]),
        Case(
            id: "case-06",
            files: [
                File(key: "R1", type: "preservation", from: "xa-247", to: ["xb-247"], state: "preserved", outcome: "running"),
                File(key: "R2", type: "traffic-disclosure", from: "xb-247", to: ["xa-247"], state: "closed", outcome: "full"),
                File(key: "R3", type: "preservation", from: "xa-247", to: ["xc-247"], state: "preserved", outcome: "running"),
            ],
            steps: [
                Step(seconds: 0, file: "R1", act: "request", by: "xa-247/duty_officer"),
                Step(seconds: 660, file: "R1", act: "acknowledge", by: "xb-247/duty_officer"),
                Step(seconds: 10800, file: "R1", act: "preserve", by: "xb-247/duty_officer"),
                Step(seconds: 24000, file: "R2", act: "disclose_path", by: "xb-247/duty_officer"),
                Step(seconds: 25200, file: "R2", act: "receive", by: "xa-247/duty_officer"),
                Step(seconds: 30600, file: "R3", act: "request", by: "xa-247/duty_officer"),
                Step(seconds: 32100, file: "R3", act: "acknowledge", by: "xc-247/duty_officer"),
                Step(seconds: 72000, file: "R3", act: "preserve", by: "xc-247/duty_officer"),
                Step(seconds: 75600, file: "R2", act: "close", by: "xa-247/duty_officer"),
            ]),
        Case(
            id: "case-07",
            files: [
                File(
                    key: "R1", type: "joint-investigation", from: "xb-pros", to: ["xa-pros", "xc-pros"], state: "active", outcome: "running"
                )
            ],
            steps: [
                Step(seconds: 0, file: "R1", act: "request", by: "xb-pros/prosecutor"),
                Step(seconds: 21600, file: "R1", act: "acknowledge", by: "xa-pros/prosecutor"),
                Step(seconds: 86400, file: "R1", act: "acknowledge", by: "xc-pros/prosecutor"),
                Step(seconds: 777600, file: "R1", act: "ask", by: "xc-pros/prosecutor"),
                Step(seconds: 1_036_800, file: "R1", act: "answer", by: "xb-pros/prosecutor"),
                Step(seconds: 1_296_000, file: "R1", act: "approve_agreement", by: "xa-pros/approver"),
                Step(seconds: 1_468_800, file: "R1", act: "approve_agreement", by: "xb-pros/approver"),
                Step(seconds: 1_555_200, file: "R1", act: "sign", by: "xa-pros/prosecutor"),
                Step(seconds: 1_555_200, file: "R1", act: "sign", by: "xb-pros/prosecutor"),
                Step(seconds: 2_073_600, file: "R1", act: "approve_agreement", by: "xc-pros/approver"),
                Step(seconds: 2_246_400, file: "R1", act: "sign", by: "xc-pros/prosecutor"),
                Step(seconds: 2_332_800, file: "R1", act: "activate", by: "xb-pros/prosecutor"),
                Step(seconds: 2_592_000, file: "R1", act: "log_evidence", by: "xa-pros/investigator"),
                Step(seconds: 4_492_800, file: "R1", act: "log_evidence", by: "xc-pros/investigator"),
            ]),
        Case(
            id: "case-08",
            files: [
                File(key: "R1", type: "provisional-arrest", from: "xa-ca", to: ["xb-ca"], state: "closed", outcome: "full"),
                File(key: "R2", type: "extradition", from: "xa-ca", to: ["xb-ca"], state: "surrendered", outcome: "conditions"),
            ],
            steps: [
                Step(seconds: 0, file: "R1", act: "request", by: "xa-ca/lawyer"),
                Step(seconds: 2400, file: "R1", act: "acknowledge", by: "xb-ca/lawyer"),
                Step(seconds: 145800, file: "R1", act: "arrest", by: "xb-ca/lawyer"),
                Step(seconds: 2_332_800, file: "R2", act: "request", by: "xa-ca/lawyer"),
                Step(seconds: 2_350_800, file: "R2", act: "acknowledge", by: "xb-ca/lawyer"),
                Step(seconds: 2_592_000, file: "R2", act: "ask", by: "xb-ca/lawyer"),
                Step(seconds: 2_678_400, file: "R2", act: "answer", by: "xa-ca/lawyer"),
                Step(seconds: 2_937_600, file: "R2", act: "commit_for_court", by: "xb-ca/lawyer"),
                Step(seconds: 6_048_000, file: "R2", act: "grant", by: "xb-ca/head"),
                Step(seconds: 6_134_400, file: "R2", act: "accept_conditions", by: "xa-ca/head"),
                Step(seconds: 7_689_600, file: "R2", act: "surrender", by: "xb-ca/lawyer"),
                Step(seconds: 7_776_000, file: "R2", act: "receive", by: "xa-ca/lawyer"),
                Step(seconds: 7_776_000, file: "R1", act: "close", by: "xa-ca/lawyer"),
            ]),
        Case(
            id: "case-10",
            files: [
                File(key: "R1", type: "preservation", from: "xb-247", to: ["xc-247"], state: "closed", outcome: "full"),
                File(key: "R2", type: "stored-data", from: "xb-ca", to: ["xc-ca"], state: "closed", outcome: "full"),
                File(key: "R3", type: "mutual-legal-assistance", from: "xb-ca", to: ["xc-ca"], state: "closed", outcome: "full"),
            ],
            steps: [
                Step(seconds: 0, file: "R1", act: "request", by: "xb-247/duty_officer"),
                Step(seconds: 1080, file: "R1", act: "acknowledge", by: "xc-247/duty_officer"),
                Step(seconds: 72000, file: "R1", act: "preserve", by: "xc-247/duty_officer"),
                Step(seconds: 108000, file: "R3", act: "request", by: "xb-ca/lawyer"),
                Step(seconds: 158400, file: "R3", act: "acknowledge", by: "xc-ca/lawyer"),
                Step(seconds: 172800, file: "R3", act: "accept", by: "xc-ca/approver"),
                Step(seconds: 190800, file: "R3", act: "supply", by: "xc-ca/lawyer"),
                Step(seconds: 259200, file: "R3", act: "receive", by: "xb-ca/lawyer"),
                Step(seconds: 259200, file: "R2", act: "request", by: "xb-ca/lawyer"),
                Step(seconds: 345600, file: "R2", act: "acknowledge", by: "xc-ca/lawyer"),
                Step(seconds: 345600, file: "R1", act: "hold", by: "xc-247/duty_officer"),
                Step(seconds: 777600, file: "R2", act: "accept", by: "xc-ca/approver"),
                Step(seconds: 2_073_600, file: "R2", act: "supply", by: "xc-247/examiner"),
                Step(seconds: 2_160_000, file: "R2", act: "receive", by: "xb-247/examiner"),
                Step(seconds: 2_246_400, file: "R2", act: "close", by: "xb-ca/lawyer"),
                Step(seconds: 2_246_400, file: "R1", act: "close", by: "xb-247/duty_officer"),
                Step(seconds: 2_246_400, file: "R3", act: "close", by: "xb-ca/lawyer"),
            ]),
        Case(
            id: "case-11",
            files: [
                File(key: "R1", type: "subscriber-information", from: "xc-ca", to: ["xa-ca"], state: "withdrawn", outcome: "withdrawn")
            ],
            steps: [
                Step(seconds: 2100, file: "R1", act: "request", by: "xc-ca/lawyer"),
                Step(seconds: 111600, file: "R1", act: "acknowledge", by: "xa-ca/lawyer"),
                Step(seconds: 172800, file: "R1", act: "ask", by: "xa-ca/lawyer"),
                Step(seconds: 950400, file: "R1", act: "answer", by: "xc-ca/lawyer"),
                Step(seconds: 1_036_800, file: "R1", act: "consult", by: "xa-ca/lawyer"),
                Step(seconds: 1_296_000, file: "R1", act: "withdraw", by: "xc-ca/approver"),
                Step(seconds: 1_296_000, file: "R1", act: "close", by: "xa-ca/lawyer"),
            ]),
        Case(
            id: "case-12",
            files: [
                File(key: "R1", type: "stored-data", from: "xc-ca", to: ["xb-ca"], state: "refused", outcome: "refused")
            ],
            steps: [
                Step(seconds: 3600, file: "R1", act: "override", by: "xc-ca/head"),
                Step(seconds: 3900, file: "R1", act: "request", by: "xc-ca/lawyer"),
                Step(seconds: 93600, file: "R1", act: "acknowledge", by: "xb-ca/lawyer"),
                Step(seconds: 345600, file: "R1", act: "screening_decision", by: "xb-ca/screening_panel"),
                Step(seconds: 432000, file: "R1", act: "consult", by: "xb-ca/lawyer"),
                Step(seconds: 950400, file: "R1", act: "answer", by: "xc-ca/lawyer"),
                Step(seconds: 1_123_200, file: "R1", act: "refuse", by: "xb-ca/approver"),
                Step(seconds: 1_126_800, file: "R1", act: "receive", by: "xc-ca/lawyer"),
                Step(seconds: 1_728_000, file: "R1", act: "close", by: "xb-ca/lawyer"),
            ]),
    ]
}
