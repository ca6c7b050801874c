import Glibc
import Trading

/// A file of the tape and what it holds.
struct TapeFile {
    var feed: TapeFeed
    var path: String
}

enum TapeFolder {
    /// The bar and quote files of a plan, in the order in which they are read.
    /// - Throws: ``TapeError/configuration(key:problem:)`` for a name that fits no pattern, two files for one thing,
    ///   too many files; ``TapeError/system(code:call:path:)``.
    static func files(of plan: TapePlan) throws(TapeError) -> [TapeFile] {
        var files: [TapeFile] = []
        var taken: [TapeFeed: String] = [:]
        var conditionFiles: Set<String> = []
        for condition in plan.conditions { conditionFiles.insert(try realPath(condition.file)) }
        for (index, folder) in plan.folders.enumerated() {
            for name in try names(in: folder) where !TapeFileName(name).isIgnored {
                let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
                guard !conditionFiles.contains(try realPath(path)), let feed = try feed(name, "folders[\(index)]"),
                    plan.wants(feed)
                else { continue }
                if feed != .closes, let other = taken.updateValue(path, forKey: feed) {
                    throw .configuration(
                        key: "folders[\(index)]", problem: "\(other) and \(path) hold the same; take one of them away")
                }
                files.append(TapeFile(feed: feed, path: path))
            }
        }
        try require(
            files.count + plan.conditions.count <= Limits.maximumFiles, "folders",
            "\(files.count) files are too many; name the symbols you need, so that it is \(Limits.maximumFiles) at most"
        )
        // The sort is stable: wide tables stay in the order of folders and names.
        return files.sorted { TapeFeed.precedes($0.feed, $1.feed) }
    }

    private static func feed(_ name: String, _ key: String) throws(TapeError) -> TapeFeed? {
        switch TapeFileName(name) {
        case .feed(let feed): return feed
        case .ignored: return nil
        case .unknown:
            throw .configuration(
                key: key,
                problem: "\(quoted(name.utf8)) fits none of \(TapeFileName.patterns); rename it or take it away")
        }
    }

    /// The names in a folder, sorted (`opendir`, `readdir`).
    static func names(in folder: String) throws(TapeError) -> [String] {
        guard let directory = opendir(folder) else { throw .system(code: errno, call: "opendir", path: folder) }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                guard errno == 0 else { throw .system(code: errno, call: "readdir", path: folder) }
                return names.sorted()
            }
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
    }

    /// A path without links and dots (`realpath`).
    private static func realPath(_ path: String) throws(TapeError) -> String {
        guard let text = realpath(path, nil) else { throw .system(code: errno, call: "realpath", path: path) }
        defer { free(text) }
        return String(cString: text)
    }
}

extension TapePlan {
    fileprivate func wants(_ feed: TapeFeed) -> Bool {
        guard let symbols, let symbol = feed.symbol else { return true }
        return symbols.contains(symbol)
    }
}

/// The last part of a path.
func baseName(_ path: String) -> String {
    String(path.split(separator: "/").last ?? path[...])
}
