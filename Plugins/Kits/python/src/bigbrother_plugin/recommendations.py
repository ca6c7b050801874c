"""What a policy recommends. One helper for each advice; each takes its ``reason`` and, where there are any, its figures.

    protect("NVDA", stop_price=Decimal("186.23"), reason="1.5 % behind the best price", evidence={"best": position.best_price})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Union

from .amounts import Count, IndicatorName, Money, Price, Quantity, Ratio, Symbol, Time, shown
from .orders import Side

Urgency = Literal["low", "medium", "high", "emergency"]
Reference = Literal["average", "high_water", "last"]
ReductionRule = Literal["proportional", "largest_first", "weakest_first"]
#: A whole number may be written as an int; a float is refused.
Number = Union[Decimal, int]
EvidenceValue = Union[Decimal, int, str]


@dataclass(frozen=True)
class InPrice:
    """A distance in the account's currency."""

    price: Price


@dataclass(frozen=True)
class InPercent:
    """A distance as a share of the price that it counts from: 0.015 is 1.5 %."""

    percent: Ratio


@dataclass(frozen=True)
class AverageTrueRanges:
    """``multiple`` average true ranges of an indicator that the policy needs."""

    multiple: Ratio
    indicator: IndicatorName


@dataclass(frozen=True)
class InATR:
    """A distance in average true ranges."""

    atr: AverageTrueRanges


@dataclass(frozen=True)
class InR:
    """A distance in multiples of 1 R."""

    r: Ratio


Distance = Union[InPrice, InPercent, InATR, InR]


@dataclass(frozen=True)
class Stop:
    """By its price, or by its distance."""

    stop_price: Price | None = None
    limit_price: Price | None = None
    distance: Distance | None = None
    from_: Reference | None = None
    limit_offset: Ratio | None = None


@dataclass(frozen=True)
class Protect(Stop):
    """A stop that only ever tightens."""

    TAG: ClassVar = "protect"


@dataclass(frozen=True)
class ResetStop(Stop):
    """A stop that may loosen; only the policy that set it may."""

    TAG: ClassVar = "reset_stop"


@dataclass(frozen=True)
class TakePartial:
    """Sell a part, once for each rung."""

    TAG: ClassVar = "take_partial"
    rung: str
    fraction: Ratio | None = None
    quantity: Quantity | None = None


@dataclass(frozen=True)
class Exit:
    """Sell all."""

    TAG: ClassVar = "exit"


@dataclass(frozen=True)
class ReduceTo:
    """Hold no more than this quantity."""

    TAG: ClassVar = "reduce_to"
    quantity: Quantity


@dataclass(frozen=True)
class ReduceToWeight:
    """Hold no more than this share of equity."""

    TAG: ClassVar = "reduce_to_weight"
    weight: Ratio


@dataclass(frozen=True)
class ReduceExposure:
    """Hold no more than this share of equity in all, or these, positions together."""

    TAG: ClassVar = "reduce_exposure"
    gross_weight: Ratio
    rule: ReductionRule
    symbols: tuple[Symbol, ...] | None = None


@dataclass(frozen=True)
class Target:
    """Take profit there."""

    TAG: ClassVar = "target"
    price: Price | None = None
    distance: Distance | None = None


@dataclass(frozen=True)
class Enter:
    """Open a position, always with its stop."""

    TAG: ClassVar = "enter"
    side: Side
    stop: Stop
    quantity: Quantity | None = None
    notional: Money | None = None
    risk: Ratio | None = None
    limit_price: Price | None = None
    target: Price | None = None
    target_distance: Distance | None = None


@dataclass(frozen=True)
class Advise:
    """A figure for the other policies."""

    TAG: ClassVar = "advise"
    name: Annotated[str, Count(1, 64)]
    value: Ratio


@dataclass(frozen=True)
class Hold:
    """Nothing, said aloud."""

    TAG: ClassVar = "hold"


@dataclass(frozen=True)
class Veto:
    """No new entries."""

    TAG: ClassVar = "veto"


@dataclass(frozen=True)
class Release:
    """Give up my target."""

    TAG: ClassVar = "release"


Advice = Union[
    Protect, ResetStop, TakePartial, Exit, ReduceTo, ReduceToWeight, ReduceExposure, Target, Enter, Advise, Hold, Veto,
    Release,
]


