import AlpacaAPI
import Trading

/// The socket: what it says, and what is said there.
extension MarketFeed {
    package mutating func opened(at time: Timestamp) -> [Action] { after(.opened, at: time) }
    package mutating func closed(at time: Timestamp) -> [Action] { after(.closed, at: time) }
    package mutating func ponged(at time: Timestamp) -> [Action] { after(.pong, at: time) }

    private mutating func after(_ input: DataConnection.Input, at time: Timestamp) -> [Action] {
        perform(connection.take(input, at: time), at: time) + advance(to: time)
    }

    /// A frame of the stream.
    package mutating func take(frame bytes: [UInt8], at time: Timestamp) -> [Action] {
        var actions: [Action] = []
        do throws(Alpaca.DecodingError) {
            for row in try Alpaca.DataStreamMessage.frame(bytes).rows {
                switch row {
                case .success(let message): actions += take(message, at: time)
                case .failure(let error):
                    actions += tellOnce(.warning, "a message of the stream cannot be read: \(error)")
                }
            }
        } catch {
            actions += tellOnce(.warning, "a frame of the stream cannot be read: \(error)")
        }
        return actions + advance(to: time)
    }

    private mutating func take(_ message: Alpaca.DataStreamMessage, at time: Timestamp) -> [Action] {
        switch message {
        case .success(let word): return perform(connection.take(.success(word), at: time), at: time)
        case .error(let error): return perform(connection.take(.error(error), at: time), at: time)
        case .subscription: return perform(connection.take(.subscribed, at: time), at: time)
        case .trade(let tick): _ = boards[tick.symbol]?.take(tick.body)
        case .quote(let tick): _ = boards[tick.symbol]?.take(tick.body)
        case .status(let tick): _ = boards[tick.symbol]?.take(tick.body)
        case .dailyBar(let tick): bars.take(day: tick.body, of: tick.symbol)
        case .bar(let tick):
            fillHole(before: tick, at: time)
            let words = bars.take(tick.body, of: tick.symbol, at: time).map { tellOnce(.warning, $0) } ?? []
            return perform(connection.take(.data, at: time), at: time) + words
        // The core takes no bar twice, no price back, and knows no price bands; none of them is subscribed to.
        case .updatedBar, .priceBand, .correction, .cancel, .other: break
        }
        return perform(connection.take(.data, at: time), at: time)
    }

    /// A message may be lost: what is missing is asked for, once a minute at most, since most holes are minutes without a trade.
    private mutating func fillHole(before tick: Alpaca.Tick<Alpaca.Bar>, at time: Timestamp) {
        guard holesDue <= time, !bars.isFilling, hours.phase(at: tick.body.time) == .regular,
            bars.leavesHole(tick.body, of: tick.symbol)
        else { return }
        holesDue = time + .seconds(60)
        askMissedBars(at: time)
    }

    mutating func perform(_ actions: [DataConnection.Action], at time: Timestamp) -> [Action] {
        actions.flatMap { perform($0, at: time) }
    }

    private mutating func perform(_ action: DataConnection.Action, at time: Timestamp) -> [Action] {
        switch action {
        case .connect: return [.connect]
        case .authenticate: return [.authenticate]
        case .subscribe: return [.subscribe(plan.subscription)]
        case .subscribeToLess:
            guard shrinkPlan() else {
                return [.tell(.error, "Alpaca takes no symbol of this list")]
                    + perform(connection.take(.closed, at: time), at: time) + [.close]
            }
            return [.subscribe(plan.subscription)]
        case .ping: return [.ping]
        case .close: return [.close]
        case .probe:
            askLastPrices(at: time)
            return []
        case .tell(let trouble): return [.tell(.warning, "\(trouble)")]
        case .tellStreaming(true): return beginStreaming(at: time)
        case .tellStreaming(false):
            for symbol in boards.keys { boards[symbol]?.beginGap(at: time) }
            pricesDue = time
            return [.tell(.warning, "the stream of market data has ended: last prices are asked for until it is back")]
        }
    }

    private mutating func beginStreaming(at time: Timestamp) -> [Action] {
        askLastPrices(at: time)
        askMissedBars(at: time)
        let delay = options.feed == .delayedSIP ? ", fifteen minutes late: nothing is traded on it" : ""
        return [.tell(.info, "\(options.feed.rawValue) is streaming\(delay)")]
            + (plan.leftOut.map { tellOnce(.warning, $0) } ?? [])
    }
}
