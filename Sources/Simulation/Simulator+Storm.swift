import Journal
import Messaging
import Orchestration
import Trading
import Wire
import Wording

/// The wires of a scenario, and what goes wrong in it by itself.
extension Simulator {
    /// Everything that is looked at while it happens.
    func wire() {
        invariants.onViolation = { [unowned self] in
            story("VIOLATION of \(invariants.violation?.promise ?? ""): \(invariants.violation?.words ?? "")")
            isOver = true
            transport?.kill()
        }
        venue.onChange = { [unowned self] symbol, what in
            story("venue: \(what)  [\(venue.held(symbol)) \(symbol) at \(venue.prices[symbol]?.description ?? "?")]")
            invariants.venueChanged(symbol)
        }
        provider.onSplit = { [unowned self] symbol, numerator, denominator in
            story("\(symbol) is split \(numerator):\(denominator)")
            let core = node?.core.state ?? durable
            invariants.splits(
                symbol, numerator, denominator,
                isKnown: core?.portfolio.positions[symbol]?.quantity == venue.held(symbol),
                planned: core?.plans[symbol]?.stop?.stopPrice)
        }
        provider.clockOffset = { [unowned self] in coreOffset }
        provider.onTold = { [unowned self] action in
            story("core hears: \(action.symbol) \(action.id)")
            invariants.hears(of: action)
        }
        provider.onDividend = { [unowned self] symbol, amount in
            story("\(symbol) is going to trade without its dividend of \(amount)")
            invariants.paysDividend(symbol, amount)
        }
        venue.onFill = { [unowned self] order, quantity in
            outcome.fills += 1
            invariants.filled(order, quantity)
        }
        adapter.onDelivered = { [unowned self] in invariants.venueTells($0) }
        for adapter in adapters { wire(adapter) }
        attacker?.connect = { [unowned self] in transport?.connect($0) }
        journal.onInput = { [unowned self] in checkBounds($0, $1) }
        journal.beforeCommit = { [unowned self] in
            invariants.turn(journal.newestInput)
            if faults.hits(.disk, 1) {
                let error = JournalError.io(path: "memory", why: "the disk refuses")
                guard faults.between(.disk, 0, 1) == 1 else { return .lost(error) }
                durable = node?.core.state
                return .kept(error)
            }
            guard faults.hits(.coreCrash, 1) else { return nil }
            transport?.kill()
            return .lost(.io(path: "memory", why: "killed before the commit"))
        }
        journal.afterCommit = { [unowned self] in
            if let durable { invariants.coreGoesOn(from: durable) }
            if let core = node?.core.state { coreTime = (core.now.nanoseconds, world.time.nanoseconds) }
            durable = node?.core.state ?? durable
            if faults.hits(.coreCrash, 1) { transport?.kill() }
        }
    }

    /// How far the core's clock is from the time. It never goes back: while it is dead the time goes on, and it begins again
    /// where it was.
    private var coreOffset: Int64 {
        guard let coreTime else { return clock.jump }
        let at = node == nil ? world.time.nanoseconds : coreTime.at
        return max(clock.jump, coreTime.told - at)
    }

    private func wire(_ adapter: SimulatedAdapter) {
        adapter.onArrival = { [unowned self] command, _ in
            story("venue gets: \(command.words)")
            invariants.arrives(command)
        }
        adapter.onAdmission = { [unowned self] in invariants.admits($0) }
        adapter.onRefusal = { [unowned self] in story("adapter refuses: \($0)") }
        adapter.onState = { [unowned self] isTrue in
            if !isTrue { story("what follows is not what the venue has") }
            invariants.venueTellsState(isTrue: isTrue)
        }
        adapter.onReport = { [unowned self] word in
            switch word {
            case .execution(let report): story("core hears: \(report.clientOrderID) \(report.event.rawValue)")
            case .answer(let answer, _):
                story("core hears: \(answer.clientOrderID) is \(answer.order?.status.rawValue ?? "not known")")
            case .state: story("core hears: the broker's state")
            }
            invariants.coreHears(word)
        }
    }

