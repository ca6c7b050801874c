import Trading
import Wire

/// The plugins of a running core, for people.
package enum PluginTable {
    private static let titles = [
        "plugin", "role", "state", "version", "process", "p50 ms", "p99 ms", "answers", "late", "missed", "refused",
        "restarts",
    ]

    /// A line of titles, then one for each plugin.
    package static func lines(_ plugins: [PluginStatus]) -> [String] {
        let rows = [titles] + plugins.map(row)
        let widths = titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { $0 < 4 ? row[$0].padded(widths[$0]) : row[$0].padLeft(widths[$0]) }
            return cells.joined(separator: "  ")
        }
    }

    private static func row(_ plugin: PluginStatus) -> [String] {
        [
            plugin.name.text, plugin.role.rawValue, plugin.state.rawValue + (plugin.isRequired ? ", required" : ""),
            plugin.version ?? "-", plugin.process.map { "\($0)" } ?? "-", milliseconds(plugin.latencyP50),
            milliseconds(plugin.latencyP99), "\(plugin.answers)", "\(plugin.late)", "\(plugin.missed)",
            "\(plugin.refused)", "\(plugin.restarts)",
        ]
    }

    /// One decimal, rounded down.
    private static func milliseconds(_ microseconds: Int64?) -> String {
        microseconds.map { "\($0 / 1_000).\($0 / 100 % 10)" } ?? "-"
    }
}
