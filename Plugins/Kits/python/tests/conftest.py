from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_core import FakeCore

for example in (Path(__file__).resolve().parents[1] / "examples").iterdir():
    sys.path.append(str(example))


@pytest.fixture
def sockets() -> Iterator[Path]:
    """A short path: those of ipc sockets end at 107 characters."""
    with tempfile.TemporaryDirectory(prefix="bb") as folder:
        yield Path(folder)


@pytest.fixture
def core(sockets: Path) -> Iterator[FakeCore]:
    core = FakeCore(sockets)
    yield core
    core.close()
