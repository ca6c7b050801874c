import Foundation
import TestSupport
import Testing
import Trading

/// What a session costs at a venue with 200 requests a minute and 100 ms on the way of each answer. `scripts/measure-alpaca` prints it.
///
/// The market is that of a minute tape, sixty times as fast. The core's cycle is as much shorter, so that the orders of a minute of the
/// market are those of a real minute. What goes by the clock of the adapter (its lists) is counted by the minute outside.
@Suite("The budget of requests at an Alpaca-compatible venue", .blocking, .serialized)
struct AlpacaBudgetTests {
    private static let speed = 60
    /// Of the clock outside: the whole session but for its last minutes.
    private static let seconds = 380.0

    @Test(
        "under 200 requests a minute, and no position without its stop for more than three requests",
        .nightly, arguments: [30, 100])
    func session(positions: Int) throws {
        let programs = try Programs()
        var isSound = false
        defer { if isSound { programs.remove() } else { print("alpaca budget: kept: \(programs.folder.path)") } }
        let symbols = MinuteTape.symbols(positions)
        let tape = try MinuteTape.write(symbols, move: 60, in: programs)
        let house = try AlpacaHouse(
            programs, tape: tape, start: "2026-03-16T13:31:00Z", cash: 10_000_000,
            more: ["--speed", "\(Self.speed)", "--latency", "100"])
        for symbol in symbols {
            let buy = #"{"symbol":"\#(symbol)","qty":"100","side":"buy","type":"market","time_in_force":"day"}"#
            _ = try house.post("/v2/orders", buy)
        }
        let bought = try counts(house)
        let core = try RunningProcess(programs, ["run", "--config", try configuration(house, tape, symbols), "--json"])
        let deadline = Date().addingTimeInterval(Self.seconds)
        while Date() < deadline, core.process.isRunning { Thread.sleep(forTimeInterval: 1) }
        let ended = try counts(house)
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
        let journal = try JournalFacts(programs.journal)
        let session = Session(bought, ended, journal, seconds: Self.seconds)
        print("alpaca budget: \(positions) positions, \(session)")
        #expect(session.busiest + session.listsPerMinute < 200)
        // Each is a round trip at most; how long one takes depends on what else the machine does.
        #expect(
            session.unprotected.allSatisfy { $0.requests <= 3 }, "\(session.unprotected.filter { $0.requests > 3 })")
        isSound = session.unprotected.allSatisfy { $0.requests <= 3 }
    }

    private func counts(_ house: AlpacaHouse) throws -> [String: Any] { try house.get("/venue/requests") }

    private func configuration(_ house: AlpacaHouse, _ tape: String, _ symbols: [String]) throws -> String {
        let settings = String(
            decoding: try JSONSerialization.data(withJSONObject: try house.settings, options: .withoutEscapingSlashes),
            as: UTF8.self)
        return try house.programs.configuration(
            """
            account: budget
            state: ${state}
            cycle: 500ms
            reconcile_every: 1000
            limits: {maximum_orders_per_minute: 1000000}
            damping: {reentry_cool_down: 5s, partial_cool_down: 5s}
            plugins: ["${tests}"]
            broker: {plugin: alpaca, settings: \(settings)}
            providers:
              - {plugin: tape, settings: {folders: ["\(tape)"], speed: \(Self.speed), from: "\(try house.time().prefix(19))Z"}}
            policies:
              - plugin: stop-loss
                settings: {initial: 0.02, trail: 0.02, trail_from: high_water}
              - plugin: partial-profit
                settings: {ladder: [{at_r: 0.5, take: 0.33}, {at_r: 1, take: 0.5}]}
              - plugin: take-profit
                settings: {at_r: 2, round_to: 0.05}
              - plugin: reenter
                settings: {long: [\(symbols.joined(separator: ", "))], short: [], quantity: 90}
            run: {end_with_tape: false}
            """)
    }
}

extension AlpacaBudgetTests {
    /// What a session came to.
    struct Session: CustomStringConvertible {
        /// Orders, replacements and cancels in the busiest minute of the market.
        private(set) var busiest = 0
        private(set) var busiestMinute = ""
        private(set) var mean = 0.0
        private(set) var listsPerMinute = 0
        private(set) var operations: [String: Int] = [:]
        private(set) var commands: [String: Int] = [:]
        /// Each stretch in which a position that had its stop before had none.
        private(set) var unprotected: [UnprotectedStretch] = []

        struct UnprotectedStretch {
            var symbol: Symbol
            var lasted: TimeSpan
            /// Of the core, for its symbol, that left in it.
            var requests: Int
        }

        init(_ before: [String: Any], _ after: [String: Any], _ journal: JournalFacts, seconds: Double) {
            let earlier = before["operations"] as? [String: Int] ?? [:]
            operations = (after["operations"] as? [String: Int] ?? [:]).merging(earlier) { $0 - $1 }
            let begun = before["timestamp"] as? String ?? ""
            var sums: [Int] = []
            for (minute, counts) in after["minutes"] as? [String: [String: Int]] ?? [:] where minute > begun {
                let orders = counts.filter { !$0.key.hasPrefix("GET") }.values.reduce(0, +)
                sums.append(orders)
                if orders > busiest { (busiest, busiestMinute) = (orders, minute) }
            }
            mean = Double(sums.reduce(0, +)) / Double(max(1, sums.count))
            let lists = operations.filter { $0.key.hasPrefix("GET") }.values.reduce(0, +)
            listsPerMinute = Int((Double(lists) * 60 / seconds).rounded(.up))
            var sent: [Symbol: [Timestamp]] = [:]
            for entry in journal.entries {
                guard case .command(let command) = entry.content, let (kind, id) = Self.changing(command) else {
                    continue
                }
                commands[kind, default: 0] += 1
                // bbtph86p.211.XAX.3
                let parts = id.text.split(separator: ".")
                if parts.count > 2 { sent[Symbol(unchecked: String(parts[2])), default: []].append(entry.at) }
            }
            var seen: Set<Symbol> = []
            for time in journal.unprotected where !seen.insert(time.symbol).inserted {
                let requests = (sent[time.symbol] ?? []).filter { $0 >= time.from && $0 < time.from + time.lasted }
                unprotected.append(
                    UnprotectedStretch(symbol: time.symbol, lasted: time.lasted, requests: requests.count))
            }
        }

        private static func changing(_ command: OrderCommand) -> (kind: String, id: ClientOrderID)? {
            switch command {
            case .submit(let submission): submission.orders.first.map { ("submit", $0.clientOrderID) }
            case .replace(let replacement): ("replace", replacement.clientOrderID)
            case .cancel(let id): ("cancel", id)
            case .query, .reconcile: nil
            }
        }

        var description: String {
            let longest = unprotected.map(\.lasted.nanoseconds).sorted()
            let middle = longest.isEmpty ? 0 : longest[longest.count / 2]
            let kinds = operations.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            return """
                orders a minute of the market: most \(busiest) (\(busiestMinute)), mean \(String(format: "%.1f", mean)); \
                lists and look-ups a minute outside: \(listsPerMinute); \(kinds.joined(separator: ", ")); \
                commands \(commands.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")); \
                unprotected \(longest.count) times, \(unprotected.map(\.requests).max() ?? 0) requests at most, median \(middle / 1_000_000) ms, longest \((longest.last ?? 0) / 1_000_000) ms
                """
        }
    }
}
