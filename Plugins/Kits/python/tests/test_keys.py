"""Keys for a plugin on another host: read from a file that nobody else can read, or refused with a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zmq

from bigbrother_plugin._keys import read_keys


def pair() -> tuple[str, str]:
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    public, secret = pair()
    path = tmp_path / "policy-p.secret"
    path.write_text(json.dumps({"role": "policy", "name": "p", "public_key": public, "secret_key": secret}))
    path.chmod(0o600)
    return path


def test_the_servers_key_is_text_or_a_file(secret_file: Path, tmp_path: Path) -> None:
    server, _ = pair()
    file = tmp_path / "core.public"
    file.write_text(json.dumps({"role": "core", "name": "core", "public_key": server}))
    found = [read_keys(str(secret_file), given) for given in (server, str(file))]
    assert found[0] == found[1] and found[0] is not None and found[0].server == server.encode()
    assert found[0].secret.decode() not in repr(found[0])
    assert read_keys(None, None) is None


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_secret_that_others_can_read_is_refused(secret_file: Path, mode: int) -> None:
    secret_file.chmod(mode)
    with pytest.raises(ValueError, match="chmod 600"):
        read_keys(str(secret_file), pair()[0])


def test_half_of_it_is_refused(secret_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs --server-key"):
        read_keys(str(secret_file), None)
    with pytest.raises(ValueError, match="needs --key"):
        read_keys(None, pair()[0])
    with pytest.raises(ValueError, match="cannot be read"):
        read_keys(str(tmp_path / "none"), pair()[0])
    secret_file.write_text("{}")
    with pytest.raises(ValueError, match="no key of 40 characters"):
        read_keys(str(secret_file), pair()[0])
