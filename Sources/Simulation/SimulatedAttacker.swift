import Messaging
import SeededRandom
import Trading
import Wire

/// A policy that tries to stop the core, or to fill its journal: texts, lists, errors and hellos beyond every bound, and connections
/// that never say hello (seeds from ``Scenario/hostileEdition`` on). It advises nothing that could be acted upon, so that all
/// promises of the others must hold.
final class SimulatedAttacker: SimulatedPlugin {
    /// What it tries, by what SECURITY.md promises.
    enum Attack: String, CaseIterable {
        case longTexts, manyRows, newlines, errors, periods, hellos, silence, strangers
    }

    private let faults: FaultInjector
    private let scenario: Scenario
    /// Its next `ready` needs what cannot be given.
    private var isGreedy = false
    private var strangers = 0
    private(set) var tried: Set<Attack> = []
    /// Connections that it opens beside its own.
    var connect: (_ stranger: SimulatedStranger) -> Void = { _ in }

    init(_ world: World, _ faults: FaultInjector, _ scenario: Scenario) {
        (self.faults, self.scenario) = (faults, scenario)
        super.init(Scenario.attacker, .policy, world)
    }

    override var ready: Ready {
        guard isGreedy else { return Ready() }
        isGreedy = false
        return Ready(
            needs: PolicyNeeds(
                bars: (1...2_000).map { BarNeed(period: .seconds($0), count: 1_000) }))
    }

    override func handle(_ header: Header, _ body: Bytes) throws {
        guard header.type == .evaluate, let cycle = header.cycle else { return }
        guard faults.hits(.hostile, 60) else {
            return send(.recommendations, Recommendations([]), re: header.id, cycle: cycle)
        }
        let attack = faults.pick(.hostile, Attack.allCases)
        tried.insert(attack)
        try perform(attack, header, cycle)
    }

    private func perform(_ attack: Attack, _ header: Header, _ cycle: Int64) throws {
        switch attack {
        case .longTexts: send(.recommendations, Recommendations(longTexts), re: header.id, cycle: cycle)
        case .manyRows: send(.recommendations, Recommendations(manyRows), re: header.id, cycle: cycle)
        case .newlines:
            let text = String(repeating: faults.pick(.hostile, ["\n", "\u{0}", "\u{1b}"]), count: 30_000)
            send(.error, Fault(reason: text), re: header.id, cycle: cycle)
        case .errors:
            for _ in 0..<200 { send(.error, Fault(reason: "nothing is wrong"), cycle: cycle) }
            for _ in 0..<200 { sendRaw(.recommendations, Array("nonsense".utf8), cycle: cycle) }
        case .periods:
            isGreedy = true
            redial(after: 1)
            redial(after: 5)
        case .hellos:
            for _ in 0..<80 { send(.hello, Hello(name: name, role: role, version: "1.0.0")) }
        case .silence: break
        case .strangers: for _ in 0..<20 { dialStranger() }
        }
    }

    private func redial(after seconds: Int64) {
        world.after(seconds * World.second) { [weak self] in
            guard let self, isUp else { return }
            disconnect()
            dial(after: World.millisecond)
        }
    }

    // MARK: - What it says

    private func says(_ symbol: Symbol, _ advice: Advice, _ reason: String) -> Recommendation {
        Recommendation(symbol: symbol, advice: advice, urgency: .high, reason: reason)
    }

    private var longTexts: [Recommendation] {
        let letter = faults.pick(.hostile, ["x", "\u{0}", "\n", "\u{202e}"])
        let long = String(repeating: letter, count: 60_000)
        var wordy = says(scenario.symbols[0], .hold, long)
        wordy.evidence = (0..<500).map { Evidence("n\($0)", long.prefix(100).description) }
        // Left out, or it would sell.
        return [
            wordy, says(scenario.symbols[0], .takePartial(fraction: Ratio(units: Ratio.scale / 10), rung: long), "x"),
        ]
    }

    private var manyRows: [Recommendation] {
        (0..<2_000).map { number in
            says(Symbol(unchecked: "X\(number)"), .protect(ProtectiveStop(stopPrice: .one)), "r\(number)")
        } + (0..<1_000).map { says(scenario.symbols[0], .hold, "r\($0)") }
    }

    // MARK: - Without a session

    private func dialStranger() {
        strangers += 1
        let id = PeerID(fromTransport: Array("stranger.\(strangers).\(world.now)".utf8))
        let stranger = SimulatedStranger(Peer(socket: role.rawValue, id: id))
        connect(stranger)
        let isLong = faults.between(.hostile, 0, 3) == 0
        let count = isLong ? 3 : 40
        let body = isLong ? Bytes(repeating: 0x20, count: SpokenLimits.messageBytesBeforeHello) : Array("{}".utf8)
        for number in 1...count {
            do {
                let header = Header(type: .ready, id: "\(number)", session: "", epoch: 0, seq: Int64(number))
                stranger.say([try codec.encode(header), body])
            } catch {
                preconditionFailure("a header can be written: \(error)")
            }
        }
    }
}

/// A connection that never says hello.
final class SimulatedStranger: PluginEnd {
    let own: Peer
    var peer: Peer? { own }
    /// To the core.
    var say: (_ frames: [Bytes]) -> Void = { _ in }

    init(_ peer: Peer) { own = peer }

    func receive(_ frames: [Bytes]) {}
}
