"""Write all tables: `python -m validation.packaged_data`."""

from __future__ import annotations

from pathlib import Path

import jaxlens.config
import jaxlens.kernels.halos
from validation.packaged_data import cadences, concentrations, galaxies, matter, om10, passbands, templates

# The folder of the configuration language, with the folders of the tables.
FOLDER = Path(jaxlens.config.__file__).parent
# That of the kernels of haloes.
HALOS = Path(jaxlens.kernels.halos.__file__).parent


def main() -> None:
    """Write the tables, and print each one's size."""
    written = [*passbands.write(FOLDER / "passbands"), templates.write(FOLDER / "templates")]
    written += cadences.write(FOLDER / "examples") + galaxies.write(FOLDER / "examples")
    written += om10.write(FOLDER / "examples")
    written += [concentrations.write(HALOS), matter.write(HALOS)]
    for path in written:
        print(f"{path}: {path.stat().st_size / 1024:.1f} kB")


if __name__ == "__main__":
    main()
