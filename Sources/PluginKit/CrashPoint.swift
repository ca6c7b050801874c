#if DEBUG
    import Glibc
    import Trading
    import Wire

    /// For crash tests: a plugin that kills itself (SIGKILL) at one message, once in the life of an account's state folder.
    ///
    ///     BIGBROTHER_CRASH=paper:command:3:before      # the third command of this process: read, and nothing done
    ///     BIGBROTHER_CRASH=paper:command:3:after       # done, and no report of it sent
    ///
    /// A test from outside can only guess such a moment; this one is exact. Without the variable it does nothing, and in a
    /// release build it does not exist.
    struct CrashPoint {
        enum Moment: String { case before, after }

        private let type: MessageType
        private let moment: Moment
        private var countdown: Int
        private var marker: String?

        /// - Returns: nil without the variable, and for other plugins than the one that it names.
        init?(for plugin: PluginName, environment: String? = getenv("BIGBROTHER_CRASH").map { String(cString: $0) }) {
            let parts = (environment ?? "").split(separator: ":").map(String.init)
            guard parts.count == 4, parts[0] == plugin.text, let type = MessageType(rawValue: parts[1]),
                let number = Int(parts[2]), let moment = Moment(rawValue: parts[3])
            else { return nil }
            (self.type, self.moment, countdown) = (type, moment, number)
        }

        /// Where it is remembered that the crash has happened.
        mutating func keep(in stateDirectory: String) { marker = stateDirectory + "/crashed" }

        mutating func met(_ type: MessageType) { if type == self.type { countdown -= 1 } }

        func pass(_ moment: Moment, of type: MessageType) {
            guard countdown == 0, type == self.type, moment == self.moment, let marker else { return }
            let descriptor = open(marker, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return }
            close(descriptor)
            kill(getpid(), SIGKILL)
        }
    }
#endif
