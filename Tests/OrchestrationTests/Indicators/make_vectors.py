#!/usr/bin/env python3
"""Makes vectors.json: what MarketSeries must answer, by TA-Lib, pandas and numpy, which share no code with it.

    python3 -m venv /tmp/v && /tmp/v/bin/pip install TA-Lib numpy pandas
    /tmp/v/bin/python make_vectors.py          # writes beside this file

ATR, EMA, SMA, highest and lowest are TA-Lib's, volatility and correlation pandas' and numpy's, longer bars are those of
pandas' resample. `real` needs the prices that docs/study.md names (AAPL and SPY of QuantConnect/Lean, Apache-2.0), in
the folder BIGBROTHER_MARKET_DATA; where they are absent the rows of the last run are kept. Figures are rounded to the
decimals of a Price (8) or a Ratio (6); binary floating point is exact to some 10^-11 here, so ours may differ by one in
the last decimal and no more.
"""

import gzip
import json
import os
import pathlib
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import talib

HERE = pathlib.Path(__file__).parent
DATA = pathlib.Path(os.environ.get("BIGBROTHER_MARKET_DATA", "market-data")) / "us-equity-daily"
NEW_YORK = ZoneInfo("America/New_York")
generator = np.random.default_rng(20260101)


def figures(bars: pd.DataFrame, names: list[str], periods_per_year: float) -> dict[str, list[str | None]]:
    """A column of text for each name such as `atr(14`, null while it is not known."""
    high, low, close = (bars[name].to_numpy(float) for name in ("high", "low", "close"))
    columns = {}
    for name in names:
        kind, length = name.split("(")
        n = int(length.split(",")[0])
        match kind:
            case "atr": column = talib.ATR(high, low, close, timeperiod=n)
            case "sma": column = talib.SMA(close, timeperiod=n) if n > 1 else close
            case "ema": column = talib.EMA(close, timeperiod=n) if n > 1 else close
            case "highest": column = talib.MAX(high, timeperiod=n) if n > 1 else high
            case "lowest": column = talib.MIN(low, timeperiod=n) if n > 1 else low
            case "volatility":
                returns = pd.Series(close).pct_change()
                # Each window by itself: pandas' rolling std drifts.
                column = returns.rolling(n).apply(lambda window: np.std(window, ddof=1), raw=True).to_numpy()
                column = column * np.sqrt(periods_per_year)
        places = 6 if kind == "volatility" else 8
        columns[name] = [None if np.isnan(value) else f"{value:.{places}f}" for value in column]
    return columns


def start(day: pd.Timestamp, clock: str) -> int:
    return int(pd.Timestamp(f"{day.date()} {clock}", tz=NEW_YORK).as_unit("ns").value)


def rows(bars: pd.DataFrame) -> list[list[str]]:
    """Start, open, high, low, close, volume."""
    return [[str(row.start), *(f"{getattr(row, name):.2f}" for name in ("open", "high", "low", "close")),
             str(int(row.volume))] for row in bars.itertuples()]


def walk(count: int, price: float, step: float, market: np.ndarray | None = None) -> pd.DataFrame:
    """Bars in cents; with `market`, half of every move is shared."""
    moves = generator.normal(0, step, count)
    if market is not None:
        moves = 0.5 * moves + 0.5 * market
    close = np.round(price * np.exp(np.cumsum(moves)), 2)
    before = np.concatenate([[price], close[:-1]])
    open_ = np.round(before * np.exp(generator.normal(0, step / 3, count)), 2)
    spread = np.abs(generator.normal(0, step, (2, count)))
    high = np.round(np.maximum(open_, close) * (1 + spread[0]), 2)
    low = np.round(np.minimum(open_, close) * (1 - spread[1]), 2)
    return pd.DataFrame(dict(open=open_, high=high, low=low, close=close,
                             volume=generator.integers(100, 100_000, count)))


DAILY = ["atr(1,1d)", "atr(2,1d)", "atr(14,1d)", "sma(1,1d)", "sma(20,1d)", "ema(1,1d)", "ema(12,1d)", "ema(50,1d)",
         "highest(1,1d)", "highest(20,1d)", "lowest(10,1d)", "volatility(2,1d)", "volatility(20,1d)"]

REAL = ["atr(14,1d)", "sma(20,1d)", "ema(12,1d)", "highest(20,1d)", "volatility(20,1d)"]


def correlations(bars: dict[str, pd.DataFrame], length: int) -> list:
    """Pearson over the newest `length` returns between days that both have."""
    closes = {name: frame.set_index("start").close for name, frame in bars.items()}
    result = []
    for first in closes:
        row = []
        for second in closes:
            both = pd.concat([closes[first], closes[second]], axis=1, join="inner")
            returns = both.pct_change().dropna().tail(length).to_numpy()
            row.append(f"{np.corrcoef(returns.T)[0, 1]:.6f}")
        result.append(row)
    return result


def daily() -> dict:
    days = pd.bdate_range("2025-09-01", periods=100)
    market = generator.normal(0, 0.015, len(days))
    bars = {name: walk(len(days), price, 0.02, None if name == "WALKA" else market)
            for name, price in [("WALKA", 35.0), ("WALKB", 412.5), ("WALKC", 3.2)]}
    for name, frame in bars.items():
        frame["start"] = [start(day, "00:00") for day in days]
        if name == "WALKC":  # has gaps
            bars[name] = frame[generator.random(len(frame)) > 0.1].reset_index(drop=True)
    length = 30
    return dict(period="86400000000000", bars={name: rows(frame) for name, frame in bars.items()},
                figures={name: figures(frame, DAILY, 252) for name, frame in bars.items()},
                correlation=dict(length=length, symbols=list(bars), rows=correlations(bars, length)))


