"""Starts a venue for a client's checks, moves its clock, and counts what holds."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import traceback
import urllib.error
import urllib.request

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
DEMO = PROJECT / "Plugins/Providers/Tape/tapes/demo"


class Venue:
    """A venue on a free port, whose clock stands until it is moved."""

    def __init__(self, *options, tape=DEMO):
        self.process = subprocess.Popen(
            [os.environ["ALPACA_VENUE"], "--port", "0", "--tape", str(tape), "--speed", "0", "--start", "2026-03-16T13:31:00Z", *options],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if "http://" not in line:
            raise RuntimeError(f"the venue did not start: {line!r}")
        self.url = line.split()[-1]
        self.socket = self.url.replace("http://", "ws://")

    def advance(self, seconds):
        body = json.dumps({"seconds": seconds}).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + "/venue/advance", data=body, method="POST")) as answer:
            return json.load(answer)["timestamp"]

    def raw(self, method, path, body=None, key="demo-key", secret="demo-secret"):
        """Status, headers and document of a request without a client."""
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode())
        request.add_header("APCA-API-KEY-ID", key)
        request.add_header("APCA-API-SECRET-KEY", secret)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, dict(answer.headers), json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), json.load(error)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Heard:
    """What a stream has said, for a test that waits for it on another thread."""

    def __init__(self):
        self.items = []
        self.changed = threading.Condition()

    def add(self, item):
        with self.changed:
            self.items.append(item)
            self.changed.notify_all()

    def until(self, holds, seconds=20):
        """All that has come once `holds` is true of it; fails when it does not become so."""
        with self.changed:
            if not self.changed.wait_for(lambda: holds(self.items), seconds):
                raise AssertionError(f"what was waited for did not come: {self.items}")
            return list(self.items)

    def wait(self, count, seconds=20):
        """The first so many; fails when they do not come."""
        return self.until(lambda items: len(items) >= count, seconds)[:count]


@contextlib.contextmanager
def refused(error, status, words):
    """The block fails with this HTTP status and these words."""
    try:
        yield
    except error as found:
        actual = getattr(found, "status_code", None)
        assert actual == status, f"expected {status}, found {actual}: {found}"
        assert words in str(found), f"expected {words!r} in {found}"
        return
    raise AssertionError(f"nothing was refused; expected {status} {words}")


def renamed(folder, *names):
    """A tape with the demonstration's first symbol under other names, in this folder."""
    tape = pathlib.Path(folder) / "tape"
    tape.mkdir(exist_ok=True)
    for name in names:
        for kind in ("trade", "quote"):
            shutil.copy(DEMO / f"ALFA-{kind}.csv", tape / f"{name.replace('/', '%2F')}-{kind}.csv")
    return tape


def run(name, checks, *options, tape=DEMO):
    """Runs functions that take a venue, each with one of its own."""
    failed = 0
    for check in checks:
        venue = Venue(*options, tape=tape)
        try:
            check(venue)
        except Exception:
            failed += 1
            print(f"FAILED  {name}: {check.__doc__}")
            traceback.print_exc()
        finally:
            venue.stop()
    print(f"{name}: {len(checks) - failed} of {len(checks)} checks hold")
    sys.exit(1 if failed else 0)
