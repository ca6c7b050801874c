"""Checks every vector against the schemas with an independent validator (jsonschema, from PyPI or Debian).

With `1.0 FILE ...`: checks what was sent to a plugin of that minor, a line of {"header", "body"} each, against the schemas as they
were then. Data are lenient: values of a choice that a later minor has added pass.

Ends with 0 when all agree, 1 when not, 77 when jsonschema is not installed.
"""
import json
import pathlib
import sys

try:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource
except ImportError:
    print("jsonschema is not installed; the schemas were not checked")
    sys.exit(77)

proto = pathlib.Path(__file__).resolve().parent
frozen = sys.argv[1] if len(sys.argv) > 1 else None
folder = proto / "frozen" / frozen / "schema" if frozen else proto / "schema"
schemas = {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
registry = Registry().with_resources([(name, Resource.from_contents(schema)) for name, schema in schemas.items()])
faults = []
for name, schema in schemas.items():
    Draft202012Validator.check_schema(schema)


def errors(message, body):
    validator = Draft202012Validator(schemas[f"{message}.schema.json"], registry=registry)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]


if frozen:
    count = 0
    for path in sys.argv[2:]:
        for line in pathlib.Path(path).read_text().splitlines():
            message, count = json.loads(line), count + 1
            kind = message["header"]["type"]
            if f"{kind}.schema.json" not in schemas:
                faults.append(f"{kind} is no message of {frozen}")
                continue
            faults += [f"{kind} {part}: {error}" for part, name in (("header", "header"), ("body", kind)) for error in errors(name, message[part])]
    print("\n".join(faults[:20]) or f"{count} messages fit {frozen}")
    sys.exit(1 if faults or not count else 0)

count = 0
for path in sorted((proto / "vectors/good").glob("*.json")):
    vector = json.loads(path.read_text())
    count += 1
    faults += [f"good/{path.name}: {error}" for error in errors(vector["message"], vector["body"])]
for path in sorted((proto / "vectors/bad").glob("*.json")):
    vector = json.loads(path.read_text())
    count += 1
    # Raw vectors are no JSON, or JSON that a schema cannot see through (a key that stands twice).
    if "raw" in vector or vector.get("schema") is False:
        continue
    if not errors(vector["message"], vector["body"]):
        faults.append(f"bad/{path.name}: the schema accepts it")
print("\n".join(faults) or f"{count} vectors agree with {len(schemas)} schemas")
sys.exit(1 if faults else 0)
