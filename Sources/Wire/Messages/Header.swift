import Trading

/// The version of the protocol that this build speaks. Minors only add; majors are agreed on in `hello`.
package enum ProtocolVersion {
    package static let major: Int64 = 1
    package static let minor: Int64 = 2
    package static let text = "\(major).\(minor)"
}

/// Which of the core's sockets a peer is connected to, and so what it may send.
package enum Role: String, Sendable, Codable, CaseIterable {
    case policy
    case broker
    case provider
    /// The command line and the dashboard.
    case control
}

/// What a message is; `PROTOCOL.md` has a section for each.
package enum MessageType: String, Sendable, Codable, CaseIterable {
    case hello
    case welcome
    case configure
    case refused
    case ready
    case heartbeat
    case drain
    case bye
    case error
    case evaluate
    case recommendations
    case command
    case execution
    case orderAnswer = "order_answer"
    case brokerState = "broker_state"
    case cashMovement = "cash_movement"
    case executionCorrection = "execution_correction"
    case done
    case advance
    case market
    case history
    case bars
    case control
    case controlReply = "control_reply"
    case record
}

extension MessageType {
    /// What a peer of this role may send to the core. Anything else ends the session (PROTOCOL.md).
    package static func allowed(from role: Role) -> Set<MessageType> {
        switch role {
        case .policy: [.hello, .ready, .heartbeat, .bye, .error, .recommendations]
        case .broker:
            [
                .hello, .ready, .heartbeat, .bye, .error, .execution, .orderAnswer, .brokerState, .cashMovement,
                .executionCorrection, .done,
            ]
        case .provider: [.hello, .ready, .heartbeat, .bye, .error, .market, .bars]
        case .control: [.control]
        }
    }
}

/// The first frame of every message; the second is the body.
package struct Header: Sendable, Hashable, Codable {
    /// Protocol version, `major.minor`.
    package var v: String
    package var type: MessageType
    /// Unique within the session.
    package var id: String
    /// The connection, as the core named it in `welcome`; empty before that.
    package var session: String
    package var epoch: Int64
    /// Counts up by one with every message of a direction in a session, from 1: a gap is seen.
    package var seq: Int64
    /// The cycle that it belongs to, where it belongs to one.
    package var cycle: Int64?
    /// The id of the message that this one answers.
    package var re: String?
    /// How long the receiver may take, in milliseconds from its arrival.
    package var budgetMilliseconds: Int64?
    /// Names of header or body fields that must be understood, or the message refused.
    package var crit: [String]?

    package init(
        type: MessageType, id: String, session: String, epoch: Int64, seq: Int64, cycle: Int64? = nil,
        re: String? = nil, budgetMilliseconds: Int64? = nil
    ) {
        v = ProtocolVersion.text
        self.type = type
        self.id = id
        self.session = session
        self.epoch = epoch
        self.seq = seq
        self.cycle = cycle
        self.re = re
        self.budgetMilliseconds = budgetMilliseconds
    }
}
