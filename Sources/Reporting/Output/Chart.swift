import Trading

/// Pictures as SVG, drawn here: a curve over time with the drawdown below it, and bars about zero.
enum Chart {
    private static let width = 960.0
    private static let left = 78.0
    private static let right = 12.0

    struct Line {
        var name: String
        /// Of the style sheet.
        var style: String
        var values: [Double]
    }

    /// A panel of one or more lines over the same times.
    /// - Parameters:
    ///   - isArea: filled between the line and zero, which is in the picture.
    static func panel(
        _ title: String, times: [Timestamp], _ lines: [Line], height: Double, isArea: Bool = false,
        label: (Double, Double) -> String
    ) -> String {
        let all = lines.flatMap(\.values)
        guard times.count > 1, var low = all.min(), var high = all.max() else { return "" }
        if isArea { (low, high) = (min(low, 0), max(high, 0)) }
        if high - low < abs(high) * 1e-9 + 1e-12 {
            (low, high) = (low - abs(low) * 0.01 - 1e-6, high + abs(high) * 0.01 + 1e-6)
        }
        let (top, bottom) = (10.0, height - 22)
        let (first, last) = (Double(times[0].nanoseconds), Double(times[times.count - 1].nanoseconds))
        func x(_ time: Timestamp) -> Double {
            left + (Double(time.nanoseconds) - first) / max(1, last - first) * (width - left - right)
        }
        func y(_ value: Double) -> Double { bottom - (value - low) / (high - low) * (bottom - top) }
        var parts: [String] = []
        let step = niceStep((high - low) / 4)
        var tick = (low / step).rounded(.up) * step
        while tick <= high + step * 1e-6 {
            let place = number(y(tick))
            parts.append(
                "<line class=\"grid\" stroke=\"#ccc\" x1=\"\(number(left))\" x2=\"\(number(width - right))\" y1=\"\(place)\" y2=\"\(place)\"/>"
            )
            parts.append(
                "<text class=\"y\" text-anchor=\"end\" font-size=\"11\" x=\"\(number(left - 8))\" y=\"\(number(y(tick) + 4))\">\(Markup.escaped(label(tick, step)))</text>"
            )
            tick += step
        }
        for (time, text) in dates(times) {
            parts.append(
                "<text class=\"x\" text-anchor=\"middle\" font-size=\"11\" x=\"\(number(x(time)))\" y=\"\(number(height - 4))\">\(Markup.escaped(text))</text>"
            )
        }
        for line in lines {
            var path = ""
            for (time, value) in zip(times, line.values) {
                path += "\(path.isEmpty ? "M" : "L")\(number(x(time))) \(number(y(value)))"
            }
            if isArea {
                parts.append(
                    "<path class=\"area \(line.style)\" fill=\"#c0392b\" fill-opacity=\"0.2\" d=\"\(path)L\(number(x(times[times.count - 1]))) \(number(y(0)))L\(number(left)) \(number(y(0)))Z\"/>"
                )
            }
            parts.append(
                "<path class=\"line \(line.style)\" fill=\"none\" stroke=\"\(color(of: line.style))\" d=\"\(path)\"><title>\(Markup.escaped(line.name))</title></path>"
            )
        }
        return "<figure><figcaption>\(Markup.escaped(title))\(legend(lines))</figcaption>"
            + "<svg viewBox=\"0 0 \(number(width)) \(number(height))\" role=\"img\" aria-label=\"\(Markup.escaped(title))\">\n"
            + parts.joined(separator: "\n") + "\n</svg></figure>"
    }

    /// For viewers that look at no style sheet; the page's own replaces it.
    private static func color(of style: String) -> String {
        switch style {
        case "benchmark": "#b2761b"
        case "drawdown": "#c0392b"
        default: "#1f6feb"
        }
    }

    private static func legend(_ lines: [Line]) -> String {
        guard lines.count > 1 else { return "" }
        return lines.map { " <span class=\"key \($0.style)\">\(Markup.escaped($0.name))</span>" }.joined()
    }

    /// Horizontal bars about zero, one for each name.
    static func bars(_ title: String, _ rows: [(name: String, value: Double, text: String)]) -> String {
        guard !rows.isEmpty else { return "" }
        let most = max(rows.map { abs($0.value) }.max() ?? 0, 1e-12)
        let (names, texts, row) = (190.0, 130.0, 22.0)
        let middle = names + (width - names - texts) / 2
        let half = (width - names - texts) / 2
        let height = Double(rows.count) * row + 6
        var parts = [
            "<line class=\"axis\" stroke=\"#888\" x1=\"\(number(middle))\" x2=\"\(number(middle))\" y1=\"0\" y2=\"\(number(height))\"/>"
        ]
        for (place, bar) in rows.enumerated() {
            let top = Double(place) * row + 4
            let length = abs(bar.value) / most * half
            let start = bar.value < 0 ? middle - length : middle
            parts.append(
                "<text class=\"name\" text-anchor=\"end\" font-size=\"11\" x=\"\(number(names - 10))\" y=\"\(number(top + 12))\">\(Markup.escaped(bar.name))</text>"
            )
            parts.append(
                "<rect class=\"\(bar.value < 0 ? "loss" : "gain")\" fill=\"\(bar.value < 0 ? "#c0392b" : "#1a7f4b")\" x=\"\(number(start))\" y=\"\(number(top))\" width=\"\(number(max(length, 0.5)))\" height=\"14\"/>"
            )
            parts.append(
                "<text class=\"value\" text-anchor=\"end\" font-size=\"11\" x=\"\(number(width - 4))\" y=\"\(number(top + 12))\">\(Markup.escaped(bar.text))</text>"
            )
        }
        return "<figure><figcaption>\(Markup.escaped(title))</figcaption>"
            + "<svg viewBox=\"0 0 \(number(width)) \(number(height))\" role=\"img\" aria-label=\"\(Markup.escaped(title))\">\n"
            + parts.joined(separator: "\n") + "\n</svg></figure>"
    }

    // MARK: - Axes

    /// 1, 2 or 5 times a power of ten, and no less than that.
    static func niceStep(_ raw: Double) -> Double {
        guard raw > 0, raw.isFinite else { return 1 }
        var power = 1.0
        while power * 10 <= raw { power *= 10 }
        while power > raw { power /= 10 }
        return [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= raw * 0.999_999 } ?? power * 10
    }

    /// Six of them at most: dates, or times of day within two days.
    private static func dates(_ times: [Timestamp]) -> [(Timestamp, String)] {
        guard let first = times.first, let last = times.last else { return [] }
        let isShort = (last - first) < .seconds(2 * 86_400)
        return (0..<6).map { part in
            let offset = Int128((last - first).nanoseconds) * Int128(part * 2 + 1) / 12
            let time = Timestamp(nanoseconds: first.nanoseconds + Int64(offset))
            return (time, isShort ? String(time.description.dropFirst(11).prefix(5)) : time.dateText)
        }
    }

    private static func number(_ value: Double) -> String { Figure.text(value, decimals: 1, isTrimmed: true) }
}
