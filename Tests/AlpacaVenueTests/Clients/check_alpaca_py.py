"""alpaca-py against the venue: its models read every answer, so a wrong shape fails here."""
import datetime
import threading
import uuid

import rig
from alpaca.common.exceptions import APIError
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.live import StockDataStream
from alpaca.data.requests import (
    StockBarsRequest, StockLatestBarRequest, StockLatestQuoteRequest, StockLatestTradeRequest, StockQuotesRequest, StockSnapshotRequest)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderClass, OrderSide, OrderStatus, OrderType, QueryOrderStatus, TimeInForce, TradeEvent
from alpaca.trading.requests import (
    ClosePositionRequest, GetAssetsRequest, GetCalendarRequest, GetOrderByIdRequest, GetOrdersRequest, LimitOrderRequest, MarketOrderRequest,
    ReplaceOrderRequest, StopLimitOrderRequest, StopLossRequest, StopOrderRequest, TakeProfitRequest, TrailingStopOrderRequest)
from alpaca.trading.stream import TradingStream

DAY, GTC = TimeInForce.DAY, TimeInForce.GTC
BUY, SELL = OrderSide.BUY, OrderSide.SELL


def client(venue):
    return TradingClient("demo-key", "demo-secret", url_override=venue.url)


def market(side, quantity, symbol="ALFA", **more):
    return MarketOrderRequest(symbol=symbol, qty=quantity, side=side, time_in_force=DAY, **more)


def limit(side, quantity, price, symbol="ALFA", tif=DAY, **more):
    return LimitOrderRequest(symbol=symbol, qty=quantity, side=side, time_in_force=tif, limit_price=price, **more)


def reference(venue):
    """account, clock, calendar, assets and settings are read"""
    api = client(venue)
    account = api.get_account()
    assert account.cash == "100000" and account.status == "ACTIVE"
    assert api.get_clock().is_open
    days = api.get_calendar(GetCalendarRequest(start="2026-04-01", end="2026-04-07"))
    assert [str(day.date) for day in days] == ["2026-04-01", "2026-04-02", "2026-04-06", "2026-04-07"]
    assert len(api.get_all_assets(GetAssetsRequest())) == 6
    assert api.get_asset("BRVO").fractionable
    settings = api.get_account_configurations()
    settings.suspend_trade = True
    assert api.set_account_configurations(settings).suspend_trade
    with rig.refused(APIError, 403, "rejected by user request"):
        api.submit_order(market(BUY, 1))


def kinds(venue):
    """every kind of order is placed, read and canceled"""
    api = client(venue)
    api.submit_order(market(BUY, 100))
    orders = [
        limit(SELL, 10, 120), StopOrderRequest(symbol="ALFA", qty=10, side=SELL, time_in_force=GTC, stop_price=90),
        StopLimitOrderRequest(symbol="ALFA", qty=10, side=SELL, time_in_force=GTC, stop_price=90, limit_price=89.5),
        TrailingStopOrderRequest(symbol="ALFA", qty=10, side=SELL, time_in_force=GTC, trail_price=3),
        TrailingStopOrderRequest(symbol="ALFA", qty=10, side=SELL, time_in_force=GTC, trail_percent=4.5),
    ]
    for request in orders:
        placed = api.submit_order(request)
        read = api.get_order_by_id(placed.id)
        assert read.status == OrderStatus.NEW and read.type == request.type, read
        assert api.get_order_by_client_id(placed.client_order_id).id == placed.id
    assert len(api.get_orders()) == len(orders)
    assert api.get_open_position("ALFA").qty_available == "50"
    answers = api.cancel_orders()
    assert len(answers) == len(orders) and all(answer.status == 200 for answer in answers)
    assert api.get_orders() == []
    assert api.get_open_position("ALFA").qty_available == "100"
    bought = api.submit_order(MarketOrderRequest(symbol="BRVO", notional=120.5, side=BUY, time_in_force=DAY))
    assert bought.qty is None and bought.notional == "120.5"
    assert api.get_order_by_id(bought.id).status == OrderStatus.FILLED


def replacing(venue):
    """a replacement is another order, and the chain leads both ways"""
    api = client(venue)
    first = api.submit_order(limit(BUY, 10, 90))
    name = str(uuid.uuid4())
    second = api.replace_order_by_id(first.id, ReplaceOrderRequest(qty=12, limit_price=91, client_order_id=name))
    assert second.replaces == first.id and second.client_order_id == name and second.qty == "12"
    old = api.get_order_by_id(first.id)
    assert old.status == OrderStatus.REPLACED and old.replaced_by == second.id
    with rig.refused(APIError, 422, "replaced"):
        api.replace_order_by_id(first.id, ReplaceOrderRequest(limit_price=92))
    with rig.refused(APIError, 422, "not cancelable"):
        api.cancel_order_by_id(first.id)
    api.cancel_order_by_id(second.id)
    closed = api.get_orders(GetOrdersRequest(status=QueryOrderStatus.CLOSED))
    assert [order.id for order in closed] == [second.id, first.id]


