// SPDX-License-Identifier: Apache-2.0

/// Kinds of acts. Which side may write one, and when, stands in the life cycle of the type.
public enum ActKind: String, Sendable, Codable, CaseIterable {
    // Every type.
    /// Opens a file.
    case request
    /// A person takes responsibility.
    case acknowledge
    /// Asks numbered questions; pauses the clocks of the side that asks.
    case ask
    case answer
    /// Talks before refusing or postponing.
    case consult
    /// Records the decision of a person on the human-rights screen.
    case screen
    case accept
    case offerConditions = "offer-conditions"
    case acceptConditions = "accept-conditions"
    /// Turns down what waits for an answer: conditions, an extension, an amendment, a consent, an offer.
    case decline
    case refuse
    case partlyRefuse = "partly-refuse"
    case postpone
    case resume
    /// An order was issued, a court seized, a custodian served.
    case execute
    /// Records how the execution came out.
    case complete
    /// Asks how far the work is.
    case statusQuery = "status-query"
    /// Tells how far the work is.
    case report
    /// Supplies a sealed package.
    case supply
    /// Records that what was supplied, handed over or decided has arrived and was checked.
    case receive
    /// Hands the file on to the competent authority of the same State.
    case transfer
    case withdraw
    /// Records that a time ran out.
    case lapse
    case close
    case reopen
    /// Sets a rule aside, with a reason, in the open.
    case override

    // Preservation, collection, provisional measures.
    /// Records that data are preserved, with the effective time.
    case preserve
    /// Asks for, or sets, a later end.
    case extend
    /// Keeps what is preserved until a linked request is decided.
    case hold
    /// Lets go: data no longer kept, a person set free.
    case release

    // Traffic disclosure and emergency.
    /// Discloses what the type allows without a request for assistance.
    case disclose
    /// Records a call to the number in the directory.
    case callBack = "call-back"
    /// A supervisor certifies the emergency.
    case certify
    case downgrade
    /// Links the request that was promised.
    case retroactiveProcess = "retroactive-process"

    // Persons.
    case arrest
    /// Commits the request to a court.
    case commit
    case grant
    case prosecuteInstead = "prosecute-instead"
    /// Proposes a place and a time.
    case schedule
    case surrender
    /// Asks consent for something beyond the request.
    case seekConsent = "seek-consent"
    case consent

    // Assets.
    case trace
    case requestStop = "request-stop"
    case stopPayment = "stop-payment"
    case freeze
    /// Tells that a measure is to be lifted, so that the other side can give reasons to keep it.
    case announceLift = "announce-lift"
    case lift
    case confiscate
    case realise
    case proposeReturn = "propose-return"
    case agreeReturn = "agree-return"
    case `return`

    // Joint investigation.
    case approveAgreement = "approve-agreement"
    case sign
    case activate
    case amend
    case logEvidence = "log-evidence"
    case end
    case evaluate

    // Spontaneous information, hearings, police cooperation.
    case assess
    case feedback
    case agree
    case summon
    case test
    case hear
    case interrupt
    case minutes
    /// Tells a witness or expert that the presence is no longer required; safe conduct runs from here.
    case releaseWitness = "release-witness"
    /// Records that the witness or expert has left.
    case depart
    /// Turns intelligence into evidence by a request for assistance.
    case convert
}
