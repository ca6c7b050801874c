/// What is wrong with a key, a key file or the list of keys: one sentence with the file and the remedy.
package struct KeyError: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String?
    package let what: String

    package init(_ path: String?, _ what: String) {
        self.path = path
        self.what = what
    }

    package var description: String { path.map { "\($0): \(what)" } ?? what }
}
