import Glibc
import Trading

/// A day, or a moment, at which a company or the economy speaks.
struct Event: Hashable {
    enum Kind: String, Decodable, CaseIterable {
        case earnings, dividend, macro
    }

    var kind: Kind
    /// Nil: it concerns all.
    var symbol: Symbol?
    /// Since 1970, in New York.
    var day: Int64
    /// After midnight in New York; nil: some time of the day.
    var minute: Int64?

    var start: Timestamp { USEquityCalendar.time(minute: minute ?? 0, ofDay: day) }
    var end: Timestamp { minute == nil ? USEquityCalendar.time(minute: 0, ofDay: day + 1) : start }

    var words: String {
        let date = Timestamp(seconds: day * 86_400).dateText
        return "\(kind.rawValue)\(symbol.map { " of \($0)" } ?? "") on \(date)"
            + (minute.map { " at \(EntryWindow.clock($0)) in New York" } ?? "")
    }
}

/// The rows of a file of events: `date,time,symbol,kind`, in any order, more columns are passed over. What cannot be read is
/// kept with its line, so that nothing is traded as if it were not there.
struct EventCalendar {
    struct BadRow: Hashable {
        var line: Int
        /// Nil where it cannot be read either.
        var symbol: Symbol?
        var why: String
    }

    private(set) var events: [Event] = []
    private(set) var badRows: [BadRow] = []
    private var columns: [String: Int] = [:]

    /// - Parameter text: the whole file.
    init(_ text: String) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let line = index == 0 && line.hasPrefix("\u{FEFF}") ? line.dropFirst() : line
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
            guard fields.contains(where: { !$0.isEmpty }), !fields[0].hasPrefix("#") else { continue }
            if columns.isEmpty {
                readHeader(fields, index + 1)
            } else {
                readRow(fields, index + 1)
            }
        }
    }

    /// The newest day that is named.
    var lastDay: Int64? { events.map(\.day).max() }

    private mutating func readHeader(_ fields: [Substring], _ line: Int) {
        for (index, name) in fields.enumerated() { columns[name.lowercased()] = index }
        for name in ["date", "kind"] where columns[name] == nil {
            badRows.append(
                BadRow(
                    line: line, why: "the first row names the columns date, time, symbol and kind; \(name) is missing"))
        }
    }

    private mutating func readRow(_ fields: [Substring], _ line: Int) {
        let text = field("symbol", fields)
        let symbol: Symbol?
        do { symbol = text.isEmpty ? nil : try Symbol(text.uppercased()) } catch {
            return badRows.append(BadRow(line: line, why: "\(error)"))
        }
        func bad(_ why: String) { badRows.append(BadRow(line: line, symbol: symbol, why: why)) }
        let (date, time, kindText) = (field("date", fields), field("time", fields), field("kind", fields))
        guard date.utf8.count == 10, let midnight = Timestamp(rfc3339: date) else {
            return bad("\"\(date)\" is no date, such as 2026-10-29")
        }
        let minute = time.isEmpty ? nil : EntryWindow.minute(time)
        guard time.isEmpty || minute != nil else { return bad("\"\(time)\" is no time in New York, such as 16:05") }
        guard let kind = Event.Kind(rawValue: kindText.lowercased()) else {
            return bad("\"\(kindText)\" is no kind of event: earnings, dividend or macro")
        }
        guard symbol != nil || kind == .macro else { return bad("\(kind.rawValue) of which symbol?") }
        events.append(
            Event(kind: kind, symbol: symbol, day: CivilTime(midnight).daysSince1970, minute: minute))
    }

    private func field(_ name: String, _ fields: [Substring]) -> Substring {
        guard let index = columns[name], index < fields.count else { return "" }
        return fields[index]
    }

    private static func trimmed(_ field: Substring) -> Substring {
        var field = field
        while let first = field.first, first == " " || first == "\t" || first == "\"" { field.removeFirst() }
        while let last = field.last, last == " " || last == "\t" || last == "\"" { field.removeLast() }
        return field
    }
}

/// A file of events that is read again when it has changed.
struct EventFile {
    let path: String
    /// Without its folder, as a person knows it.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    private(set) var calendar: EventCalendar
    /// It cannot be read any more; what it said counts.
    private(set) var isMissing = false
    private var stamp: Stamp?

    private struct Stamp: Equatable {
        var seconds: Int
        var nanoseconds: Int
        var size: Int
    }

    /// Nil when it cannot be read.
    init?(path: String) {
        guard let text = Self.read(path) else { return nil }
        self.path = path
        calendar = EventCalendar(text)
        stamp = Self.stamp(path)
    }

    mutating func refresh() {
        let now = Self.stamp(path)
        guard now != stamp || now == nil else { return }
        guard let text = Self.read(path) else { return isMissing = true }
        (calendar, stamp, isMissing) = (EventCalendar(text), now, false)
    }

    private static func stamp(_ path: String) -> Stamp? {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        return Stamp(seconds: info.st_mtim.tv_sec, nanoseconds: info.st_mtim.tv_nsec, size: Int(info.st_size))
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= mostBytes {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return ferror(file) == 0 && bytes.count <= mostBytes ? String(decoding: bytes, as: UTF8.self) : nil
    }

    private static let mostBytes = 16 << 20
}
