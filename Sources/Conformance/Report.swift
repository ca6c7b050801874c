import Trading
import Wire

/// A check and what came of it.
package struct Row {
    package let check: Check
    package let verdict: Verdict
    package let milliseconds: Int64

    /// For people: the verdict, the check, what was seen; what the rule is and where it stands.
    package var lines: [String] {
        let name = check.name + String(repeating: " ", count: max(1, 30 - check.name.count))
        return [
            "  \(verdict.word)  \(name)\(verdict.seen)",
            "        rule: \(check.rule) (PROTOCOL.md, \"\(check.section)\")",
        ]
    }
}

/// All checks of one plugin.
package struct Report {
    package let name: String
    package let role: Role
    package var rows: [Row] = []

    init(_ plugin: PluginUnderTest) {
        name = plugin.name.text
        role = plugin.role
    }

    /// Everything that applies has passed, and something applied.
    package var hasPassed: Bool { !rows.contains { $0.verdict.isFailure } && count("pass") > 0 }

    package func count(_ word: String) -> Int { rows.filter { $0.verdict.word == word }.count }

    package var failures: [String] { rows.filter(\.verdict.isFailure).map(\.check.name) }

    package var summary: String {
        let failed = count("FAIL")
        let end = failed == 0 ? "\(name) keeps the protocol" : "\(name) breaks the protocol"
        return "\(end): \(count("pass")) passed, \(failed) failed, \(count("n/a")) do not apply"
    }
}

// MARK: - For machines

extension Report {
    private struct Document: Encodable {
        struct Line: Encodable {
            var check: String
            var verdict: String
            var seen: String
            var rule: String
            var section: String
            var milliseconds: Int64
        }
        var plugin: String
        var role: String
        var passed: Bool
        var checks: [Line]
    }

    /// One object: `plugin`, `role`, `passed`, and `checks` with `verdict` pass, fail or not_applicable.
    package func json() throws -> String {
        let words = ["pass": "pass", "FAIL": "fail", "n/a": "not_applicable"]
        let lines = rows.map { row in
            Document.Line(
                check: row.check.name, verdict: words[row.verdict.word] ?? "", seen: row.verdict.seen,
                rule: row.check.rule, section: row.check.section, milliseconds: row.milliseconds)
        }
        let document = Document(plugin: name, role: role.rawValue, passed: hasPassed, checks: lines)
        return String(decoding: try WireEncoder().encode(document), as: UTF8.self)
    }

    /// JUnit's XML, as CI servers read it: a test case for each check, `skipped` where it does not apply.
    package var junit: String {
        let time = Self.seconds(rows.map(\.milliseconds).reduce(0, +))
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            "<testsuite name=\"bigbrother check \(Self.escaped(name))\" tests=\"\(rows.count)\" failures=\"\(count("FAIL"))\" skipped=\"\(count("n/a"))\" time=\"\(time)\">",
        ]
        for row in rows {
            let head =
                "<testcase classname=\"\(role.rawValue).\(Self.escaped(name))\" name=\"\(row.check.name)\" time=\"\(Self.seconds(row.milliseconds))\""
            let seen = Self.escaped(row.verdict.seen)
            switch row.verdict {
            case .passed: lines.append("  \(head)><system-out>\(seen)</system-out></testcase>")
            case .doesNotApply: lines.append("  \(head)><skipped message=\"\(seen)\"/></testcase>")
            case .failed:
                let rule = Self.escaped("\(row.check.rule) (PROTOCOL.md, \(row.check.section))")
                lines.append("  \(head)><failure message=\"\(seen)\">\(rule)</failure></testcase>")
            }
        }
        return (lines + ["</testsuite>", ""]).joined(separator: "\n")
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        let rest = String(milliseconds % 1_000)
        return "\(milliseconds / 1_000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }

    /// What XML 1.0 cannot hold is left out.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result += " "
            default:
                if scalar.value >= 0x20, scalar.value != 0xFFFE, scalar.value != 0xFFFF {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
}
