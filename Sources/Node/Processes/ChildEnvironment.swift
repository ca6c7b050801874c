/// What of the core's environment the plugins that it starts are given: a short list, and what the configuration names for one of
/// them. The rest, a secret that was meant for the core or for another adapter among it, reaches nobody (I-CHILD-1).
package struct ChildEnvironment: Sendable {
    private let all: [String: String]

    /// - Parameter all: of the core.
    package init(_ all: [String: String] = [:]) { self.all = all }

    /// Where programs, modules and files are, whose they are, language and time.
    private static let plain: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TZDIR", "TMPDIR",
        "PYTHONPATH", "PYTHONDONTWRITEBYTECODE",
    ]
    /// Of scripted brokers: the folder they work in, and where they write down what they were told.
    private static let scripts: Set<String> = ["FIELD_CASE_WORK", "FIELD_CASE_RECORD"]
    #if DEBUG
        /// Of tests that end plugins at chosen instants, and look for those that are left.
        private static let tests: Set<String> = [
            "BIGBROTHER_CRASH", "BIGBROTHER_CRASH_TEST", "BIGBROTHER_KEEP_VENUE_LOGS",
        ]
    #else
        private static let tests: Set<String> = []
    #endif

    /// `NAME=value`, sorted.
    /// - Parameter names: what the configuration names for one plugin.
    package func variables(naming names: [String]) -> [String] {
        all.filter { name, _ in
            Self.plain.contains(name) || name.hasPrefix("LC_") || Self.tests.contains(name)
                || Self.scripts.contains(name) || names.contains(name)
        }.map { "\($0.key)=\($0.value)" }.sorted()
    }
}