def minutes() -> dict:
    """Three days over the change to daylight saving time, with gaps, and with trade before and after hours."""
    parts = []
    price = 88.0
    for day in pd.bdate_range("2026-03-05", periods=3):
        clock = pd.date_range(f"{day.date()} 09:00", f"{day.date()} 16:29", freq="1min", tz=NEW_YORK)
        part = walk(len(clock), price, 0.0015)
        part.index = clock
        price = float(part.close.iloc[-1]) * 1.01
        parts.append(part[generator.random(len(part)) > 0.15])
    bars = pd.concat(parts)
    for late in ["2026-03-06 15:59", "2026-03-06 09:30"]:  # neither the first nor the last minute has to have trade
        bars = bars.drop(pd.Timestamp(late, tz=NEW_YORK), errors="ignore")
    bars["start"] = [int(time.as_unit("ns").value) for time in bars.index]
    regular = bars.between_time("09:30", "15:59")
    how = dict(open="first", high="max", low="min", close="last", volume="sum")
    longer, columns = {}, {}
    for name, rule, periods_per_year in [("1m", "1min", 252 * 390), ("5m", "5min", 252 * 78), ("15m", "15min", 252 * 26),
                                         ("1h", "60min", 252 * 6.5), ("1d", None, 252)]:
        if rule is None:
            made = regular.groupby(regular.index.date).agg(how)
            made["start"] = [start(pd.Timestamp(day), "09:30") for day in made.index]
        else:
            made = regular.resample(rule, origin="start_day", offset="30min").agg(how).dropna()
            made["start"] = [int(time.as_unit("ns").value) for time in made.index]
        wanted = [f"atr(2,{name})", f"sma(3,{name})", f"volatility(2,{name})"]
        if name != "1d":
            wanted += [f"ema(9,{name})", f"highest(5,{name})", f"atr(14,{name})", f"volatility(20,{name})"]
        if name == "1m":
            wanted = [f"atr(14,{name})", f"volatility(20,{name})"]
        columns |= figures(made, wanted, periods_per_year)
        if name != "1m":
            longer[name] = rows(made)
    return dict(period="60000000000", bars=rows(bars), longer=longer, figures=columns, days=sessions(regular))


def sessions(regular: pd.DataFrame) -> list[dict]:
    """The day so far, after some of the minutes."""
    result = []
    before = None
    for _, day in regular.groupby(regular.index.date):
        for count in [1, 2, 97, len(day)]:
            part = day.iloc[:count]
            typical = (part.high + part.low + part.close) / 3
            vwap = (typical * part.volume).sum() / part.volume.sum()
            last = float(part.close.iloc[-1])
            result.append(dict(
                after=str(part.start.iloc[-1]), open=f"{part.open.iloc[0]:.2f}", high=f"{part.high.max():.2f}",
                low=f"{part.low.min():.2f}", volume=str(int(part.volume.sum())), last=f"{last:.2f}",
                vwap=f"{vwap:.8f}", distance=f"{last / vwap - 1:.6f}",
                previousClose=None if before is None else f"{before:.2f}",
                gap=None if before is None else f"{part.open.iloc[0] / before - 1:.6f}"))
        before = float(day.close.iloc[-1])
    return result


def real(old: dict | None) -> dict | None:
    """AAPL and SPY around AAPL's 7:1 split of 2014-06-09, as traded; figures are those of AAPL in new shares."""
    if not DATA.exists():
        return old
    bars = {}
    for name in ["AAPL", "SPY"]:
        with gzip.open(DATA / f"{name}.csv.gz", "rt") as file:
            frame = pd.read_csv(file, parse_dates=["timestamp"])
        frame = frame[(frame.timestamp >= "2014-03-03") & (frame.timestamp < "2014-08-01")].reset_index(drop=True)
        frame["start"] = [start(day, "09:30") for day in frame.timestamp]
        bars[name] = frame
    adjusted = bars["AAPL"].copy()
    old_shares = adjusted.timestamp < "2014-06-09"
    adjusted[["open", "high", "low", "close"]] = adjusted[["open", "high", "low", "close"]].astype(float)
    adjusted.loc[old_shares, ["open", "high", "low", "close"]] /= 7
    both = dict(AAPL=adjusted, SPY=bars["SPY"])
    length = 60
    return dict(period="23400000000000", bars={name: rows(frame) for name, frame in bars.items()},
                splitBefore=str(start(pd.Timestamp("2014-06-09"), "09:30")),
                figures={name: figures(frame, REAL, 252) for name, frame in both.items()},
                correlation=dict(length=length, symbols=list(bars), rows=correlations(both, length)))


if __name__ == "__main__":
    target = HERE / "vectors.json"
    before = json.loads(target.read_text()) if target.exists() else {}
    vectors = dict(source=f"TA-Lib {talib.__ta_version__.decode().split()[0]}, numpy {np.__version__}, "
                          f"pandas {pd.__version__}", daily=daily(), minutes=minutes(), real=real(before.get("real")))
    # A line for each row, so that a change can be reviewed.
    text = json.dumps(vectors, separators=(",", ":")).replace("],[", "],\n[").replace("},", "},\n")
    target.write_text(text + "\n")
    print(target.name, len(text), "bytes")
