"""ccxt, which trades crypto only: the orders of BTC/USD, its own way of reading them, and public market data without a key."""
import tempfile

import ccxt
import rig


def client(venue):
    exchange = ccxt.alpaca({"apiKey": "demo-key", "secret": "demo-secret"})
    exchange.urls["api"] = {"trader": venue.url, "market": venue.url}
    exchange.load_markets()
    return exchange


def orders(venue):
    """orders are placed, read, edited, listed and canceled"""
    exchange = client(venue)
    assert exchange.market("BTC/USD")["active"]
    bought = exchange.create_order("BTC/USD", "market", "buy", 2.5)
    assert exchange.fetch_order(bought["id"])["status"] == "closed"
    resting = exchange.create_order("BTC/USD", "limit", "sell", 1.25, 120.5)
    assert [order["id"] for order in exchange.fetch_open_orders("BTC/USD")] == [resting["id"]]
    changed = exchange.edit_order(resting["id"], "BTC/USD", "limit", "sell", 1.5, 121)
    assert changed["id"] != resting["id"]
    exchange.cancel_order(changed["id"])
    assert exchange.fetch_open_orders("BTC/USD") == []
    stop = exchange.create_order("BTC/USD", "limit", "sell", 1, 90, {"triggerPrice": 91})
    assert exchange.fetch_order(stop["id"])["status"] == "open"
    exchange.cancel_all_orders()
    assert {order["id"] for order in exchange.fetch_closed_orders("BTC/USD")} >= {bought["id"]}
    trades = exchange.fetch_my_trades("BTC/USD")
    assert [(trade["order"], trade["amount"]) for trade in trades] == [(bought["id"], 2.5)]
    balance = exchange.fetch_balance()
    assert balance["BTC"]["total"] == 2.5 and balance["USD"]["free"] < 100000


def errors(venue):
    """what is refused is one of ccxt's own errors"""
    exchange = client(venue)
    for error, order in [
        (ccxt.InsufficientFunds, ("BTC/USD", "limit", "buy", 100000, 100)),
        (ccxt.BaseError, ("BTC/USD", "market", "sell", 1)),
    ]:
        try:
            exchange.create_order(*order)
        except error:
            continue
        raise AssertionError(f"nothing was refused: {order}")
    exchange.secret = "wrong"
    try:
        exchange.fetch_open_orders("BTC/USD")
    except ccxt.AuthenticationError:
        return
    raise AssertionError("a wrong secret was let in")


def market_data(venue):
    """bars and the ticker, for which ccxt sends no key"""
    exchange = client(venue)
    venue.advance(600)
    bars = exchange.fetch_ohlcv("BTC/USD", "1m", since=exchange.parse8601("2026-03-16T13:30:00Z"))
    assert len(bars) == 11 and bars[0][1] == 100.1, bars
    ticker = exchange.fetch_ticker("BTC/USD")
    assert ticker["bid"] < ticker["ask"] and ticker["last"]


with tempfile.TemporaryDirectory() as folder:
    rig.run("ccxt", [orders, errors, market_data], tape=rig.renamed(folder, "BTC/USD"))
