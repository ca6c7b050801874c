import AlpacaAPI
import AlpacaVenue
import JSON
import Testing
import Trading

@Suite("Alpaca venue: the stream of trade updates")
struct TradeUpdateTests {
    private func said(_ rig: Rig) -> [String] {
        rig.venue.takeFrames().map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test(
        "authentication in both forms, then what is listened to",
        arguments: [
            #"{"action":"auth","key":"key","secret":"secret"}"#,
            #"{"action":"authenticate","data":{"key_id":"key","secret_key":"secret"}}"#,
        ])
    func authenticate(message: String) throws {
        let rig = try Rig()
        let isOpen = rig.venue.open(1, path: "/stream")
        #expect(isOpen)
        rig.say(Array(message.utf8))
        #expect(
            said(rig) == [
                #"{"stream":"authorization","data":{"status":"authorized","action":"authenticate"}}"#
            ])
        rig.say(Array(#"{"action":"listen","data":{"streams":["trade_updates","account_updates"]}}"#.utf8))
        #expect(said(rig) == [#"{"stream":"listening","data":{"streams":["trade_updates"]}}"#])
    }

    @Test("a wrong secret hears nothing, and neither does who has not authenticated")
    func unauthorized() throws {
        let rig = try Rig()
        _ = rig.venue.open(1, path: "/stream")
        rig.say(Array(#"{"action":"auth","key":"key","secret":"secret2"}"#.utf8))
        #expect(said(rig).first?.contains("unauthorized") == true)
        rig.say(Array(#"{"action":"listen","data":{"streams":["trade_updates"]}}"#.utf8))
        #expect(said(rig) == [#"{"stream":"authorization","data":{"status":"unauthorized","action":"listen"}}"#])
        try rig.place(order("buy", "1", "limit", #""limit_price":"9""#))
        #expect(said(rig).isEmpty)
    }

    @Test("each execution is told with its figures and the position after it")
    func fills() throws {
        let rig = try Rig(held: 5) { $0.participation = Ratio(units: Ratio.scale / 10) }
        rig.listen()
        try rig.place(order("buy", "30", "limit", #""limit_price":"100""#))
        try rig.bar("99", "99", "99", "99", volume: 100)
        try rig.bar("98", "98", "98", "98", volume: 1_000)
        let updates = try rig.updates()
        #expect(updates.map(\.event) == [.known(.pendingNew), .known(.new), .known(.partialFill), .known(.fill)])
        let (first, last) = (updates[2], updates[3])
        #expect(first.quantity == Quantity(shares: 10))
        #expect(first.price == (try Price("99")))
        #expect(first.positionQuantity == Quantity(shares: 15))
        #expect(first.order.filledQuantity == Quantity(shares: 10))
        #expect(first.order.status == .known(.partiallyFilled))
        #expect(last.quantity == Quantity(shares: 20))
        #expect(last.positionQuantity == Quantity(shares: 35))
        #expect(last.order.filledAveragePrice == (try Price("98.33333333")))
        #expect(Set(updates.compactMap(\.executionID)).count == 3)
        #expect(updates[0].executionID == nil)
        #expect(updates.compactMap(\.eventID).allSatisfy { Alpaca.ULID($0.text) != nil })
        #expect(updates.allSatisfy { $0.order.legs == nil })
    }

    @Test("an account's sockets all hear it, those of another account do not")
    func sockets() throws {
        let rig = try Rig()
        rig.listen(1)
        rig.listen(2)
        rig.listen(3, as: Rig.otherKey)
        try rig.place(order("buy", "1", "limit", #""limit_price":"9""#))
        #expect(rig.venue.takeFrames().map(\.socket) == [1, 2, 1, 2])
        rig.venue.close(1)
        rig.say(Array(#"{"action":"listen","data":{"streams":[]}}"#.utf8), 2)
        _ = rig.venue.takeFrames()
        try rig.place(order("buy", "1", "limit", #""limit_price":"9""#))
        #expect(rig.venue.takeFrames().isEmpty)
    }

    @Test("frames are binary as on paper, or text", arguments: VenueConfiguration.Frames.allCases)
    func frames(frames: VenueConfiguration.Frames) throws {
        let rig = try Rig { $0.frames = frames }
        rig.listen()
        try rig.place(order("buy", "1", "limit", #""limit_price":"9""#))
        let told = rig.venue.takeFrames()
        #expect(told.count == 2)
        #expect(told.allSatisfy { $0.isBinary == (frames == .binary) })
    }

    @Test("what is no command is answered with an error, and the socket goes on")
    func nonsense() throws {
        let rig = try Rig()
        rig.listen()
        for message in ["", "[]", "{}", #"{"action":"dance"}"#, #"{"action":"listen"}"#] {
            rig.say(Array(message.utf8))
            #expect(said(rig).first?.contains(#""action":"error""#) == true, "\(message)")
        }
        try rig.place(order("buy", "1", "limit", #""limit_price":"9""#))
        #expect(said(rig).count == 2)
        let isOpen = rig.venue.open(9, path: "/nowhere")
        #expect(!isOpen)
    }
}
