"""Write the references: `python -m validation.haloes.make_references [subject ...]`.

It needs lenstronomy and pyHalo, but not jax.  A subject is a module of `validation.haloes.oracles` with
`arrays() -> {name: array}`, from random numbers with a fixed seed.
"""

from __future__ import annotations

import importlib
import sys

from validation.haloes import references

# The subjects, each the module of its name.
SUBJECTS = ("deflections", "field_haloes", "images", "subhaloes")


def main(subjects: list[str]) -> int:
    """Write the references of these subjects, or of all; 2 for a subject that does not exist."""
    unknown = sorted({*subjects} - {*SUBJECTS})
    if unknown:
        print(f"unknown subject {', '.join(unknown)}; there are {', '.join(SUBJECTS)}", file=sys.stderr)
        return 2
    for subject in subjects or SUBJECTS:
        maker = importlib.import_module(f"validation.haloes.oracles.{subject}")
        path = references.save(subject, maker.arrays())
        print(f"{path}: {path.stat().st_size / 1024:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
