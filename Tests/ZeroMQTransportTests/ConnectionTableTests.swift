import Testing

@testable import ZeroMQTransport

@Suite("Which connection goes when there are too many")
struct ConnectionTableTests {
    private let bounds = ConnectionTable.Bounds(all: 64, unheard: 128, oldestGoes: true)

    @Test("a process that opens connections without end displaces its own, and never a person's, heard or not")
    func flood() {
        var table = ConnectionTable()
        #expect(table.accepted(1, on: "control", by: 10, atMilliseconds: 0, within: bounds) == [])
        #expect(table.accepted(2, on: "control", by: 11, atMilliseconds: 0, within: bounds) == [])
        table.heard(2)
        var cut: [CInt] = []
        for number in 0..<2_000 {
            cut += table.accepted(CInt(100 + number), on: "control", by: 99, atMilliseconds: 0, within: bounds)
        }
        // The oldest of the flood, each time: 62 stay beside the two.
        #expect(cut == (100..<2_038).map(CInt.init))
    }

    @Test("of the process that holds the most, what has said nothing goes first")
    func unheardFirst() {
        var table = ConnectionTable()
        for number in 0..<64 {
            #expect(table.accepted(CInt(number), on: "control", by: 99, atMilliseconds: 0, within: bounds) == [])
            if number != 40 { table.heard(CInt(number)) }
        }
        #expect(table.accepted(100, on: "control", by: 10, atMilliseconds: 0, within: bounds) == [40])
        #expect(table.accepted(101, on: "control", by: 10, atMilliseconds: 0, within: bounds) == [0])
    }

    @Test(
        "where nobody knows who is at the other end the oldest that has said nothing goes, over the bound of those alone"
    )
    func nobodyKnows() {
        var table = ConnectionTable()
        let few = ConnectionTable.Bounds(unheard: 2)
        for number in 0..<2 {
            #expect(table.accepted(CInt(number), on: "policy", atMilliseconds: 0, within: few) == [])
        }
        #expect(table.accepted(2, on: "policy", atMilliseconds: 0, within: few) == [0])
        table.heard(1)
        #expect(table.accepted(3, on: "policy", atMilliseconds: 0, within: few) == [])
        #expect(table.accepted(4, on: "broker", atMilliseconds: 0, within: few) == [], "another socket")
    }
}
