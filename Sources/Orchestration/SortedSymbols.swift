import Trading

/// Symbols in order, each once.
struct SortedSymbols: Sendable {
    private let symbols: [Symbol]

    /// - Precondition: in order, each once.
    init(_ symbols: [Symbol]) { self.symbols = symbols }

    func contains(_ symbol: Symbol) -> Bool {
        var (low, high) = (0, symbols.count)
        while low < high {
            let middle = (low + high) / 2
            if symbols[middle] < symbol { low = middle + 1 } else { high = middle }
        }
        return low < symbols.count && symbols[low] == symbol
    }
}
