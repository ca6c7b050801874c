"""Our fills beside backtrader's, for `scripts/bench --peers --compare`.

Both are read into one list a symbol: (bar, side, quantity, cents). A trade is everything from the fill that makes a symbol long to the one
that makes it flat. Where a trade is not the same, the first fill that differs has a cause; the others, until both enter alike again, follow
from it.
"""
import collections
import datetime
import json
import re

line_of_ours = re.compile(r"(\S+) (bought|sold) (\d+) (\S+) at ([\d.]+)")


def ours(path):
    """By symbol. The core hears of a fill when its bar is over: a minute after its start."""
    found = collections.defaultdict(list)
    for line in path.read_text().splitlines():
        match = line_of_ours.match(line)
        if not match:
            raise SystemExit(f"bench: {path}: not a fill: {line}")
        at, verb, quantity, symbol, price = match.groups()
        start = datetime.datetime.fromisoformat(at.replace("Z", "+00:00")) - datetime.timedelta(minutes=1)
        found[symbol].append((start.strftime("%Y-%m-%dT%H:%M:%SZ"), "buy" if verb == "bought" else "sell", int(quantity), cents(price)))
    return found


def theirs(path):
    found = collections.defaultdict(list)
    for line in path.read_text().splitlines():
        symbol, at, side, quantity, price = json.loads(line)
        found[symbol].append((at, side, quantity, price))
    return found


def cents(text):
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def trades(fills):
    """Lists of fills, each from flat to flat; the last may be open."""
    found, held = [], 0
    for fill in fills:
        if held == 0:
            found.append([])
        found[-1].append(fill)
        held += fill[2] if fill[1] == "buy" else -fill[2]
    return found


# MARK: - Kinds of differences


kinds = {
    "night": "An order that was decided on the last bar of a day: ours is an order for the day, which the venue ends at the close, so it is decided "
             "again on the first bar of the next day; theirs waits for that bar's open.",
    "half": "While half is being sold the stop of the rest stays where it was, and is moved when the sale is done; theirs is moved at once, and was "
            "reached in that bar.",
    "other": "Not explained.",
}


def is_first_of_day(at):
    return at[11:16] in ("13:30", "14:30")


def cause(ours, theirs, before):
    """Of the first fill that differs; `before` has the fills of this trade that are the same."""
    if theirs and is_first_of_day(theirs[0]):
        return "night"
    if before and before[-1][1] == "sell" and ours and theirs and before[-1][0] in (ours[0], theirs[0]):
        return "half"
    return "other"


def differences(ours, theirs):
    """Each cause with its example, and how many fills of ours only follow from one."""
    causes, follow = [], 0
    one, other = trades(ours), trades(theirs)
    known = set(theirs)
    starts = {trade[0]: number for number, trade in enumerate(other)}
    i = j = 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            i, j = i + 1, j + 1
            continue
        same = 0
        while same < min(len(one[i]), len(other[j])) and one[i][same] == other[j][same]:
            same += 1
        first = one[i][same] if same < len(one[i]) else None
        second = other[j][same] if same < len(other[j]) else None
        causes.append((cause(first, second, one[i][:same]), first, second))
        follow += sum(fill not in known for fill in one[i][same + 1:])
        # On to where both begin the same trade again.
        i += 1
        while i < len(one) and starts.get(one[i][0], -1) <= j:
            follow += sum(fill not in known for fill in one[i])
            i += 1
        j = starts[one[i][0]] if i < len(one) else len(other)
    return causes, follow


def show(ours_by_symbol, theirs_by_symbol):
    counts, examples, follow, same, ours_count, theirs_count = collections.Counter(), {}, 0, 0, 0, 0
    for symbol in sorted(set(ours_by_symbol) | set(theirs_by_symbol)):
        one, other = ours_by_symbol.get(symbol, []), theirs_by_symbol.get(symbol, [])
        ours_count, theirs_count = ours_count + len(one), theirs_count + len(other)
        same += sum((collections.Counter(one) & collections.Counter(other)).values())
        causes, more = differences(one, other)
        follow += more
        for kind, first, second in causes:
            counts[kind] += 1
            examples.setdefault(kind, []).append((symbol, first, second))
    print(f"\nfills beside backtrader's: {same} identical in symbol, bar, side, quantity and price, of {ours_count} of ours and {theirs_count} of theirs")
    for kind, words in kinds.items():
        if counts[kind]:
            print(f"  {counts[kind]} x {words}")
            for symbol, first, second in examples[kind][:5 if kind == "other" else 1]:
                print(f"      {symbol}: ours {words_of(first)}, theirs {words_of(second)}")
    if follow:
        print(f"  {follow} fills of ours follow from these: the trade began or ended at another price, until both are flat and enter alike again.")


def words_of(fill):
    return "nothing" if fill is None else f"{fill[0]} {fill[1]} {fill[2]} at {fill[3] // 100}.{fill[3] % 100:02}"
