import AlpacaAPI
import Trading

/// A command of the core that is being carried out.
enum CommandWork: Sendable {
    case submitting(Submitting)
    case replacing(Replacing)
    case canceling(Canceling)
    case querying(Querying)
    case listing(AccountListing)

    struct Submitting: Sendable {
        let head: ClientOrderID
        let endpoint: Alpaca.Endpoint<Alpaca.Order>
        /// Last.
        var sentAt: Timestamp
        /// The venue has said that it did nothing: once that is seen, the request is sent again.
        var mayRepeat = false
        var repeats = 0
    }

    struct Replacing: Sendable {
        let first: ClientOrderID
        let link: BrokerOrderID
        let sentAt: Timestamp
        /// What the venue has said; the request may have worked all the same.
        var refusal: String?
        /// It cannot arrive any more: that the first order rests as before is then certain.
        var isFinal = false
    }

    struct Canceling: Sendable {
        let id: ClientOrderID
        let link: BrokerOrderID
        var repeats = 0
        /// When it is sent again.
        var due: Timestamp?
        var refusal: String?
    }

    struct Querying: Sendable {
        let id: ClientOrderID
        /// What is being asked for.
        var subject: LookUp.Subject
        var steps = 0
    }
}

/// What is to be done, and what the core is told.
package struct DeskOutput: Sendable {
    package var requests: [AdapterRequest] = []
    package var reports: [AdapterReport] = []
    package var finished: [Finished] = []

    package init() {}

    /// A command is answered: by `done`, or by `error` where nothing was done.
    package struct Finished: Equatable, Sendable {
        package let command: Int64
        package let failure: String?
    }
}
