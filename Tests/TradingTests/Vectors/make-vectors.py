#!/usr/bin/env python3
"""Makes arithmetic.jsonl, text.jsonl and averages.jsonl: what the scaled integers must answer.

Everything is computed with `fractions.Fraction`, which shares no code and no method with Sources/Trading. The output is
committed; run this only to extend it (same seed, same rows first). Units are strings: 64 bits do not fit a JSON number.

    python3 make-vectors.py            # writes beside this file
"""

import json
import math
import pathlib
import random
from decimal import Context, Decimal, Inexact
from fractions import Fraction

HERE = pathlib.Path(__file__).parent
DECIMALS = {"price": 8, "quantity": 9, "money": 6, "ratio": 6}
ROUNDINGS = ["toward_zero", "away_from_zero", "down", "up", "half_even", "half_away_from_zero"]
LEAST, MOST = -(2**63), 2**63 - 1
EDGES = [0, 1, -1, 2, -2, 5, 10, 999_999, 10**6, -(10**6), 10**8, 10**9, 10**11, 10**18, 2**31, 2**32, 2**62,
         MOST, MOST - 1, -MOST, LEAST, LEAST + 1]
generator = random.Random(20260101)


def whole(value: Fraction, rounding: str) -> int:
    """`value` as a whole number, by the definition of each rounding."""
    floor, ceiling = math.floor(value), math.ceil(value)
    if floor == ceiling:
        return floor
    nearer_zero, farther = (floor, ceiling) if value > 0 else (ceiling, floor)
    below, above = value - floor, ceiling - value
    match rounding:
        case "down": return floor
        case "up": return ceiling
        case "toward_zero": return nearer_zero
        case "away_from_zero": return farther
    if below != above:
        return floor if below < above else ceiling
    return farther if rounding == "half_away_from_zero" else (floor if floor % 2 == 0 else ceiling)


def answer(value: Fraction | None, rounding: str = "down") -> str:
    if value is None:
        return "division_by_zero"
    units = whole(value, rounding)
    return str(units) if LEAST <= units <= MOST else "overflow"


def any_units() -> int:
    kind = generator.randrange(10)
    if kind == 0:
        return generator.choice(EDGES)
    if kind == 1:
        return generator.choice([MOST - generator.randint(0, 9), LEAST + generator.randint(0, 9)])
    size = generator.getrandbits(generator.randint(1, 63))
    return -size if generator.random() < 0.4 else size


