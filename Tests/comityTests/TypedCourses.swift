// SPDX-License-Identifier: Apache-2.0

import Dossier

/// What the officers type, type by type, from the acknowledgement to the closing: first who, then the command as the shell reads
/// it. `$REF` is the file, `$OTHER` a request for stored data of this run, `$EXHIBIT` a file to seal. Where a step needs four
/// eyes, the second officer of the State approves it; that is not written here.
enum TypedCourses {
    static func lines(_ type: FileType) -> [String] { course(type).split(separator: "\n").map(String.init) }

    private static let package = """
        XB-X1 comity evidence seal "$EXHIBIT" --file $REF --to XA --authorisation 'Order 12/2026 (fictional)' --condition 'this case only'
        XB-X1 comity evidence supply $REF
        XA-X1 comity evidence verify $REF
        XA-X1 comity evidence receive $REF

        """

    private static let close = "XA-D1 comity request close $REF --set outcome=full"

    private static let court = "District Court of Bresta (fictional)"

    private static func course(_ type: FileType) -> String {
        switch type {
        case .preservation: preservation
        case .trafficDisclosure: trafficDisclosure
        case .storedData: storedData
        case .subscriberInformation: "XB-D1 comity request ack $REF\nXB-D1 comity request accept $REF\n" + package + close
        case .realTimeTraffic: realTimeTraffic
        case .interception: interception
        case .mutualLegalAssistance: mutualLegalAssistance
        case .emergency: emergency
        case .extradition: extradition
        case .provisionalArrest: provisionalArrest
        case .freezing: freezing
        case .confiscation: confiscation
        case .returnOfAssets: returnOfAssets
        case .jointInvestigation: jointInvestigation
        case .spontaneousInformation: spontaneousInformation
        case .videoHearing: videoHearing
        case .transferOfSentencedPerson: transferOfSentencedPerson
        case .transferOfProceedings: transferOfProceedings
        case .policeCooperation: policeCooperation
        case .technicalAssistance: technicalAssistance
        }
    }

    private static let preservation = """
        XB-D1 comity request ack $REF --local-reference XB-PRE-1
        XB-D1 comity request preserve $REF --effective 2026-11-25T09:30:00Z
        XA-D1 comity request extend $REF --until 2027-02-20T00:00:00Z --text 'The request for the data follows.'
        XB-D1 comity request accept $REF --until 2027-02-20T00:00:00Z
        \(close)
        """

    private static let trafficDisclosure = """
        XB-D1 comity request ack $REF
        XB-D1 comity request disclose $REF --set path='[{hop: 1, state: XC, provider: Transit of Cordia}]'
        XA-D1 comity request receive $REF --set what=disclosure
        \(close)
        """

    private static let storedData = """
        XB-D1 comity request ack $REF --local-reference XB-MLA-1
        XB-D1 comity request ask $REF --text 'Which account is meant?' --until 2026-12-05T12:00:00Z
        XA-D1 comity request answer $REF --text 'The one named in I2.'
        XB-D1 comity request accept $REF
        XB-D1 comity request execute $REF --set authority='\(court)'

        """ + package + close

    private static let realTimeTraffic = """
        XB-D1 comity request ack $REF
        XB-D1 comity request accept $REF
        XB-D1 comity request execute $REF --set authority='\(court)'
        XA-D1 comity request extend $REF --until 2027-01-20T00:00:00Z --text 'Two more weeks are needed.'
        XB-D1 comity request accept $REF --until 2027-01-20T00:00:00Z

        """ + package + close

    private static let interception = """
        XB-D1 comity request ack $REF
        XB-D3 comity request screen $REF --set decision=proceed --text 'Nothing in it asks for care.'
        XB-D1 comity request accept $REF
        XB-D1 comity request execute $REF --set authority='\(court)'
        XA-D1 comity request status-query $REF
        XB-D1 comity request report $REF --text 'The line is being listened to.'

        """ + package + close

    private static let mutualLegalAssistance = """
        XB-D1 comity request ack $REF
        XB-D1 comity request consult $REF --text 'Shall the witness travel?'
        XA-D1 comity request answer $REF --text 'Yes, if she agrees.'
        XB-D1 comity request accept $REF

        """ + package + """
            XA-D1 comity request release-witness $REF
            XA-D1 comity request depart $REF
            \(close)
            """

    private static let emergency = """
        XA-D3 comity request certify $REF
        XB-D1 comity request ack $REF
        XB-D1 comity request call-back $REF --set number=+999105550101 --set fromDirectory=true --set spokeWith=XA-D1

        """ + package + """
            XA-D1 comity request retroactive-process $REF --set ref=$OTHER
            \(close)
            """

    private static let extradition = """
        XB-D1 comity request ack $REF
        XB-D1 comity request commit $REF --set court='\(court)'
        XB-D1 comity request grant $REF --set conditions='[the rule of speciality]'
        XA-D1 comity request accept-conditions $REF
        XB-D1 comity request schedule $REF --until 2026-12-20T10:00:00Z --set place='airport of Bresta'
        XB-D1 comity request surrender $REF --set place='airport of Bresta' --set daysInCustody=87
        XA-D1 comity request receive $REF --set what=person
        XA-D1 comity request seek-consent $REF --set subject=other-offence --text 'Another offence came to light.'
        XB-D1 comity request consent $REF --set by=state --set given=true --text 'Decision 3/2026 (fictional)'
        \(close)
        """

    private static let provisionalArrest = """
        XB-D1 comity request ack $REF
        XB-D1 comity request arrest $REF --set place='airport of Bresta'
        XB-D1 comity request release $REF --set cause=agreed
        \(close)
        """

