#!/usr/bin/env python3
"""Quotes from a CSV file with the columns time, symbol, bid, ask; the rows of one time are one update.

In real time the file begins now, and ``speed`` seconds of it pass in one.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from itertools import groupby
from pathlib import Path
from typing import Annotated

from bigbrother_plugin import Bounds, Market, ProviderContext, Quote, SettingsError, provider

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Settings:
    file: str  # relative to this folder, where the core starts the provider
    speed: Annotated[int, Bounds(at_least=1)] = 1

    def __post_init__(self) -> None:
        if not Path(self.file).is_file():
            raise SettingsError(f"there is no file {Path(self.file).resolve()}", "file")


@provider(settings=Settings)
def csv_quotes(settings: Settings, context: ProviderContext) -> Iterator[Market]:
    with open(settings.file, newline="", encoding="utf-8") as file:
        quotes = (quote(row, f"{settings.file} line {number}") for number, row in enumerate(csv.DictReader(file), 2))
        begin, first = time.time_ns(), None
        for at, together in groupby(quotes, key=lambda quote: quote.at):
            first = at if first is None else first
            now = at if context.lockstep else begin + (at - first) // settings.speed
            yield Market(at=now, session="regular", quotes=tuple(replace(quote, at=now) for quote in together))


def quote(row: dict[str, str], place: str) -> Quote:
    """Raises ``ValueError`` that says where."""
    try:
        at = (datetime.fromisoformat(row["time"].replace("Z", "+00:00")) - EPOCH) // timedelta(microseconds=1) * 1_000
        bid, ask = Decimal(row["bid"]), Decimal(row["ask"])
    except (KeyError, ValueError, TypeError, InvalidOperation) as error:
        raise ValueError(f"{place}: time, symbol, bid and ask are needed, such as 2026-03-16T13:31:00Z: {error!r}") from error
    return Quote(row["symbol"], at, bid=bid, ask=ask, last=bid)


if __name__ == "__main__":
    csv_quotes.run()
