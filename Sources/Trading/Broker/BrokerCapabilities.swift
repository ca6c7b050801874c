/// What an adapter can do, and how far its reports can be relied on. What is not declared has the careful default, and the
/// core plans with what is there: it emulates what is missing, and says so.
public struct BrokerCapabilities: Sendable, Hashable, Codable {
    /// All its lists, one element that is shared by all copies: they are asked for with every step of every symbol, and are the
    /// same for days.
    private var lists: [Lists]
    /// Prices of a resting order can be changed.
    public var replacesPrice: Bool
    /// The quantity of a resting order can be changed.
    public var replacesQuantity: Bool
    public var replacement = Replacement.inPlace
    public var replacementQuantity = ReplacementQuantity.total
    /// A resting exit reserves its shares: a second one is refused.
    public var reservesShares: Bool
    /// The adapter wants the core's market data (a simulator).
    public var wantsMarketData: Bool
    public var priceIncrement: PriceIncrement
    /// Smallest step of a quantity.
    public var quantityIncrement: Quantity
    /// Smallest order.
    public var minimumQuantity = Quantity.zero
    public var idempotency = Idempotency.lookUp
    public var executions = Executions.each
    /// After a reconnect the adapter repeats the events that the core may have missed.
    public var replaysEvents = false
    public var positions = PositionKeeping.net
    /// An order that would trade against a resting one of the same account is refused.
    public var refusesSelfCross = false
    /// The longest time from sending a request to its arrival at the venue. A look-up that finds nothing earlier does
    /// not say that nothing will arrive.
    public var arrivalLimit = TimeSpan.seconds(30)
    /// How far lists of positions and orders may be behind what has happened.
    public var reportLag = TimeSpan.seconds(5)
    /// Requests that the broker takes in a minute; nil when it does not say.
    public var ordersPerMinute: Int64?
    /// Smallest value of an order at its price; nil when there is none.
    public var minimumNotional: Money?
    /// When day orders end; nil when it does not say. Since protocol 1.2.
    public var dayOrdersEnd: DayOrderEnd?

    public init(
        orderTypes: [OrderType], timeInForce: [TimeInForce], groups: [OrderGroupKind], replacesPrice: Bool,
        replacesQuantity: Bool, reservesShares: Bool, wantsMarketData: Bool,
        priceIncrement: PriceIncrement = .usEquity, quantityIncrement: Quantity = .one
    ) {
        lists = [Lists(orderTypes: orderTypes, timeInForce: timeInForce, groups: groups)]
        self.replacesPrice = replacesPrice
        self.replacesQuantity = replacesQuantity
        self.reservesShares = reservesShares
        self.wantsMarketData = wantsMarketData
        self.priceIncrement = priceIncrement
        self.quantityIncrement = quantityIncrement
    }
}

extension BrokerCapabilities {
    private struct Lists: Hashable, Sendable {
        var orderTypes: [OrderType]
        var timeInForce: [TimeInForce]
        var groups: [OrderGroupKind]
        var assets: [AssetRule] = [] { didSet { indexAssets() } }
        /// Where the rule of a symbol stands: brokers declare thousands, and each order asks for its own.
        var assetIndex: [Symbol: Int] = [:]
        var sessions: [SessionPhase] = [.regular]
        var quantityIncrements: [TypeIncrement] = []
        var sessionRules: [SessionRule] = []

        init(orderTypes: [OrderType], timeInForce: [TimeInForce], groups: [OrderGroupKind]) {
            (self.orderTypes, self.timeInForce, self.groups) = (orderTypes, timeInForce, groups)
        }

        private mutating func indexAssets() {
            assetIndex = [:]
            // Of two rules of one symbol the first counts.
            for (index, rule) in assets.enumerated() where assetIndex[rule.symbol] == nil {
                assetIndex[rule.symbol] = index
            }
        }
    }

    public var orderTypes: [OrderType] {
        get { lists[0].orderTypes }
        set { lists[0].orderTypes = newValue }
    }
    public var timeInForce: [TimeInForce] {
        get { lists[0].timeInForce }
        set { lists[0].timeInForce = newValue }
    }
    public var groups: [OrderGroupKind] {
        get { lists[0].groups }
        set { lists[0].groups = newValue }
    }
    /// Where a symbol differs from what holds for all.
    public var assets: [AssetRule] {
        get { lists[0].assets }
        set { lists[0].assets = newValue }
    }
    /// Sessions in which orders trade.
    public var sessions: [SessionPhase] {
        get { lists[0].sessions }
        set { lists[0].sessions = newValue }
    }
    /// Order types whose quantities have another step.
    public var quantityIncrements: [TypeIncrement] {
        get { lists[0].quantityIncrements }
        set { lists[0].quantityIncrements = newValue }
    }
    /// Sessions in which fewer order types are taken.
    public var sessionRules: [SessionRule] {
        get { lists[0].sessionRules }
        set { lists[0].sessionRules = newValue }
    }
}

