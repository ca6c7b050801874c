"""A test needs no core: the provider is a generator."""
import unittest

from bigbrother_plugin import ProviderContext

from example_provider import Settings, example_provider


class ExampleProviderTests(unittest.TestCase):
    def test_time_grows_and_quotes_have_two_sides(self) -> None:
        updates = list(example_provider(Settings(), ProviderContext("test", "/tmp", lockstep=True)))
        times = [update.at for update in updates]
        self.assertEqual(times, sorted(set(times)))
        for update in updates:
            for quote in update.quotes or ():
                assert quote.bid is not None and quote.ask is not None
                self.assertLess(quote.bid, quote.ask)


if __name__ == "__main__":
    unittest.main()
