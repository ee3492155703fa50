"""The packaged examples that are compared."""

from __future__ import annotations

from jaxlens.config import examples, load_config
from jaxlens.config.model import Configuration, Galaxy


def single_exposures() -> list[str]:
    """The packaged examples without TIMESERIES, which lenstronomy has not, SELECT, CATALOG and haloes.

    What a file with SELECT or CATALOG has more than others is how its systems are drawn; its profiles are
    those of random scenes.  Files with dark haloes are compared by `validation.haloes`.
    """
    files = [load_config(name) for name in examples()]
    first = {
        name: file.configurations[0]
        for name, file in zip(examples(), files, strict=True)
        if file.catalog is None
    }
    plain = {name: one for name, one in first.items() if one.series is None and one.selection is None}
    return [name for name, one in plain.items() if not has_haloes(one)]


def has_haloes(configuration: Configuration) -> bool:
    """Whether a configuration has subhaloes or haloes along the line of sight."""
    galaxies = [one for plane in configuration.planes for _, one in plane.objects if isinstance(one, Galaxy)]
    return configuration.line_of_sight is not None or any(one.substructure for one in galaxies)
