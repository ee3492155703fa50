"""The table of the parameters of a configuration: full name, short name, value or distribution, unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from jaxlens.config.haloes.arrays import halo_array
from jaxlens.config.links.reading import PLUS, SCATTER, TIMES
from jaxlens.config.model import Config, Configuration, Draw, Galaxy, Joint, PointSource, Quantity
from jaxlens.config.naming import in_pixels
from jaxlens.config.profile_names import LIGHT, MASS
from jaxlens.files.units import unit_of
from jaxlens.kernels.registry import LightProfile, Profile
from jaxlens.sampling.population import Population
from jaxlens.sampling.special import special_changes

# Units that depend on the file, or that only one section of it has, by the last word of a name.
_UNITS = {"Tcmb0": "K", "m_nu": "eV", "read_noise": "electron", "ccd_gain": "electron/adu"}
# What stands before the value of a part of a link.
_LINKS = {TIMES: "times", PLUS: "plus", SCATTER: "scatter"}


class NameRow(NamedTuple):
    """One parameter in words.

    Attributes:
        name: its full name.
        value: its value or distribution in the file, or where it is from.
        unit: its unit; "" where it has none.
    """

    name: str
    value: str
    unit: str


def name_rows(
    config: Config, configuration: Configuration, population: Population, parameters: tuple[str, ...]
) -> tuple[NameRow, ...]:
    """The numbers of the file in its order, and then the parameters of images that no number of it draws.

    Args:
        config: the configuration file.
        configuration: the configuration.
        population: what is drawn in it.
        parameters: the parameters on which images depend.
    """
    values, units = dict(_values(config, configuration, population)), _units(config, configuration)
    others = [name for name in parameters if name not in values]
    given = {name: _other(name, population) for name in others}
    return tuple(NameRow(name, value, units(name)) for name, value in (values | given).items())


def _values(
    config: Config, configuration: Configuration, population: Population
) -> Iterator[tuple[str, str]]:
    """The value or the distribution of each quantity."""
    tables = dict(_tables(population.joints, configuration.label))
    before = [(name, one) for name, one in population.quantities if name not in population.after_special]
    changes = special_changes(population.special, before, config.bands)
    by_epoch = population.epochs.names if population.epochs else frozenset()
    pixels = in_pixels(configuration)
    for name, quantity in population.quantities:
        text = tables[name] if name in tables else _quantity(quantity, config.bands)
        text += " pixels from the middle" if name in pixels else ""
        text += ", anew at each epoch" if name in by_epoch else ""
        text += f", changed by {changes[name]} of SPECIAL" if name in changes else ""
        yield name, text


def _tables(joints: tuple[Joint, ...], label: str) -> Iterator[tuple[str, str]]:
    """The parameters that tables set, with the section that has the table."""
    for joint in joints:
        for column in joint.columns:
            if column.configuration in (None, label):
                yield column.parameter, f"drawn from {joint.label}"


def _quantity(quantity: Quantity, bands: tuple[str, ...]) -> str:
    """A quantity in words; that of each band where they differ."""
    texts = [_draw(draw) for draw in quantity.draws]
    if len(set(texts)) == 1:
        return texts[0] + (", for each band" * (quantity.per_band and not quantity.is_constant))
    return ", ".join(f"{band}: {text}" for band, text in zip(bands, texts, strict=True))


def _draw(draw: Draw) -> str:
    """A constant, a distribution with its parameters, or a link."""
    numbers = {name.removeprefix("RELATION."): _number(value) for name, value in draw.parameters}
    if draw.link is not None:
        parts = numbers | {name.removeprefix("RELATION."): _draw(part) for name, part in draw.link.parts}
        changes = [f"{word} {parts.pop(key)}" for key, word in _LINKS.items() if key in parts]
        arguments = ", ".join(f"{name}={value}" for name, value in parts.items())
        head = f"the same as {draw.link.source}" if draw.link.source else f"{draw.link.relation}({arguments})"
        text = ", ".join([head, *changes])
    elif draw.is_constant:
        text = numbers["value"]
    else:
        text = f"{draw.distribution}({', '.join(f'{name}={value}' for name, value in numbers.items())})"
    if draw.truncate is None:
        return text
    low, high = draw.truncate
    return f"{text} from {low:.6g} to {high:.6g}"


def _number(value: float | tuple[float, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(f'{one:.6g}' for one in value)}]"
    return f"{value:.6g}"


def _other(name: str, population: Population) -> str:
    """Where a parameter is from that is no number of the file."""
    if halo_array(name) is not None or name in population.halo_parameters:
        return "drawn with the haloes"
    epochs = population.epochs
    if epochs is not None and name in epochs.of_pointing:
        return "that of the night"
    return "chosen for each system" if name == "BACKGROUND_IDX" else "given by the caller"


class _units:
    """The unit of each parameter of a configuration."""

    def __init__(self, config: Config, configuration: Configuration) -> None:
        self._profiles: dict[str, Profile] = {}
        self._own: dict[str, str] = {}
        counts = "adu" if config.instrument.data_count_unit == "ADU" else "electron"
        self._counts = f"{counts}/s"
        for plane in configuration.planes:
            for label, species in plane.members:
                prefix = f"{plane.label}-{label}"
                if isinstance(species, Galaxy):
                    self._add_profiles(prefix, species)
                elif isinstance(species, PointSource):
                    self._own[f"{prefix}-sep"] = species.sep_unit
        for label, _ in configuration.noise:
            self._own[f"{label}-mean"] = self._counts
        self._own["background_noise"] = self._counts

    def _add_profiles(self, prefix: str, galaxy: Galaxy) -> None:
        for profiles, kind in ((galaxy.light, LIGHT), ((*galaxy.mass, *galaxy.shear), MASS)):
            for one in profiles:
                self._profiles[f"{prefix}-{one.label}"] = kind.profiles[one.name]

    def __call__(self, name: str) -> str:
        if name in self._own:
            return self._own[name]
        owner, _, last = name.rpartition("-")
        profile = self._profiles.get(owner)
        if profile is not None:
            return self._of_profile(profile, last)
        return _UNITS.get(last) or unit_of(name)

    def _of_profile(self, profile: Profile, last: str) -> str:
        """The unit of a parameter of a profile; of an entry of a list (`amp_0`) that of the list."""
        meanings: Mapping[str, object] = profile.meanings
        own = next((one for one in (last, last.rpartition("_")[0]) if one in meanings), None)
        if own is not None:
            unit = profile.meanings[own].unit
            return "rad" if unit == "radian" else unit
        if last == "amp" and isinstance(profile, LightProfile):
            return f"{self._counts}/arcsec2"
        return unit_of(last)
