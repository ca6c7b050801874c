extension Alpaca {
    package enum OrderStatus: String, Word {
        case new
        case partiallyFilled = "partially_filled"
        case filled
        case doneForDay = "done_for_day"
        case canceled
        case expired
        case replaced
        case pendingCancel = "pending_cancel"
        case pendingReplace = "pending_replace"
        /// alpaca-py knows it; the OpenAPI does not.
        case pendingReview = "pending_review"
        case accepted
        case pendingNew = "pending_new"
        case acceptedForBidding = "accepted_for_bidding"
        case stopped
        case rejected
        case suspended
        case calculated
        /// A leg that waits for its entry.
        case held

        /// Whether nothing can become of the order any more. `done_for_day` and `calculated` can still go on.
        package var isTerminal: Bool {
            switch self {
            case .filled, .canceled, .expired, .rejected, .replaced: true
            case .new, .partiallyFilled, .doneForDay, .pendingCancel, .pendingReplace, .pendingReview, .accepted,
                .pendingNew, .acceptedForBidding, .stopped, .suspended, .calculated, .held:
                false
            }
        }
    }

    package enum OrderType: String, Word {
        case market, limit, stop
        case stopLimit = "stop_limit"
        case trailingStop = "trailing_stop"
    }

    package enum Side: String, Word {
        case buy, sell
        /// In activities only.
        case sellShort = "sell_short"
    }

    package enum PositionSide: String, Word { case long, short }

    package enum TimeInForce: String, Word { case day, gtc, opg, cls, ioc, fok }

    package enum OrderClass: String, Word {
        /// The same as `simple`.
        case unnamed = ""
        case simple, bracket, oco, oto, mleg
    }

    package enum GroupRole: String, Word {
        case entry
        case takeProfit = "take_profit"
        case stopLoss = "stop_loss"
    }

    package enum PositionIntent: String, Word {
        case buyToOpen = "buy_to_open"
        case buyToClose = "buy_to_close"
        case sellToOpen = "sell_to_open"
        case sellToClose = "sell_to_close"
    }

    package enum AssetClass: String, Word {
        case usEquity = "us_equity"
        case usOption = "us_option"
        case crypto
        case cryptoPerpetual = "crypto_perp"
        case treasury, corporate
        case globalEquity = "global_equity"
        case usIndex = "us_index"
        case usEquityChain = "us_equity_chain"
        case ipo
    }

    package enum AssetStatus: String, Word { case active, inactive }

    package enum AssetAttribute: String, Word {
        case ptpNoException = "ptp_no_exception"
        case ptpWithException = "ptp_with_exception"
        case ipo
        case hasOptions = "has_options"
        case optionsLateClose = "options_late_close"
        case fractionalExtendedHours = "fractional_eh_enabled"
        case overnightTradable = "overnight_tradable"
        case overnightHalted = "overnight_halted"
    }

    package enum BorrowStatus: String, Word {
        case easyToBorrow = "easy_to_borrow"
        case hardToBorrow = "hard_to_borrow"
    }

    package enum AccountStatus: String, Word {
        case inactive = "INACTIVE"
        case paperOnly = "PAPER_ONLY"
        case onboarding = "ONBOARDING"
        case submissionFailed = "SUBMISSION_FAILED"
        case submitted = "SUBMITTED"
        case accountUpdated = "ACCOUNT_UPDATED"
        case approvalPending = "APPROVAL_PENDING"
        case active = "ACTIVE"
        case rejected = "REJECTED"
        case accountClosed = "ACCOUNT_CLOSED"
        case approved = "APPROVED"
        case accountClosedPending = "ACCOUNT_CLOSED_PENDING"
        case actionRequired = "ACTION_REQUIRED"
        case limited = "LIMITED"
    }

    package enum SortDirection: String, Word {
        case ascending = "asc"
        case descending = "desc"
    }

    /// Which orders a list has.
    package enum OrderListStatus: String, Word { case open, closed, all }
}
