"""A test needs no core: the adapter is a class."""
import tempfile
import unittest
from decimal import Decimal

from bigbrother_plugin import BrokerContext, Market, NewOrder, Query, Quote, Submit

from example_broker import Settings, ExampleBroker

AT = 1_773_669_660 * 10**9


class ExampleBrokerTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def opened(self) -> ExampleBroker:
        broker = ExampleBroker(Settings(Decimal(1000)), BrokerContext("test", self.folder.name, True))
        broker.market(Market(at=AT, quotes=(Quote("ABC", AT, bid=Decimal("9.99"), ask=Decimal("10.01")),)))
        return broker

    def test_an_order_is_filled_once_and_known_by_the_next_process(self) -> None:
        order = Submit((NewOrder("a", "ABC", "buy", "market", Decimal(3), "gtc", "entry"),))
        first = self.opened()
        self.assertEqual([word.event for word in first.submit(order)], ["new", "fill"])
        self.assertEqual([word.event for word in first.submit(order)], ["fill"])
        second = self.opened()
        known = second.query(Query("a")).order
        assert known is not None
        self.assertEqual(known.status, "filled")
        self.assertEqual(second.reconcile().account.cash, Decimal("969.97"))


if __name__ == "__main__":
    unittest.main()
