import Trading

/// The rows of one CSV file, one at a time through a buffer.
///
/// - I-TAPE-7: A row is a line; fields are parted by commas and are never quoted. The last line may lack its end.
/// - I-TAPE-8: Every row has as many fields as the header, line 1.
/// - I-TAPE-9: Fields stay bytes until somebody asks for them; a view of the row is gone with the next one.
struct CSVFile: ~Copyable {
    /// Without its folder, as errors have it.
    let name: String
    private let path: String
    /// Of the row that is read, from 1.
    private(set) var line = 0
    private let handle: GzipFile
    /// Of the file on the disk.
    private let bytes: Int64
    var buffer: [UInt8]
    /// The bytes that wait in the buffer are `next..<filled`; the present row begins at `start`.
    private(set) var start = 0
    private var next = 0
    private var filled = 0
    private var isDrained = false
    /// Where each field ends, counted from `start`.
    private(set) var ends: [Int] = []
    private var columns: Int?
    /// The date that was read last, as the number 20140609, and its midnight in UTC.
    var lastDate = (number: 0, midnight: Timestamp(seconds: 0))

    /// Opens a file; ``nextRow()`` gives the header first.
    /// - Throws: ``TapeError/system(code:call:path:)``.
    init(path: String) throws(TapeError) {
        handle = try GzipFile(path)
        bytes = fileBytes(path)
        self.path = path
        name = baseName(path)
        buffer = Array(repeating: 0, count: Limits.bufferBytes)
    }

    /// How much of it was read, 0 to 1, in steps of its buffer.
    var share: Double { bytes > 0 ? min(1, Double(handle.position) / Double(bytes)) : 1 }

    /// Moves on to the next row; false at the end of the file.
    /// - Throws: ``TapeError`` for a wrong number of columns, a row that is too long, a damaged or unreadable file.
    mutating func nextRow() throws(TapeError) -> Bool {
        start = next
        line += 1
        guard try findEnd() else { return false }
        guard let columns else {
            columns = ends.count
            return true
        }
        guard ends.count == columns else {
            throw bad("\(quoted(rowBytes)) has \(ends.count) columns, the header has \(columns)")
        }
        return true
    }

    /// Finds the row's fields and its end, and reads on where the buffer ends first.
    private mutating func findEnd() throws(TapeError) -> Bool {
        ends.removeAll(keepingCapacity: true)
        var offset = 0
        while true {
            if scan(from: &offset) {
                next = start + offset + 1
                closeRow(at: offset)
                return true
            }
            if try !refill() { break }
        }
        next = start + offset
        guard offset > 0 else { return false }
        closeRow(at: offset)
        return true
    }

    /// Notes the commas up to the end of the line; false where the buffer ends before it.
    private mutating func scan(from offset: inout Int) -> Bool {
        // The view of the buffer borrows all of this value, so the commas step outside for the while.
        var commas: [Int] = []
        swap(&commas, &ends)
        let isWhole = findCommas(in: buffer.span.extracting(start..<filled), from: &offset, &commas)
        swap(&commas, &ends)
        return isWhole
    }

    private mutating func closeRow(at offset: Int) {
        let hasReturn = offset > 0 && buffer[start + offset - 1] == UInt8(ascii: "\r")
        ends.append(hasReturn ? offset - 1 : offset)
    }

    /// Moves the row's beginning to the front of the buffer and reads behind it; false when there is no more.
    private mutating func refill() throws(TapeError) -> Bool {
        if isDrained { return false }
        let kept = filled - start
        guard kept < Limits.maximumRowBytes else {
            throw .file(
                name, line: line, problem: "the row is longer than \(Limits.maximumRowBytes) bytes",
                remedy: "Write a CSV file with one row per line")
        }
        if kept == buffer.count { buffer += Array(repeating: 0, count: kept) }
        let from = start
        let outcome = buffer.withUnsafeMutableBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: bytes[0..<kept])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[from..<(from + kept)]))
            return handle.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[kept...]))
        }
        (start, filled) = (0, kept)
        switch outcome {
        case .bytes(let count):
            filled += count
            isDrained = count == 0
            return count > 0
        case .truncated: throw damaged("the gzip data end in the middle")
        case .corrupt: throw damaged("the gzip data are damaged")
        case .refused(let code): throw .system(code: code, call: "gzread", path: path)
        }
    }

    private func damaged(_ problem: String) -> TapeError {
        .file(name, line: line, problem: problem, remedy: "Fetch or pack the file again")
    }
}
