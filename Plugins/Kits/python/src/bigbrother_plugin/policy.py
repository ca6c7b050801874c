"""A policy: one function from the whole portfolio to recommendations. It executes nothing.

    @policy(settings=Settings)
    def trailing_stop(snapshot: Snapshot, settings: Settings) -> Iterator[Recommendation]:
        ...

    trailing_stop.run()
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar, overload

from . import limits
from ._codec import WireError
from ._log import note
from ._main import main
from ._worker import Call, Outlet, Worker
from .amounts import Text
from .messages import Message, Needs, Ready, Role, Welcome
from .recommendations import Recommendation, Recommendations
from .settings import SettingsError, read_settings
from .snapshot import Snapshot

S = TypeVar("S")
#: A list, a tuple or a generator of recommendations, possibly empty.
Wishes = Iterable[Recommendation]


@dataclass(frozen=True)
class NoSettings:
    """Of a policy that takes none."""


@dataclass(frozen=True)
class Policy(Generic[S]):
    """A policy that can be called, as tests do, and run."""

    function: Callable[[Snapshot, S], Wishes]
    settings: type[S]
    needs: Callable[[S], Needs | None]
    name: str

    def __call__(self, snapshot: Snapshot, settings: S) -> tuple[Recommendation, ...]:
        """What it recommends."""
        wishes = self.function(snapshot, settings)
        if wishes is None:
            raise TypeError("the policy returned None; return its recommendations, [] when there are none")
        return tuple(wishes)

    def run(self) -> NoReturn:
        """Talks to the core until the end, and ends the process."""
        main(PolicyRole(self), self.name)


@overload
def policy(function: Callable[[Snapshot], Wishes], /) -> Policy[NoSettings]: ...


@overload
def policy(*, needs: Needs | None = None) -> Callable[[Callable[[Snapshot], Wishes]], Policy[NoSettings]]: ...


@overload
def policy(
    *, settings: type[S], needs: Needs | Callable[[S], Needs] | None = None
) -> Callable[[Callable[[Snapshot, S], Wishes]], Policy[S]]: ...


def policy(function: Any = None, /, *, settings: Any = None, needs: Any = None) -> Any:
    """Makes a function a policy.

    ``settings`` is a frozen dataclass; the function is given it beside the snapshot. ``needs`` says what the snapshot has
    beside positions, orders, market and conditions; a function of the settings where it depends on them.
    """

    def made(function: Callable[..., Wishes]) -> Policy[Any]:
        of_both = function if settings is not None else lambda snapshot, _: function(snapshot)
        needed = needs if callable(needs) else lambda _: needs
        return Policy(of_both, settings or NoSettings, needed, getattr(function, "__name__", "policy").replace("_", "-"))

    return made if function is None else made(function)


@dataclass(frozen=True)
class _SymbolPolicies(Generic[S]):
    """Settings for all symbols, and merged ones for each symbol that has its own: ``symbols: {NVDA: {trail: 0.03}}``.

    A key that a symbol names replaces that of the policy, value and all. Every one is shown the whole portfolio; of a
    symbol's own those recommendations count that concern the symbol, of the first all others.
    """

    policy: Policy[S]
    base: S
    overrides: dict[str, S]

    @staticmethod
    def read(policy: Policy[S], value: Any) -> _SymbolPolicies[S]:
        """Raises ``SettingsError``."""
        if not isinstance(value, dict) or value.get("symbols") is None:
            return _SymbolPolicies(policy, read_settings(policy.settings, value), {})
        common = {key: item for key, item in value.items() if key != "symbols"}
        if not isinstance(value["symbols"], dict):
            raise SettingsError("write the settings of each symbol, such as {NVDA: {trail: 0.03}}", "symbols")
        overrides = {}
        for symbol, own in sorted(value["symbols"].items()):
            try:
                _SYMBOL.read(symbol)
                if not isinstance(own, dict):
                    raise SettingsError("write settings, such as {trail: 0.03}")
                overrides[symbol] = read_settings(policy.settings, {**common, **own})
            except SettingsError as error:
                raise error.within(symbol).within("symbols") from error
            except ValueError as error:
                raise SettingsError(str(error), "symbols") from error
        return _SymbolPolicies(policy, read_settings(policy.settings, common), overrides)

    def evaluate(self, snapshot: Snapshot) -> tuple[Recommendation, ...]:
        wishes = [wish for wish in self.policy(snapshot, self.base) if wish.symbol not in self.overrides]
        for symbol, settings in self.overrides.items():
            wishes += [wish for wish in self.policy(snapshot, settings) if wish.symbol == symbol]
        return tuple(wishes)

    @property
    def needs(self) -> Needs | None:
        return union([self.policy.needs(settings) for settings in (self.base, *self.overrides.values())])


_SYMBOL = Text("symbol", r"[A-Z0-9./_-]{1,24}")


def union(all_needs: list[Needs | None]) -> Needs | None:
    """What several need together. Raises ``SettingsError`` where two want a different correlation matrix."""
    needs = [item for item in all_needs if item is not None]
    if len(needs) < 2:
        return needs[0] if needs else None
    correlations = {item.correlation for item in needs if item.correlation is not None}
    if len(correlations) > 1:
        raise SettingsError("one correlation matrix can be needed, these settings need several")
    standard = ("positions", "orders", "market", "conditions")
    sections: dict[Any, None] = {}
    bars: dict[int, Any] = {}
    for item in needs:
        sections.update(dict.fromkeys(item.sections if item.sections is not None else standard))
        for bar in item.bars or ():
            bars[bar.period] = max(bars.get(bar.period, bar), bar, key=lambda one: one.count)
    indicators = tuple(dict.fromkeys(name for item in needs for name in item.indicators or ()))
    return Needs(
        sections=None if all(item.sections is None for item in needs) else tuple(sections),
        bars=tuple(bars.values()) or None, indicators=indicators or None,
        correlation=next(iter(correlations), None),
    )


class PolicyRole:
    """A policy before the core."""

    role: Role = "policy"
    accepts = frozenset({"evaluate"})
    newest_only = frozenset({"evaluate"})

    def __init__(self, policy: Policy[Any]) -> None:
        self._policy = policy
        self._policies: _SymbolPolicies[Any] | None = None

    def start(self, welcome: Welcome, outlet: Outlet, worker: Worker) -> Ready:
        return self.configure(welcome.settings)

    def started(self) -> None:
        """It waits for questions."""

    def configure(self, settings: Any) -> Ready:
        policies = _SymbolPolicies.read(self._policy, settings)
        ready = Ready(needs=policies.needs)
        self._policies = policies
        return ready

    def handle(self, message: Message, outlet: Outlet, call: Call) -> None:
        if self._policies is None:
            raise WireError("it was asked before it was welcomed")
        if call.cancelled.is_set() or call.is_late:
            return note(logging.WARNING, "a question was too old to be worked on", cycle=message.header.cycle)
        wishes = self._policies.evaluate(message.data(Snapshot))
        if len(wishes) > limits.RECOMMENDATIONS:
            raise WireError(f"{len(wishes)} recommendations, {limits.RECOMMENDATIONS} is the most")
        if call.cancelled.is_set() or call.is_late:
            return note(
                logging.WARNING, "an answer was too late and is discarded", cycle=message.header.cycle,
                budget_milliseconds=message.header.budget_milliseconds,
            )
        outlet.send("recommendations", Recommendations(wishes), re=message.header.id, cycle=message.header.cycle)
