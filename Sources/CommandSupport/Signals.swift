import CPosix
import Glibc

/// SIGINT, SIGTERM and SIGHUP as a descriptor that becomes readable (signalfd(2)), so that the one poll loop sees them in turn
/// with everything else.
package final class Signals {
    package let descriptor: CInt
    private let wasOnTerminal = isatty(0) == 1

    package init() {
        descriptor = cposix_signal_descriptor(1)
        signal(SIGPIPE, SIG_IGN)
    }

    deinit { close(descriptor) }

    /// The next signal, without waiting; nil when none came.
    package func next() -> Int32? {
        let number = cposix_next_signal(descriptor)
        guard number != 0 else { return nil }
        // SIGHUP asks for the configuration to be read again; of a terminal that has gone it is the end.
        return number == SIGHUP && wasOnTerminal && isatty(0) == 0 ? SIGTERM : number
    }
}
