import Trading

/// One cycle's advice, put in order of the symbols without a copy of any of it: policies say the same of thousands of symbols again
/// and again, and most of it is only compared.
struct AdviceBySymbol {
    /// Where a recommendation on a symbol stands.
    struct Place {
        var symbol: Symbol
        var answer: Int
        var index: Int
    }

    private let answers: [PolicyAnswer]
    private var places: [Place] = []
    /// What concerns no single symbol.
    private(set) var everywhere: [PolicyAdvice] = []

    init(_ answers: [PolicyAnswer]) {
        self.answers = answers
        places.reserveCapacity(answers.reduce(0) { $0 + $1.recommendations.count })
        for answer in answers.indices {
            for index in answers[answer].recommendations.indices {
                let symbol = answers[answer].recommendations[index].symbol
                if let symbol, !answers[answer].recommendations[index].advice.isForPortfolio {
                    places.append(Place(symbol: symbol, answer: answer, index: index))
                } else {
                    everywhere.append(
                        PolicyAdvice(
                            policy: answers[answer].policy, recommendation: answers[answer].recommendations[index]))
                }
            }
        }
        // Of one symbol as they came.
        places.sort { ($0.symbol, $0.answer, $0.index) < ($1.symbol, $1.answer, $1.index) }
    }

    /// The places of each symbol, in order of the symbols.
    /// - Parameter others: symbols that are among them, with no place where nothing is said of them.
    func groups(with others: [Symbol]) -> [(symbol: Symbol, places: Range<Int>)] {
        var groups: [(symbol: Symbol, places: Range<Int>)] = []
        var start = 0
        while start < places.count {
            var end = start + 1
            while end < places.count, places[end].symbol == places[start].symbol { end += 1 }
            groups.append((places[start].symbol, start..<end))
            start = end
        }
        let silent = Set(others).subtracting(groups.map(\.symbol))
        guard !silent.isEmpty else { return groups }
        return (groups + silent.map { ($0, 0..<0) }).sorted { $0.symbol < $1.symbol }
    }

    /// Whether what stands there is the same, but for words and figures behind it.
    func says(_ said: StandingAdvice.Said, at place: Int) -> Bool {
        let (answer, index) = (places[place].answer, places[place].index)
        return answers[answer].policy == said.policy && said.isSaid(by: answers[answer].recommendations[index])
    }

    func advice(_ range: Range<Int>) -> [PolicyAdvice] {
        range.map { place in
            let (answer, index) = (places[place].answer, places[place].index)
            return PolicyAdvice(policy: answers[answer].policy, recommendation: answers[answer].recommendations[index])
        }
    }
}
