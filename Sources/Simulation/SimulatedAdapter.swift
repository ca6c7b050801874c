import Messaging
import SeededRandom
import Trading
import Wire

/// The broker adapter: carries commands to the venue and its reports back, over a line that loses, delays, repeats and
/// reorders. It keeps the fence of epochs, as the kit does.
final class SimulatedAdapter: SimulatedPlugin {
    private let venue: Venue
    private let faults: FaultInjector
    private var line: SplitMix64
    /// When the last report of the event stream arrives here, so that none overtakes unless it is meant to.
    private var lastWord: Int64 = 0
    /// Grows with every crash: requests of the ended process get no answer any more.
    private var life = 0
    private var newest: [ExecutionReport] = []
    private static let kept = 200
    /// Answers may be what cannot be.
    private let tellsNonsense: Bool
    /// What is wrong in the next answers, and in how many more.
    private var nonsense: (kind: Int64, left: Int64)?
    /// Three answers in a row at most are what cannot be.
    private var hasJustLied = false
    /// What reaches the core, at the moment at which it has it.
    var onReport: (BrokerReport) -> Void = { _ in }
    /// Lists and figures reach the core: whether they are true.
    var onState: (_ isTrue: Bool) -> Void = { _ in }
    /// The venue says something, before anything can go wrong with it.
    var onDelivered: (ExecutionReport) -> Void = { _ in }
    /// A command has reached the venue.
    var onArrival: (_ command: OrderCommand, _ epoch: Int64) -> Void = { _, _ in }
    /// A command passes the fence.
    var onAdmission: (_ epoch: Int64) -> Void = { _ in }
    var onRefusal: (_ why: String) -> Void = { _ in }

    enum BrokerReport {
        case execution(ExecutionReport)
        /// With the id of the question.
        case answer(OrderAnswer, to: String?)
        case state(to: String?)
    }

    init(
        _ world: World, _ venue: Venue, _ faults: FaultInjector, seed: UInt64, name: PluginName = Scenario.adapters[0]
    ) {
        tellsNonsense = seed >= Scenario.badAnswers
        self.venue = venue
        self.faults = faults
        line = SplitMix64(seed: seed, name: name == Scenario.adapters[0] ? "line" : "line of \(name)")
        super.init(name, .broker, world)
        let others = venue.tell
        venue.tell = { [weak self] in
            others($0)
            self?.receive($0)
        }
    }

    override var ready: Ready { Ready(capabilities: venue.capabilities) }
    override func hasCrashed() { life += 1 }

    /// Where the broker keeps its events, the newest ones are repeated.
    override func isReady() {
        guard venue.capabilities.replaysEvents else { return }
        for report in newest { pass(report, inOrder: true) }
    }

    // MARK: - Commands

    override func handle(_ header: Header, _ body: Bytes) throws {
        guard header.type == .command else { return }
        carryOut(try codec.command(OrderCommand.self, body), header)
    }

    /// Also for messages of an ended core that arrive late.
    func carryOut(_ command: OrderCommand, _ header: Header) {
        guard venue.fence.admits(header.epoch) else {
            onRefusal("epoch \(header.epoch) is over")
            return send(.error, Fault(reason: "epoch \(header.epoch) is over"), re: header.id)
        }
        venue.fence.raise(to: header.epoch)
        onAdmission(header.epoch)
        switch command {
        case .query(let id):
            ask(re: header.id) { adapter in
                let answer = adapter.venue.query(id)
                return {
                    adapter.send(.orderAnswer, answer, re: header.id) {
                        adapter.onReport(.answer(answer, to: header.id))
                    }
                }
            }
        case .reconcile:
            ask(re: header.id) { adapter in
                let lag = adapter.faults.hits(.outOfStep, 100) ? adapter.faults.between(.outOfStep, 100, 5_000) : 0
                let truth = adapter.venue.state(lag: lag * World.millisecond)
                guard let state = adapter.told(truth) else {
                    return { adapter.send(.error, Fault(reason: "HTTP 503"), re: header.id) }
                }
                return {
                    adapter.send(.brokerState, state, re: header.id) {
                        adapter.onState(state == truth)
                        adapter.onReport(.state(to: header.id))
                    }
                }
            }
        case .submit, .cancel, .replace:
            request(command, header.epoch)
            send(.done, Empty(), re: header.id)
        }
    }

