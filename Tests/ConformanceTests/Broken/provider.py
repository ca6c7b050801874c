"""Sixty minutes of one symbol, and one fault. `provider.py FAULT`; `none` is sound."""
import sys
import time

from wire import Plugin

START, MINUTE, COUNT = 1_773_667_800 * 10**9, 60 * 10**9, 60


class Provider(Plugin):
    role, keys = "provider", ()

    def start(self, header, body):
        self.position, self.began = 0, time.time_ns()
        self.send("ready", {}, re=header["id"])

    def update(self, index, shift=0):
        end = START + (index + 1) * MINUTE + shift
        cents = 10_000 + index % 13
        price = f"{cents // 100}.{cents % 100:02}"
        bid = "0" if self.fault == "zero" and index == 7 else price
        at = end - 2 * MINUTE if self.fault == "goes-back" and index == 20 else end
        start = end - MINUTE + (MINUTE if self.fault == "future" and index == 5 else 0)
        update = {"at": str(at), "session": "regular",
                  "bars": [{"symbol": "CHECK", "start": str(start), "period": str(MINUTE), "open": price, "high": price,
                            "low": price, "close": price, "volume": "1000"}],
                  "quotes": [{"symbol": "CHECK", "bid": bid, "ask": "101", "last": price, "at": str(at)}]}
        if index == COUNT - 1:
            update["is_last"] = True
        return update

    def answer(self, header, body):
        if header["type"] != "advance":
            raise ValueError(f"a provider knows no {header['type']}")
        if self.position >= COUNT:
            if self.fault != "never-ends":
                raise ValueError("the tape has ended")
            self.position = COUNT - 1
        update = self.update(self.position)
        if self.fault == "of-its-process":
            update["quotes"][0]["bid_size"] = str(self.began % 1_000_000)
        self.position += 1
        self.send("market", update, re=header["id"])
        if self.fault == "twice" and self.position == 3:
            self.send("market", update, re=header["id"])

    def due(self):
        """In real time a minute of the tape is a fifth of a second."""
        return self.began + (self.position + 1) * 200_000_000

    def pause(self):
        if not self.session or self.lockstep:
            return 200
        return min(200, max(0, (self.due() - time.time_ns()) // 1_000_000 + 1))

    def tick(self):
        ahead = {"early": 10**10, "stale": 0}.get(self.fault, 0)
        while not self.lockstep and self.position < COUNT and self.due() <= time.time_ns() + ahead:
            back = 10**11 if self.fault == "stale" else 0
            shift = self.due() - back - (START + (self.position + 1) * MINUTE)
            update = self.update(self.position, shift)
            self.position += 1
            self.send("market", update)


Provider(sys.argv[1]).run()
