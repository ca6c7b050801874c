"""A test needs no core: the policy is a function."""
import unittest
from decimal import Decimal

from bigbrother_plugin import Account, Position, Snapshot

from example_policy import Settings, example_policy

NIL, AT = Decimal(0), 1_773_669_660 * 10**9


def snapshot(*symbols: str) -> Snapshot:
    positions = tuple(
        Position(symbol, Decimal(10), Decimal(100), Decimal(1100), NIL, NIL, Decimal(120), Decimal(90), AT, 0, NIL, ())
        for symbol in symbols)
    account = Account("test", "USD", NIL, NIL, NIL, NIL, NIL, NIL)
    return Snapshot(1, AT, "regular", "active", account, positions, (), (), ())


class ExamplePolicyTests(unittest.TestCase):
    def test_every_position_gets_a_stop(self) -> None:
        advice = example_policy(snapshot("ABC", "XYZ"), Settings())
        self.assertEqual([one.symbol for one in advice], ["ABC", "XYZ"])

    def test_nothing_is_held_nothing_is_said(self) -> None:
        self.assertEqual(list(example_policy(snapshot(), Settings())), [])


if __name__ == "__main__":
    unittest.main()
