import Foundation

/// The folder of this target in the source tree; frozen files are read where they are reviewed.
let testFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

/// The rows of one file of JSON lines under `Vectors`.
func rows<Row: Decodable>(_ type: Row.Type, _ name: String) throws -> [Row] {
    let text = try String(contentsOf: testFolder.appending(path: "Vectors/\(name)"), encoding: .utf8)
    return try text.split(separator: "\n").map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
}

/// Compares text with a committed file. `UPDATE_FROZEN=1` in the environment writes the file anew, for a reviewer.
func differences(of actual: String, from name: String) throws -> [String] {
    let file = testFolder.appending(path: "Frozen/\(name)")
    if ProcessInfo.processInfo.environment["UPDATE_FROZEN"] == "1" {
        try Data(actual.utf8).write(to: file)
        return ["\(name) was written anew; run again without UPDATE_FROZEN"]
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    guard expected != actual else { return [] }
    let new = actual.split(separator: "\n", omittingEmptySubsequences: false)
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    return (0..<max(new.count, old.count)).compactMap { index in
        let (now, was) = (index < new.count ? new[index] : "", index < old.count ? old[index] : "")
        return now == was ? nil : "line \(index + 1)\n  was \(was)\n  now \(now)"
    }
}
