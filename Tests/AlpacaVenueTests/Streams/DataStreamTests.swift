import AlpacaAPI
import AlpacaVenue
import JSON
import Testing
import Trading

@Suite("Alpaca venue: the stream of market data")
struct DataStreamTests {
    private func said(_ rig: Rig) -> [String] {
        rig.venue.takeFrames().map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    private func opened(_ rig: Rig, _ socket: Int64 = 1) {
        let isOpen = rig.venue.open(socket, path: "/v2/iex")
        #expect(isOpen)
        rig.say(Array(#"{"action":"auth","key":"key","secret":"secret"}"#.utf8), socket)
    }

    @Test("connected, authenticated, and all that is subscribed to after each change")
    func handshake() throws {
        let rig = try Rig()
        opened(rig)
        #expect(said(rig) == [#"[{"T":"success","msg":"connected"}]"#, #"[{"T":"success","msg":"authenticated"}]"#])
        rig.say(Array(#"{"action":"subscribe","trades":["ALFA"],"bars":["*"]}"#.utf8))
        rig.say(Array(#"{"action":"subscribe","trades":["BRVO"]}"#.utf8))
        rig.say(Array(#"{"action":"unsubscribe","trades":["ALFA"],"bars":["*"]}"#.utf8))
        #expect(
            said(rig) == [
                #"[{"T":"subscription","trades":["ALFA"],"bars":["*"]}]"#,
                #"[{"T":"subscription","trades":["ALFA","BRVO"],"bars":["*"]}]"#,
                #"[{"T":"subscription","trades":["BRVO"]}]"#,
            ])
    }

    @Test("what is wrong has a code, and a wrong key or a second connection ends the socket")
    func errors() throws {
        let rig = try Rig { $0.streamedSymbols = 1 }
        _ = rig.venue.open(9, path: "/v2/iex")
        _ = said(rig)
        rig.say(Array(#"{"action":"subscribe","trades":["ALFA"]}"#.utf8), 9)
        rig.say(Array("nonsense".utf8), 9)
        rig.say(Array(#"{"action":"auth","key":"key","secret":"x"}"#.utf8), 9)
        let frames = rig.venue.takeFrames()
        #expect(frames.map { String(decoding: $0.bytes, as: UTF8.self).contains("401") } == [true, false, false])
        #expect(frames.map { String(decoding: $0.bytes, as: UTF8.self).contains("400") } == [false, true, false])
        #expect(frames.map(\.closes) == [false, false, true])
        rig.venue.close(9)
        opened(rig)
        opened(rig, 2)
        #expect(said(rig).last == #"[{"T":"error","code":406,"msg":"connection limit exceeded"}]"#)
        rig.say(Array(#"{"action":"auth","key":"key","secret":"secret"}"#.utf8))
        #expect(said(rig).first?.contains("403") == true)
        rig.say(Array(#"{"action":"subscribe","trades":["ALFA"],"quotes":["BRVO"]}"#.utf8))
        #expect(said(rig).first?.contains("405") == true)
        // Bars have no limit.
        rig.say(Array(#"{"action":"subscribe","trades":["ALFA"],"bars":["ALFA","BRVO"]}"#.utf8))
        #expect(said(rig).first?.contains("subscription") == true)
    }

    @Test("a minute is told as trade, bar and day; a quote as quote; and only what is subscribed to")
    func market() throws {
        let rig = try Rig()
        opened(rig)
        rig.say(
            Array(#"{"action":"subscribe","trades":["ALFA"],"quotes":["ALFA"],"bars":["ALFA"],"dailyBars":["*"]}"#.utf8)
        )
        _ = said(rig)
        try rig.bar("100", "102", "99", "101", volume: 500)
        #expect(
            said(rig) == [
                #"[{"T":"t","S":"ALFA","i":1773667920000,"x":"V","p":101,"s":500,"c":["@"],"z":"C","t":"2026-03-16T13:32:00Z"},"#
                    + #"{"T":"b","S":"ALFA","o":100,"h":102,"l":99,"c":101,"v":500,"n":1,"vw":100.66666666,"t":"2026-03-16T13:31:00Z"},"#
                    + #"{"T":"d","S":"ALFA","o":100,"h":102,"l":99,"c":101,"v":500,"n":1,"vw":100.66666666,"t":"2026-03-16T04:00:00Z"}]"#
            ])
        try rig.quote("100.50", "100.60")
        #expect(said(rig).first?.hasPrefix(#"[{"T":"q","S":"ALFA","bx":"V","bp":100.5"#) == true)
        rig.say(Array(#"{"action":"unsubscribe","quotes":["ALFA"]}"#.utf8))
        _ = said(rig)
        try rig.quote("100.50", "100.60")
        #expect(said(rig).isEmpty)
    }

    @Test("a halt and its end are told once each")
    func halts() throws {
        let rig = try Rig()
        opened(rig)
        rig.say(Array(#"{"action":"subscribe","statuses":["ALFA"]}"#.utf8))
        _ = said(rig)
        func quote(_ isHalted: Bool) throws -> [String] {
            let at = rig.venue.now + .seconds(1)
            try rig.venue.apply(
                MarketUpdate(at: at, quotes: [.init(symbol: alfa, isHalted: isHalted, at: at)]))
            return said(rig)
        }
        #expect(try quote(false).isEmpty)
        #expect(try quote(true).first?.contains(#""sc":"H""#) == true)
        #expect(try quote(true).isEmpty)
        #expect(try quote(false).first?.contains(#""sc":"T""#) == true)
    }
}
