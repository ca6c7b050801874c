"""Keys of CURVE, for a plugin on another host than the core: ``docs/hosts.md``."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

_KEY_CHARACTERS = 40


@dataclass(frozen=True, repr=False)
class Keys:
    """The plugin's own pair, and the core's public key: each 40 characters of Z85. No description shows them."""

    public: bytes
    secret: bytes
    server: bytes


@dataclass(frozen=True, repr=False)
class Place:
    """Where a plugin is that the core has not started."""

    keys: Keys | None = None
    #: In place of the core's own path, which is of another host.
    state_directory: str | None = None


def read_keys(key_file: str | None, server_key: str | None) -> Keys | None:
    """None without both. Raises ``ValueError`` for one without the other, for no key, and for a secret that others can read."""
    if not key_file and not server_key:
        return None
    if not key_file:
        raise ValueError("--server-key needs --key too: the core lets in nobody without a key")
    if not server_key:
        raise ValueError("--key needs --server-key too: without the core's public key anybody could be the core")
    own = _read(key_file, is_secret=True)
    return Keys(_key(own, "public_key", key_file), _key(own, "secret_key", key_file), _server(server_key))


def _server(text: str) -> bytes:
    if len(text) == _KEY_CHARACTERS and not Path(text).exists():
        return text.encode("ascii")
    return _key(_read(text, is_secret=False), "public_key", text)


def _read(path: str, *, is_secret: bool) -> dict[str, object]:
    try:
        with open(path, encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            if is_secret and stat.S_IMODE(mode) & 0o077:
                raise ValueError(
                    f"{path}: others can read it (mode {stat.S_IMODE(mode):o}); chmod 600 it, "
                    "and make a new key if somebody may have"
                )
            found = json.load(file)
    except OSError as error:
        raise ValueError(f"{path}: this key file cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: it is no key file: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path}: it is no key file; `bigbrother keys new` makes one")
    return found


def _key(found: dict[str, object], field: str, path: str) -> bytes:
    value = found.get(field)
    if not isinstance(value, str) or len(value) != _KEY_CHARACTERS or not value.isascii():
        raise ValueError(f"{path}: its {field} is no key of 40 characters; `bigbrother keys new` makes one")
    return value.encode("ascii")