extension BrokerCapabilities {
    /// How a resting order is replaced.
    public enum Replacement: String, Sendable, Codable, CaseIterable {
        /// It keeps its id, and never stops resting.
        case inPlace = "in_place"
        /// A successor with an id of its own takes its place at once; the first ends as `replaced`.
        case newID = "new_id"
        /// The first is canceled, then the successor is placed: there is a moment without either.
        case cancelNew = "cancel_new"
        /// Two requests behind one call: both orders may rest, or neither.
        case notAtomic = "not_atomic"
    }

    /// What the quantity of a replaced order asks for.
    public enum ReplacementQuantity: String, Sendable, Codable, CaseIterable {
        /// What is filled already counts.
        case total
        /// As much again, whatever was filled: after a fill that nobody knows of yet, it asks for too much.
        case remaining
    }

    /// What the broker makes of a client order id.
    public enum Idempotency: String, Sendable, Codable, CaseIterable {
        /// The same id is never taken twice, and an order is found by it.
        case rejectsDuplicates = "rejects_duplicates"
        /// An order is found by it.
        case lookUp = "look_up"
        /// It is kept beside the order, and only the list of open orders shows it.
        case none
    }

    /// How fills are reported.
    public enum Executions: String, Sendable, Codable, CaseIterable {
        /// Each with an id of its own.
        case each
        /// As the sum of an order so far, with its average price.
        case cumulative
    }

    public enum PositionKeeping: String, Sendable, Codable, CaseIterable {
        case net
        /// Long and short of one symbol side by side.
        case hedged
    }

    /// The step of quantities in orders of one type, such as whole shares in stops where parts are sold at market only.
    public struct TypeIncrement: Sendable, Hashable, Codable {
        public var type: OrderType
        public var quantityIncrement: Quantity

        public init(type: OrderType, quantityIncrement: Quantity) {
            self.type = type
            self.quantityIncrement = quantityIncrement
        }
    }

    /// What is taken in one session, such as limit orders alone after hours.
    public struct SessionRule: Sendable, Hashable, Codable {
        public var session: SessionPhase
        public var orderTypes: [OrderType]

        public init(session: SessionPhase, orderTypes: [OrderType]) {
            self.session = session
            self.orderTypes = orderTypes
        }
    }

    /// Where one symbol differs; what is absent is as for all.
    public struct AssetRule: Sendable, Hashable, Codable {
        public var symbol: Symbol
        public var priceIncrement: PriceIncrement?
        public var quantityIncrement: Quantity?
        public var minimumQuantity: Quantity?
        public var minimumNotional: Money?
        public var orderTypes: [OrderType]?
        public var groups: [OrderGroupKind]?
        public var quantityIncrements: [TypeIncrement]?
        public var dayOrdersEnd: DayOrderEnd?

        public init(
            symbol: Symbol, priceIncrement: PriceIncrement? = nil, quantityIncrement: Quantity? = nil,
            minimumQuantity: Quantity? = nil
        ) {
            self.symbol = symbol
            self.priceIncrement = priceIncrement
            self.quantityIncrement = quantityIncrement
            self.minimumQuantity = minimumQuantity
        }
    }
}

// MARK: - What follows from it

extension BrokerCapabilities {
    public func priceIncrement(of symbol: Symbol) -> PriceIncrement {
        rule(of: symbol)?.priceIncrement ?? priceIncrement
    }

    public func quantityIncrement(of symbol: Symbol) -> Quantity {
        rule(of: symbol)?.quantityIncrement ?? quantityIncrement
    }

    public func minimumQuantity(of symbol: Symbol) -> Quantity { rule(of: symbol)?.minimumQuantity ?? minimumQuantity }

    public func minimumNotional(of symbol: Symbol) -> Money? { rule(of: symbol)?.minimumNotional ?? minimumNotional }

    /// When day orders of a symbol end; nil when the broker does not say.
    public func dayOrdersEnd(of symbol: Symbol) -> DayOrderEnd? { rule(of: symbol)?.dayOrdersEnd ?? dayOrdersEnd }

    /// How several orders of a symbol may hang together.
    public func groups(of symbol: Symbol) -> [OrderGroupKind] { rule(of: symbol)?.groups ?? groups }

    /// What is taken for a symbol; with a session, in it.
    public func orderTypes(of symbol: Symbol, in session: SessionPhase? = nil) -> [OrderType] {
        let types = rule(of: symbol)?.orderTypes ?? orderTypes
        guard let rule = sessionRules.first(where: { $0.session == session }) else { return types }
        return types.filter(rule.orderTypes.contains)
    }

