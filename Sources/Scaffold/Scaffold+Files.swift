import Foundation

/// The files of a new plugin are those of a working one, `Templates`, which SwiftPM embeds in the program. There each plugin is
/// called `example-policy` (`example_policy`, `ExamplePolicy`) and so on, so that compilers and linters understand it; what no
/// plugin says of itself is a word between at signs.
extension Scaffold {
    package var files: [File] {
        let common = [
            File(path: "plugin.json", template: manifest), File(path: "check.json", template: guide),
            File(path: "README.md", template: PackageResources.README_md),
        ]
        let quotes = [File(path: "quotes.csv", template: PackageResources.quotes_csv)]
        return (common + (language == .swift ? swiftFiles : pythonFiles) + (role == .provider ? quotes : [])).map {
            File(path: filled($0.path), text: filled($0.text), isProgram: $0.isProgram)
        }
    }

    private var manifest: [UInt8] {
        switch role {
        case .policy: PackageResources.policy_plugin_json
        case .broker: PackageResources.broker_plugin_json
        case .provider: PackageResources.provider_plugin_json
        }
    }

    /// What the conformance kit is given: `check.json`.
    private var guide: [UInt8] {
        switch role {
        case .policy: PackageResources.policy_check_json
        case .broker: PackageResources.broker_check_json
        case .provider: PackageResources.provider_check_json
        }
    }

    /// A plugin on the Python kit.
    private var pythonFiles: [File] {
        let (program, test) =
            switch role {
            case .policy: (PackageResources.example_policy_py, PackageResources.test_example_policy_py)
            case .broker: (PackageResources.example_broker_py, PackageResources.test_example_broker_py)
            case .provider: (PackageResources.example_provider_py, PackageResources.test_example_provider_py)
            }
        return [
            File(path: "run", template: PackageResources.run, isProgram: true),
            File(path: "example_@ROLE@.py", template: program), File(path: "test_example_@ROLE@.py", template: test),
            File(path: ".gitignore", text: "__pycache__/\n.venv/\n"),
        ]
    }

    /// A plugin on the Swift kit: a package that depends on the project's `PluginKit`.
    private var swiftFiles: [File] {
        let (main, program, test) =
            switch role {
            case .policy:
                (
                    PackageResources.ExamplePolicyMain_swift, PackageResources.ExamplePolicy_swift,
                    PackageResources.ExamplePolicyTests_swift
                )
            case .broker:
                (
                    PackageResources.ExampleBrokerMain_swift, PackageResources.ExampleBroker_swift,
                    PackageResources.ExampleBrokerTests_swift
                )
            case .provider:
                (
                    PackageResources.ExampleProviderMain_swift, PackageResources.ExampleProvider_swift,
                    PackageResources.ExampleProviderTests_swift
                )
            }
        return [
            File(path: "Package.swift", template: PackageResources.Package_swift_template),
            File(path: ".gitignore", text: ".build/\n"), File(path: "Sources/main.swift", template: main),
            File(path: "Sources/@TYPE@.swift", template: program),
            File(path: "Tests/@TYPE@Tests.swift", template: test),
        ]
    }

    /// A template with this plugin's words.
    private func filled(_ template: String) -> String {
        let role = role.rawValue
        let hint = language == .swift ? PackageResources.swift_hint_md : PackageResources.python_hint_md
        return [
            ("@WHAT@", description), ("@ENTRY@", entry),
            ("@HINT@\n", String(decoding: hint, as: UTF8.self)),
            ("@BUILD@", language == .swift ? "swift build" : "# Python needs no build; ./run says what is missing"),
            ("@TEST@", language == .swift ? "swift test" : "./run -m unittest"),
            ("@COMMAND@", language == .swift ? ".build/debug/@NAME@" : "run"), ("@ROLE@", role),
            ("example-" + role, name), ("@NAME@", name), ("example_" + role, module), ("@MODULE@", module),
            ("Example" + role.prefix(1).uppercased() + role.dropFirst(), type), ("@TYPE@", type), ("@HOME@", home),
        ].reduce(template) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }

    private var description: String {
        switch role {
        case .policy: "A stop that trails the best price since entry."
        case .broker: "A venue in a file: market, limit and stop orders, filled whole at the quotes."
        case .provider: "Quotes from a CSV file, in lockstep or in real time."
        }
    }

    /// What the account's configuration says of it.
    private var entry: String {
        switch role {
        case .policy: "    policies:\n      - {plugin: @NAME@, settings: {trail: 0.02}}"
        case .broker: "    broker:\n      plugin: @NAME@\n      settings: {cash: 100000}"
        case .provider: "    providers:\n      - {plugin: @NAME@, settings: {file: quotes.csv}}"
        }
    }
}
