#!/usr/bin/env python3
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from bigbrother_plugin import Bounds, Recommendation, Snapshot, percent, policy, protect

@dataclass(frozen=True)
class Settings:
    trail: Annotated[Decimal, Bounds(above=0, below=1)] = Decimal("0.02")

@policy(settings=Settings)
def trailing_stop(snapshot: Snapshot, settings: Settings) -> list[Recommendation]:
    return [protect(position.symbol, distance=percent(settings.trail), measured_from="high_water", evidence={"best_price": position.best_price},
                    reason=f"{settings.trail:.1%} behind the best price since entry") for position in snapshot.positions]

if __name__ == "__main__":
    trailing_stop.run()
