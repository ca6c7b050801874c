"""alpaca-trade-api, the client of before 2023, which many bots still have: the old authentication of the stream, and its own retries."""
import asyncio

import alpaca_trade_api
import rig
from alpaca_trade_api.rest import APIError
from alpaca_trade_api.stream import Stream


def client(venue):
    return alpaca_trade_api.REST("demo-key", "demo-secret", base_url=venue.url)


def orders(venue):
    """orders are placed, listed, replaced and canceled"""
    api = client(venue)
    assert api.get_account().cash == "100000"
    assert api.get_clock().is_open
    assert len(api.list_assets()) == 6
    bought = api.submit_order("ALFA", 10, "buy", "market", "day")
    assert api.get_order(bought.id).status == "filled"
    resting = api.submit_order("ALFA", 10, "sell", "limit", "gtc", limit_price="120", client_order_id="mine")
    assert api.get_order_by_client_order_id("mine").id == resting.id
    changed = api.replace_order(resting.id, qty="5", limit_price="121")
    assert changed.replaces == resting.id
    assert [order.id for order in api.list_orders()] == [changed.id]
    api.cancel_order(changed.id)
    assert api.list_orders() == []
    assert [activity.activity_type for activity in api.get_activities()] == ["FILL"]
    assert api.get_position("ALFA").qty == "10"
    api.close_position("ALFA")
    assert api.list_positions() == []
    assert api.get_calendar("2026-03-16", "2026-03-16")[0].close.hour == 16


def groups(venue):
    """a bracket with its legs"""
    api = client(venue)
    bracket = api.submit_order(
        "ALFA", 10, "buy", "market", "gtc", order_class="bracket", take_profit={"limit_price": 120}, stop_loss={"stop_price": 90})
    assert len(bracket.legs) == 2
    assert [leg.status for leg in api.get_order(bracket.id, nested=True).legs] == ["new", "held"]
    api.cancel_all_orders()
    api.close_all_positions()
    assert api.list_positions() == []


def errors(venue):
    """what is refused has a status and a code"""
    api = client(venue)
    with rig.refused(APIError, 403, "insufficient qty"):
        api.submit_order("ALFA", 10, "sell", "market", "day")
    with rig.refused(APIError, 404, "order not found"):
        api.get_order("00000000-0000-4000-8000-000000000000")


def stream(venue):
    """the stream tells of an order"""
    api, heard = client(venue), []

    async def listen():
        feed = Stream("demo-key", "demo-secret", base_url=venue.url, data_stream_url=venue.socket)
        done = asyncio.Event()

        async def hear(update):
            heard.append(update)
            if update.event == "fill":
                done.set()

        feed.subscribe_trade_updates(hear)
        task = asyncio.create_task(feed._trading_ws._run_forever())
        # An order that is placed before it listens is never told: another one is placed until one is.
        for _ in range(100):
            await asyncio.to_thread(api.submit_order, "ALFA", 1, "buy", "market", "day")
            try:
                await asyncio.wait_for(done.wait(), 0.2)
                break
            except asyncio.TimeoutError:
                continue
        task.cancel()

    asyncio.run(listen())
    assert "fill" in [update.event for update in heard], heard
    assert heard[-1].order["symbol"] == "ALFA"


rig.run("alpaca-trade-api", [orders, groups, errors, stream])
