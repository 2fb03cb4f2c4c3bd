// SPDX-License-Identifier: Apache-2.0

/// States of a file. What the people see; the codes are stable.
public enum FileState: String, Sendable, Codable, CaseIterable {
    // Local, before the first act.
    /// Being written, waiting for the second person.
    case draft
    /// Read by a second person.
    case review
    /// Being translated into a language that the other State accepts.
    case translation
    /// Approved by a second person, not sent.
    case authorised

    // Shared by all types.
    /// Signed and registered here, not yet receipted by the other State.
    case sent
    /// In both registers.
    case delivered
    /// A person of the requested State has it.
    case acknowledged
    /// Competence, authenticity and completeness are looked at.
    case triage
    /// A question is open; the clocks of the side that asked are paused.
    case clarification
    /// Both sides talk before a refusal or a postponement.
    case consultation
    case accepted
    /// Accepted on conditions that the requesting State has not accepted yet.
    case acceptedWithConditions = "accepted-with-conditions"
    /// Put off until a review date.
    case postponed
    /// An order was issued, or the work goes on.
    case executing
    case executed
    case partlyExecuted = "partly-executed"
    case notExecutable = "not-executable"
    /// The result is on its way or here, not yet verified.
    case returned
    /// The result arrived and was verified.
    case received
    case refused
    case partlyRefused = "partly-refused"
    /// Handed on to the authority that is competent.
    case transferred
    case withdrawn
    /// A time ran out.
    case lapsed
    case closed
    case reopened

    // Preservation.
    /// Data are preserved and the clock runs.
    case preserved
    case nothingFound = "nothing-found"
    /// Preserved until a later end than the first one.
    case extended
    /// Preserved, and kept until the linked request is decided.
    case held
    /// No longer kept, or a person no longer in custody.
    case released

    // Emergency.
    /// The sender was called back on the number of the directory.
    case authenticated
    /// Not an emergency; the ordinary way is open.
    case downgraded

    // Extradition and provisional arrest.
    case arrested
    case court
    case granted
    case prosecutedInstead = "prosecuted-instead"
    case surrenderScheduled = "surrender-scheduled"
    case surrendered

    // Assets.
    case stopped
    case frozen
    case confiscated
    case realised
    case lifted
    case returnProposed = "return-proposed"
    case returnAgreed = "return-agreed"

    // Joint investigation.
    case negotiating
    /// All parties have signed.
    case signed
    case active
    /// An amendment waits for signatures.
    case amending
    case ended
    case evaluated

    // Spontaneous information.
    case declined
    case assessed
    case feedbackGiven = "feedback-given"

    // Video hearing.
    case agreed
    case summoned
    case tested
    case heard
    case interrupted
}

/// How a file came out. `running` until something decided it.
public enum Outcome: String, Sendable, Codable, CaseIterable {
    case running, full, partial, conditions, refused, withdrawn, transferred, lapsed, postponed
    case noneFound = "none-found"
    case notExecutable = "not-executable"
}
