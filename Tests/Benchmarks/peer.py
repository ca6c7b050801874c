"""The rules of `scripts/bench --peers` in another engine: run by the Python that has it.

    python peer.py backtrader|back_trader FOLDER [--fills FILE]

Each symbol of the tape, by itself: when flat buy 100 at market, to be filled at the next bar's open. The first stop is 1 % below the
close of the decision or 1 % below the price paid, whichever is higher; from the bar after the entry on it trails the highest high by
1.5 %, and it never falls. R is the price paid less the stop of the decision; when a close is 2 R above the price paid, half is sold at
market, once. All prices are cents, and stops are rounded down.

The time counts from before the first file is opened until the last bar is done, without the start of Python and its imports.
"""
import argparse
import gc
import importlib
import json
import pathlib
import sys
import time


def rules(bt):
    completed, dead = bt.Order.Completed, {bt.Order.Canceled, bt.Order.Margin, bt.Order.Rejected, bt.Order.Expired}
    market, stop_type = bt.Order.Market, bt.Order.Stop

    class Slot:
        """What is kept for a symbol."""
        __slots__ = ("data", "name", "high", "close", "held", "waits", "first", "paid", "risk", "best", "level", "stop", "is_new", "took")

        def __init__(self, data, name):
            self.data, self.name, self.high, self.close = data, name, data.high, data.close
            self.held, self.waits, self.stop, self.is_new, self.took = 0, False, None, False, False

    class Rules(bt.Strategy):
        def __init__(self):
            self.slots = [Slot(data, data._name) for data in self.datas]
            self.owners, self.fills, self.sent, self.refused = {}, [], 0, 0

        def send(self, slot, what, size, **more):
            order = what(data=slot.data, size=size, **more)
            self.owners[order.ref] = slot
            self.sent += 1
            return order

        def next(self):
            for slot in self.slots:
                if slot.held == 0:
                    if not slot.waits:
                        slot.first = int(slot.close[0] * 100 + 0.5) * 99 // 100
                        slot.waits = True
                        self.send(slot, self.buy, 100, exectype=market)
                    continue
                if slot.is_new:
                    slot.is_new = False
                else:
                    high = int(slot.high[0] * 100 + 0.5)
                    if high > slot.best:
                        slot.best = high
                level = max(slot.level, slot.best * 985 // 1000)
                takes = not slot.took and int(slot.close[0] * 100 + 0.5) >= slot.paid + 2 * slot.risk
                if not takes and slot.stop is not None and level <= slot.level:
                    continue
                slot.level = level
                if slot.stop is not None:
                    self.cancel(slot.stop)
                rest = slot.held
                if takes:
                    slot.took, rest = True, slot.held // 2
                    self.send(slot, self.sell, slot.held - rest, exectype=market)
                slot.stop = self.send(slot, self.sell, rest, exectype=stop_type, price=level / 100)

        def notify_order(self, order):
            status = order.status
            if status == completed:
                slot, done = self.owners.pop(order.ref), order.executed
                size = abs(int(done.size))
                self.fills.append((slot.name, done.dt, order.isbuy(), size, done.price))
                if order.isbuy():
                    slot.held, slot.waits, slot.is_new, slot.took, slot.stop = size, False, True, False, None
                    slot.paid = slot.best = int(done.price * 100 + 0.5)
                    slot.level = max(slot.first, slot.paid * 99 // 100)
                    slot.risk = slot.paid - slot.first
                else:
                    slot.held -= size
                    if slot.stop is not None and slot.stop.ref == order.ref:
                        slot.stop = None
            elif status in dead:
                self.owners.pop(order.ref, None)
                self.refused += status != bt.Order.Canceled

    return Rules


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("engine", choices=["backtrader", "back_trader"])
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--fills", type=pathlib.Path, help="a file for the fills, one JSON list a line")
    options = options.parse_args()
    bt = importlib.import_module(options.engine)
    strategy = rules(bt)
    gc.collect()
    begin, processor = time.perf_counter(), time.process_time()
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker.setcash(100_000_000)
    cerebro.addstrategy(strategy)
    bars = 0
    for path in sorted(options.folder.glob("*-trade.csv")):
        name = path.name.removesuffix("-trade.csv")
        data = bt.feeds.GenericCSVData(
            dataname=str(path), dtformat="%Y-%m-%dT%H:%M:%SZ", timeframe=bt.TimeFrame.Minutes, compression=1,
            datetime=0, open=1, high=2, low=3, close=4, volume=5, openinterest=-1)
        cerebro.adddata(data, name=name)
    ran = cerebro.run()[0]
    seconds, processor = time.perf_counter() - begin, time.process_time() - processor
    for slot in ran.slots:
        bars += len(slot.data)
    if options.fills:
        with open(options.fills, "w") as file:
            for name, when, is_buy, size, price in ran.fills:
                at = bt.num2date(when).strftime("%Y-%m-%dT%H:%M:%SZ")
                file.write(json.dumps([name, at, "buy" if is_buy else "sell", size, round(price * 100)]) + "\n")
    json.dump({"seconds": seconds, "processor_seconds": processor, "bars": bars, "orders": ran.sent, "fills": len(ran.fills), "refused": ran.refused,
               "equity": cerebro.broker.getvalue()}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
