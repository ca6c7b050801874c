"""A stop that trails the best price since entry."""
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from bigbrother_plugin import Bounds, Recommendation, Snapshot, percent, policy, protect


@dataclass(frozen=True)
class Settings:
    trail: Annotated[Decimal, Bounds(above=0, below=1)] = Decimal("0.02")


@policy(settings=Settings)
def example_policy(snapshot: Snapshot, settings: Settings) -> list[Recommendation]:
    """The whole portfolio in, the state that is wanted out; the same every time that it is asked the same."""
    return [
        protect(position.symbol, distance=percent(settings.trail), measured_from="high_water",
                reason=f"{settings.trail:.1%} behind the best price since entry")
        for position in snapshot.positions
    ]


if __name__ == "__main__":
    example_policy.run()
