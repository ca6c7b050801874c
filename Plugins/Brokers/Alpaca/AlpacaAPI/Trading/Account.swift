import JSON
import Trading

extension Alpaca {
    /// `GET /v2/account`. What can be spent is rounded down at its sixth decimal, all else half to even.
    package struct Account: Record {
        package var id = AccountID("0")
        package var status = Open<AccountStatus>("")
        package var accountNumber: String?
        package var currency: String?
        package var cash: Money?
        package var equity: Money?
        package var lastEquity: Money?
        package var portfolioValue: Money?
        package var buyingPower: Money?
        package var regulationTBuyingPower: Money?
        package var nonMarginableBuyingPower: Money?
        package var optionsBuyingPower: Money?
        /// 1, 2 or 4.
        package var multiplier: Ratio?
        package var longMarketValue: Money?
        package var shortMarketValue: Money?
        package var initialMargin: Money?
        package var maintenanceMargin: Money?
        package var lastMaintenanceMargin: Money?
        package var sma: Money?
        package var accruedFees: Money?
        package var pendingRegulatoryFees: Money?
        package var pendingTransferIn: Money?
        package var pendingTransferOut: Money?
        package var intradayAdjustments: Money?
        package var balanceAsOf: Day?
        package var createdAt: Timestamp?
        package var optionsApprovedLevel: Int?
        package var optionsTradingLevel: Int?
        package var cryptoStatus: Open<AccountStatus>?
        package var isShortingEnabled: Bool?
        package var isTradingBlocked: Bool?
        package var areTransfersBlocked: Bool?
        package var isAccountBlocked: Bool?
        package var isTradingSuspendedByUser: Bool?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("id", &id)
            try list.required("status", &status)
            try list.optional("account_number", &accountNumber)
            try list.optional("currency", &currency)
            try list.optional("cash", &cash, .spendable)
            try list.optional("equity", &equity, .shown)
            try list.optional("last_equity", &lastEquity, .shown)
            try list.optional("portfolio_value", &portfolioValue, .shown)
            try list.optional("buying_power", &buyingPower, .spendable)
            try list.optional("regt_buying_power", &regulationTBuyingPower, .spendable)
            try list.optional("non_marginable_buying_power", &nonMarginableBuyingPower, .spendable)
            try list.optional("options_buying_power", &optionsBuyingPower, .spendable)
            try list.optional("multiplier", &multiplier)
            try list.optional("long_market_value", &longMarketValue, .shown)
            try list.optional("short_market_value", &shortMarketValue, .shown)
            try list.optional("initial_margin", &initialMargin, .shown)
            try list.optional("maintenance_margin", &maintenanceMargin, .shown)
            try list.optional("last_maintenance_margin", &lastMaintenanceMargin, .shown)
            try list.optional("sma", &sma, .shown)
            try list.optional("accrued_fees", &accruedFees, .shown)
            try list.optional("pending_reg_taf_fees", &pendingRegulatoryFees, .shown)
            try list.optional("pending_transfer_in", &pendingTransferIn, .shown)
            try list.optional("pending_transfer_out", &pendingTransferOut, .shown)
            try list.optional("intraday_adjustments", &intradayAdjustments, .shown)
            try list.optional("balance_asof", &balanceAsOf)
            try list.optional("created_at", &createdAt)
            try list.optional("options_approved_level", &optionsApprovedLevel)
            try list.optional("options_trading_level", &optionsTradingLevel)
            try list.optional("crypto_status", &cryptoStatus)
            try list.optional("shorting_enabled", &isShortingEnabled)
            try list.optional("trading_blocked", &isTradingBlocked)
            try list.optional("transfers_blocked", &areTransfersBlocked)
            try list.optional("account_blocked", &isAccountBlocked)
            try list.optional("trade_suspended_by_user", &isTradingSuspendedByUser)
        }
    }

    package typealias AccountID = ID<Account>

    /// `GET` and `PATCH /v2/account/configurations`; in a change only what is to change.
    package struct AccountConfiguration: Record {
        package var isOvernightTradingDisabled: Bool?
        package var isFractionalTradingEnabled: Bool?
        package var maximumMarginMultiplier: Ratio?
        package var maximumOptionsTradingLevel: Int?
        package var isShortingForbidden: Bool?
        package var isEntryIntoPartnershipsForbidden: Bool?
        package var isTradingSuspended: Bool?
        /// `all` or `none`.
        package var confirmationMail: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("disable_overnight_trading", &isOvernightTradingDisabled)
            try list.optional("fractional_trading", &isFractionalTradingEnabled)
            try list.optional("max_margin_multiplier", &maximumMarginMultiplier)
            try list.optional("max_options_trading_level", &maximumOptionsTradingLevel)
            try list.optional("no_shorting", &isShortingForbidden)
            try list.optional("ptp_no_exception_entry", &isEntryIntoPartnershipsForbidden)
            try list.optional("suspend_trade", &isTradingSuspended)
            try list.optional("trade_confirm_email", &confirmationMail)
        }
    }
}
