"""A stop 2 % under every average price, and one fault. `policy.py FAULT`; `none` is sound."""
import os
import random
import sys
import time
from decimal import ROUND_DOWN, Decimal

from wire import Plugin, read


class Policy(Plugin):
    keys = ("distance",)
    seen = Decimal(0)

    def take(self, settings):
        distance = settings.get("distance", "0.02")
        if isinstance(distance, (bool, list, dict)) or not 0 < Decimal(str(distance)) < 1:
            if self.fault == "takes-wrong-settings":
                distance = "0.02"
            else:
                raise ValueError(f"distance is between 0 and 1, not {distance}")
        super().take(settings)

    def newest(self, messages):
        if self.fault == "ignores-newer":
            return messages
        kinds = []
        for frames in messages:
            try:
                kinds.append(read(frames[0]).get("type"))
            except ValueError:
                kinds.append(None)
        last = max((index for index, kind in enumerate(kinds) if kind == "evaluate"), default=-1)
        return [frames for index, frames in enumerate(messages) if kinds[index] != "evaluate" or index == last]

    def price(self, text):
        if self.fault == "floats":
            return Decimal(float(text)).quantize(Decimal("0.00000001"))
        if not isinstance(text, str) or not text.lstrip("-").replace(".", "", 1).isdigit():
            raise ValueError(f"{text!r} is no decimal")
        return Decimal(text)

    def stop(self, position):
        share = 1 - Decimal(str(self.settings.get("distance", "0.02")))
        average = self.price(position["average_price"])
        if self.fault == "leaks":
            self.seen = average = max(average, self.seen)
        if position["quantity"].startswith("-"):
            share = 2 - share
        stop = max(Decimal("0.00000001"), (average * share).quantize(Decimal("0.00000001"), ROUND_DOWN))
        if self.fault == "of-its-process":
            stop += os.getpid() % 1000
        return format(stop, "f")

    def answer(self, header, body):
        if header["type"] != "evaluate":
            raise ValueError(f"a policy knows no {header['type']}")
        positions = body["positions"]
        if not isinstance(positions, list):
            raise ValueError("positions are a list")
        if self.fault == "ignores-newer":
            time.sleep(0.1)
        if self.fault == "late" and len(positions) > 500:
            time.sleep(6)
        if self.fault == "dies-empty" and not positions:
            sys.exit(1)
        if self.fault == "strict" and "of_a_later_minor" in body:
            raise ValueError("unknown field of_a_later_minor")
        if self.fault == "speaks-as-broker":
            self.send("done", {}, re=header["id"])
        reasons = [f"{random.random()}" if self.fault == "random" else "2 % under the average price"] * len(positions)
        advice = [{"symbol": position["symbol"], "advice": {"protect": {"stop_price": self.stop(position)}},
                   "urgency": "high", "reason": reason} for position, reason in zip(positions, reasons)]
        cycle = header["cycle"] + (1 if self.fault == "other-cycle" else 0)
        self.send("recommendations", {"recommendations": advice}, re=header["id"], cycle=cycle)


Policy(sys.argv[1]).run()
