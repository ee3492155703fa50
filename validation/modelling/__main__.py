"""`python -m validation.modelling PART [options]`: lists the parts, or runs one.

Exits with 1 where a target is missed, and with 2 for a part that does not exist.
"""

from __future__ import annotations

import importlib
import sys

from validation.modelling import PARTS


def main(given: list[str] | None = None) -> int:
    """List the parts, or run the one that is named with the options that follow."""
    arguments = sys.argv[1:] if given is None else given
    if not arguments or arguments[0] in ("-h", "--help"):
        print((__doc__ or "").split("\n")[0])
        print("\n".join(f"  {name}: {what}" for name, what in PARTS.items()))
        return 0
    if arguments[0] not in PARTS:
        print(f"{arguments[0]} is no part; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    module = importlib.import_module(f"validation.modelling.{arguments[0]}")
    return int(module.main(arguments[1:]))


if __name__ == "__main__":
    raise SystemExit(main())
