import Trading
import Wire

/// How much the live loop keeps of others at the moment, for whoever watches its memory: each figure has a limit.
package struct LiveNodeTables: Hashable, Sendable {
    package var sessions = 0
    /// Connections from other hosts without a session.
    package var unauthenticated = 0
    package var children = 0
    /// Plugins of which figures are kept.
    package var figures = 0
    /// Plugins that had a session, with what each may still say.
    package var rateLimiters = 0
    /// Plugins that a person has stopped, and adapters that wait.
    package var names = 0
    /// Messages that the broker works on, questions among them, and commands that wait for a place.
    package var commands = 0
    package var queries = 0
    package var backlog = 0
    /// Settings that were sent and not answered.
    package var settings = 0
    /// Inputs and market data that were not taken into the journal yet.
    package var queued = 0

    package init() {}
}

extension LiveNode {
    package var tables: LiveNodeTables {
        LiveNodeTables(
            sessions: sessions.count, unauthenticated: remotePeers.count, children: processes.count,
            figures: statistics.count, rateLimiters: sessions.rateLimiterCount,
            names: processes.stoppedCount + broker.standbyCount, commands: broker.unansweredCount,
            queries: broker.queryCount, backlog: broker.backlogCount, settings: sessions.pendingSettingsCount,
            queued: inputs.count + broker.marketCount)
    }

    /// Who is ready to be asked, sorted.
    package func readyPlugins(_ role: Role) -> [PluginName] {
        sessions.all.filter { $0.role == role && $0.phase == .ready }.map(\.name).sorted()
    }
}

extension LiveNodeTables {
    /// Every figure with its name.
    package static var names: [(String, WritableKeyPath<LiveNodeTables, Int>)] {
        [
            ("sessions", \.sessions), ("unauthenticated", \.unauthenticated), ("children", \.children),
            ("figures", \.figures),
            ("rate limiters", \.rateLimiters),
            ("names", \.names), ("commands", \.commands), ("queries", \.queries), ("backlog", \.backlog),
            ("settings", \.settings), ("queued", \.queued),
        ]
    }
    package static var all: [WritableKeyPath<LiveNodeTables, Int>] { names.map(\.1) }

    package init(
        sessions: Int, unauthenticated: Int, children: Int, figures: Int, rateLimiters: Int, names: Int, commands: Int,
        queries: Int,
        backlog: Int, settings: Int, queued: Int
    ) {
        (self.sessions, self.unauthenticated, self.children, self.figures) = (
            sessions, unauthenticated, children, figures
        )
        self.rateLimiters = rateLimiters
        (self.names, self.commands, self.queries, self.backlog) = (names, commands, queries, backlog)
        (self.settings, self.queued) = (settings, queued)
    }
}
