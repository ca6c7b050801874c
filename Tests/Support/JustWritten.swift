import Foundation

extension Process {
    /// Starts a program whose file this process has only just written.
    ///
    /// A process that another test starts at the same time holds, for the instant until it becomes its own program, a
    /// copy of every file that is open here. While it holds this one for writing, Linux refuses to run it with
    /// `ETXTBSY` (execve(2)), and nothing tells when that is over: so it is tried again, for at most ten seconds.
    ///
    /// - Parameter make: makes the process to start. A `Process` that did not start is not used again.
    /// - Returns: the process that runs.
    /// - Throws: what starting it failed with, other than that.
    public static func startJustWritten(_ make: () throws -> Process) throws -> Process {
        let end = ContinuousClock.now + .seconds(10)
        while true {
            let process = try make()
            do {
                try process.run()
                return process
            } catch  where isTextFileBusy(error) && ContinuousClock.now < end {
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
    }

    private static func isTextFileBusy(_ error: any Error) -> Bool {
        let error = error as NSError
        guard error.domain != NSPOSIXErrorDomain else { return error.code == Int(ETXTBSY) }
        return (error.userInfo[NSUnderlyingErrorKey] as? NSError).map { isTextFileBusy($0) } ?? false
    }
}
