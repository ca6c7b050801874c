import AlpacaAPI
import Testing
import Trading

@testable import AlpacaMarketData

@Suite("Alpaca data: quotes, trades and halts")
struct BoardTests {
    @Test("a quote is told with its own time and sizes, once")
    func quotes() {
        var board = SymbolBoard(alfa)
        #expect(board.take(quote("99.98", "100.02", at: later(1), size: 300)) == true)
        let row = board.row(at: later(2))
        #expect(row?.bid == price("99.98") && row?.ask == price("100.02") && row?.at == later(1))
        #expect(row?.bidSize == Quantity(shares: 300) && row?.last == nil && row?.isHalted == nil)
        #expect(board.row(at: later(3)) == nil)
    }

    @Test("late and repeated messages are left out")
    func late() {
        var board = SymbolBoard(alfa)
        #expect(board.take(quote("99", "101", at: later(2))) == true)
        #expect(board.take(quote("98", "102", at: later(1))) == false)
        #expect(board.take(quote("99", "101", at: later(2))) == false)
        #expect(board.take(trade("100", at: later(2), id: 7)) == true)
        #expect(board.take(trade("100", at: later(2), id: 7)) == false)
        #expect(board.take(trade("90", at: later(1), id: 6)) == false)
        #expect(board.take(trade("100", at: later(2), id: 8)) == true)
    }

    @Test("a side without a price is left out, and nothing is invented")
    func oneSided() {
        var board = SymbolBoard(alfa)
        _ = board.take(quote("0", "100.02", at: later(1)))
        var row = board.row(at: later(1))
        #expect(row?.bid == nil && row?.bidSize == nil && row?.ask == price("100.02"))
        _ = board.take(quote("0", "0", at: later(2)))
        row = board.row(at: later(2))
        #expect(row != nil && row?.bid == nil && row?.ask == nil && row?.last == nil)
        _ = board.take(quote("100.05", "100", at: later(3)))
        row = board.row(at: later(3))
        #expect(row?.bid == price("100.05") && row?.ask == price("100"), "crossed is told: the core judges it")
    }

    @Test("the last trade is not repeated beside a newer quote")
    func tradeOnce() {
        var board = SymbolBoard(alfa)
        _ = board.take(trade("100", at: later(1)))
        #expect(board.row(at: later(1))?.last == price("100"))
        _ = board.take(quote("99.99", "100.01", at: later(2)))
        #expect(board.row(at: later(2))?.last == nil)
    }

    @Test("a quote that nothing agreed with is not repeated beside a trade")
    func quoteOnce() {
        var board = SymbolBoard(alfa)
        _ = board.take(quote("149", "151", at: later(1)))
        _ = board.row(at: later(1))
        _ = board.take(trade("100", at: later(2)))
        let row = board.row(at: later(2))
        #expect(row?.last == price("100") && row?.bid == nil && row?.ask == nil)
    }

    @Test("a quote that another quote or a trade agreed with stands beside the next trade")
    func seconded() {
        var board = SymbolBoard(alfa)
        _ = board.take(quote("99.98", "100.02", at: later(1)))
        _ = board.row(at: later(1))
        _ = board.take(trade("100.01", at: later(2)))
        let row = board.row(at: later(2))
        #expect(row?.last == price("100.01") && row?.bid == price("99.98") && row?.at == later(2))
        _ = board.take(quote("99.99", "100.03", at: later(3)))
        _ = board.row(at: later(3))
        _ = board.take(trade("90", at: later(4), id: 2))
        #expect(board.row(at: later(4))?.bid == price("99.99"), "the core sees that the trade is outside of it")
    }

    @Test(
        "odd lots, averages and trades of before are no last price",
        arguments: [
            (["@"], "C", true), (["@", "I"], "C", false), (["@", "4"], "A", false), (["@", "W"], "C", false),
            ([" ", "B"], "A", false), (["@", "B"], "C", true), (["@", "T"], "C", true), (["@", "F"], "C", true),
            (["@", "U"], "C", false), (["M"], "C", false), (["@", "6"], "C", true), ([" ", "Z"], "B", false),
        ])
    func conditions(codes: [String], tape: String, counts: Bool) {
        var board = SymbolBoard(alfa)
        #expect(board.take(trade("100", at: later(1), codes, tape: tape)) == counts)
        var canceled = trade("100", at: later(2), id: 2)
        canceled.update = "canceled"
        #expect(board.take(canceled) == false)
    }

    @Test(
        "a halt is told at once, with every row, until trading resumes",
        arguments: [("H", "T", "C"), ("P", "T", "C"), ("2", "3", "A"), ("2", "3", "B")])
    func halts(halt: String, resume: String, tape: String) {
        var board = SymbolBoard(alfa)
        #expect(board.take(status(halt, at: later(1), tape: tape)) == true)
        #expect(board.row(at: later(1)) == Trading.Quote(symbol: alfa, isHalted: true, at: later(1)))
        #expect(board.take(status("Q", at: later(2))) == false, "quotations resume, trading does not")
        _ = board.take(quote("99", "101", at: later(3)))
        #expect(board.row(at: later(3))?.isHalted == true)
        _ = board.take(trade("100", at: later(4)))
        #expect(board.row(at: later(4))?.isHalted == true, "a trade reported late ends no halt")
        #expect(board.take(status(resume, at: later(5), tape: tape)) == true)
        #expect(board.row(at: later(5))?.isHalted == nil)
        #expect(board.take(status(halt, at: later(4), tape: tape)) == false, "an older word")
    }

    @Test("after a gap of the stream a trade ends a halt whose end was missed, and old quotes are not repeated")
    func gap() {
        var board = SymbolBoard(alfa)
        _ = board.take(quote("99.98", "100.02", at: later(1)))
        _ = board.take(trade("100", at: later(1)))
        _ = board.take(status("H", at: later(2)))
        _ = board.row(at: later(2))
        board.beginGap(at: later(10))
        _ = board.take(trade("100", at: later(9), id: 2))
        #expect(board.row(at: later(11))?.isHalted == true)
        _ = board.take(trade("101", at: later(60), id: 3))
        let row = board.row(at: later(60))
        #expect(row?.isHalted == nil && row?.last == price("101"))
    }

    @Test("what the vendor's clock says of the future is told as of now, and times never go back")
    func ahead() {
        var board = SymbolBoard(alfa)
        _ = board.take(quote("99", "101", at: later(5)))
        #expect(board.row(at: later(4))?.at == later(4))
        _ = board.take(trade("100", at: later(3)))
        #expect(board.row(at: later(6))?.at == later(4), "a trade before it is told beside it")
    }
}
