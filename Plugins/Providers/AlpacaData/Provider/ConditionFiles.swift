import AlpacaMarketData
import Glibc
import PluginKit
import Trading

/// Files with an index by date, read again when they were written.
struct ConditionFiles {
    private struct Row {
        let name: String
        let path: String
        var table: ConditionTable
        var written: Int
    }

    private var rows: [Row]
    private(set) var due: Timestamp?

    private static let period = TimeSpan.seconds(60)
    private static let mostBytes = 16 * 1_024 * 1_024

    /// - Throws: `SettingsError` with file and line.
    init(_ files: [AlpacaDataSettings.ConditionFile], at time: Timestamp) throws {
        rows = try files.map { file in
            let (table, written) = try Self.read(file.file, as: file.name)
            return Row(name: file.name, path: file.file, table: table, written: written)
        }
        due = rows.isEmpty ? nil : time + Self.period
    }

    var tables: [ConditionTable] { rows.map(\.table) }

    /// - Returns: whether one has changed. What cannot be read stays as it was.
    mutating func readAgain(at time: Timestamp) -> Bool {
        guard let due, due <= time else { return false }
        self.due = time + Self.period
        var hasChanged = false
        for index in rows.indices where Self.written(rows[index].path) != rows[index].written {
            do {
                let (table, written) = try Self.read(rows[index].path, as: rows[index].name)
                (rows[index].table, rows[index].written, hasChanged) = (table, written, true)
            } catch {
                // It is said once for each time that it was written.
                rows[index].written = Self.written(rows[index].path)
                log("warning", "\(error); the figures of before count")
            }
        }
        return hasChanged
    }

    /// stat(2): when it was written, in nanoseconds; 0 for one that is not there.
    private static func written(_ path: String) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { return 0 }
        return status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
    }

    private static func read(_ path: String, as name: String) throws -> (ConditionTable, Int) {
        let written = written(path)
        guard let file = fopen(path, "re") else {
            throw SettingsError("conditions: \(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: mostBytes)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0, count < mostBytes else { throw SettingsError("conditions: \(path) cannot be read") }
        do throws(ConditionError) {
            return (try ConditionTable(name, String(decoding: bytes[..<count], as: UTF8.self)), written)
        } catch {
            throw SettingsError("conditions: \(path) \(error)")
        }
    }
}
