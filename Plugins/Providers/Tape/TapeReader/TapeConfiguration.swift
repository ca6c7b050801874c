import Trading

/// What a tape plays, as the provider's configuration has it (in snake case there: `step_seconds`).
///
/// The names and columns of the files are in `Plugins/Providers/Tape/README.md`. Bars out of `closes-*.csv` have nothing
/// but a close: open, high and low repeat it, and the volume is ``closesVolume``.
///
/// ```swift
/// var configuration = TapeConfiguration(folders: ["tapes/demo"])
/// configuration.stepSeconds = 10
/// configuration.conditions = [.init(name: "VIX", file: "tapes/demo/VIX-2026.csv")]
/// var reader = try TapeReader(configuration)
/// while let update = try reader.next() { publish(update) }
/// ```
package struct TapeConfiguration: Codable, Sendable, Hashable {
    /// Where the files lie, absolute or from the working directory. Subfolders are not searched.
    package var folders: [String]
    /// Nil is every symbol that the folders have.
    package var symbols: [Symbol]?
    /// The first moment, inclusive: `2014-06-09T13:30:00Z`, or `2014-06-09` for that day's midnight in New York.
    /// A row counts by the time when it is known, a bar by its end.
    package var from: String?
    /// The end, exclusive; written like ``from``.
    package var until: String?
    /// Nil: an update whenever something is known. Else also one every so many seconds between the first and the last
    /// bar or quote of a day, counted from the first.
    package var stepSeconds: Int?
    /// Leaves out what began before 09:30 or after 16:00 New York time. Nil is false.
    package var regularOnly: Bool?
    /// Shares that each bar of `closes-*.csv` is said to have traded, whose own volume is unknown. Nil is 0: a venue that
    /// fills no more than was traded then fills nothing.
    package var closesVolume: Int64?
    package var conditions: [Condition]?
    package var corporateActions: [Action]?

    package init(folders: [String]) { self.folders = folders }

    /// A figure about the market: a file of closes by date (`timestamp,close`), each known at 16:15 New York time.
    package struct Condition: Codable, Sendable, Hashable {
        /// What policies know it by: `VIX`.
        package var name: String
        /// Absolute or from the working directory.
        package var file: String

        package init(name: String, file: String) {
            self.name = name
            self.file = file
        }
    }

    /// A split or a dividend, one of the two.
    package struct Action: Codable, Sendable, Hashable {
        package var symbol: Symbol
        /// The first day that trades without it: `2014-06-09`.
        package var date: String
        /// New shares for old: `7:1`, or `1:20` in a reverse split.
        package var split: String?
        /// Cash for each share: `0.47`.
        package var dividend: String?

        package init(symbol: Symbol, date: String, split: String? = nil, dividend: String? = nil) {
            self.symbol = symbol
            self.date = date
            self.split = split
            self.dividend = dividend
        }
    }
}
