/// What is to be sent on a socket.
package struct VenueFrame: Equatable, Sendable {
    package let socket: Int64
    package let bytes: [UInt8]
    package let isBinary: Bool
    /// The socket is closed behind it.
    package var closes = false
}
