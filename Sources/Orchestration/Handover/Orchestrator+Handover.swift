import Trading

extension CoreState {
    package func mode(of symbol: Symbol) -> SymbolMode {
        handover.mode(of: symbol, configured: configuration.symbolModes)
    }

    /// Why a person's request cannot be taken as things stand; nil when it can.
    package func objection(to request: PersonRequest) -> PersonRefusal? {
        guard let symbol = request.symbol else {
            if case .mode = request.wish { return nil }
            return .namesNoSymbol
        }
        if case .mode = request.wish { return nil }
        if case .approve(let id) = request.wish { return objection(toAnswer: id) }
        if case .reject(let id) = request.wish { return objection(toAnswer: id) }
        guard !run.isObserving else { return .observing }
        guard let record = portfolio.positions[symbol] else { return .notHeld(symbol) }
        guard mode(of: symbol) != .watched else { return .watched(symbol) }
        switch request.wish {
        case .close, .mode, .approve, .reject: return nil
        case .part(let quantity): return objection(toPart: quantity, of: record)
        case .fraction(let fraction):
            guard fraction.isPositive, fraction <= .one else { return .noFraction(fraction) }
            return objection(toPart: part(fraction, of: record), of: record)
        case .stop(let price): return objection(to: price, below: record.isLong, symbol)
        case .target(let price): return objection(to: price, below: !record.isLong, symbol)
        }
    }

    private func objection(toPart quantity: Quantity, of record: PositionRecord) -> PersonRefusal? {
        guard quantity <= record.size else { return .tooMuch(quantity, of: record.size) }
        let step = broker?.capabilities.quantityIncrement(of: record.symbol) ?? .one
        return quantity < step ? .tooSmall(quantity) : nil
    }

    /// A price on the wrong side of the market would trade at once.
    private func objection(to price: Price, below: Bool, _ symbol: Symbol) -> PersonRefusal? {
        guard price.isPositive else { return .notPositive }
        guard let now = market.price(of: symbol) else { return .noPrice(symbol) }
        return (below ? price < now : price > now) ? nil : .throughMarket(price, market: now)
    }

    /// Rounded down to what the broker trades.
    func part(_ fraction: Ratio, of record: PositionRecord) -> Quantity {
        let step = broker?.capabilities.quantityIncrement(of: record.symbol) ?? .one
        let units = Int128(record.size.units) * Int128(fraction.units) / Int128(Ratio.scale)
        return Quantity(units: Int64(clamping: units - units % Int128(step.units)))
    }
}

/// A person hands symbols over, takes them back, and has something done by hand.
extension Orchestrator {
    mutating func applyRequest(_ request: PersonRequest) {
        guard state.objection(to: request) == nil else { return }
        alert(.notice, request.symbol, .asked(request))
        if case .mode(let mode) = request.wish {
            let symbols = request.symbol.map { [$0] } ?? state.portfolio.positions.keys.sorted()
            for symbol in symbols { hand(symbol, over: mode) }
        } else if request.isAnswer {
            answerProposal(request)
        } else if let symbol = request.symbol, let record = state.portfolio.positions[symbol] {
            wish(request, of: record)
            touch(symbol)
        }
        requestCycle(.asked)
    }

    private mutating func hand(_ symbol: Symbol, over mode: SymbolMode) {
        state.handover.set(mode, of: symbol)
        if mode == .watched { state.handover.forget(symbol) }
        if mode == .managed { state.portfolio.handOver(symbol) }
        touch(symbol)
    }

    private mutating func wish(_ request: PersonRequest, of record: PositionRecord) {
        let symbol = record.symbol
        func rest(_ part: Quantity) -> Quantity { Quantity(units: max(0, record.size.units - part.units)) }
        switch request.wish {
        case .close: state.handover.wish(symbol, limit: .zero, request)
        case .part(let quantity): state.handover.wish(symbol, limit: rest(quantity), request)
        case .fraction(let fraction):
            state.handover.wish(symbol, limit: rest(state.part(fraction, of: record)), request)
        case .stop(let price): state.handover.wish(symbol, stop: price, request)
        case .target(let price): state.handover.wish(symbol, target: price, request)
        case .mode, .approve, .reject: break
        }
    }

    /// What policies and the person say, as far as the modes of the symbols let it count.
    mutating func withPerson(_ answers: [PolicyAnswer]) -> [PolicyAnswer] {
        let positions = state.portfolio.positions
        state.handover.settle { positions[$0]?.size }
        let said = [state.flatteningAnswer, state.handover.answer].compactMap(\.self)
        guard !said.isEmpty else { return answers }
        let answer = PolicyAnswer(policy: Handover.person, recommendations: said.flatMap(\.recommendations))
        return (answers + [answer]).sorted { $0.policy < $1.policy }
    }
}
