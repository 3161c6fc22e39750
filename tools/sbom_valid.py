"""Whether lists of parts are what the schema of CycloneDX says: for `make sbom`, which brings the library."""

import json
import sys
from importlib import import_module
from pathlib import Path


def main(*files: str) -> int:
    # Not among what is locked for development.
    schema = import_module("cyclonedx.schema").SchemaVersion
    strict = import_module("cyclonedx.validation.json").JsonStrictValidator
    wrong = 0
    for file in files:
        text = Path(file).read_text("utf-8")
        listed = json.loads(text)
        said = strict(schema[f"V{listed['specVersion'].replace('.', '_')}"]).validate_str(text)
        count = len(listed.get("components", ()))
        print(f"{file}: {count} parts, {said or 'valid'}")
        wrong += bool(said) or not count
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