@dataclass(frozen=True)
class Evidence:
    """One of the figures behind a recommendation."""

    name: str
    value: str


@dataclass(frozen=True)
class Recommendation:
    """One wish; without a symbol for the portfolio as a whole."""

    advice: Advice
    urgency: Urgency
    reason: str
    symbol: Symbol | None = None
    evidence: tuple[Evidence, ...] | None = None
    confidence: Ratio | None = None
    valid_until: Time | None = None

    def confident(self, confidence: Number) -> Recommendation:
        """The same with a confidence from 0 to 1."""
        return replace(self, confidence=_exact(confidence))

    def until(self, valid_until: int) -> Recommendation:
        """The same, expired after a time in nanoseconds since 1970."""
        return replace(self, valid_until=valid_until)


@dataclass(frozen=True)
class Recommendations:
    """The answer to one evaluation."""

    recommendations: tuple[Recommendation, ...]



def percent(share: Number) -> InPercent:
    """A distance as a share of the price it counts from: ``Decimal("0.015")`` is 1.5 %."""
    return InPercent(_exact(share))


def atr(multiple: Number, indicator: str) -> InATR:
    """A distance in average true ranges; the policy needs ``indicator``, such as ``atr(14,1d)``."""
    return InATR(AverageTrueRanges(_exact(multiple), indicator))


def in_r(multiple: Number) -> InR:
    """A distance in multiples of 1 R, what a share loses at its initial stop."""
    return InR(_exact(multiple))


def in_price(distance: Number) -> InPrice:
    """A distance in the account's currency."""
    return InPrice(_exact(distance))


def stop(
    *, stop_price: Number | None = None, limit_price: Number | None = None, distance: Distance | None = None,
    measured_from: Reference | None = None, limit_offset: Number | None = None,
) -> Stop:
    """A stop for ``enter``: by its price, or by its distance. ``limit_offset`` is a share of the stop."""
    _one(stop_price=stop_price, distance=distance)
    return Stop(_maybe(stop_price), _maybe(limit_price), distance, measured_from, _maybe(limit_offset))


def protect(
    symbol: str, *, reason: str, stop_price: Number | None = None, limit_price: Number | None = None,
    distance: Distance | None = None, measured_from: Reference | None = None, limit_offset: Number | None = None,
    evidence: Mapping[str, EvidenceValue] | None = None, urgency: Urgency = "high",
) -> Recommendation:
    """A stop under a long, over a short, that only ever tightens.

    Either ``stop_price`` (with ``limit_price`` a stop-limit), or ``distance`` from ``measured_from``: average (when None),
    high_water (it trails the best price since entry) or last; ``limit_offset`` is a share of the stop.
    Raises ``ValueError`` when neither or both are given.
    """
    terms = stop(
        stop_price=stop_price, limit_price=limit_price, distance=distance, measured_from=measured_from,
        limit_offset=limit_offset,
    )
    return _make(Protect(**vars(terms)), symbol, reason, evidence, urgency)


def reset_stop(
    symbol: str, *, reason: str, stop_price: Number | None = None, limit_price: Number | None = None,
    distance: Distance | None = None, measured_from: Reference | None = None, limit_offset: Number | None = None,
    evidence: Mapping[str, EvidenceValue] | None = None, urgency: Urgency = "high",
) -> Recommendation:
    """Like ``protect``, and may loosen the stop, when this policy set it."""
    terms = stop(
        stop_price=stop_price, limit_price=limit_price, distance=distance, measured_from=measured_from,
        limit_offset=limit_offset,
    )
    return _make(ResetStop(**vars(terms)), symbol, reason, evidence, urgency)


def take_partial(
    symbol: str, *, rung: str, reason: str, fraction: Number | None = None, quantity: Number | None = None,
    evidence: Mapping[str, EvidenceValue] | None = None, urgency: Urgency = "medium",
) -> Recommendation:
    """Sell ``fraction`` (0 to 1) or ``quantity`` of the position, once for each ``rung``."""
    _one(fraction=fraction, quantity=quantity)
    return _make(TakePartial(rung, _maybe(fraction), _maybe(quantity)), symbol, reason, evidence, urgency)


def exit(
    symbol: str, *, reason: str, evidence: Mapping[str, EvidenceValue] | None = None, urgency: Urgency = "high"
) -> Recommendation:
    """Sell all."""
    return _make(Exit(), symbol, reason, evidence, urgency)


