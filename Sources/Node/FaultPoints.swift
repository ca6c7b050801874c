#if DEBUG
    import Glibc

    /// Where a crash test lets this process end itself with SIGKILL, at an exact moment that nobody could hit from outside.
    /// A release build has no such moment: `scripts/check-release` looks.
    package struct FaultPoints {
        /// Between the commit of this entry and its effects.
        package var afterEntry: Int64?
        /// When the broker's first report on this order command (1, 2, ...) comes, before it is read.
        package var beforeAnswer: Int64?
        /// As soon as this stage of a broker's swap is durable.
        package var inSwap: String?

        private var ordersSent: Int64 = 0
        private var fatalMessage: String?

        package init() {}

        func committed(entry: Int64, swapStage: String?) {
            if let afterEntry, entry >= afterEntry { Self.endProcess() }
            if let inSwap, inSwap == swapStage { Self.endProcess() }
        }

        /// - Parameter id: of the message.
        mutating func orderSent(_ id: String) {
            ordersSent += 1
            if ordersSent == beforeAnswer { fatalMessage = id }
        }

        /// - Parameter re: the message that what came in answers.
        func received(re: String?) {
            if let fatalMessage, re == fatalMessage { Self.endProcess() }
        }

        /// kill(2)
        private static func endProcess() -> Never {
            kill(getpid(), SIGKILL)
            while true { pause() }
        }
    }
#endif
