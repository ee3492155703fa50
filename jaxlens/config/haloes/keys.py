"""The keys of SUBSTRUCTURE and LINE_OF_SIGHT that are no numbers, by their names in the metadata."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlens.config.haloes.names import named_haloes
from jaxlens.config.haloes.parameters import CONCENTRATED, TWO_HALO
from jaxlens.config.haloes.reading import (
    CONCENTRATION,
    DZ,
    FILENAME,
    MASS_DEFINITION,
    MAX_HALOES,
    POSITIONS,
    PROFILE,
    SHEETS,
)
from jaxlens.config.model import Configuration, Haloes, LineOfSight, Substructure


def halo_keys(configuration: Configuration) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names of the keys that can be changed, and the keys that lead to them in the file.

    For example `LINE_OF_SIGHT-PROFILE` and `("LINE_OF_SIGHT", "PROFILE")`.
    """
    for prefix, haloes in named_haloes(configuration):
        own = (POSITIONS,) if isinstance(haloes, Substructure) else (DZ, TWO_HALO, SHEETS)
        for key in (PROFILE, CONCENTRATION, MASS_DEFINITION, MAX_HALOES, FILENAME, *own):
            yield f"{prefix}-{key}", (*haloes.path.split("."), key)


def halo_texts(configuration: Configuration) -> dict[str, str]:
    """What the haloes of a configuration are, in words of the file, which the metadata have.

    For example `LINE_OF_SIGHT-PROFILE` is `TNFW`.
    """
    return {
        f"{prefix}-{key}": text
        for prefix, haloes in named_haloes(configuration)
        for key, text in _texts(haloes).items()
    }


def _texts(haloes: Haloes) -> dict[str, str]:
    found = {PROFILE: str(haloes.profile)}
    if haloes.profile in CONCENTRATED:
        found |= {CONCENTRATION: haloes.concentration, MASS_DEFINITION: haloes.mass_definition}
    if haloes.haloes:
        return found | {FILENAME: haloes.haloes.source}
    if isinstance(haloes, Substructure):
        return found | {POSITIONS: haloes.positions}
    assert isinstance(haloes, LineOfSight), "there are two kinds"
    return found | {TWO_HALO: str(haloes.two_halo).lower(), SHEETS: str(haloes.sheets).lower()}
