import JSON
import Testing
import Trading

@testable import AlpacaAPI

@Suite("times are exact to the nanosecond")
struct TimeTests {
    @Test(
        "UTC and offsets, with 0 to 9 decimals",
        arguments: [
            ("2021-03-16T18:38:01Z", "2021-03-16T18:38:01Z"),
            ("2021-03-16T18:38:01.942282Z", "2021-03-16T18:38:01.942282Z"),
            ("2022-01-03T09:00:00.086175744Z", "2022-01-03T09:00:00.086175744Z"),
            ("2025-06-24T14:15:22-04:00", "2025-06-24T18:15:22Z"),
            ("2025-06-24T14:15:22.123456789-04:00", "2025-06-24T18:15:22.123456789Z"),
            ("2025-01-01T00:30:00+05:30", "2024-12-31T19:00:00Z"),
            ("2025-01-01T00:00:00+00:00", "2025-01-01T00:00:00Z"),
            ("2025-01-01T00:00:00.5-00:00", "2025-01-01T00:00:00.5Z"),
        ])
    func accepted(text: String, value: String) throws {
        #expect(try read(Timestamp.self, "\"\(text)\"").description == value)
    }

    @Test(
        "nothing else",
        arguments: [
            "", "2025-01-01", "2025-01-01T00:00:00", "2025-01-01 00:00:00Z", "2025-01-01T24:00:00Z",
            "2025-02-30T00:00:00Z", "2025-01-01T00:00:00.Z", "2025-01-01T00:00:00.1234567890Z",
            "2025-01-01T00:00:00+24:00", "2025-01-01T00:00:00+0400", "2025-01-01T00:00:00+04",
            "2025-01-01T00:00:00Z-04:00",
            "1500-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2025-01-01T00:00:00−04:00", "1735689600",
        ])
    func refused(text: String) {
        #expect(throws: Alpaca.DecodingError.malformed(text, .time)) { try Timestamp.read(.string(text), .exact) }
        #expect(defect(of: Timestamp.self, "1735689600") == "expected a string, found a number")
    }

    @Test("a time that Go never set is none")
    func never() throws {
        let order = try read(Alpaca.Order.self, #"{"id":"a","status":"new","filled_at":"0001-01-01T00:00:00Z"}"#)
        #expect(order.filledAt == nil)
        #expect(defect(of: Timestamp.self, #""0001-01-01T00:00:00Z""#) != nil, "where it must be there, it is none")
    }

    @Test("a date, and of a time its date as it is written")
    func days() throws {
        #expect(try read(Alpaca.Day.self, #""2025-01-02""#).description == "2025-01-02")
        #expect(try read(Alpaca.Day.self, #""2021-05-10T23:01:04.650275-04:00""#).description == "2021-05-10")
        #expect(try read(Alpaca.Day.self, #""1969-12-31""#).daysSince1970 == -1)
        for text in ["2025-1-2", "2025-02-29", "20250102", "2025-01-02T", "2025-01-02x", ""] {
            #expect(throws: Alpaca.DecodingError.malformed(text, .date)) { try Alpaca.Day.read(.string(text), .exact) }
        }
    }

    @Test("minutes of a day, with and without a colon")
    func timesOfDay() throws {
        for text in ["09:30", "0930"] {
            let time = try read(Alpaca.TimeOfDay.self, "\"\(text)\"")
            #expect(time.minutes == 570)
            #expect(time.json(.exact) == .string("09:30"))
            #expect(time.json(.compact) == .string("0930"))
        }
        for text in ["24:00", "9:30", "09:60", "0930 ", "09-30", "09:300", ""] {
            #expect(throws: Alpaca.DecodingError.malformed(text, .timeOfDay)) {
                try Alpaca.TimeOfDay.read(.string(text), .exact)
            }
        }
    }

    @Test("a ULID has its time in it")
    func ulids() throws {
        let id = try #require(Alpaca.ULID("01ARYZ6S41TSV4RRFFQ69G5FAV"))
        #expect(id.time.description == "2016-07-30T22:36:16.385Z")
        #expect(Alpaca.ULID("01aryz6s41tsv4rrffq69g5fav") == id, "small letters are the same")
        for text in [
            "", "01ARYZ6S41TSV4RRFFQ69G5FA", "01ARYZ6S41TSV4RRFFQ69G5FAVX", "01ARYZ6S41TSV4RRFFQ69G5FAU",
            "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        ] {
            #expect(Alpaca.ULID(text) == nil, "\(text)")
        }
        #expect(Alpaca.ULID("7ZZZZZZZZZZZZZZZZZZZZZZZZZ")?.time == Timestamp(nanoseconds: .max), "saturates")
    }
}