def real(kind: str) -> int:
    """A figure as it occurs: prices of 0.01 to 5000, sizes of 1 to 100000, accounts of thousands to millions."""
    scale = 10 ** DECIMALS[kind]
    match kind:
        case "price": return generator.randint(1, 500_000) * scale // 100
        case "quantity": return generator.randint(1, 100_000) * scale + generator.choice([0, 0, 1, scale // 3])
        case "money": return generator.randint(-10**7, 10**8) * scale // 100
        case _: return generator.randint(-2 * scale, 2 * scale)


def pick(kind: str) -> int:
    return real(kind) if generator.random() < 0.4 else any_units()


def tie() -> int:
    """Often half-way between two neighbors once it is scaled by a short ratio."""
    return generator.choice([1, 3, 5, 7, -1, -3, -5]) * 5 * 10 ** generator.randint(0, 6)


def scale(kind: str) -> int:
    return 10 ** DECIMALS[kind]


def quotient(top: Fraction, bottom: Fraction, to: str) -> Fraction | None:
    return None if bottom == 0 else top / bottom * scale(to)


def arithmetic():
    kinds = list(DECIMALS)
    for _ in range(70):
        for kind in kinds:
            a, b = pick(kind), pick(kind)
            yield dict(op="add", type=kind, a=a, b=b, is_=answer(Fraction(a + b)))
            yield dict(op="subtract", type=kind, a=a, b=b, is_=answer(Fraction(a - b)))
            yield dict(op="negated", type=kind, a=a, b=0, is_=answer(Fraction(-a)))
            yield dict(op="magnitude", type=kind, a=a, b=0, is_=answer(Fraction(abs(a))))
    for _ in range(24):
        for rounding in ROUNDINGS:
            for kind in kinds:
                a, b = (tie() if generator.random() < 0.3 else pick(kind)), pick("ratio")
                if generator.random() < 0.3:
                    b = generator.choice([500_000, 250_000, 100_000, 10, 1])
                yield dict(op="scaled", type=kind, a=a, b=b, r=rounding,
                           is_=answer(Fraction(a) * Fraction(b, scale("ratio")), rounding))
                a, b = pick(kind), pick(kind)
                yield dict(op="ratio", type=kind, a=a, b=b, r=rounding,
                           is_=answer(quotient(Fraction(a), Fraction(b), "ratio"), rounding))
                a, step = pick(kind), abs(any_units()) or 1
                if generator.random() < 0.5:
                    step = generator.choice([1, 2, 5, 10, 100, 10**4, 10**6, scale(kind)])
                step = min(step, MOST)
                multiple = whole(Fraction(a, step), rounding) * step
                yield dict(op="multiple", type=kind, a=a, b=step, r=rounding, is_=answer(Fraction(multiple)))
            a, b = pick("price"), pick("quantity")
            yield dict(op="times", type="price", a=a, b=b, r=rounding,
                       is_=answer(Fraction(a, scale("price")) * Fraction(b, scale("quantity")) * scale("money"),
                                  rounding))
            a, b = pick("money"), pick("quantity")
            yield dict(op="divided", type="money", a=a, b=b, r=rounding,
                       is_=answer(quotient(Fraction(a, scale("money")), Fraction(b, scale("quantity")), "price"),
                                  rounding))
            a, b = pick("money"), pick("price")
            yield dict(op="quantity", type="money", a=a, b=b, r=rounding,
                       is_=answer(quotient(Fraction(a, scale("money")), Fraction(b, scale("price")), "quantity"),
                                  rounding))
            kind = generator.choice(["price", "quantity"])
            a = pick(kind)
            n, d = generator.choice([(7, 1), (1, 20), (3, 2), (20, 1), (1, 0), (0, 3), (-3, 2), (2, -3), (10_000, 9_999),
                                     (any_units(), any_units())])
            yield dict(op="split", type=kind, a=a, b=n, d=d, r=rounding,
                       is_=answer(None if d == 0 else Fraction(a) * n / d, rounding))
    # Every rounding over every sign and every distance from a tie, written small enough to be read.
    for rounding in ROUNDINGS:
        for a in range(-25, 26):
            yield dict(op="multiple", type="money", a=a, b=10, r=rounding,
                       is_=str(whole(Fraction(a, 10), rounding) * 10))
    # Every edge with every edge.
    for a in EDGES:
        for b in EDGES:
            yield dict(op="add", type="money", a=a, b=b, is_=answer(Fraction(a + b)))
            yield dict(op="times", type="price", a=a, b=b, r="half_even",
                       is_=answer(Fraction(a * b, 10**11), "half_even"))
            yield dict(op="divided", type="money", a=a, b=b, r="half_even",
                       is_=answer(None if b == 0 else Fraction(a * 10**11, b), "half_even"))


def text():
    """Units and their shortest text, made by `decimal`."""
    context = Context(prec=60, traps=[Inexact])
    for kind, places in DECIMALS.items():
        for units in EDGES + [any_units() for _ in range(120)]:
            shortest = format(Decimal(units).scaleb(-places, context), "f")
            if "." in shortest:
                shortest = shortest.rstrip("0").rstrip(".")
            yield dict(type=kind, units=str(units), text="0" if units == 0 else shortest)


def averages():
    """Fills of one order, and the exact average price of all of them as a fraction of units."""
    for _ in range(150):
        style = generator.randrange(4)
        fills = []
        for _ in range(generator.randint(1, 30)):
            price = generator.randint(1, 500_000) * 10**6
            quantity = generator.randint(1, 1_000) * 10**9
            if style == 1:  # a small fraction of an expensive coin
                price, quantity = generator.randint(10**10, 10**13), generator.randint(1, 10**6)
            if style == 2:  # everything
                price, quantity = generator.randint(1, 10**15), generator.randint(1, 10**17)
            if style == 3:  # the same price again and again
                price = fills[0][0] if fills else generator.randint(1, 10**13)
                quantity = generator.randint(1, 10**12)
            fills.append((price, quantity))
        total = sum(quantity for _, quantity in fills)
        exact = Fraction(sum(price * quantity for price, quantity in fills), total)
        yield dict(fills=[[str(price), str(quantity)] for price, quantity in fills], total=str(total),
                   average=str(whole(exact, "half_even")))


def write(name: str, rows) -> None:
    lines = []
    for row in rows:
        row = {("is" if key == "is_" else key): (str(value) if isinstance(value, int) else value)
               for key, value in row.items()}
        lines.append(json.dumps(row, separators=(",", ":")))
    (HERE / name).write_text("\n".join(lines) + "\n")
    print(name, len(lines), "rows")


if __name__ == "__main__":
    write("arithmetic.jsonl", arithmetic())
    write("text.jsonl", text())
    write("averages.jsonl", averages())
