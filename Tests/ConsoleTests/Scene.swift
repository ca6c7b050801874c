import CoreTestSupport
import Foundation
import Journal
import JournalTesting
import Node
import Orchestration
import Testing
import Trading
import Wire

@testable import Console

/// A core at work on 100 ABC at a venue, and its journal in memory.
struct Scene {
    var driver: CoreDriver

    /// - Parameter policies: those that are connected.
    init(
        holding quantity: Quantity = 100, policies: [PluginName] = ["stop-loss", "entry"],
        configured: [PluginName]? = nil, brokers: [PluginName] = [], _ limits: (inout HardLimits) -> Void = { _ in }
    ) {
        var venue = FakeVenue()
        if quantity.isPositive { venue.hold("ABC", quantity, at: "100") }
        venue.quote("ABC", "100", "100.02")
        driver = CoreDriver(venue: venue)
        var configuration = CoreConfiguration(account: "test", policies: configured ?? policies)
        configuration.brokers = brokers
        limits(&configuration.limits)
        driver.send(.started(Start(epoch: 1, configuration: configuration)))
        for name in policies { driver.send(.policyReady(name: name)) }
        driver.quote("ABC", "100", "100.02", last: "100")
    }

    /// What policies say from now on.
    mutating func say(_ advice: PolicyAdvice...) { driver.policies = { _ in answers(advice) } }

    /// Cycles with a fresh quote each.
    mutating func cycles(_ count: Int) {
        for _ in 0..<count {
            driver.quote("ABC", "100", "100.02", last: "100")
            driver.cycle()
        }
    }

    mutating func session(_ session: SessionPhase) {
        driver.send(.market(MarketUpdate(at: driver.now, session: session)))
    }

    /// The same inputs through a node into a journal: the core is deterministic.
    func journal() throws -> InMemoryJournal {
        let journal = InMemoryJournal()
        let node = Node(core: Orchestrator(), journal: journal)
        for (input, at) in driver.inputs {
            try node.handle(input, at: at)
            _ = try node.commit()
        }
        #expect(driver.violations == [])
        return journal
    }

    func whyNot(_ symbol: Symbol = "ABC", since: Since = .anHour) throws -> WhyNot.Answer {
        try WhyNot(journal()).answer(symbol, since: since)
    }
}

extension WhyNot.Answer {
    func first(_ kind: Reason.Kind) -> Reason? { reasons.first { $0.kind == kind } }
    func first(_ outcome: Disposition.Outcome) -> Reason? { reasons.first { $0.outcome == outcome } }
    var text: String { lines.joined(separator: "\n") }
}

let stopLoss = PluginName("stop-loss")
let entry = PluginName("entry")
let other = PluginName("other")
