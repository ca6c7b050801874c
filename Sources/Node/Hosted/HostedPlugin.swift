import Orchestration
import Trading
import Wire

/// A plugin that works inside this process: it is called with values where another one is sent messages. Its code, the
/// inputs that come of it, and so the journal are the same.
///
/// Nobody is protected from it: a hosted plugin that does not return stops the run. So it is for back-tests, in lockstep,
/// and never for an account.
package enum HostedPlugin {
    case policy(any HostedPolicy)
    case broker(any HostedBroker)
    case provider(any HostedProvider)
}

/// What every hosted plugin does at the start.
package protocol HostedStart: AnyObject {
    /// Makes itself from its settings.
    /// - Throws: why it does not start with them.
    func start(_ welcome: Welcome) throws -> Ready
}

package protocol HostedPolicy: HostedStart {
    func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation]
}

package protocol HostedBroker: HostedStart {
    /// - Throws: why the command was not carried out; nothing was done then.
    func handle(_ command: OrderCommand) throws -> [BrokerReport]
    func market(_ update: MarketUpdate) throws -> [BrokerReport]
}

package protocol HostedProvider: HostedStart {
    /// - Throws: also when the tape has ended: the last update says that it is the last.
    func next() throws -> MarketUpdate
    /// Whether a cycle follows the newest update; in a tape, always.
    var startsCycle: Bool { get }
    /// How much of its data has been given, 0 to 1; nil: not known.
    var share: Double? { get }
    /// In pieces, as they are sent.
    func history(_ request: HistoryRequest) throws -> [HistoryBars]
}

extension HostedProvider {
    package var startsCycle: Bool { true }
}

/// What a broker says.
package enum BrokerReport {
    case execution(ExecutionReport)
    case answer(OrderAnswer)
    case state(BrokerState)
    case cash(CashMovement)
    case correction(ExecutionCorrection)

    /// - Parameter query: the core's number of the question that it answers.
    func input(query: Int64?) -> Input {
        switch self {
        case .execution(let report): .execution(report)
        case .answer(let answer): .orderAnswer(answer: answer, query: query)
        case .state(let state): .brokerState(state: state, query: query)
        case .cash(let movement): .cashMovement(movement)
        case .correction(let correction): .executionCorrection(correction)
        }
    }

    var answersQuery: Bool {
        switch self {
        case .answer, .state: true
        case .execution, .cash, .correction: false
        }
    }
}
