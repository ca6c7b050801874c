import CoreTestSupport
import Journal
import JournalTesting
import Messaging
import Node
import Orchestration
import SeededRandom
import NodeRig
import Trading
import Wire

/// A few runs of one core among plugins that keep the protocol and peers that do not. Everything follows from the seed.
final class Episode {
    struct Plan {
        var lockstep = false
        var hasHostileBroker = false
        var hasHostileProvider = false
        var hasProgram = false
    }

    static let messages = 4_000
    private static let trailLength = 300
    /// Bytes of one input, where the broker's lists are not what the peers say.
    private static let longestInput = 256 << 10
    private let grammar: Grammar
    private let codec: MessageCodec
    private var random: SplitMix64
    private let plan: Plan
    private let rig = Rig()
    private let journal = InMemoryJournal()
    private let settings: FuzzedConfiguration
    private var friends: [Friend] = []
    private var hostilePeers: [HostilePeer] = []
    private var connections = 0
    private let keys = FuzzedKeys()
    private var model: Model
    private var liveNode: LiveNode?
    private var budget: Int
    private var checked: Int64 = 0
    private var lifeBegan: Int64 = 0
    private var lastCycleAt: Int64 = 0
    private var lifeEndsAt = 0
    private var isStopping = false
    private var trail: [String] = []
    private(set) var failure: String?
    private(set) var delivered = 0
    private(set) var cycles = 0
    private(set) var heard = 0
    private(set) var lives = 0
    private(set) var inputs = 0
    private(set) var largest = LiveNodeTables()
    /// Messages of unauthenticated peers that were taken, for an independent validator.
    var onAccepted: (_ type: String, _ bytes: Bytes) -> Void = { _, _ in }

    init(seed: UInt64, _ grammar: Grammar, _ codec: MessageCodec, messages: Int = Episode.messages) {
        var random = SplitMix64(seed: seed)
        (self.grammar, self.codec, budget) = (grammar, codec, messages)
        var plan = Plan()
        switch random.below(10) {
        case 0...3: plan.hasProgram = random.chance(20)
        case 4...6: plan.hasHostileBroker = true
        case 7, 8: (plan.hasHostileBroker, plan.hasHostileProvider) = (random.chance(50), true)
        default: plan.lockstep = true
        }
        (self.plan, self.random) = (plan, random)
        settings = FuzzedConfiguration(hasProgram: plan.hasProgram)
        model = Model(
            codec, settings.all, drainMilliseconds: FuzzedConfiguration.drainMilliseconds, keepsInputs: plan.lockstep)
        friends = [Friend("good", .policy, codec, lockstep: plan.lockstep)]
        if !plan.hasHostileBroker { friends.append(Friend("desk", .broker, codec, lockstep: plan.lockstep)) }
        if !plan.hasHostileProvider { friends.append(Friend("tape", .provider, codec, lockstep: plan.lockstep)) }
    }

    func run() {
        rig.onWait = { [unowned self] in wait($0) }
        rig.onSend = { [unowned self] in sent($0, to: $1) }
        rig.onCut = { [unowned self] peer in disconnect(peer) }
        rig.onLog = { [unowned self] in note("log \($0): \($1)") }
        for _ in 0..<14 { connect() }
        let each = budget / (1 + random.below(2)) + 1
        while budget > 0, failure == nil {
            lifeEndsAt = budget - each
            live()
        }
        if failure == nil { replay() }
    }

    private func live() {
        lives += 1
        model.restart()
        for friend in friends { friend.restart() }
        (rig.signal, isStopping, lifeBegan, lastCycleAt) = (nil, false, now, now)
        do {
            let node = Node(core: try Recovery.recover(from: journal), journal: journal, snapshotEvery: 300)
            let live = rig.live(node, settings.options(lockstep: plan.lockstep, keys), settings)
            liveNode = live
            let end = try live.run()
            note("the run ends: \(end)")
            if case .providerLost = end, !plan.hasHostileProvider { fail("the run ended: \(end)") }
            check()
        } catch {
            fail("the core ends: \(error)")
        }
        liveNode = nil
    }

    private func replay() {
        do {
            let report = try Replay.run(journal)
            if let difference = report.difference { fail("the replay differs: \(difference)") }
        } catch { fail("the journal cannot be replayed: \(error)") }
    }

    private var now: Int64 { rig.monotonicNanoseconds }

    private func fail(_ words: String) {
        if failure == nil { failure = words + "\n    " + trail.joined(separator: "\n    ") }
        rig.signal = 15
    }

    private func note(_ words: String) {
        trail.append(String(words.prefix(400)))
        if trail.count > Self.trailLength { trail.removeFirst() }
    }

    // MARK: - One wait of the loop

    private func wait(_ milliseconds: Int) -> Arrivals {
        check()
        var arrivals = Arrivals()
        if budget <= lifeEndsAt { rig.signal = 15 }
        isStopping = isStopping || rig.signal != nil
        guard failure == nil, liveNode != nil else {
            rig.pass(milliseconds: 50)
            return arrivals
        }
        // A tape that is asked for the next update as soon as it has sent the last would leave no time for any other plugin.
        let isTheirTurn = plan.lockstep && random.chance(70)
        for friend in friends {
            friend.tend(now, rig.wall)
            guard !isTheirTurn, let frames = friend.takeMessage() else { continue }
            model.delivered(frames, from: friend.peer, isTheirs: false, now)
            arrivals.messages = [(friend.peer, frames)]
            return arrivals
        }
        let isAwaited = friends.contains { $0.hasWords }
        rig.pass(milliseconds: isAwaited ? 0 : Int64(random.below(16)))
        if !isAwaited, random.chance(1), random.chance(10) { rig.pass(milliseconds: Int64(random.below(2_000))) }
        if isStopping { rig.pass(milliseconds: 10) }
        if random.chance(1) {
            disconnect(random.pick(hostilePeers).peer)
            connect()
        }
        guard random.chance(85) else { return arrivals }
        let stranger = random.pick(hostilePeers)
        if random.chance(1), random.chance(10) {
            arrivals.refused = [(stranger.peer, "a message has 9 frames where 8 are allowed")]
        }
        let frames = stranger.message(&random)
        budget -= 1
        delivered += 1
        note("\(stranger.peer.socket) \(stranger.peer.id): \(text(frames))")
        model.delivered(frames, from: stranger.peer, isTheirs: true, now)
        arrivals.messages = [(stranger.peer, frames)]
        return arrivals
    }