    func takeSwap(_ told: SwapProgress) {
        story("core: \(told.words)")
        switch told.step {
        case .changed, .rolledBack: invariants.connectionEnds()
        case .done: outcome.swaps += 1
        case .began, .failed: break
        }
    }

    func prepare(_ transport: SimulatedTransport) {
        transport.diesAtSend = { [unowned self] in faults.hits(.coreCrash, 1) }
        transport.onSend = { [unowned self] frames, peer in
            guard peer.socket == Role.broker.rawValue else { return }
            do {
                let header = try codec.header(frames)
                guard header.type == .command else { return }
                let command = try codec.command(OrderCommand.self, frames[1])
                outcome.commands += 1
                story("core sends: \(command.words)")
                invariants.coreSends(
                    command, id: header.id, body: frames[1], journal: journal, core: node?.core.state)
            } catch {
                invariants.fail("P3", "the core sent what cannot be read: \(error)")
            }
        }
        transport.onLateWord = { [unowned self] frames, peer in
            guard peer.socket == Role.broker.rawValue, faults.hits(.staleCommands, 250) else { return }
            let delay = faults.between(.staleCommands, 1, 15_000) * World.millisecond
            world.after(delay) { [unowned self] in
                do {
                    let header = try codec.header(frames)
                    guard header.type == .command else { return }
                    let command = try codec.command(OrderCommand.self, frames[1])
                    story("a dead core's word arrives: \(command.words)")
                    adapter.carryOut(command, header)
                } catch { invariants.fail("P3", "the core sent what cannot be read: \(error)") }
            }
        }
    }

    /// Twice a second something may happen by itself.
    func storm() {
        world.after(World.second / 2) { [unowned self] in
            guard !isOver, faults.isStorm else { return }
            if faults.hits(.adapterCrash, 2) {
                story("the adapter is killed")
                connected.crash(restartAfter: faults.between(.adapterCrash, 200, 20_000) * World.millisecond)
                invariants.connectionEnds()
            }
            if faults.hits(.disconnect, 2), connected.isConnected {
                let adapter = connected
                story("the adapter's connection breaks")
                adapter.disconnect()
                adapter.dial(after: faults.between(.disconnect, 50, 10_000) * World.millisecond)
                invariants.connectionEnds()
            }
            if !policies.isEmpty, faults.hits(.policyCrash, 4) {
                let policy = faults.pick(.policyCrash, policies)
                story("\(policy.name) is killed")
                policy.crash(restartAfter: faults.between(.policyCrash, 200, 40_000) * World.millisecond)
            }
            if faults.hits(.coreCrash, 1) {
                story("the core is killed")
                transport?.kill()
            }
            // What is announced for a time means that time.
            if !(scenario.isSixthEdition && !provider.isSettled), faults.hits(.clockJump, 6) {
                invariants.clockJumps()
                let seconds = faults.pick(.clockJump, [-3_600, -30, -2, 2, 30, 3_600])
                if seconds < 0 { invariants.clockIsSetBack() }
                story("the wall's clock jumps by \(seconds) s")
                clock.jump += Int64(seconds) * World.second
            }
            if faults.hits(.manualTrades, 3) { tradeManually(faults.pick(.manualTrades, scenario.symbols)) }
            if faults.hits(.malformedReports, 5) {
                venue.sendMalformedReport(about: faults.pick(.malformedReports, scenario.symbols))
            }
            if scenario.isSecondEdition, faults.hits(.reload, 3) {
                editConfiguration()
            }
            if scenario.isThirdEdition, faults.hits(.swap, 5) {
                say("swap", faults.pick(.swap, Scenario.adapters))
            }
            if scenario.isSixthEdition { interfere() }
            if scenario.isSeventhEdition, faults.hits(.cashMovements, 4) { moveCash() }
            if faults.hits(.control, 2) {
                say(faults.pick(.control, ["halt", "reduce", "resume", "resume", "resume", "flatten"]))
            }
            storm()
        }
    }

