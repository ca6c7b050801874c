import Trading

/// Every position as policies and people see it.
package struct PositionList {
    package let positions: [PositionView]

    /// - Throws: ``NumericError`` when the figures overflow.
    package init(_ state: CoreState) throws(NumericError) {
        let builder = PositionViewer(
            state: state.marked, now: state.now, sectors: state.configuration.sectors)
        let equity = try state.marked.equity()
        var positions: [PositionView] = []
        for (_, record) in state.portfolio.positions.inOrder {
            positions.append(try builder.view(record, equity: equity))
        }
        self.positions = positions
    }
}
