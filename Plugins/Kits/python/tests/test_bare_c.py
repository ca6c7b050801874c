"""The plugin in plain C, against the same core: the protocol is enough without a kit."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_core import PATIENCE, FakeCore, vector

FOLDER = Path(__file__).resolve().parents[2] / "bare-c"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("cc") is None or shutil.which("make") is None:
        pytest.skip("no C compiler; apt-get install build-essential libzmq3-dev")
    folder = tmp_path_factory.mktemp("bare-c") / "built"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("bare_stop"))
    subprocess.run(["make", "-s", "-C", folder, "CFLAGS=-fsanitize=address,undefined"], check=True)
    return folder / "bare_stop"


@pytest.fixture
def process(core: FakeCore, program: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([program], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps({"endpoint": core.endpoint, "name": "bare-stop", "token": "3w5e"}) + "\n")
        process.stdin.flush()
        yield process
        process.kill()


def percent(core: FakeCore, name: str = "evaluate") -> str:
    core.say("evaluate", vector(name), cycle=7, budget_milliseconds=5_000)
    answer = core.hear("recommendations")
    assert answer.header["cycle"] == 7
    return str(answer.body["recommendations"][0]["advice"]["protect"]["distance"]["percent"])


def test_a_whole_life(core: FakeCore, process: subprocess.Popen[str]) -> None:
    assert core.welcome({"distance": 0.015}).body["token"] == "3w5e"
    ready = core.hear("ready")
    assert ready.header["seq"] == 2
    beat = core.say("heartbeat", {})
    assert core.hear("heartbeat").header["re"] == beat
    assert percent(core) == "0.015"
    assert percent(core, "evaluate-everything") == "0.015"
    core.say("configure", {"settings": {"distance": "0.03"}})
    core.hear("ready")
    core.say("configure", {"settings": {"distance": 1.5}})
    assert "distance" in core.hear("error").body["reason"]
    assert percent(core) == "0.03"
    core.say("drain", {"reason": "the core stops"})
    core.hear("bye")
    assert process.wait(PATIENCE) == 0


def test_wrong_settings_end_with_2(core: FakeCore, process: subprocess.Popen[str]) -> None:
    core.welcome({"distance": "05"})
    core.hear("error")
    core.hear("bye")
    assert process.wait(PATIENCE) == 2


def test_refused_ends_with_3(core: FakeCore, process: subprocess.Popen[str]) -> None:
    core.peer = core.hear("hello").peer
    core.say("refused", {"reason": "nobody knows it"})
    assert process.wait(PATIENCE) == 3


def test_what_is_not_understood_is_answered(core: FakeCore, process: subprocess.Popen[str]) -> None:
    core.welcome({})
    core.hear("ready")
    core.say("evaluate", vector("evaluate"), cycle=1, crit=["margin"])
    assert "crit" in core.hear("error").body["reason"]
    core.say("dance", {})
    core.hear("error")
    head = json.dumps({"v": "1.1", "type": "evaluate", "id": "x", "session": "s1.1", "epoch": 1, "seq": 9}).encode()
    for frames in ([b"{}"], [b"{}", b"{}", b"{}"], [b"\0", b"{}"], [head, b"{"], [head, b'{"a":' * 50 + b"1" + b"}" * 50], [b"", b""]):
        core.say_raw(*frames)
        core.hear("error")
    assert percent(core) == "0.02"
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(PATIENCE) == 0


def test_a_core_that_comes_back_is_greeted_anew(core: FakeCore, process: subprocess.Popen[str]) -> None:
    core.welcome({}, heartbeat_milliseconds=10)
    core.hear("ready")
    core.die()
    core.bind()
    core.session, core.sent = "s2.1", 0
    assert core.welcome({"distance": "0.5"}).header["seq"] == 1
    assert core.hear("ready").header["session"] == "s2.1"
    assert percent(core) == "0.5"
    core.drain()
    assert process.wait(PATIENCE) == 0
