/// Plugins on the Swift kit: packages that depend on the project's `PluginKit`.
extension Scaffold {
    var swiftFiles: [File] {
        let own: (program: String, test: String) =
            switch role {
            case .policy: (Self.swiftPolicy, Self.swiftPolicyTest)
            case .broker: (Self.swiftBroker, Self.swiftBrokerTest)
            case .provider: (Self.swiftProvider, Self.swiftProviderTest)
            }
        let start =
            switch role {
            case .policy: "PolicyMain"
            case .broker: "BrokerMain"
            case .provider: "ProviderMain"
            }
        let main = "import PluginKit\n\n\(start).run(@TYPE@.self, name: \"@NAME@\", version: \"0.1.0\")\n"
        var files = [
            File(path: "Package.swift", text: Self.package), File(path: ".gitignore", text: ".build/\n"),
            File(path: "Sources/main.swift", text: main), File(path: "Sources/@TYPE@.swift", text: own.program),
            File(path: "Tests/@TYPE@Tests.swift", text: own.test),
        ]
        if role == .provider { files.append(File(path: "quotes.csv", text: Self.quotes)) }
        return files
    }

    private static let package = #"""
        // swift-tools-version: 6.2
        import PackageDescription

        // The kit is the project's, by its path; by `.package(url:, from:)` where it is fetched. Needs libzmq3-dev.
        let package = Package(
            name: "@NAME@",
            dependencies: [.package(name: "BigBrother", path: "@HOME@")],
            targets: [
                .executableTarget(
                    name: "@NAME@", dependencies: [.product(name: "PluginKit", package: "BigBrother")], path: "Sources"),
                .testTarget(
                    name: "@TYPE@Tests", dependencies: ["@NAME@", .product(name: "PluginKit", package: "BigBrother")],
                    path: "Tests"),
            ]
        )

        """#

    private static let swiftPolicy = #"""
        import PluginKit
        import Trading

        /// A stop that trails the best price since entry.
        struct @TYPE@: Policy {
            struct Settings: Decodable { var trail: Ratio? }

            private let trail: Ratio

            init(settings: Settings) throws {
                trail = settings.trail ?? Ratio(units: Ratio.scale / 50)
                guard trail > .zero, trail < .one else { throw SettingsError("trail is between 0 and 1, not \(trail)") }
            }

            /// The whole portfolio in, the state that is wanted out; the same every time that it is asked the same.
            func evaluate(_ whole: PortfolioSnapshot) -> [Recommendation] {
                whole.positions.map { position in
                    Recommendation(
                        symbol: position.symbol, advice: .protect(StopAdvice(distance: .percent(trail), from: .highWater)),
                        urgency: .high, reason: "\(trail) of the price behind the best one since entry")
                }
            }
        }

        """#

    private static let swiftPolicyTest = #"""
        import Testing
        import Trading

        @testable import @MODULE@

        /// A test needs no core: the policy is a function.
        @Suite("@NAME@")
        struct @TYPE@Tests {
            private func whole(_ positions: [PositionView]) throws -> PortfolioSnapshot {
                PortfolioSnapshot(
                    cycle: 1, at: Timestamp(seconds: 1_773_669_660), session: .regular, tradingState: .active,
                    account: AccountView(
                        id: try AccountID("test"), currency: "USD", cash: .zero, equity: .zero, buyingPower: .zero,
                        peakEquity: .zero, dayProfit: .zero, grossExposure: .zero),
                    positions: positions, orders: [], market: [], conditions: [])
            }

            @Test("every position gets a stop")
            func protects() throws {
                let position = PositionView(
                    symbol: try Symbol("ABC"), quantity: Quantity(shares: 10), averagePrice: try Price("100"), lastPrice: nil,
                    marketValue: .zero, unrealizedProfit: .zero, realizedProfit: .zero, initialStop: nil, riskPerShare: nil,
                    profitInR: nil, highWaterMark: try Price("120"), lowWaterMark: try Price("90"),
                    openedAt: Timestamp(seconds: 0), heldFor: .zero, weight: .zero, protection: nil, unprotectedSince: nil,
                    rungsTaken: [])
                let policy = try @TYPE@(settings: @TYPE@.Settings(trail: nil))
                #expect(policy.evaluate(try whole([position])).map(\.symbol) == [position.symbol])
                #expect(policy.evaluate(try whole([])).isEmpty)
            }

            @Test("a share that is none is refused")
            func settings() {
                #expect(throws: (any Error).self) { try @TYPE@(settings: @TYPE@.Settings(trail: .one)) }
            }
        }

        """#

    private static let swiftProvider = #"""
        import Foundation
        import PluginKit
        import Trading

        /// Quotes from a CSV file; the rows of one time are one update. In real time the file begins now.
        struct @TYPE@: Provider {
            struct Settings: Decodable { var file: String? }

            private var updates: ArraySlice<MarketUpdate>

            init(settings: Settings, lockstep: Bool) throws {
                let file = settings.file ?? "quotes.csv"
                guard let text = FileManager.default.contents(atPath: file) else { throw SettingsError("file: there is no \(file)") }
                var updates: [MarketUpdate] = []
                for (index, row) in String(decoding: text, as: UTF8.self).split(separator: "\n").enumerated().dropFirst() {
                    let cells = row.split(separator: ",")
                    guard cells.count == 4, let at = Timestamp(rfc3339: cells[0]) else {
                        throw SettingsError("file: \(file) line \(index + 1): time,symbol,bid,ask is needed")
                    }
                    let (bid, ask) = (try Price(cells[2]), try Price(cells[3]))
                    let quote = Quote(symbol: try Symbol(String(cells[1])), bid: bid, ask: ask, last: bid, at: at)
                    if updates.last?.at == at {
                        updates[updates.count - 1].quotes?.append(quote)
                    } else {
                        updates.append(MarketUpdate(at: at, session: .regular, quotes: [quote]))
                    }
                }
                guard !updates.isEmpty else { throw SettingsError("file: \(file) has no quotes") }
                updates[updates.count - 1].isLast = true
                self.updates = lockstep ? updates[...] : Self.moved(updates, to: wallClock())[...]
            }

            private static func moved(_ updates: [MarketUpdate], to now: Timestamp) -> [MarketUpdate] {
                let shift = now - updates[0].at
                return updates.map { update in
                    var update = update
                    update.at = update.at + shift
                    for index in (update.quotes ?? []).indices { update.quotes?[index].at = update.at }
                    return update
                }
            }

            mutating func next() -> MarketUpdate? { updates.popFirst() }
        }

        """#

    private static let swiftProviderTest = #"""
        import Foundation
        import Testing
        import Trading

        @testable import @MODULE@

        /// A test needs no core: the provider is a generator.
        @Suite("@NAME@")
        struct @TYPE@Tests {
            @Test("time grows, and the last update says so")
            func order() throws {
                let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                    .appendingPathComponent("quotes.csv").path
                var provider = try @TYPE@(settings: @TYPE@.Settings(file: file), lockstep: true)
                var updates: [MarketUpdate] = []
                while let update = provider.next() { updates.append(update) }
                try #require(!updates.isEmpty)
                #expect(zip(updates, updates.dropFirst()).allSatisfy { $0.at < $1.at })
                #expect(updates.map { $0.isLast == true } == updates.dropLast().map { _ in false } + [true])
            }
        }

        """#
}
