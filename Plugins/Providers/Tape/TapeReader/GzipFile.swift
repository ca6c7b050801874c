import CZlib
import Glibc

/// stat(2); 0 for a file that is not there.
func fileBytes(_ path: String) -> Int64 {
    var facts = stat()
    return stat(path, &facts) == 0 ? Int64(facts.st_size) : 0
}

/// An open file that is read through zlib: compressed or plain, zlib finds out by itself.
struct GzipFile: ~Copyable {
    private let handle: gzFile

    /// Opens a file (`gzopen`, with close-on-exec) and sets the size of its buffer (`gzbuffer`).
    /// - Throws: ``TapeError/system(code:call:path:)``.
    init(_ path: String) throws(TapeError) {
        errno = 0
        guard let handle = gzopen(path, "rbe") else {
            // zlib's own shortage of memory leaves errno alone.
            throw .system(code: errno == 0 ? ENOMEM : errno, call: "gzopen", path: path)
        }
        self.handle = handle
        _ = gzbuffer(handle, Limits.gzipBufferBytes)
    }

    enum Outcome {
        /// How many there are; none at the end of the file.
        case bytes(Int)
        /// The compressed data end before their last block.
        case truncated
        case corrupt
        case refused(code: CInt)
    }

    /// Reads what fits (`gzread`, `gzerror`).
    func read(into memory: UnsafeMutableRawBufferPointer) -> Outcome {
        let count = gzread(handle, memory.baseAddress, UInt32(memory.count))
        let reason = errno
        var code: CInt = Z_OK
        _ = gzerror(handle, &code)
        // At a truncation zlib first hands over what it has; the error stays and is thrown when nothing is left.
        if count > 0 { return .bytes(Int(count)) }
        switch code {
        case Z_OK, Z_STREAM_END: return .bytes(0)
        case Z_BUF_ERROR: return .truncated
        case Z_ERRNO: return .refused(code: reason)
        case _: return .corrupt
        }
    }

    /// Bytes of the file, as it is on the disk, that were read so far (`gzoffset`).
    var position: Int64 { Int64(gzoffset(handle)) }

    /// Closes it (`gzclose_r`). Nothing was written, so nothing can be lost.
    consuming func close() {}

    deinit { _ = gzclose_r(handle) }
}
