"""Every limit of the kit by its name. Those of the protocol stand in proto/PROTOCOL.md."""

PROTOCOL_MAJOR = 1
PROTOCOL_MINOR = 2

#: Header and body of one message together, bytes.
MESSAGE_BYTES = 16 * 1024 * 1024
#: Levels of JSON within each other.
JSON_DEPTH = 32
#: From one hello to the next while none is answered, seconds.
HELLO_SECONDS = 1.0
#: The core is lost when it was silent for so many heart-beats and ``GRACE_SECONDS``.
SILENT_HEARTBEATS = 3
GRACE_SECONDS = 2.0
#: The heart-beat until ``welcome`` names it, milliseconds.
HEARTBEAT_MILLISECONDS = 1_000
#: ZeroMQ tries to connect again after so long, doubling up to the second figure, milliseconds.
RECONNECT_MILLISECONDS = 100
RECONNECT_LONGEST_MILLISECONDS = 1_000
#: Heart-beats of tcp itself, and when a connection without them is given up, milliseconds.
TCP_HEARTBEAT_MILLISECONDS = 2_000
TCP_SILENCE_MILLISECONDS = 10_000
#: Without a welcome by tcp for so long a fresh socket is made, seconds.
REFUSED_SECONDS = 5.0
#: Answers that wait to be sent; whoever makes more waits.
OUTBOX = 10_000
#: Messages from the core that wait for the plugin's code; more are refused.
INBOX = 10_000
#: What is under way at ``drain`` may take so long, seconds; the core waits for three.
DRAIN_SECONDS = 2.5
#: How long the last message may take to leave, milliseconds.
LINGER_MILLISECONDS = 1_000
#: Plugin code that overruns its time by so much never returns: the process ends, and the core starts it again, seconds.
STUCK_SECONDS = 60.0
#: Recommendations of one policy in one cycle; the core refuses more.
RECOMMENDATIONS = 100_000
#: Characters of one line of log, the core cuts at 4,096.
LOG_LINE = 4_000