    /// The step of a quantity in orders of one type.
    public func quantityIncrement(of symbol: Symbol, in type: OrderType) -> Quantity {
        let steps = rule(of: symbol)?.quantityIncrements ?? quantityIncrements
        return steps.first { $0.type == type }?.quantityIncrement ?? quantityIncrement(of: symbol)
    }

    private func rule(of symbol: Symbol) -> AssetRule? {
        lists[0].assetIndex[symbol].map { lists[0].assets[$0] }
    }

    /// The part of a quantity that an order of this type can be for.
    public func tradable(_ quantity: Quantity, of symbol: Symbol, in type: OrderType) -> Quantity {
        let step = quantityIncrement(of: symbol, in: type)
        let whole = step.isPositive ? Quantity(units: quantity.units - quantity.units % step.units) : quantity
        return whole < minimumQuantity(of: symbol) ? .zero : whole
    }

    /// The part of a quantity that can be ordered: 14 of 14.35 shares where only whole ones are traded, none of 0.5 where
    /// one is the least.
    public func tradable(_ quantity: Quantity, of symbol: Symbol) -> Quantity {
        let step = quantityIncrement(of: symbol)
        let whole = step.isPositive ? Quantity(units: quantity.units - quantity.units % step.units) : quantity
        return whole < minimumQuantity(of: symbol) ? .zero : whole
    }

    /// A resting order can be changed without a moment in which it does not rest, and without asking for too much when a
    /// fill comes in between: because what is filled counts, or because the broker refuses what is not held.
    private var replacesSafely: Bool {
        switch replacement {
        case .inPlace, .newID: replacementQuantity == .total || reservesShares
        case .cancelNew, .notAtomic: false
        }
    }
    public var canMovePrice: Bool { replacesPrice && replacesSafely }
    public var canShrink: Bool { replacesQuantity && replacesSafely }

    /// An order can be found by its client order id when it is not open any more.
    public var canLookUp: Bool { idempotency != .none }

    /// What the core does itself because the broker does not.
    public var emulations: [BrokerEmulation] {
        var list: [BrokerEmulation] = []
        if !groups.contains(.oco) { list.append(.targetsWatched) }
        if !groups.contains(.bracket) { list.append(.stopAfterFill) }
        if !canMovePrice { list.append(replacesPrice ? .stopMovedByCancelUnsafe : .stopMovedByCancel) }
        if !timeInForce.contains(.gtc) { list.append(.protectionDaily) }
        if !orderTypes.contains(.stop) { list.append(.stopLimitForStop) }
        if !canLookUp { list.append(.fillsFromPosition) }
        if executions == .cumulative { list.append(.executionsFromSums) }
        return list
    }

    private var typeSteps: [(String, Quantity)] {
        let all = quantityIncrements + assets.flatMap { $0.quantityIncrements ?? [] }
        return all.map { ("quantity_increments[\($0.type.rawValue)]", $0.quantityIncrement) }
    }

    /// Why nothing can be planned with these, or nil.
    public var defect: CapabilitiesDefect? {
        let grids =
            [("price_increment", priceIncrement)]
            + assets.compactMap { rule in
                rule.priceIncrement.map { ("price_increment[\(rule.symbol)]", $0) }
            }
        for (name, grid) in grids {
            if !grid.atOrAboveOne.isPositive {
                return .priceNotPositive(field: "\(name).at_or_above_one", price: grid.atOrAboveOne)
            }
            if !grid.belowOne.isPositive {
                return .priceNotPositive(field: "\(name).below_one", price: grid.belowOne)
            }
        }
        let steps =
            [("quantity_increment", quantityIncrement)]
            + assets.compactMap { rule in
                rule.quantityIncrement.map { ("quantity_increment[\(rule.symbol)]", $0) }
            }
        for (name, step) in steps + typeSteps where !step.isPositive {
            return .quantityNotPositive(field: name, quantity: step)
        }
        let typesOfAll = [orderTypes] + assets.compactMap(\.orderTypes)
        if typesOfAll.contains(where: { !$0.contains(.market) || !($0.contains(.stop) || $0.contains(.stopLimit)) }) {
            return .orderTypes
        }
        if timeInForce.isEmpty { return .noTimeInForce }
        if positions == .hedged { return .hedgedPositions }
        if arrivalLimit < .zero || reportLag < .zero { return .negativeTime }
        if let most = ordersPerMinute, most < 1 { return .ordersPerMinute(most) }
        return nil
    }
}

// MARK: - On the wire

