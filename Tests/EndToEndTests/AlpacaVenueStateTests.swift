import Foundation
import Testing

@Suite("alpaca-venue with a file", .blocking, .serialized)
struct AlpacaVenueStateTests {
    private func buy(_ symbol: String, _ house: AlpacaHouse) throws {
        let order = #"{"symbol":"\#(symbol)","qty":"10","side":"buy","type":"market","time_in_force":"day"}"#
        _ = try house.post("/v2/orders", order)
    }

    private func picture(_ house: AlpacaHouse) throws -> [Data] {
        try ["/v2/orders?status=all", "/v2/positions", "/v2/account", "/v2/account/activities", "/v2/clock"].map {
            try house.ask($0)
        }
    }

    @Test("after kill -9 each order, id, execution, fault and the clock is as it was, and goes on alike")
    func restart() throws {
        let house = try AlpacaHouse(isKept: true, more: ["--speed", "0"])
        defer { house.programs.remove() }
        try buy("ALFA", house)
        _ = try house.post("/venue/advance", #"{"seconds": 120}"#)
        let stop =
            #"{"symbol":"ALFA","qty":"10","side":"sell","type":"stop","stop_price":"50","time_in_force":"gtc"}"#
        _ = try house.post("/v2/orders", stop)
        _ = try house.post("/v2/orders", "no JSON")
        let before = try picture(house)
        #expect(try house.list("/v2/orders?status=all").count == 2)
        for _ in 0..<3 {
            house.killVenue()
            try house.startVenue()
            #expect(try picture(house) == before)
        }
        _ = try house.post("/venue/faults", #"{"server_error": 1000}"#)
        house.killVenue()
        try house.startVenue()
        #expect(try !String(decoding: house.ask("/v2/account"), as: UTF8.self).contains("account_number"))
        _ = try house.post("/venue/faults", "{}")
        try buy("BRVO", house)
        #expect(try house.list("/v2/positions").count == 2)
        #expect(try house.leaks().isEmpty)
    }

    @Test("a line that was being written is not done, and is no error")
    func tornLine() throws {
        let house = try AlpacaHouse(isKept: true, more: ["--speed", "0"])
        defer { house.programs.remove() }
        try buy("ALFA", house)
        let before = try picture(house)
        house.killVenue()
        let handle = try #require(FileHandle(forWritingAtPath: house.stateFile))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("request 1796307963469192148 0 DELETE /v2/pos".utf8))
        try handle.close()
        try house.startVenue()
        #expect(try picture(house) == before)
    }

    @Test("another process, other options and a broken file are refused, each in a sentence")
    func refusals() throws {
        let house = try AlpacaHouse(isKept: true, more: ["--speed", "0"])
        defer { house.programs.remove() }
        func refusal(_ more: [String]) throws -> String {
            let (process, _, errors) = house.programs.process(
                house.arguments + ["--port", "0"] + more, program: "alpaca-venue")
            try process.run()
            let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus != 0)
            return text
        }
        #expect(try refusal([]).contains("another process has it"))
        house.killVenue()
        #expect(try refusal(["--seed", "2"]).contains("it was written with other options than these"))
        let handle = try #require(FileHandle(forWritingAtPath: house.stateFile))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("nothing\n".utf8))
        try handle.close()
        #expect(try refusal([]).contains("it cannot be read; name another file to begin anew"))
    }

    @Test("requests are counted by operation and by minute of the venue's clock")
    func counts() throws {
        let house = try AlpacaHouse(more: ["--speed", "0"])
        defer { house.programs.remove() }
        _ = try house.ask("/v2/clock")
        _ = try house.ask("/v2/orders/00000000-0000-0000-0000-000000000000")
        _ = try house.post("/venue/advance", #"{"seconds": 60}"#)
        _ = try house.ask("/v2/clock")
        _ = try house.ask("/nowhere")
        let counts = try house.get("/venue/requests")
        let operations = try #require(counts["operations"] as? [String: Int])
        #expect(operations == ["GET /v2/clock": 2, "GET /v2/orders/{order_id}": 1, "GET ?": 1])
        let minutes = try #require(counts["minutes"] as? [String: [String: Int]])
        #expect(minutes.mapValues { $0.values.reduce(0, +) } == ["2026-03-16T14:00:00Z": 2, "2026-03-16T14:01:00Z": 2])
        #expect(counts["busiest_minute_outside"] as? Int == 4)
    }
}
