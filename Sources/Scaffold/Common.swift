/// What is the same in both languages: the manifest, what the conformance kit is told, the page for people.
extension Scaffold {
    private var command: String {
        language == .swift ? #"[".build/debug/@NAME@"]"# : #"["run"]"#
    }

    var manifest: String {
        """
        {
          "name": "@NAME@",
          "role": "@ROLE@",
          "version": "0.1.0",
          "description": "\(words)",
          "command": \(command),
          "settings": {
            \(settings)
          }\(role == .policy ? ",\n  \"symbol_settings\": true" : "")
        }

        """
    }

    private var words: String {
        switch role {
        case .policy: "A stop that trails the best price since entry."
        case .broker: "A venue in a file: market, limit and stop orders, filled whole at the quotes."
        case .provider: "Quotes from a CSV file, in lockstep or in real time."
        }
    }

    private var settings: String {
        switch role {
        case .policy:
            #""trail": {"type": "decimal", "default": 0.02, "exclusive_minimum": 0, "exclusive_maximum": 1, "what": "Distance of the stop from the best price, as a share of it."}"#
        case .broker: #""cash": {"type": "decimal", "required": true, "minimum": 0, "what": "Money at the start."}"#
        case .provider:
            #""file": {"type": "text", "default": "quotes.csv", "what": "Columns time, symbol, bid, ask; relative to this folder."}"#
        }
    }

    /// The settings that the kit gives to the plugin.
    var guide: String {
        switch role {
        case .policy: "{\"settings\": {\"trail\": 0.03}}\n"
        case .broker: "{\"settings\": {\"cash\": 1000000}}\n"
        case .provider: "{\"settings\": {\"file\": \"quotes.csv\"}}\n"
        }
    }

    static let quotes = """
        time,symbol,bid,ask
        2026-03-16T13:31:00Z,ALFA,100.00,100.02
        2026-03-16T13:31:00Z,BRVO,50.00,50.02
        2026-03-16T13:32:00Z,ALFA,100.50,100.52
        2026-03-16T13:33:00Z,ALFA,100.25,100.27
        2026-03-16T13:33:00Z,BRVO,50.10,50.12

        """

    var readme: String {
        let build = language == .swift ? "swift build" : "# Python needs no build; ./run says what is missing"
        let test = language == .swift ? "swift test" : "./run -m unittest"
        let entry =
            switch role {
            case .policy: "policies:\n      - {plugin: @NAME@, settings: {trail: 0.02}}"
            case .broker: "broker:\n      plugin: @NAME@\n      settings: {cash: 100000}"
            case .provider: "providers:\n      - {plugin: @NAME@, settings: {file: quotes.csv}}"
            }
        return """
            # @NAME@

            \(words)

                \(build)
                \(test)
                bigbrother check .

            In the account's configuration, the folder around this one and the plugin:

                plugins: [/path/to/the/folder/around]
                \(entry)

            `plugin.json` says what it is and which settings it takes, `check.json` what `bigbrother check` gives it. The protocol is
            @HOME@/proto/PROTOCOL.md, the tutorial @HOME@/docs/plugins.md.
            \(hint)

            """
    }

    private var hint: String {
        switch language {
        case .python:
            """

            `run` takes the folder's own environment when there is one, else a python3 that has pyzmq, with the kit of the project. For an
            environment of its own: `python3 -m venv .venv && .venv/bin/pip install @HOME@/Plugins/Kits/python`.
            """
        case .swift:
            """

            The kit is a package, by the project's path in `Package.swift`: change it there when the project moves. On another host the
            program needs libzmq5 and the Swift runtime, or `swift build -c release --static-swift-stdlib`.
            """
        }
    }
}
