import CoreTestSupport
import Foundation
import Testing
import Trading

@testable import Orchestration
@testable import Reporting

@Suite("What a report is written as")
struct OutputTests {
    /// A year of days with trades of all kinds.
    private func report(_ symbol: Symbol = "ABC") throws -> Report {
        var teller = Teller(cash: "100000", ReportOptions(benchmark: symbol))
        teller.price(symbol, "100")
        teller.cycle()
        for day in 0..<40 {
            if day % 4 == 0 {
                teller.enter(.buy, 100, symbol, at: teller.prices[symbol]!, stop: "90", by: "a<b>&\"c\"", charges: "1")
            }
            if day % 4 == 2 { teller.fill(.sell, 50, symbol, at: teller.prices[symbol]!, as: .target) }
            if day % 4 == 3 {
                teller.fill(.sell, 50, symbol, at: teller.prices[symbol]!, order: "=by,\"hand\(day)\"".id)
            }
            teller.nextDay()
            teller.price(symbol, Price(units: (100 + Int64(day * 7 % 11)) * Price.scale))
            teller.cycle()
            if day == 20 { teller.pay(.deposit, "5000") }
            if day == 25 { teller.pay(.interest, "12.5") }
        }
        return try teller.report()
    }

    @Test("no line is wider than 80 columns")
    func width() throws {
        let report = try report()
        let lines = report.lines + report.trades.flatMap(\.lines) + [EquityRow.head] + report.equity.map(\.line)
        #expect(lines.filter { $0.count > 80 } == [])
        #expect(lines.filter { $0.contains("+0.00 ") || $0.hasSuffix("+0.00") } == [])
        #expect(
            lines.contains { $0.hasPrefix("BY POLICY") } && lines.contains { $0.contains("profit without payments") })
    }

    @Test("the page has no script and nothing from anywhere else, and names cannot become markup")
    func page() throws {
        let html = try report().html
        for word in ["http:", "https:", "<script", "src=", "href=", "@import", "url(", "a<b>"] {
            #expect(!html.contains(word), "it has \(word)")
        }
        #expect(html.contains("a&lt;b&gt;&amp;&quot;c&quot;") && html.contains("default-src 'none'"))
        #expect(html.contains("prefers-color-scheme:dark") && html.components(separatedBy: "<svg").count > 4)
        // Every element that is opened is closed.
        for name in ["section", "figure", "table", "tbody", "tr", "td", "svg", "text", "div", "span", "b"] {
            let (opened, closed) = (
                html.components(separatedBy: "<\(name)"), html.components(separatedBy: "</\(name)>")
            )
            let exact = opened.dropFirst().filter { $0.first == " " || $0.first == ">" }
            #expect(exact.count == closed.count - 1, "\(name)")
        }
    }

    @Test("tables quote what has commas and quotes, and what a spreadsheet would take for a formula")
    func csv() throws {
        let files = Dictionary(uniqueKeysWithValues: try report().csv().map { ($0.name, $0.text) })
        #expect(files.keys.sorted() == ["cash.csv", "equity.csv", "executions.csv", "tax-lots.csv", "trades.csv"])
        let executions = try #require(files["executions.csv"])
        #expect(executions.contains("\"'=by,\"\"hand3\"\"\""))
        #expect(CSVFile.Cell.words("a\nb").text == "\"a\nb\"" && CSVFile.Cell.words(nil).text == "")
        #expect(CSVFile.Cell.number("-1.5").text == "-1.5" && CSVFile.Cell.words("-1").text == "'-1")
        let rows = try #require(files["equity.csv"]).split(separator: "\n")
        #expect(rows.allSatisfy { $0.filter { $0 == "," }.count == 9 })
    }

    @Test("tax lots: first in, first out, with charges in cost and proceeds, and more than a year")
    func taxLots() throws {
        var teller = Teller()
        teller.price("ABC", "10")
        teller.cycle()
        teller.fill(.buy, 100, "ABC", at: "10", charges: "1")
        teller.wait(.seconds(365 * 86_400))
        teller.fill(.buy, 50, "ABC", at: "20", charges: "2")
        teller.wait(.seconds(86_400))
        teller.fill(.sell, 120, "ABC", at: "30", charges: "12")
        teller.cycle()
        let lots = try teller.report().taxLots
        #expect(lots.map(\.quantity) == [100, 20, 30])
        #expect(lots.map(\.cost) == ["1001", "400.8", "601.2"])
        #expect(lots.map(\.proceeds) == ["2990", "598", nil])
        #expect(lots.map(\.gain) == ["1989", "197.2", nil] && lots.map(\.isLongTerm) == [true, false, nil])
    }

    @Test("tax lots of a short: the sale comes first")
    func shortLots() throws {
        var teller = Teller()
        teller.price("ABC", "10")
        teller.cycle()
        teller.fill(.sell, 100, "ABC", at: "10")
        teller.fill(.buy, 100, "ABC", at: "8")
        teller.cycle()
        let lot = try #require(try teller.report().taxLots.first)
        #expect(lot.isShort && lot.cost == "800" && lot.proceeds == "1000" && lot.gain == "200")
    }

    @Test("the ledger opens every account that it uses, and ends with the cash that is there")
    func beancount() throws {
        let text = try report("F").beancount()
        let used = Set(
            text.split(separator: "\n").compactMap { line -> Substring? in
                guard line.hasPrefix("  "), let name = line.split(separator: " ").first, name.contains(":") else {
                    return nil
                }
                return name.hasSuffix(":") ? nil : name
            })
        for name in used { #expect(text.contains(" open \(name)\n"), "\(name)") }
        #expect(text.contains("commodity F.X") && text.contains("balance Assets:Broker:Cash"))
    }

    @Test("steps of an axis are 1, 2 or 5 times a power of ten")
    func steps() {
        #expect([0.013, 0.3, 1.0, 3, 70].map(Chart.niceStep) == [0.02, 0.5, 1, 5, 100])
    }
}

extension String {
    fileprivate var id: ClientOrderID { ClientOrderID(unchecked: self) }
}
