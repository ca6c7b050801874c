import Testing
import Trading

@testable import PaperExchange

@Suite("Groups")
struct GroupTests {
    @Test("a leg that fills partly shrinks the other; one that fills completely cancels it")
    func ocoShrinks() throws {
        var harness = try ExchangeHarness(holding(100) { $0.participation = PaperConfiguration.tenth })
        try harness.submit(oco(100, target: "110", stop: "90"))
        #expect(
            try harness.bar("100 110 100 105", volume: 300) == [
                "target partial_fill 30@110", "stop restated [sell 70 NVDA stop 90.00]",
            ])
        #expect(harness.exchange.reservedQuantity(nvda, .sell) == shares(70))
        #expect(
            try harness.bar("95 95 89 89", volume: 200, start: at(60)) == [
                "stop partial_fill 20@90", "target restated [sell 80 NVDA limit 110.00]",
            ])
        #expect(
            try harness.bar("89 89 88 88", volume: 10_000, start: at(120)) == ["stop fill 50@89", "target canceled"])
        #expect(harness.reason == "one cancels the other")
        #expect(harness.position == .zero)
    }

    @Test("cancelling one leg cancels the group", arguments: ["target", "stop"])
    func cancelLeg(leg: String) throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.submit(oco(100, target: "110", stop: "90"))
        let other = leg == "stop" ? "target" : "stop"
        #expect(try harness.cancel(leg) == ["\(leg) canceled", "\(other) canceled"])
        #expect(harness.exchange.reservedQuantity(nvda, .sell) == .zero)
    }

    @Test("both legs of a day group expire")
    func expiry() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.submit(oco(100, target: "110", stop: "90", tif: .day))
        #expect(try harness.advance(to: afterClose) == ["target expired", "stop expired"])
    }

    @Test("a bracket's legs are held until the entry is filled completely, then work as an OCO")
    func bracketLife() throws {
        var harness = try ExchangeHarness(configured { $0.limitToQuoteSize = true })
        try harness.quote("100", "101", sizes: 1)
        #expect(
            try harness.submit(bracket(10, limit: "100", target: "110", stop: "90")) == [
                "entry accepted", "target accepted", "stop accepted", "entry new", "target held", "stop held",
            ])
        #expect(try harness.quote("99", "100", sizes: 4, at: at(1)) == ["entry partial_fill 4@100"])
        #expect(try harness.state().openOrders.map(\.status) == [.partiallyFilled, .held, .held])
        // What the entry has bought is kept for its legs.
        #expect(try harness.submit(order("other", .sell, 1), at: at(1)) == ["other rejected"])
        #expect(
            try harness.quote("99", "100", sizes: 40, at: at(2)) == ["entry fill 6@100", "target new", "stop new"])
        #expect(try harness.quote("110", "111", sizes: 40, at: at(3)) == ["target fill 10@110", "stop canceled"])
    }

    @Test("an entry that is cancelled unfilled takes its legs with it; half filled it wakes them for what it bought")
    func entryCanceled() throws {
        var harness = try ExchangeHarness(configured { $0.limitToQuoteSize = true })
        try harness.quote("100", "101", sizes: 1)
        try harness.submit(bracket(10, limit: "100", target: "110", stop: "90"))
        #expect(try harness.cancel("entry") == ["entry canceled", "target canceled", "stop canceled"])

        harness = try ExchangeHarness(configured { $0.limitToQuoteSize = true })
        try harness.quote("100", "101", sizes: 1)
        try harness.submit(bracket(10, limit: "100", target: "110", stop: "90", entryTif: .day))
        try harness.quote("99", "100", sizes: 4, at: at(1))
        #expect(
            try harness.advance(to: afterClose) == [
                "entry expired", "target restated [sell 4 NVDA limit 110.00]", "target new",
                "stop restated [sell 4 NVDA stop 90.00]", "stop new",
            ])
    }

    @Test("cancelling a held leg cancels the bracket")
    func cancelHeldLeg() throws {
        var harness = try ExchangeHarness()
        try harness.quote("100", "101", last: "100")
        try harness.submit(bracket(10, limit: "99", target: "110", stop: "90"))
        #expect(try harness.cancel("stop") == ["stop canceled", "entry canceled", "target canceled"])
    }

    @Test("a bar that fills an entry and comes to its stop fills both; its target waits for the next bar")
    func entryAndStopInOneBar() throws {
        var harness = try ExchangeHarness()
        try harness.submit(bracket(10, limit: "100", target: "110", stop: "95"))
        #expect(
            try harness.bar("105 112 94 111") == [
                "entry fill 10@100", "target new", "stop new", "stop fill 10@95", "target canceled",
            ])
        harness = try ExchangeHarness()
        try harness.submit(bracket(10, limit: "100", target: "110", stop: "95"))
        #expect(try harness.bar("99 112 98 111") == ["entry fill 10@99", "target new", "stop new"])
        #expect(try harness.bar("111 111 111 111", start: at(60)) == ["target fill 10@111", "stop canceled"])
    }

    @Test("a bracket is for an entry, with its stop and target on the right sides")
    func bracketShape() throws {
        for submission in [
            bracket(10, limit: "100", target: "99", stop: "90"), bracket(10, limit: "100", target: "110", stop: "101"),
        ] {
            var harness = try ExchangeHarness()
            #expect(try harness.submit(submission) == ["entry rejected", "target rejected", "stop rejected"])
        }
        var harness = try ExchangeHarness(holding(-10) { $0.allowShort = true })
        try harness.submit(bracket(10, limit: "100", target: "110", stop: "90"))
        #expect(harness.reason == "bracket orders must be entry orders")
    }
}
