/// Where a person is asked.
package protocol Terminal {
    func say(_ line: String)
    /// - Parameter isSecret: what is typed is not shown.
    /// - Returns: one line without its end; nil at the end of input.
    func ask(_ prompt: String, isSecret: Bool) -> String?
}

/// Why an account cannot be set up, in one sentence.
package struct SetupError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// One thing that has to be known before an account can be set up.
package struct Question<Value> {
    /// By which it is given without a terminal: `--account ID`.
    let option: String
    /// What a person is asked.
    let words: String
    /// What an empty answer means, and no option without a terminal; nil: there has to be one.
    let usual: String?
    let read: (String) throws(SetupError) -> Value

    package init(
        option: String, words: String, usual: String?, read: @escaping (String) throws(SetupError) -> Value
    ) {
        (self.option, self.words, self.usual, self.read) = (option, words, usual, read)
    }
}

/// Answers come from options first, then from a person, then from what is usual.
package struct Interview {
    private let terminal: (any Terminal)?

    /// - Parameter terminal: nil where nobody can be asked.
    package init(_ terminal: (any Terminal)?) { self.terminal = terminal }

    package var isAttended: Bool { terminal != nil }

    package func say(_ line: String) { terminal?.say(line) }

    /// - Parameter given: what an option says.
    /// - Throws: ``SetupError`` for an option that makes no sense, an answer that is missing, and the end of input.
    package func answer<Value>(_ question: Question<Value>, given: String?) throws(SetupError) -> Value {
        if let given {
            do throws(SetupError) { return try question.read(given) } catch {
                throw SetupError("\(question.option): \(error)")
            }
        }
        guard let terminal else {
            guard let usual = question.usual else {
                throw SetupError("\(question.option) is missing: \(question.words.lowercasedFirst)")
            }
            return try question.read(usual)
        }
        let usual = question.usual.map { $0.isEmpty ? " [none]" : " [\($0)]" } ?? ""
        while true {
            guard let text = terminal.ask("\(question.words)\(usual): ", isSecret: false) else {
                throw SetupError.interrupted
            }
            let answer = text.isEmpty ? question.usual ?? "" : text
            do throws(SetupError) { return try question.read(answer) } catch { terminal.say("  \(error)") }
        }
    }

    /// - Returns: nil where nobody can be asked.
    func secret(_ words: String) throws(SetupError) -> String? {
        guard let terminal else { return nil }
        guard let text = terminal.ask("\(words) (it is not shown): ", isSecret: true) else {
            throw SetupError.interrupted
        }
        return text
    }

    package func agrees(to words: String) throws(SetupError) -> Bool {
        guard let terminal else { return false }
        guard let text = terminal.ask("\(words) [y/N] ", isSecret: false) else { throw SetupError.interrupted }
        return ["y", "yes"].contains(text.lowercased())
    }
}

extension SetupError {
    static let interrupted = SetupError("the input has ended; nothing was written")
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
