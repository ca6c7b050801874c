/// Text for a page: what others have named cannot become markup.
enum Markup {
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
            }
        }
        return result
    }

    /// One cell of a table; figures stand on the right.
    enum Cell {
        case words(String)
        case figure(String)
        /// Colored by its sign.
        case signed(String)

        var html: String {
            switch self {
            case .words(let text): "<td>\(escaped(text))</td>"
            case .figure(let text): "<td class=\"n\">\(escaped(text))</td>"
            case .signed(let text): "<td class=\"n \(Markup.sign(of: text))\">\(escaped(text))</td>"
            }
        }
    }

    static func sign(of text: String) -> String {
        guard text.contains(where: { $0.isNumber && $0 != "0" }) else { return "" }
        return text.hasPrefix("-") ? "loss" : text.hasPrefix("+") ? "gain" : ""
    }

    /// - Parameter columns: of which those that begin with `#` hold figures.
    static func table(_ columns: [String], _ rows: [[Cell]]) -> String {
        let head = columns.map { column in
            column.hasPrefix("#")
                ? "<th class=\"n\">\(escaped(String(column.dropFirst())))</th>" : "<th>\(escaped(column))</th>"
        }
        let body = rows.map { "<tr>" + $0.map(\.html).joined() + "</tr>" }
        return "<div class=\"wide\"><table><thead><tr>\(head.joined())</tr></thead><tbody>\n"
            + body.joined(separator: "\n") + "\n</tbody></table></div>"
    }
}
