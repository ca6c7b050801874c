import Foundation

/// Throws hostile messages at a running core: see `scripts/fuzz --handshake`.
///
///     node-fuzz VECTORS EXECUTIONS SEED [EPISODE]
///
/// Each different message that was taken from an unauthenticated peer is a line on standard output: its type, a tab, and
/// the bytes in hexadecimal, for an independent validator. The last line is a summary.

let arguments = CommandLine.arguments
guard arguments.count >= 4, let executions = Int(arguments[2]), let seed = UInt64(arguments[3]) else {
    print("node-fuzz VECTORS EXECUTIONS SEED [EPISODE]")
    exit(2)
}
var campaign = try Campaign(folder: arguments[1], seed: seed)
exit(campaign.run(executions, only: arguments.count > 4 ? Int(arguments[4]) : nil) ? 0 : 1)