    private static let freezing = """
        XA-D1 comity request request-stop $REF --set assets='[A1]' --text 'The money leaves within hours.'
        XB-D1 comity request ack $REF
        XB-D1 comity request trace $REF --set assets='[A1]' --text 'Found at the exchange.'
        XB-D1 comity request stop-payment $REF --set assets='[A1]' --until 2026-11-28T10:00:00Z --set authority='intelligence unit'
        XB-D1 comity request freeze $REF --set assets='[A1]' --until 2027-05-25T10:00:00Z --set authority='\(court)'
        XB-D1 comity request announce-lift $REF --set assets='[A1]' --text 'The holder has given security.'
        XB-D1 comity request lift $REF --set assets='[A1]' --text 'No reasons to keep it were given.'
        \(close)
        """

    private static let confiscation = """
        XB-D1 comity request ack $REF
        XB-D1 comity request accept $REF
        XB-D1 comity request commit $REF --set court='\(court)'
        XB-D1 comity request confiscate $REF --set assets='[A1]' --set authority='\(court)'
        XB-D1 comity request realise $REF --set assets='[A1]' \(amounts)
        \(close)
        """

    private static let amounts = "--set currency=EUR --set gross=100.00 --set net=90.00 --set expenses='[{what: sale, amount: \"10.00\"}]'"

    private static let returnOfAssets = """
        XB-D1 comity request ack $REF
        XB-D1 comity request propose-return $REF --set assets='[A1]' \(amounts)
        XA-D1 comity request agree-return $REF
        XB-D1 comity request return $REF --set assets='[A1]' \(amounts)
        XA-D1 comity request receive $REF --set what=property
        \(close)
        """

    private static let agreement = String(repeating: "0", count: 64)

    private static let jointInvestigation = """
        XB-D1 comity request ack $REF
        XC-D1 comity request ack $REF
        XA-D1 comity request approve-agreement $REF
        XB-D1 comity request approve-agreement $REF
        XC-D1 comity request approve-agreement $REF
        XB-D1 comity request sign $REF --text \(agreement)
        XA-D1 comity request sign $REF --text \(agreement)
        XC-D1 comity request sign $REF --text \(agreement)
        XA-D1 comity request activate $REF
        XC-D1 comity request log-evidence $REF --set origin=during --set items=3 --text 'Three images of servers.'
        XB-D1 comity request end $REF
        XA-D1 comity request evaluate $REF --text 'It served.'
        \(close)
        """

    /// Here the State that opened the file supplies.
    private static let given = """
        XA-X1 comity evidence seal "$EXHIBIT" --file $REF --to XB --authorisation 'Decision 9/2026 (fictional)'
        XA-X1 comity evidence supply $REF
        XB-X1 comity evidence verify $REF
        XB-X1 comity evidence receive $REF

        """

    private static let spontaneousInformation = """
        XB-D1 comity request ack $REF
        XB-D1 comity request accept-conditions $REF

        """ + given + """
            XB-D1 comity request assess $REF --set use=used
            XB-D1 comity request feedback $REF --text 'It led to an arrest.'
            \(close)
            """

    private static let videoHearing = """
        XB-D1 comity request ack $REF
        XB-D1 comity request accept $REF
        XA-D1 comity request schedule $REF --until 2026-12-01T09:00:00Z --set place='court room 2'
        XB-D1 comity request agree $REF --until 2026-12-01T09:00:00Z --set place='court room 2'
        XB-D1 comity request summon $REF
        XA-D1 comity request test $REF --set passed=true --text 'Sound and picture are good.'
        XB-D1 comity request hear $REF --set began=2026-11-25T09:00:00Z --set ended=2026-11-25T09:40:00Z --set present='[judge, witness]'
        XB-D1 comity request minutes $REF --text 'The witness was heard.'
        XA-D1 comity request receive $REF --set what=minutes
        \(close)
        """

    private static let transferOfSentencedPerson = """
        XB-D1 comity request ack $REF
        XB-D1 comity request accept $REF
        XB-D1 comity request consent $REF --set by=person --set given=true --text 'Record 5/2026 (fictional)'
        XB-D1 comity request schedule $REF --until 2026-12-20T10:00:00Z --set place='airport of Bresta'
        XB-D1 comity request surrender $REF --set place='airport of Bresta' --set daysInCustody=400
        XA-D1 comity request receive $REF --set what=person
        \(close)
        """

    private static let transferOfProceedings = """
        XB-D1 comity request ack $REF
        XA-D1 comity request consent $REF --set by=person --set given=true --text 'Record 6/2026 (fictional)'
        XB-D1 comity request accept $REF

        """ + given + """
            XB-D1 comity request report $REF --text 'The trial is set.'
            XB-D1 comity request complete $REF --set outcome=full --text 'Judgment given.'
            \(close)
            """

    private static let policeCooperation = """
        XB-D1 comity request ack $REF
        XB-D1 comity request accept $REF

        """ + package + """
            XA-D1 comity request convert $REF --set ref=$OTHER
            \(close)
            """

    private static let technicalAssistance = """
        XB-D1 comity request ack $REF
        XB-D1 comity request accept $REF
        XA-D1 comity request schedule $REF --until 2027-01-10T09:00:00Z --set place='academy of Alvania'
        XB-D1 comity request complete $REF --set outcome=full --text 'Twelve persons were trained.'
        XA-D1 comity request feedback $REF --text 'Very useful.'
        \(close)
        """
}