extension BrokerCapabilities {
    private enum CodingKeys: String, CodingKey {
        case orderTypes, timeInForce, groups, replacesPrice, replacesQuantity, replacement, replacementQuantity
        case reservesShares, wantsMarketData, priceIncrement, quantityIncrement, minimumQuantity, assets, idempotency
        case executions, replaysEvents, positions, refusesSelfCross, sessions, arrivalLimit, reportLag, ordersPerMinute
        case minimumNotional, quantityIncrements, sessionRules, dayOrdersEnd
    }

    /// Fields that protocol 1.0 did not have are absent when they have the careful default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            orderTypes: try fields.decode([OrderType].self, forKey: .orderTypes),
            timeInForce: try fields.decode([TimeInForce].self, forKey: .timeInForce),
            groups: try fields.decode([OrderGroupKind].self, forKey: .groups),
            replacesPrice: try fields.decode(Bool.self, forKey: .replacesPrice),
            replacesQuantity: try fields.decode(Bool.self, forKey: .replacesQuantity),
            reservesShares: try fields.decode(Bool.self, forKey: .reservesShares),
            wantsMarketData: try fields.decode(Bool.self, forKey: .wantsMarketData),
            priceIncrement: try fields.decode(PriceIncrement.self, forKey: .priceIncrement),
            quantityIncrement: try fields.decode(Quantity.self, forKey: .quantityIncrement))
        func read<Value: Decodable>(_ field: WritableKeyPath<Self, Value>, _ key: CodingKeys) throws {
            if let value = try fields.decodeIfPresent(Value.self, forKey: key) { self[keyPath: field] = value }
        }
        try read(\.replacement, .replacement)
        try read(\.replacementQuantity, .replacementQuantity)
        try read(\.minimumQuantity, .minimumQuantity)
        try read(\.assets, .assets)
        try read(\.idempotency, .idempotency)
        try read(\.executions, .executions)
        try read(\.replaysEvents, .replaysEvents)
        try read(\.positions, .positions)
        try read(\.refusesSelfCross, .refusesSelfCross)
        try read(\.sessions, .sessions)
        try read(\.arrivalLimit, .arrivalLimit)
        try read(\.reportLag, .reportLag)
        ordersPerMinute = try fields.decodeIfPresent(Int64.self, forKey: .ordersPerMinute)
        minimumNotional = try fields.decodeIfPresent(Money.self, forKey: .minimumNotional)
        try read(\.quantityIncrements, .quantityIncrements)
        try read(\.sessionRules, .sessionRules)
        dayOrdersEnd = try fields.decodeIfPresent(DayOrderEnd.self, forKey: .dayOrdersEnd)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        let careful = BrokerCapabilities(
            orderTypes: orderTypes, timeInForce: timeInForce, groups: groups, replacesPrice: replacesPrice,
            replacesQuantity: replacesQuantity, reservesShares: reservesShares, wantsMarketData: wantsMarketData)
        func write<Value: Encodable & Equatable>(_ field: KeyPath<Self, Value>, _ key: CodingKeys) throws {
            let value = self[keyPath: field]
            if value != careful[keyPath: field] { try fields.encode(value, forKey: key) }
        }
        try fields.encode(orderTypes, forKey: .orderTypes)
        try fields.encode(timeInForce, forKey: .timeInForce)
        try fields.encode(groups, forKey: .groups)
        try fields.encode(replacesPrice, forKey: .replacesPrice)
        try fields.encode(replacesQuantity, forKey: .replacesQuantity)
        try write(\.replacement, .replacement)
        try write(\.replacementQuantity, .replacementQuantity)
        try fields.encode(reservesShares, forKey: .reservesShares)
        try fields.encode(wantsMarketData, forKey: .wantsMarketData)
        try fields.encode(priceIncrement, forKey: .priceIncrement)
        try fields.encode(quantityIncrement, forKey: .quantityIncrement)
        try write(\.minimumQuantity, .minimumQuantity)
        try write(\.assets, .assets)
        try write(\.idempotency, .idempotency)
        try write(\.executions, .executions)
        try write(\.replaysEvents, .replaysEvents)
        try write(\.positions, .positions)
        try write(\.refusesSelfCross, .refusesSelfCross)
        try write(\.sessions, .sessions)
        try write(\.arrivalLimit, .arrivalLimit)
        try write(\.reportLag, .reportLag)
        try fields.encodeIfPresent(ordersPerMinute, forKey: .ordersPerMinute)
        try fields.encodeIfPresent(minimumNotional, forKey: .minimumNotional)
        try write(\.quantityIncrements, .quantityIncrements)
        try write(\.sessionRules, .sessionRules)
        try fields.encodeIfPresent(dayOrdersEnd, forKey: .dayOrdersEnd)
    }
}