    /// What this answer says in place of the truth; nil for an error.
    private func told(_ truth: BrokerState) -> BrokerState? {
        if nonsense == nil, tellsNonsense, faults.hits(.badAnswers, 60), !hasJustLied {
            nonsense = (faults.between(.badAnswers, 0, 9), faults.between(.badAnswers, 1, 3))
        }
        hasJustLied = nonsense != nil
        guard let (kind, left) = nonsense else { return truth }
        nonsense = left > 1 && faults.isStorm ? (kind, left - 1) : nil
        return kind == 9 ? nil : wrong(truth, kind)
    }

    private func wrong(_ truth: BrokerState, _ kind: Int64) -> BrokerState {
        var told = truth
        switch kind {
        case 0: (told.account.cash, told.account.equity) = (.zero, .zero)
        case 1: told.account.cash = Money(units: truth.account.cash.units * 10)
        case 2: told.account.equity = .zero
        case 3: told.account.cash = Money(units: truth.account.cash.units / 2)
        case 4:
            // Somebody is logged in elsewhere.
            told.account.id = AccountID(unchecked: "another")
            told.positions = [
                BrokerPosition(symbol: Symbol(unchecked: "FRGN"), quantity: .one, averagePrice: .one)
            ]
            told.openOrders = []
        case 5: told.account.currency = "JPY"
        case 6:
            guard var second = truth.positions.first else { return truth }
            second.quantity = Quantity(units: -second.quantity.units / 2 - 1)
            told.positions.append(second)
        case 7:
            guard let first = truth.positions.first else { return truth }
            told.positions.removeFirst()
            told.leftOut = [
                LeftOutRow(
                    list: .positions, name: first.symbol.text, reason: "an overflow", symbol: first.symbol)
            ]
        default:
            guard !truth.positions.isEmpty else { return truth }
            told.positions[0].averagePrice = Price(units: -1)
        }
        return told
    }

    /// A question: there and back, or no answer at all. What was seen may be old when the answer arrives.
    private func ask(re id: String, _ look: @escaping (SimulatedAdapter) -> () -> Void) {
        let mine = life
        guard !faults.hits(.requestLoss, 10) else { return send(.done, Empty(), re: id) }
        let late = faults.hits(.requestDelay, 20) ? faults.between(.requestDelay, 200, 8_000) : 0
        world.after(latency()) { [weak self] in
            guard let self, life == mine, isConnected else { return }
            let tell = look(self)
            world.after(late * World.millisecond) { [weak self] in
                guard let self, life == mine, isConnected else { return }
                tell()
                send(.done, Empty(), re: id)
            }
        }
    }

    /// A request leaves for the venue: the process may die, it arrives all the same - or never, or much later.
    private func request(_ command: OrderCommand, _ epoch: Int64) {
        guard !faults.hits(.requestLoss, 10) else { return }
        let late =
            faults.hits(.requestDelay, 20)
            ? faults.between(.requestDelay, 500, Scenario.arrivalLimit.wholeMilliseconds) : 0
        world.after(latency() + late * World.millisecond) { [weak self] in
            guard let self else { return }
            onArrival(command, epoch)
            switch command {
            case .submit(let submission): venue.submit(submission)
            case .cancel(let id): venue.cancel(id)
            case .replace(let replacement): venue.replace(replacement)
            case .query, .reconcile: break
            }
        }
    }

    private func latency() -> Int64 { line.between(5, 150) * World.millisecond }

    // MARK: - Events

    /// The line loses it like any message.
    func tell(_ movement: CashMovement) {
        if isUp, isConnected { send(.cashMovement, movement) }
    }

    /// The venue's report on the event stream.
    private func receive(_ report: ExecutionReport) {
        onDelivered(report)
        newest.append(report)
        if newest.count > Self.kept { newest.removeFirst() }
        guard isUp, !faults.hits(.eventLoss, 20) else { return }
        pass(report, inOrder: !faults.hits(.eventReorder, 15))
        if faults.hits(.eventDuplicate, 15) { pass(report, inOrder: false) }
    }

    private func pass(_ report: ExecutionReport, inOrder: Bool) {
        var arrival = world.now + line.between(2, 60) * World.millisecond
        if inOrder {
            arrival = max(arrival, lastWord)
            lastWord = arrival
        } else {
            arrival += faults.between(.eventReorder, 1, 6_000) * World.millisecond
        }
        let mine = life
        world.after(arrival - world.now) { [weak self] in
            guard let self, life == mine, isConnected else { return }
            send(.execution, report) { self.onReport(.execution(report)) }
        }
    }
}
