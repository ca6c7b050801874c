import Testing
import Trading

@testable import Orchestration

@Suite("Why nothing is sent for a symbol")
struct SymbolHoldsTests {
    private let symbol: Symbol = "ABC"
    private var holds = SymbolHolds()

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    @Test("a refusal waits for the broker's state; the third within a minute for the next cycle too, and is news")
    mutating func refusals() {
        let first = (1...3).map { holds.refuse(symbol, cycle: 7, at: at($0)) }
        #expect(first.map(\.refusals) == [1, 2, 3] && first.map(\.isNews) == [false, false, true])
        holds.releaseSnapshotHold(symbol)
        #expect(holds.isHeld(symbol, in: 7) && !holds.isHeld(symbol, in: 8))
    }

    @Test("refusals of any age do not add up: only those that follow within a minute make it wait for a cycle")
    mutating func oldRefusals() {
        let age = CoreLimits.refusalAge.nanoseconds / 1_000_000_000
        for time in [0, age + 1, 2 * age + 2, 3 * age + 3] {
            #expect(holds.refuse(symbol, cycle: 7, at: at(time)).isNews == false)
            holds.releaseSnapshotHold(symbol)
            #expect(!holds.isHeld(symbol, in: 7))
        }
    }

    @Test("it is news again each time that refusals have doubled")
    mutating func doubles() {
        let news = (1...24).filter { holds.refuse(symbol, cycle: $0, at: at($0)).isNews }
        #expect(news == [3, 6, 12, 24])
    }

    @Test("another symbol is not held")
    mutating func others() {
        holds.awaitSnapshot(symbol, of: at(3))
        #expect(holds.isHeld(symbol, in: 1) && !holds.isHeld("XYZ", in: 1))
        #expect(holds.awaitingSnapshot.map(\.symbol) == [symbol] && holds.awaitingSnapshot.first?.of == at(3))
        holds.dropHold(symbol)
        #expect(!holds.isHeld(symbol, in: 1) && holds == SymbolHolds(), "nothing is left of it")
    }

    @Test("a refusal, or a split, forgets neither what the lists are awaited for nor the open")
    mutating func keepsWaiting() {
        holds.awaitSnapshot(symbol, of: at(3))
        holds.awaitOpen(symbol)
        _ = holds.refuse(symbol, cycle: 7, at: at(4))
        #expect(holds.awaitingSnapshot.first?.of == at(3) && holds.awaitsOpen(symbol))
        holds.awaitSplit(symbol, cycle: 8)
        #expect(holds.awaitingSnapshot.first?.of == at(3) && holds.awaitsOpen(symbol))
    }

    @Test("I-REF-2: identical refusals come back after 2, 4, 8, 16 and 32 cycles; another wish is tried at once")
    mutating func backsOff() {
        var cycle: Int64 = 10
        for wait in [2, 4, 8, 16, 32, 32] as [Int64] {
            holds.backOff(symbol, .wholeExit, cycle: cycle)
            #expect(holds.isBackingOff(symbol, .wholeExit, in: cycle + wait - 1))
            #expect(!holds.isBackingOff(symbol, .wholeExit, in: cycle + wait))
            cycle += wait
        }
        #expect(!holds.isBackingOff(symbol, .part, in: cycle - 1), "a part is no whole exit")
        holds.backOff(symbol, .part, cycle: cycle)
        #expect(holds.identicalRefusals(symbol, .part) == 1 && holds.identicalRefusals(symbol, .wholeExit) == 0)
        holds.endBackoffs { $0 == "XYZ" }
        #expect(holds.isBackingOff(symbol, .part, in: cycle))
        holds.endBackoffs { $0 == symbol }
        #expect(!holds.hasBackoffs)
    }

    @Test("reasons of different kinds never take each other's place: each is reported once until it ends")
    mutating func reports() {
        #expect(holds.report(.stopStuck, of: symbol) && !holds.report(.stopStuck, of: symbol) == true)
        #expect(holds.report(.splitNotBooked(brokers: 10), of: symbol) == true)
        #expect(!holds.report(.stopStuck, of: symbol) && !holds.report(.splitNotBooked(brokers: 10), of: symbol))
        #expect(holds.report(.splitNotBooked(brokers: 11), of: symbol) == true, "another figure is news")
        holds.endReport(.stopStuck, of: symbol)
        #expect(holds.report(.stopStuck, of: symbol) == true)
        #expect(holds.reportedReasons(of: symbol).map(\.kind) == [.splitNotBooked, .stopStuck])
    }

    @Test("for the budget the most urgent goes first, and of those who has waited longest")
    mutating func budget() {
        holds.holdForBudget("A", BudgetHold(precedence: .entry, until: at(5), since: at(1)))
        holds.holdForBudget("B", BudgetHold(precedence: .cancel, until: at(5), since: at(3)))
        holds.holdForBudget("C", BudgetHold(precedence: .cancel, until: at(5), since: at(2)))
        holds.holdForBudget("C", BudgetHold(precedence: .cancel, until: at(6), since: at(4)))
        #expect(holds.dueForBudget(at: at(6)).map(\.symbol) == ["C", "B", "A"])
        #expect(holds.dueForBudget(at: at(5)).map(\.symbol) == ["B", "A"] && holds.nextBudgetTime == at(5))
        #expect(holds.isBudgetContended)
        holds.endBudgetHold("B", until: at(4))
        #expect(holds.dueForBudget(at: at(5)).map(\.symbol) == ["B", "A"], "it waits for another time")
        holds.endBudgetHold("B")
        holds.endBudgetHold("C")
        #expect(!holds.isBudgetContended)
    }

    @Test("when the clock is set ahead the budget is awaited as long as before, and refusals are no older")
    mutating func shifts() {
        holds.holdForBudget(symbol, BudgetHold(precedence: .cancel, until: at(5), since: at(1)))
        for time in 1...2 { _ = holds.refuse(symbol, cycle: 7, at: at(Int64(time))) }
        holds.shift(by: .seconds(1_000), now: at(1_002))
        #expect(holds.nextBudgetTime == at(1_005))
        #expect(holds.refuse(symbol, cycle: 7, at: at(1_003)).isNews)
    }
}