def groups(venue):
    """bracket, OCO and OTO with their legs"""
    api = client(venue)
    legs = {"take_profit": TakeProfitRequest(limit_price=120), "stop_loss": StopLossRequest(stop_price=90, limit_price=89)}
    entry = api.submit_order(market(BUY, 10, order_class=OrderClass.BRACKET, **legs))
    assert [leg.status for leg in entry.legs] == [OrderStatus.HELD, OrderStatus.HELD]
    entry = api.get_order_by_id(entry.id, GetOrderByIdRequest(nested=True))
    assert entry.status == OrderStatus.FILLED
    assert [(leg.type, leg.status) for leg in entry.legs] == [(OrderType.LIMIT, OrderStatus.NEW), (OrderType.STOP_LIMIT, OrderStatus.HELD)]
    moved = api.replace_order_by_id(entry.legs[1].id, ReplaceOrderRequest(stop_price=92, limit_price=91))
    assert moved.stop_price == "92"
    nested = api.get_orders(GetOrdersRequest(nested=True))
    assert [order.id for order in nested] == [entry.id] and nested[0].legs[1].id == moved.id
    api.cancel_orders()
    exit_ = api.submit_order(LimitOrderRequest(
        symbol="ALFA", qty=10, side=SELL, time_in_force=GTC, limit_price=120, order_class=OrderClass.OCO, **legs))
    assert exit_.legs[0].type == OrderType.STOP_LIMIT
    assert api.get_open_position("ALFA").qty_available == "0"
    api.cancel_order_by_id(exit_.id)
    one = api.submit_order(market(BUY, 5, "BRVO", order_class=OrderClass.OTO, stop_loss=StopLossRequest(stop_price=40)))
    assert [leg.stop_price for leg in one.legs] == ["40"]


def stream(venue):
    """the stream tells each step of an order, with the figures of its executions"""
    api, heard = client(venue), rig.Heard()
    updates = TradingStream("demo-key", "demo-secret", url_override=venue.socket + "/stream")

    async def hear(update):
        heard.add(update)

    updates.subscribe_trade_updates(hear)
    threading.Thread(target=updates.run, daemon=True).start()
    # What is placed before it listens is never told: it is tried until the first event comes.
    for _ in range(100):
        api.cancel_order_by_id(api.submit_order(limit(BUY, 1, 50)).id)
        with heard.changed:
            if heard.changed.wait_for(lambda: heard.items, 0.1):
                break
    heard.wait(1)
    order = api.submit_order(limit(BUY, 10, 100, tif=GTC))
    second = api.replace_order_by_id(order.id, ReplaceOrderRequest(limit_price=101))
    mine = (order.id, second.id)
    told = heard.until(lambda items: any(update.event == TradeEvent.FILL and update.order.id == second.id for update in items))
    found = [update for update in told if update.order.id in mine]
    assert [update.event for update in found] == [TradeEvent.PENDING_NEW, TradeEvent.NEW, TradeEvent.REPLACED, TradeEvent.NEW, TradeEvent.FILL], found
    assert found[2].order.id == order.id and found[2].order.replaced_by == second.id
    fill = found[4]
    assert fill.order.id == second.id and fill.qty == 10 and fill.position_qty == 10 and fill.execution_id
    updates.stop()


def positions(venue):
    """positions are listed, read and closed in part and whole"""
    api = client(venue)
    api.submit_order(market(BUY, 100))
    api.submit_order(market(BUY, 10, "BRVO"))
    assert {position.symbol for position in api.get_all_positions()} == {"ALFA", "BRVO"}
    api.close_position("ALFA", ClosePositionRequest(qty="40"))
    assert api.get_open_position("ALFA").qty == "60"
    api.close_position("ALFA", ClosePositionRequest(percentage="50"))
    assert api.get_open_position("ALFA").qty == "30"
    api.submit_order(limit(SELL, 30, 120))
    with rig.refused(APIError, 403, "insufficient qty available"):
        api.close_position("ALFA")
    answers = api.close_all_positions(cancel_orders=True)
    assert [answer.status for answer in answers] == [200, 200]
    assert api.get_all_positions() == []
    with rig.refused(APIError, 404, "position does not exist"):
        api.get_open_position("ALFA")
    fills = api.get("/account/activities/FILL")
    assert len(fills) == 6 and fills[0]["symbol"] in ("ALFA", "BRVO")


