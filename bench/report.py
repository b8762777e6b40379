"""What every benchmark prints: a table for people, and with --json one flat object on the last line."""

import argparse
import json


def options(name, description):
    parser = argparse.ArgumentParser(prog=f"tools/bench {name}", description=description)
    parser.add_argument("--json", action="store_true", help="adds one flat JSON object on the last line")
    parser.add_argument("--quick", action="store_true", help="smaller counts: done in under a minute")
    return parser.parse_args()


def table(title, rows):
    print(title)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"  {name:<{width}}  {value:.3f}" if isinstance(value, float) else f"  {name:<{width}}  {value}")


def finish(given, keys):
    """Prints the JSON and gives the exit status: 0 only when nothing failed."""
    if given.json:
        print(json.dumps({key: round(value, 4) if isinstance(value, float) else value
                          for key, value in keys.items()}))
    return 0 if keys.get("failed", 0) == 0 else 1
