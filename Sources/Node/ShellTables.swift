import Trading
import Wire

/// How much the shell keeps of others at the moment, for whoever watches its memory: each figure has a limit.
package struct ShellTables: Hashable, Sendable {
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

extension Shell {
    package var tables: ShellTables {
        ShellTables(
            sessions: sessions.count, unauthenticated: unauthenticatedPeers.count, children: children.count,
            figures: pluginFigures.count, rateLimiters: rateLimiters.count, names: stopped.count + waitingBrokers.count,
            commands: brokerWork.count,
            queries: brokerQueries.count, backlog: brokerBacklog.count,
            settings: sessions.values.reduce(0) { $0 + $1.pendingSettings.count }, queued: queue.count + forwards.count)
    }

    /// Who is ready to be asked, sorted.
    package func readyPlugins(_ role: Role) -> [PluginName] {
        sessions.values.filter { $0.role == role && $0.phase == .ready }.map(\.name).sorted()
    }
}

extension ShellTables {
    /// Every figure with its name.
    package static var names: [(String, WritableKeyPath<ShellTables, Int>)] {
        [
            ("sessions", \.sessions), ("unauthenticated", \.unauthenticated), ("children", \.children),
            ("figures", \.figures),
            ("rate limiters", \.rateLimiters),
            ("names", \.names), ("commands", \.commands), ("queries", \.queries), ("backlog", \.backlog),
            ("settings", \.settings), ("queued", \.queued),
        ]
    }
    package static var all: [WritableKeyPath<ShellTables, Int>] { names.map(\.1) }

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
