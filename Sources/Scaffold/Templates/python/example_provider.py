"""Quotes from a CSV file; the rows of one time are one update. In real time the file begins now."""
import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from bigbrother_plugin import Market, ProviderContext, Quote, SettingsError, provider

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Settings:
    file: str = "quotes.csv"

    def __post_init__(self) -> None:
        if not Path(self.file).is_file():
            raise SettingsError(f"there is no file {Path(self.file).resolve()}", "file")


@provider(settings=Settings)
def example_provider(settings: Settings, context: ProviderContext) -> Iterator[Market]:
    """In the order of time; the kit asks for the next one when it is due, and marks the last."""
    with open(settings.file, newline="", encoding="utf-8") as file:
        began, first = time.time_ns(), None
        for at, together in groupby(map(quote, csv.DictReader(file)), key=lambda one: one.at):
            first = at if first is None else first
            now = at if context.lockstep else began + at - first
            yield Market(at=now, session="regular", quotes=tuple(replace(one, at=now) for one in together))


def quote(row: dict[str, str]) -> Quote:
    at = (datetime.fromisoformat(row["time"].replace("Z", "+00:00")) - EPOCH) // timedelta(microseconds=1) * 1_000
    bid, ask = Decimal(row["bid"]), Decimal(row["ask"])
    return Quote(row["symbol"], at, bid=bid, ask=ask, last=bid)


if __name__ == "__main__":
    example_provider.run()
