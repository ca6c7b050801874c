"""schemathesis with the vendor's OpenAPI: every operation that is there, with requests that are valid and that are not.

The documents are those of the package alpaca-mcp-server. Of an error they say next to nothing, so the statuses that the vendor is known for are added to each operation: 400, 401,
403, 404, 422, 429. Whether a request that fits the schema is taken is not checked: an order can fit it and break a rule.
"""
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import rig

ERRORS = ["400", "401", "403", "404", "422", "429"]
METHODS = {"get", "post", "patch", "put", "delete"}
EXAMPLES = 40
ACTIONS = ["--split", "AAPL:2026-03-18:4:1", "AAPL:2026-03-19:1:20", "--dividend", "AAPL:2026-03-16:0.47"]


def operations():
    """Those that docs/alpaca-venue.md lists, without streams of events; a test holds that list against the program."""
    text = (rig.PROJECT / "docs/alpaca-venue.md").read_text()
    listed = {(method.lower(), path) for method, path in re.findall(r"^\| `([A-Z]+) (/[^`]*)` \|", text, re.M)}
    return {(method, path) for method, path in listed if "/events/" not in path}


def cut(document, wanted):
    """The document with these operations alone, and how many they are."""
    count = 0
    paths = {}
    for path, item in document["paths"].items():
        kept = {key: value for key, value in item.items() if key not in METHODS or (key, path) in wanted}
        kept.pop("servers", None)
        mine = [value for key, value in kept.items() if key in METHODS]
        for operation in mine:
            operation.pop("servers", None)
            if path.startswith("/v1beta3/crypto/"):
                operation["security"] = []  # public with the vendor, whatever the document says
            for status in ERRORS:
                operation["responses"].setdefault(status, {"description": "see the vendor's documentation"})
        if mine:
            paths[path] = kept
            count += len(mine)
    document["paths"] = paths
    document.pop("servers", None)
    return count


def allow_null(document):
    """In what is sent, null is the same as a key that is absent: alpaca-py sends it for each setting that it does not change."""
    schemas = document["components"]["schemas"]
    for item in document["paths"].values():
        for method in METHODS & set(item):
            for content in item[method].get("requestBody", {}).get("content", {}).values():
                name = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
                schema = schemas.get(name, content["schema"])
                properties = schema.get("properties", {})
                for key, value in properties.items():
                    if key not in schema.get("required", []):
                        properties[key] = {"anyOf": [value, {"type": "null"}]}


def main():
    package = pathlib.Path(importlib.util.find_spec("alpaca_mcp_server").origin).parent / "specs"
    wanted, found, failed = operations(), 0, []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("trading-api", "market-data-api"):
            document = json.loads((package / f"{name}.json").read_text())
            total = sum(len(METHODS & set(item)) for item in document["paths"].values())
            count = cut(document, wanted)
            allow_null(document)
            found += count
            file = pathlib.Path(folder) / f"{name}.json"
            file.write_text(json.dumps(document))
            venue = rig.Venue("--rate-limit", "1000000", *ACTIONS, tape=rig.renamed(folder, "AAPL", "BTC/USD"))
            try:
                run = subprocess.run(
                    [str(pathlib.Path(sys.executable).parent / "schemathesis"), "run", str(file), "--url", venue.url, "-H", "APCA-API-KEY-ID:demo-key",
                     "-H", "APCA-API-SECRET-KEY:demo-secret", "--max-examples", str(EXAMPLES), "--seed", "1", "--no-color",
                     "--exclude-checks", "positive_data_acceptance"], capture_output=True, text=True, cwd=folder)
            finally:
                venue.stop()
            cases = re.search(r"Test cases:\n\s+(.*)", run.stdout)
            print(f"schemathesis: {name}: {count} of {total} operations: {cases.group(1) if cases else 'no cases'}")
            if run.returncode:
                failed.append(name)
                print(run.stdout[-6000:], run.stderr[-2000:])
    missing = len(wanted) - found
    if missing:
        failed.append(f"{missing} operations of docs/alpaca-venue.md are in no document")
    if failed:
        sys.exit(f"schemathesis: failed: {', '.join(failed)}")


main()
