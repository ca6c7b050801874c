import Trading

extension Ratio {
    /// `; 5 is 500 %, 5 % is 0.05`, of a figure that was meant as a per cent; empty for one that cannot have been.
    var wordsIfPercent: String {
        let hundredth = units / 100
        guard self >= .one, units % 100 == 0, hundredth < Ratio.scale else { return "" }
        return "; \(self) is \(units / (Ratio.scale / 100)) %, \(self) % is \(Ratio(units: hundredth))"
    }
}
