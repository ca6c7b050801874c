import Configuration
import Foundation

/// Where the project and its programs are.
package enum Home {
    /// The folder of this program, where the plugins are built too.
    package static var binaries: String {
        let path =
            FileManager.default.fileExists(atPath: "/proc/self/exe") ? "/proc/self/exe" : CommandLine.arguments[0]
        return URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent().path
    }

    /// The project's folder: `BIGBROTHER_HOME`, else the nearest one above the program that has `Plugins`, else the program's own.
    /// Never the working directory: whoever can write there would have programs run.
    package static var project: String {
        if let home = ProcessInfo.processInfo.environment["BIGBROTHER_HOME"] { return home }
        var folder = URL(fileURLWithPath: binaries)
        while folder.path != "/" {
            if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Plugins").path) {
                return folder.path
            }
            folder.deleteLastPathComponent()
        }
        return binaries
    }

    /// The configuration to use: the one named, else the embedded demonstration.
    package static func configuration(_ path: String?) throws(ConfigurationError) -> LoadedConfiguration {
        try LoadedConfiguration(path: absolute(path), home: project, binaries: binaries)
    }

    /// Where the core of a configuration listens, even when the file is wrong by now.
    package static func socketDirectory(_ path: String?) throws(ConfigurationError) -> String {
        try LoadedConfiguration.socketDirectory(path: absolute(path), home: project)
    }

    /// Where the state of an account is, even when the file is wrong by now.
    package static func stateDirectory(_ path: String?) throws(ConfigurationError) -> String {
        try LoadedConfiguration.stateDirectory(path: absolute(path), home: project)
    }

    /// Where the journal of an account is, likewise.
    package static func journal(_ path: String?) throws(ConfigurationError) -> String {
        LoadedConfiguration.journalPath(in: try stateDirectory(path))
    }

    private static func absolute(_ path: String?) -> String {
        let path = path ?? project + "/Plugins/Configurations/demo.yaml"
        return path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
