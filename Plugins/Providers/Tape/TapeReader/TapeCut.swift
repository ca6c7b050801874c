import Glibc
import Trading

/// Copies of a tape's files without the rows from a moment on: what the world would look like to somebody who stands there.
package enum TapeCut {
    /// - Parameters:
    ///   - folders: of the tape; files of other names are left out.
    ///   - target: an empty folder; each folder of the tape becomes one in it, named by its place from 0.
    ///   - end: rows that begin at this moment or later are left out; of files by date, the day of it is.
    /// - Returns: the folders in `target`.
    /// - Throws: ``TapeError``.
    package static func copy(
        _ folders: [String], to target: String, until end: Timestamp
    ) throws(TapeError) -> [String] {
        let limit = Array(end.description.utf8)
        var copies: [String] = []
        for (index, folder) in folders.enumerated() {
            let copy = "\(target)/\(index)"
            guard mkdir(copy, 0o700) == 0 else { throw .system(code: errno, call: "mkdir", path: copy) }
            for name in try TapeFolder.names(in: folder) {
                guard case .feed = TapeFileName(name) else { continue }
                let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
                try cut("\(folder)/\(name)", to: "\(copy)/\(plain)", before: limit)
            }
            copies.append(copy)
        }
        return copies
    }

    private static func cut(_ path: String, to target: String, before limit: [UInt8]) throws(TapeError) {
        var file = try CSVFile(path: path)
        guard let output = fopen(target, "wxe") else { throw .system(code: errno, call: "fopen", path: target) }
        defer { fclose(output) }
        var isHeader = true
        while try file.nextRow() {
            let time = Array(file.text(0).utf8)
            guard isHeader || time.lexicographicallyPrecedes(limit.prefix(time.count)) else { break }
            isHeader = false
            let row = Array(file.rowBytes) + [10]
            guard fwrite(row, 1, row.count, output) == row.count else {
                throw .system(code: errno, call: "fwrite", path: target)
            }
        }
        guard fflush(output) == 0 else { throw .system(code: errno, call: "fflush", path: target) }
    }
}
