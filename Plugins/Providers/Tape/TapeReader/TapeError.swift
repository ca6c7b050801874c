import Glibc

/// Why a tape cannot be played, split by who has to do what. Each is one sentence about the place and one remedy.
package enum TapeError: Error, Equatable, Sendable {
    /// The configuration is to be corrected; `key` is its place as the file has it: `corporate_actions[2].split`.
    case configuration(key: String, problem: String)
    /// One row is to be corrected or deleted. The header is line 1.
    case row(file: String, line: Int, problem: String)
    /// The file as a whole is of no use; `remedy` says what to do with it.
    case file(String, line: Int, problem: String, remedy: String)
    /// The system refuses a path: rights, descriptors, a disk that fails.
    case system(code: CInt, call: String, path: String)
}

extension TapeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .configuration(let key, let problem): "\(key): \(problem)."
        case .row(let file, let line, let problem): "\(file) line \(line): \(problem). Fix or delete the row."
        case .file(let file, let line, let problem, let remedy): "\(file) line \(line): \(problem). \(remedy)."
        case .system(let code, let call, let path):
            "\(path): \(call) fails (\(String(cString: strerror(code)))). Correct the path or its rights."
        }
    }
}

/// Foreign text in quotation marks: short, and without bytes that a terminal would act on.
func quoted(_ bytes: some Sequence<UInt8>) -> String {
    "\"\(printable(bytes.prefix(Limits.quotedCharacters)))\""
}

func printable(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
}