def reduce(
    symbol: str, *, reason: str, quantity: Number | None = None, weight: Number | None = None,
    evidence: Mapping[str, EvidenceValue] | None = None, urgency: Urgency = "medium",
) -> Recommendation:
    """Hold no more than ``quantity``, or than ``weight``, a share of equity."""
    _one(quantity=quantity, weight=weight)
    advice = ReduceTo(_exact(quantity)) if quantity is not None else ReduceToWeight(_exact(weight))
    return _make(advice, symbol, reason, evidence, urgency)


def reduce_exposure(
    *, gross_weight: Number, rule: ReductionRule, reason: str, symbols: Sequence[str] | None = None,
    evidence: Mapping[str, EvidenceValue] | None = None, urgency: Urgency = "medium",
) -> Recommendation:
    """Hold no more than this share of equity in all, or these, positions together."""
    advice = ReduceExposure(_exact(gross_weight), rule, None if symbols is None else tuple(symbols))
    return _make(advice, None, reason, evidence, urgency)


def target(
    symbol: str, *, reason: str, price: Number | None = None, distance: Distance | None = None,
    evidence: Mapping[str, EvidenceValue] | None = None, urgency: Urgency = "medium",
) -> Recommendation:
    """Take profit at ``price``, or so far from the average price."""
    _one(price=price, distance=distance)
    return _make(Target(_maybe(price), distance), symbol, reason, evidence, urgency)


def enter(
    symbol: str, *, side: Side, stop: Stop, reason: str, quantity: Number | None = None, notional: Number | None = None,
    risk: Number | None = None, limit_price: Number | None = None, target: Number | None = None,
    target_distance: Distance | None = None, evidence: Mapping[str, EvidenceValue] | None = None,
    urgency: Urgency = "medium",
) -> Recommendation:
    """Open a position of ``quantity``, of ``notional`` money, or of ``risk``, the share of equity lost at the stop."""
    _one(quantity=quantity, notional=notional, risk=risk)
    advice = Enter(
        side, stop, _maybe(quantity), _maybe(notional), _maybe(risk), _maybe(limit_price), _maybe(target), target_distance
    )
    return _make(advice, symbol, reason, evidence, urgency)


def advise(
    name: str, value: Number, *, reason: str, symbol: str | None = None,
    evidence: Mapping[str, EvidenceValue] | None = None, urgency: Urgency = "medium",
) -> Recommendation:
    """A figure for the others, in their next ``advisories``; one called ``..._scale`` is held within 0.5 and 2."""
    return _make(Advise(name, _exact(value)), symbol, reason, evidence, urgency)


def hold(symbol: str, *, reason: str, evidence: Mapping[str, EvidenceValue] | None = None) -> Recommendation:
    """Nothing is to be done; the journal keeps why."""
    return _make(Hold(), symbol, reason, evidence, "low")


def veto(
    symbol: str | None = None, *, reason: str, evidence: Mapping[str, EvidenceValue] | None = None,
    urgency: Urgency = "high",
) -> Recommendation:
    """No new entries; without a symbol none at all."""
    return _make(Veto(), symbol, reason, evidence, urgency)


def release(symbol: str, *, reason: str, evidence: Mapping[str, EvidenceValue] | None = None) -> Recommendation:
    """Give up the target that this policy set."""
    return _make(Release(), symbol, reason, evidence, "low")


def _make(
    advice: Advice, symbol: str | None, reason: str, evidence: Mapping[str, EvidenceValue] | None, urgency: Urgency
) -> Recommendation:
    figures = None if evidence is None else tuple(Evidence(name, _words(value)) for name, value in evidence.items())
    return Recommendation(advice, urgency, reason, symbol, figures)


def _words(value: object) -> str:
    return value if isinstance(value, str) else format(_exact(value), "f")


def _exact(value: object) -> Decimal:
    """Raises ``TypeError`` for a float: 0.1 is not a tenth."""
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        raise TypeError(f'an exact number is needed, such as Decimal("0.1"), not {shown(value)}')
    return Decimal(value)


def _maybe(value: Number | None) -> Decimal | None:
    return None if value is None else _exact(value)


def _one(**choices: object) -> None:
    given = [name for name, value in choices.items() if value is not None]
    if len(given) != 1:
        raise ValueError(f"give exactly one of {', '.join(choices)}, not {', '.join(given) or 'none'}")
