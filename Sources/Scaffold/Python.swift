/// Plugins on the Python kit.
extension Scaffold {
    var pythonFiles: [File] {
        let own: (program: String, test: String) =
            switch role {
            case .policy: (Self.pythonPolicy, Self.pythonPolicyTest)
            case .broker: (Self.pythonBroker, Self.pythonBrokerTest)
            case .provider: (Self.pythonProvider, Self.pythonProviderTest)
            }
        var files = [
            File(path: "run", text: Self.run, isProgram: true), File(path: "@MODULE@.py", text: own.program),
            File(path: "test_@MODULE@.py", text: own.test), File(path: ".gitignore", text: "__pycache__/\n.venv/\n"),
        ]
        if role == .provider { files.append(File(path: "quotes.csv", text: Self.quotes)) }
        return files
    }

    private static let run = #"""
        #!/bin/sh
        # Starts the plugin; with arguments, python itself: ./run -m unittest
        cd "$(dirname "$0")" || exit 1
        [ $# -eq 0 ] && set -- @MODULE@.py
        export PYTHONPATH="@HOME@/Plugins/Kits/python/src${PYTHONPATH:+:$PYTHONPATH}"
        for python in .venv/bin/python python3 /usr/bin/python3; do
            "$python" -c "import bigbrother_plugin" 2>/dev/null && exec "$python" "$@"
        done
        echo "error no python3 with pyzmq: apt-get install python3-zmq, or python3 -m venv .venv && .venv/bin/pip install pyzmq" >&2
        exit 1

        """#

    private static let pythonPolicy = #"""
        """A stop that trails the best price since entry."""
        from dataclasses import dataclass
        from decimal import Decimal
        from typing import Annotated

        from bigbrother_plugin import Bounds, Recommendation, Snapshot, percent, policy, protect


        @dataclass(frozen=True)
        class Settings:
            trail: Annotated[Decimal, Bounds(above=0, below=1)] = Decimal("0.02")


        @policy(settings=Settings)
        def @MODULE@(snapshot: Snapshot, settings: Settings) -> list[Recommendation]:
            """The whole portfolio in, the state that is wanted out; the same every time that it is asked the same."""
            return [
                protect(position.symbol, distance=percent(settings.trail), measured_from="high_water",
                        reason=f"{settings.trail:.1%} behind the best price since entry")
                for position in snapshot.positions
            ]


        if __name__ == "__main__":
            @MODULE@.run()

        """#

    private static let pythonPolicyTest = #"""
        """A test needs no core: the policy is a function."""
        import unittest
        from decimal import Decimal

        from bigbrother_plugin import Account, Position, Snapshot

        from @MODULE@ import Settings, @MODULE@

        NIL, AT = Decimal(0), 1_773_669_660 * 10**9


        def snapshot(*symbols: str) -> Snapshot:
            positions = tuple(
                Position(symbol, Decimal(10), Decimal(100), Decimal(1100), NIL, NIL, Decimal(120), Decimal(90), AT, 0, NIL, ())
                for symbol in symbols)
            account = Account("test", "USD", NIL, NIL, NIL, NIL, NIL, NIL)
            return Snapshot(1, AT, "regular", "active", account, positions, (), (), ())


        class @TYPE@Tests(unittest.TestCase):
            def test_every_position_gets_a_stop(self) -> None:
                advice = @MODULE@(snapshot("ABC", "XYZ"), Settings())
                self.assertEqual([one.symbol for one in advice], ["ABC", "XYZ"])

            def test_nothing_is_held_nothing_is_said(self) -> None:
                self.assertEqual(list(@MODULE@(snapshot(), Settings())), [])


        if __name__ == "__main__":
            unittest.main()

        """#

    private static let pythonProvider = #"""
        """Quotes from a CSV file; the rows of one time are one update. In real time the file begins now."""
        import csv
        import time
        from collections.abc import Iterator
        from dataclasses import dataclass, replace
        from datetime import datetime, timedelta, timezone
        from decimal import Decimal
        from itertools import groupby
        from pathlib import Path

        from bigbrother_plugin import Market, ProviderContext, Quote, SettingsError, provider

        EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


        @dataclass(frozen=True)
        class Settings:
            file: str = "quotes.csv"

            def __post_init__(self) -> None:
                if not Path(self.file).is_file():
                    raise SettingsError(f"there is no file {Path(self.file).resolve()}", "file")


        @provider(settings=Settings)
        def @MODULE@(settings: Settings, context: ProviderContext) -> Iterator[Market]:
            """In the order of time; the kit asks for the next one when it is due, and marks the last."""
            with open(settings.file, newline="", encoding="utf-8") as file:
                began, first = time.time_ns(), None
                for at, together in groupby(map(quote, csv.DictReader(file)), key=lambda one: one.at):
                    first = at if first is None else first
                    now = at if context.lockstep else began + at - first
                    yield Market(at=now, session="regular", quotes=tuple(replace(one, at=now) for one in together))


        def quote(row: dict[str, str]) -> Quote:
            at = (datetime.fromisoformat(row["time"].replace("Z", "+00:00")) - EPOCH) // timedelta(microseconds=1) * 1_000
            bid, ask = Decimal(row["bid"]), Decimal(row["ask"])
            return Quote(row["symbol"], at, bid=bid, ask=ask, last=bid)


        if __name__ == "__main__":
            @MODULE@.run()

        """#

    private static let pythonProviderTest = #"""
        """A test needs no core: the provider is a generator."""
        import unittest

        from bigbrother_plugin import ProviderContext

        from @MODULE@ import Settings, @MODULE@


        class @TYPE@Tests(unittest.TestCase):
            def test_time_grows_and_quotes_have_two_sides(self) -> None:
                updates = list(@MODULE@(Settings(), ProviderContext("test", "/tmp", lockstep=True)))
                times = [update.at for update in updates]
                self.assertEqual(times, sorted(set(times)))
                for update in updates:
                    for quote in update.quotes or ():
                        self.assertLess(quote.bid, quote.ask)


        if __name__ == "__main__":
            unittest.main()

        """#
}
