import CoreTestSupport
import TestSupport
import Testing
import Trading

@testable import Orchestration

/// Random faults, and adapters of different capabilities that are swapped in the middle of it: asked for at any moment, leaving
/// and joining late, failing, dying, with the core started anew now and then.
@Suite("The storm, and brokers that are swapped in it")
struct SwapStormTests {
    @Test(
        "never oversold, one command at a time, every swap ends, the same in a replay",
        arguments: Seed.range(gate: 2, nightly: 16))
    func storm(block: UInt64) throws {
        var steps: [SwapProgress.Step: Int] = [:]
        for seed in (0..<40).map({ block * 40 + $0 }) {
            var storm = SwapStorm(seed: seed)
            for _ in 0..<250 where storm.driver.violations.isEmpty { storm.blow() }
            storm.calm()
            let driver = storm.driver
            try #require(driver.violations == [], "seed \(seed)\n\(driver.trail(30))")
            try #require(driver.state.swap == nil, "seed \(seed): \(String(describing: driver.state.swap))")
            try #require(driver.state.control.state == .active, "seed \(seed): \(driver.alertReasons.suffix(3))")
            for symbol in StormTests.symbols {
                let held = driver.venue.held(symbol)
                try #require(driver.position(symbol)?.quantity ?? .zero == held, "seed \(seed), \(symbol)")
                try #require(
                    driver.venue.stopped(symbol).units == Int64(held.units.magnitude), "seed \(seed), \(symbol)")
            }
            try #require(driver.state.portfolio.account?.cash == driver.venue.cash, "seed \(seed)")
            try #require(driver.replayDifference() == nil, "seed \(seed)")
            for step in driver.swaps { steps[step, default: 0] += 1 }
        }
        #expect(
            (steps[.done] ?? 0) > 40 && (steps[.rolledBack] ?? 0) > 10, "a storm without swaps proves nothing: \(steps)"
        )
    }
}

struct SwapStorm {
    private var storm: Storm
    var driver: CoreDriver { storm.driver }
    private let capabilities: [PluginName: BrokerCapabilities]
    private static let names: [PluginName] = ["first", "second"]
    private var seen = 0
    private var pending: [Effect] = []
    private var epochs: [Int64] = []

    init(seed: UInt64) {
        storm = Storm(seed: seed, brokers: Self.names)
        let first = storm.driver.venue.capabilities
        let random = storm.random.chance(50)
        capabilities = [
            "first": first,
            "second": first.with {
                $0.groups = first.groups.isEmpty ? [.oco, .bracket] : []
                $0.replacesPrice = !first.replacesPrice
                $0.replacesQuantity = random
            },
        ]
    }

    mutating func blow() {
        switch storm.random.number(0...99) {
        case 0..<6: storm.driver.askForSwap(to: storm.random.pick(Self.names))
        case 6..<20: shell()
        case 20..<22: restart()
        default: storm.blow()
        }
        notice()
    }

    private mutating func notice() {
        for effect in driver.effects[seen...] {
            switch effect {
            case .dismissBroker: pending.append(effect)
            case .engageBroker(let engagement):
                pending.append(effect)
                epochs.append(engagement.epoch)
            case .evaluate, .command, .configure, .wake, .record: break
            }
        }
        seen = driver.effects.count
    }

    /// Does the oldest thing that the core wants of adapters.
    private mutating func shell(fails: Bool = true) {
        guard !pending.isEmpty else { return }
        switch pending.removeFirst() {
        case .dismissBroker(let name): storm.driver.leave(name)
        case .engageBroker(let engagement):
            if fails, storm.random.chance(25) {
                storm.driver.send(.brokerFailed(name: engagement.broker, why: "the storm"))
            } else {
                storm.driver.join(engagement.broker, capabilities[engagement.broker] ?? .everything)
            }
        case .evaluate, .command, .configure, .wake, .record: break
        }
        notice()
    }

    private mutating func restart() {
        pending = []
        storm.driver.inbox = []
        if driver.isConnected { storm.driver.disconnect(storm.trading) }
        storm.driver.start(["a", "b"]) {
            $0.limits.maximumOrdersPerMinute = 10_000
            $0.brokers = Self.names
        }
        notice()
        pending = []
        let name = storm.trading
        storm.driver.join(name, capabilities[name] ?? .everything)
    }

    mutating func calm() {
        storm.driver.venue.faults = .init()
        storm.driver.delivers = true
        storm.driver.settle()
        for _ in 0..<60 {
            notice()
            while !pending.isEmpty { shell(fails: false) }
            storm.driver.wait(.seconds(1))
        }
        let name = storm.trading
        storm.driver.venue.capabilities = capabilities[name] ?? .everything
        storm.calm()
    }
}
