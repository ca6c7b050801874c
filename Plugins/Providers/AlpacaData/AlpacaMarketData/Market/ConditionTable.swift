import Trading

/// Closes of an index by date out of a CSV file, such as VIX: `timestamp,close`, a date and a figure a line. `.` or nothing is a day
/// without a value. A close is known at 16:15 in New York, when its exchange closes.
package struct ConditionTable: Equatable, Sendable {
    package let name: String
    /// By time.
    private let closes: [(at: Timestamp, value: Ratio)]

    package static func == (left: ConditionTable, right: ConditionTable) -> Bool {
        left.name == right.name && left.closes.elementsEqual(right.closes) { $0 == $1 }
    }

    /// - Throws: ``ConditionError`` with the line that is wrong.
    package init(_ name: String, _ text: String) throws(ConditionError) {
        self.name = name
        var rows: [(at: Timestamp, value: Ratio)] = []
        for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            if index == 0 {
                guard line == "timestamp,close" else { throw ConditionError(line: 1, why: "it is not timestamp,close") }
                continue
            }
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count == 2, let date = Timestamp(rfc3339: fields[0].prefix(10)) else {
                throw ConditionError(line: index + 1, why: "it is no date and a figure")
            }
            if fields[1].isEmpty || fields[1] == "." { continue }
            let at = USEquityCalendar.time(minute: 16 * 60 + 15, ofDay: CivilTime(date).daysSince1970)
            do throws(NumericError) {
                rows.append((at, try Ratio(fields[1])))
            } catch {
                throw ConditionError(line: index + 1, why: "\(error)")
            }
        }
        closes = rows.sorted { $0.at < $1.at }
    }

    /// The newest that is known by then.
    package func condition(at time: Timestamp) -> MarketCondition? {
        closes.last { $0.at <= time }.map { MarketCondition(name: name, value: $0.value, at: $0.at) }
    }

    /// When the next one of the file is known.
    package func nextChange(after time: Timestamp) -> Timestamp? { closes.first { $0.at > time }?.at }
}

package struct ConditionError: Error, Equatable, Sendable, CustomStringConvertible {
    package let line: Int
    package let why: String
    package var description: String { "line \(line): \(why)" }
}
