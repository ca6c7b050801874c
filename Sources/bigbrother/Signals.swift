import CPosix
import Glibc

/// SIGINT and SIGTERM as a descriptor that becomes readable (signalfd(2)), so that the one poll loop sees them in turn
/// with everything else.
final class Signals {
    let descriptor: CInt

    init() {
        descriptor = cposix_signal_descriptor()
        signal(SIGPIPE, SIG_IGN)
    }

    deinit { close(descriptor) }

    /// The next signal, without waiting; nil when none came.
    func next() -> Int32? {
        let number = cposix_next_signal(descriptor)
        return number == 0 ? nil : number
    }
}
