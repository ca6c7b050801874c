"""The example as a process of its own: the launch line, the end of standard input, signals, exit codes, the log's shape."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fake_core import PATIENCE, FakeCore, vector

KIT = Path(__file__).resolve().parents[1]
EXAMPLES = KIT / "examples"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(KIT / "src")}


@pytest.fixture
def process(core: FakeCore) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "trailing_stop.py"], cwd=EXAMPLES / "trailing-stop", env=ENVIRONMENT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({"endpoint": core.endpoint, "name": "my-stop", "token": "3w5e", "added": 1}) + "\n")
    process.stdin.flush()
    yield process
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def test_it_is_born_as_its_launch_line_and_manifest_say_and_ends_with_standard_input(
    core: FakeCore, process: subprocess.Popen[str]
) -> None:
    hello = core.welcome({"trail": "0.01"})
    assert (hello.body["name"], hello.body["token"], hello.body["version"]) == ("my-stop", "3w5e", "1.0.0")
    core.hear("ready")
    core.say("evaluate", vector("evaluate"), cycle=1, budget_milliseconds=5_000)
    assert core.hear("recommendations").body["recommendations"][0]["evidence"] == [{"name": "best_price", "value": "189.07"}]
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(PATIENCE) == 0


def test_sigterm_says_bye(core: FakeCore, process: subprocess.Popen[str]) -> None:
    core.welcome({})
    core.hear("ready")
    process.send_signal(signal.SIGINT)
    core.say("evaluate", vector("evaluate"), cycle=1, budget_milliseconds=5_000)
    core.hear("recommendations")
    process.send_signal(signal.SIGTERM)
    assert core.hear("bye").body == {"reason": "stopped by a signal"}
    assert process.wait(PATIENCE) == 0


def test_wrong_settings_end_with_2_and_say_so_in_one_line(core: FakeCore, process: subprocess.Popen[str]) -> None:
    core.welcome({"trial": 1})
    core.hear("error")
    core.hear("bye")
    assert process.wait(PATIENCE) == 2
    assert process.stderr is not None
    assert process.stderr.read() == 'error settings: trial: there is no such setting; did you mean "trail"?\n'


def test_refused_ends_with_3(core: FakeCore, process: subprocess.Popen[str]) -> None:
    core.peer = core.hear("hello").peer
    core.say("refused", {"reason": "nobody knows it"})
    assert process.wait(PATIENCE) == 3
    assert process.stderr is not None
    assert process.stderr.read() == 'error the core refused why="nobody knows it"\n'


def test_a_start_by_hand_without_an_endpoint_says_what_to_do() -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / "trailing-stop/trailing_stop.py"], env=ENVIRONMENT, input="", text=True,
        capture_output=True, timeout=PATIENCE,
    )
    assert done.returncode == 2 and "by hand: --endpoint" in done.stderr


def test_an_endpoint_that_is_none_says_what_to_do() -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / "trailing-stop/trailing_stop.py", "--endpoint", "sockets/policy"], env=ENVIRONMENT, text=True,
        capture_output=True, timeout=PATIENCE,
    )
    assert done.returncode == 2 and "it is written ipc:///path/to/socket" in done.stderr


def test_the_tutorial_shows_the_example_as_it_is() -> None:
    text = (KIT / "README.md").read_text()
    for file in ("trailing_stop.py", "plugin.json"):
        shown = (EXAMPLES / "trailing-stop" / file).read_text()
        assert shown in text
    assert len([line for line in (EXAMPLES / "trailing-stop/trailing_stop.py").read_text().splitlines() if line]) <= 15


def test_a_start_by_hand(core: FakeCore) -> None:
    process = subprocess.Popen(
        [sys.executable, EXAMPLES / "trailing-stop/trailing_stop.py", "--endpoint", core.endpoint], env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
    )
    hello = core.welcome({})
    assert hello.body["name"] == "trailing-stop" and "token" not in hello.body
    core.hear("ready")
    process.send_signal(signal.SIGINT)
    core.hear("bye")
    assert process.wait(PATIENCE) == 0


def bigbrother() -> str | None:
    """The core's program: BIGBROTHER names it, else it is where it is built."""
    built = KIT.parents[2] / ".build/release/bigbrother"
    return os.environ.get("BIGBROTHER") or shutil.which("bigbrother") or (str(built) if built.is_file() else None)


@pytest.mark.skipif(bigbrother() is None, reason="no bigbrother; build it with scripts/run, or name it with BIGBROTHER=...")
@pytest.mark.parametrize(
    ("configuration", "cycles"), [("trailing-stop/demo.yaml", 123), ("three-plugins.yaml", 13)]
)
def test_the_real_core_takes_what_the_example_recommends(configuration: str, cycles: int, tmp_path: Path) -> None:
    text = (EXAMPLES / configuration).read_text().replace('["."]', f'["{EXAMPLES}"]')
    path = tmp_path / "configuration.yaml"
    path.write_text(f"state: {tmp_path}/state\n{text}")
    program = str(bigbrother())
    environment = {
        **ENVIRONMENT, "BIGBROTHER_HOME": str(KIT.parents[2]), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }

    def run(*arguments: str) -> str:
        done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done
        return done.stdout

    report: Any = json.loads(run("run", "--config", str(path), "--fresh", "--json"))["report"]
    assert report["policies"]["trailing-stop"]["failures"] == 0
    assert report["policies"]["trailing-stop"]["taken"] > 0
    assert report["cycles"] == cycles
    story = run("explain", "1.ALFA", "--journal", f"{tmp_path}/state/journal.sqlite")
    assert "trailing-stop  protect with a stop 2 % from the best price" in story
