import Trading
import Wire

/// How much the shell keeps of others at the moment, for whoever watches its memory: each figure has a limit.
package struct ShellTables: Hashable, Sendable {
    package var sessions = 0
    /// Connections from other hosts without a session.
    package var strangers = 0
    package var children = 0
    /// Plugins of which figures are kept.
    package var figures = 0
    /// Plugins that had a session, with what each may still say.
    package var allowances = 0
    /// Plugins that a person has stopped, and adapters that wait.
    package var names = 0
    /// Messages that the broker works on, questions among them, and commands that wait for a place.
    package var commands = 0
    package var questions = 0
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
            sessions: sessions.count, strangers: strangers.count, children: children.count,
            figures: pluginFigures.count, allowances: allowances.count, names: stopped.count + waitingBrokers.count,
            commands: brokerWork.count,
            questions: brokerQuestions.count, backlog: brokerBacklog.count,
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
            ("sessions", \.sessions), ("strangers", \.strangers), ("children", \.children), ("figures", \.figures),
            ("allowances", \.allowances),
            ("names", \.names), ("commands", \.commands), ("questions", \.questions), ("backlog", \.backlog),
            ("settings", \.settings), ("queued", \.queued),
        ]
    }
    package static var all: [WritableKeyPath<ShellTables, Int>] { names.map(\.1) }

    package init(
        sessions: Int, strangers: Int, children: Int, figures: Int, allowances: Int, names: Int, commands: Int,
        questions: Int,
        backlog: Int, settings: Int, queued: Int
    ) {
        (self.sessions, self.strangers, self.children, self.figures) = (sessions, strangers, children, figures)
        self.allowances = allowances
        (self.names, self.commands, self.questions, self.backlog) = (names, commands, questions, backlog)
        (self.settings, self.queued) = (settings, queued)
    }
}
