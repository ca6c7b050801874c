import Glibc
import Messaging

/// A file descriptor and the duty to close it.
struct OwnedDescriptor: ~Copyable {
    let number: CInt

    /// Opens a path (`openat`, always CLOEXEC and NOFOLLOW: a child must inherit no lock, and a link leads elsewhere).
    init(_ path: String, in directory: CInt = AT_FDCWD, flags: CInt, mode: mode_t = 0) throws(MessagingError) {
        while true {
            let number = openat(directory, path, flags | O_CLOEXEC | O_NOFOLLOW, mode)
            if number >= 0 {
                self.number = number
                return
            }
            guard errno == EINTR else { throw MessagingError(code: errno, call: "openat", subject: .path(path)) }
        }
    }

    /// Closes it (`close`). After EINTR it is closed on Linux, so this is not repeated.
    deinit { _ = Glibc.close(number) }
}