    /// Seeds of before remain what they were: there the edit was part of the story alone, and nothing was edited unless
    /// somebody wanted to be told.
    private func editConfiguration() {
        guard scenario.isSixthEdition else { return story("somebody looks at the configuration") }
        let what = configuration.edit()
        story("somebody changes the configuration: \(what)")
    }

    private func tradeManually(_ symbol: Symbol) {
        let resting = venue.resting(symbol).map(\.order).filter { $0.status != .held && $0.terms.role != .entry }
        let side = venue.exitSide(symbol)
        let offer = venue.capabilities
        // The legs of a bracket will want the shares that its entry brings: a person leaves them alone.
        let isEntering = venue.resting(symbol).contains { $0.order.terms.role == .entry }
        invariants.tradesManually(symbol)
        switch faults.between(.manualTrades, 0, offer.refusesSelfCross ? 4 : 3) {
        case 0:
            guard let order = resting.first else { return }
            story("a person cancels \(order.id)")
            venue.cancelManually(order.id)
        case 1:
            guard let side, resting.allSatisfy({ $0.terms.role != .entry }) else { return }
            venue.tradeManually(symbol, side.opposite, Quantity(shares: faults.between(.manualTrades, 1, 50)))
        case 2:
            // Where shares are not reserved, also what our exits have on offer, and more than is held.
            guard let side, !isEntering else { return }
            let held = Int64(venue.held(symbol).units.magnitude)
            let most = offer.reservesShares ? venue.free(symbol) : held / 4 * faults.between(.manualTrades, 1, 8)
            let step = offer.quantityIncrement.units
            let units = most / step * step
            guard units > 0 else { return }
            venue.tradeManually(symbol, side, Quantity(units: units))
        case 3:
            guard let side, offer.reservesShares, !isEntering, let price = venue.prices[symbol] else { return }
            let step = venue.capabilities.quantityIncrement.units
            let units = venue.free(symbol) / step * step
            guard units > 0 else { return }
            venue.place(symbol, side, Quantity(units: units), .limit, limit: away(price, side == .sell ? 104 : 96))
        case 4:
            // On the other side: the broker refuses every exit while it rests.
            guard let side, let price = venue.prices[symbol] else { return }
            let limit = away(price, side == .sell ? 90 : 110)
            venue.place(symbol, side.opposite, Quantity(shares: 1), .limit, limit: limit)
        default: break
        }
    }

    private func away(_ price: Price, _ percent: Int64) -> Price {
        let cent = Price.scale / 100
        return Price(units: price.units / 100 * percent / cent * cent)
    }

    // MARK: - A person at the command line

    func say(_ command: String, _ plugin: PluginName? = nil, proposal: String? = nil) {
        guard let transport, !transport.isDead else { return }
        story("a person says \(command)\(plugin.map { " \($0)" } ?? "")\(proposal.map { " \($0)" } ?? "")")
        let person = Person(Peer(socket: Role.control.rawValue, id: PeerID(fromTransport: Array("person".utf8))))
        guard let peer = person.peer else { return }
        transport.connect(person, as: peer)
        do {
            let header = Header(type: .control, id: "1", session: "", epoch: 0, seq: 1)
            var request = ControlRequest(
                command: command, plugin: plugin, who: "a person", why: "the scenario")
            request.proposal = proposal
            transport.deliver([try codec.encode(header), try codec.encode(request)], from: peer)
        } catch { preconditionFailure("a request can be written: \(error)") }
    }

    /// The one thing that only a person may do: free what was restricted.
    func resumeUntilTaken() {
        if let state = node?.core.state, state.control.state != .active || state.control.isFlattening { say("resume") }
        guard !isOver else { return }
        world.after(5 * World.second) { [unowned self] in resumeUntilTaken() }
    }
}

private final class Person: PluginEnd {
    let peer: Peer?
    init(_ peer: Peer) { self.peer = peer }
    func receive(_ frames: [Bytes]) {}
}
