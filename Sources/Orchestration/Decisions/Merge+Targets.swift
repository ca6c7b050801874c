import Trading

extension Merge {
    mutating func mergeTargets() {
        for (item, resolved) in live where resolved == .release {
            let owns = plan.targetOwner == item.policy
            if owns { (plan.target, plan.targetOwner) = (nil, nil) }
            note(
                item, owns ? .taken : .noted,
                owns ? .targetReleased : .ownsNoTarget)
        }
        var targets: [(item: PolicyAdvice, price: Price)] = []
        for index in live.indices {
            guard case .target(let price) = live[index].resolved else { continue }
            let item = live[index].item
            if facts.position == nil {
                note(item, .absorbed, .nothingHeld)
            } else if !price.isPositive {
                note(item, .refused, .defect(.targetNotPositive(price)))
            } else if let why = distance(price) ?? wrongSide(price) {
                note(item, .refused, .defect(why))
            } else {
                targets.append((item, price))
            }
        }
        guard let position = facts.position else { return }
        let nearest = targets.min { position.isLong ? $0.price < $1.price : $0.price > $1.price }
        guard let nearest else { return }
        let isKept = isFurther(nearest.price, than: plan.target, isLong: position.isLong) && !owns(nearest.item)
        let (standing, wait) = (plan.target, reasonToStay(nearest.item, at: nearest.price))
        let moves = !isKept && wait == nil
        if moves { (plan.target, plan.targetOwner) = (nearest.price, nearest.item.policy) }
        for target in targets {
            if reducesTo?.isZero == true {
                note(target.item, .absorbed, .wholePositionSold)
            } else if target.item != nearest.item {
                note(target.item, .absorbed, by: nearest.item.policy, .nearerTargetSet)
            } else if moves {
                note(target.item, .taken, .targetSet(target.price))
            } else if let wait, !isKept, target.price != standing {
                note(target.item, .deferred, wait)
            } else {
                note(target.item, .absorbed, by: plan.targetOwner, isKept ? .notTargetOwner : .targetThereAlready)
            }
        }
    }

    /// I-MERGE-7: a target on the wrong side of the stop can rest beside no stop. One that the market has passed would close the
    /// position at once: who wants that says so. A target that stands already is reached, and not refused.
    private func wrongSide(_ target: Price) -> AdviceDefect? {
        guard let isLong = facts.position?.isLong, target != plan.target else { return nil }
        let levels = [plan.stop?.stopPrice, facts.price].compactMap { $0 }
        let passed = levels.first { isLong ? target <= $0 : target >= $0 }
        return passed.map { .targetNotOnWinningSide(target: target, of: $0) }
    }

    /// A target that nobody owns is anybody's.
    private func owns(_ item: PolicyAdvice) -> Bool { plan.targetOwner.map { $0 == item.policy } ?? true }

    private func isFurther(_ price: Price, than standing: Price?, isLong: Bool) -> Bool {
        standing.map { isLong ? price > $0 : price < $0 } ?? false
    }

    private func reasonToStay(_ item: PolicyAdvice, at price: Price) -> DispositionReason? {
        guard let standing = plan.target, plan.targetOwner != nil else { return nil }
        let least = leastMove(of: standing, for: item)
        guard Self.distance(price, standing) < max(1, least.units) else { return nil }
        return Self.moveTooSmall(of: .target, at: standing, least, isUp: nil)
    }
}