def errors(venue):
    """what is refused has the vendor's status and code"""
    api = client(venue)
    api.submit_order(limit(BUY, 1, 90, client_order_id="once"))
    with rig.refused(APIError, 422, "client_order_id must be unique"):
        api.submit_order(limit(BUY, 1, 90, client_order_id="once"))
    with rig.refused(APIError, 422, "sub-penny"):
        api.submit_order(limit(BUY, 1, 90.005))
    with rig.refused(APIError, 403, "insufficient buying power"):
        api.submit_order(limit(BUY, 10000, 90))
    with rig.refused(APIError, 422, "could not find asset"):
        api.submit_order(market(BUY, 1, "NOPE"))
    with rig.refused(APIError, 404, "order not found"):
        api.get_order_by_id(uuid.uuid4())
    api.submit_order(market(BUY, 10, "BRVO"))
    api.submit_order(limit(SELL, 5, 60, "BRVO"))
    with rig.refused(APIError, 403, "potential wash trade"):
        api.submit_order(limit(BUY, 5, 60, "BRVO"))
    with rig.refused(APIError, 401, "not authorized"):
        TradingClient("demo-key", "wrong", url_override=venue.url).get_account()
    status, headers, _ = venue.raw("GET", "/v2/clock")
    assert status == 200 and headers["X-RateLimit-Limit"] == "200" and int(headers["X-RateLimit-Remaining"]) < 200


def history(venue):
    """bars of several lengths by pages, quotes, and the last of everything"""
    data = StockHistoricalDataClient("demo-key", "demo-secret", url_override=venue.url)
    venue.advance(1800)
    start = datetime.datetime(2026, 3, 16, tzinfo=datetime.timezone.utc)
    bars = data.get_stock_bars(StockBarsRequest(symbol_or_symbols=["ALFA", "BRVO"], timeframe=TimeFrame.Minute, start=start))
    assert len(bars["ALFA"]) == len(bars["BRVO"]) == 31 and bars["ALFA"][0].open == 100.1
    five = data.get_stock_bars(StockBarsRequest(symbol_or_symbols="ALFA", timeframe=TimeFrame(5, TimeFrameUnit.Minute), start=start))
    assert len(five["ALFA"]) == 7 and sum(bar.volume for bar in five["ALFA"]) == sum(bar.volume for bar in bars["ALFA"])
    assert len(data.get_stock_bars(StockBarsRequest(symbol_or_symbols="ALFA", timeframe=TimeFrame.Day, start=start))["ALFA"]) == 1
    status, _, page = venue.raw("GET", "/v2/stocks/bars?symbols=ALFA,BRVO&timeframe=1Min&limit=20")
    assert status == 200 and len(page["bars"]["ALFA"]) == 20 and page["next_page_token"]
    assert len(data.get_stock_quotes(StockQuotesRequest(symbol_or_symbols="ALFA", start=start))["ALFA"]) == 31
    assert data.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="ALFA"))["ALFA"].bid_price > 0
    assert data.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols="ALFA"))["ALFA"].price == bars["ALFA"][-1].close
    assert data.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols="ALFA"))["ALFA"].close == bars["ALFA"][-1].close
    shot = data.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols=["ALFA", "ECHO"]))
    assert shot["ECHO"].daily_bar.open and shot["ALFA"].minute_bar.close == bars["ALFA"][-1].close


def market_stream(venue):
    """the stream of market data, in MessagePack as this client has it"""
    heard = rig.Heard()
    feed = StockDataStream("demo-key", "demo-secret", url_override=venue.socket + "/v2/iex")

    async def hear(item):
        heard.add(item)

    feed.subscribe_bars(hear, "ALFA")
    feed.subscribe_quotes(hear, "BRVO")
    feed.subscribe_trades(hear, "ALFA")
    threading.Thread(target=feed.run, daemon=True).start()
    # What passes before it has subscribed is never told: minutes pass until one is heard.
    for _ in range(100):
        venue.advance(60)
        with heard.changed:
            if heard.changed.wait_for(lambda: len(heard.items) >= 6, 0.1):
                break
    found = heard.wait(6)
    assert {(type(item).__name__, item.symbol) for item in found} == {("Bar", "ALFA"), ("Quote", "BRVO"), ("Trade", "ALFA")}, found
    assert all(item.timestamp.year == 2026 for item in found)
    feed.stop()


rig.run("alpaca-py", [reference, kinds, replacing, groups, stream, positions, errors, history, market_stream])