    private func text(_ frames: [Bytes]) -> String {
        frames.map { String(decoding: $0.prefix(300), as: UTF8.self) }.joined(separator: " | ")
    }

    private func sent(_ frames: [Bytes], to peer: Peer) {
        do {
            let header = try codec.header(frames)
            if let wrong = model.sent(header, frames[1], to: peer, now) {
                fail("the core says what it may not: \(wrong)")
            }
            if let friend = friends.first(where: { $0.peer == peer }) {
                try friend.receive(header, frames[1], now, rig.wall)
            }
            hostilePeers.first { $0.peer == peer }?.receive(header)
        } catch { fail("the core says what cannot be read: \(error)") }
    }

    // MARK: - Connections

    private func connect() {
        connections += 1
        var roles = [Role.policy, .policy, .policy, .policy, .broker, .provider, .control]
        if plan.hasHostileBroker { roles += [.broker, .broker] }
        if plan.hasHostileProvider { roles += [.provider, .provider] }
        let role = random.pick(roles)
        let names =
            switch role {
            // Mostly under one name, or they would only take each other's sessions.
            case .policy: Array(repeating: random.pick(["p1", "p2", "p4", "p5"]), count: 12) + ["p1", "p2", "p3"]
            case .broker: plan.hasHostileBroker ? ["desk", "desk", "desk", "spare"] : ["spare"]
            case .provider: plan.hasHostileProvider ? ["tape", "tape2"] : ["tape3"]
            case .control:
                ["p1", "p2", "p3", "p4", "p5"] + (plan.hasHostileBroker ? ["desk", "spare"] : [])
                    + (plan.hasHostileProvider ? ["tape", "tape2"] : [])
            }
        let key = role == .policy && random.chance(40) ? keys.key(random.pick(["p1", "p2"])) : nil
        let peer = Peer(
            socket: role.rawValue, route: key.map { .remote($0) } ?? .local,
            id: PeerID(fromTransport: Array("c\(connections)".utf8)))
        hostilePeers.append(HostilePeer(peer, role, names: names, grammar, codec))
    }

    private func disconnect(_ peer: Peer) {
        guard let index = hostilePeers.firstIndex(where: { $0.peer == peer }) else { return }
        hostilePeers.remove(at: index)
        rig.gone.insert(peer)
        if hostilePeers.count < 8 { connect() }
    }

    // MARK: - What must hold

    private func check() {
        do {
            for entry in try journal.entries(from: checked + 1, limit: 100_000) {
                checked = entry.sequence
                guard entry.kind == .input else { continue }
                inputs += 1
                if entry.body.count > Self.longestInput, !plan.hasHostileBroker {
                    fail("an input \(entry.type) of \(entry.body.count) bytes is in the journal (I-BOUND-3)")
                }
                let input = try codec.command(Input.self, entry.body)
                if let wrong = model.took(input, entry.type) {
                    fail("the core was given \(entry.type), and \(wrong): \(text([entry.body]))")
                }
                if entry.type != "cycle_due", entry.type != "wake", entry.type != "market" {
                    note("INPUT \(entry.type) \(text([entry.body]))")
                }
                look(input)
            }
        } catch { fail("the journal cannot be read: \(error)") }
        for (type, bytes) in model.takeAccepted() { onAccepted(type, bytes) }
        guard let live = liveNode, !isStopping else { return }
        if now - lastCycleAt > 6_000_000_000 { fail("no cycle for \((now - lastCycleAt) / 1_000_000) ms") }
        let tables = live.tables
        look(tables)
        if !plan.lockstep, tables.queued == 0, lastCycleAt > lifeBegan {
            let ready = live.readyPlugins(.policy)
            if ready != live.state.policies { fail("\(ready) are ready, the core knows \(live.state.policies)") }
        }
    }

    private func look(_ input: Input) {
        switch input {
        case .cycleDue:
            lastCycleAt = now
            cycles += 1
        case .evaluated(_, let answers):
            guard now - lifeBegan > 5_000_000_000 else { return }
            guard let good = answers.first(where: { $0.policy == "good" }), good.failure == nil else {
                return fail("the good policy was not heard: \(answers)")
            }
            heard += 1
        default: break
        }
    }

    private func look(_ tables: LiveNodeTables) {
        let limits = LiveNodeTables(
            sessions: 12, unauthenticated: 16, children: 1, figures: 12, rateLimiters: 12, names: 12, commands: 64,
            queries: 64,
            backlog: 1_000, settings: 500, queued: 100)
        for figure in LiveNodeTables.all {
            largest[keyPath: figure] = max(largest[keyPath: figure], tables[keyPath: figure])
            if tables[keyPath: figure] > limits[keyPath: figure] { fail("a table grows: \(tables)") }
        }
    }
}
