"""The section SPECIES: galaxies, point sources and noise."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, cast

from jaxlens.config.errors import Place, Report, nearest, shown
from jaxlens.config.haloes.reading import SUBSTRUCTURE_KEY, read_substructure
from jaxlens.config.model import Galaxy, NoiseSource, PointSource, Profile, Quantity
from jaxlens.config.naming import IN_IMAGE
from jaxlens.config.profiles import read_light_profile, read_mass_profile
from jaxlens.config.quantities import (
    ANY,
    ANY_BY_BAND,
    NOT_NEGATIVE_BY_BAND,
    optional_quantity,
    quantity,
    quantity_path,
)
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.special_calls import read_special
from jaxlens.config.transients.models import read_model
from jaxlens.kernels import MASS_PROFILES

FOREGROUND = "foreground"
SEP_UNITS = ("arcsec", "kpc")
_NOISE = ("POISSON_NOISE",)

Species = Galaxy | PointSource | NoiseSource


def read_species(root: Section, in_series: frozenset[str] = frozenset()) -> dict[str, Species] | None:
    """Every species by its NAME: galaxies, point sources and noise, each in order of their numbers.

    Args:
        root: the whole file.
        in_series: the NAMEs of the point sources whose MODEL a TIMESERIES uses.

    Returns:
        The species; None where the section is missing or includes a file that could not be read.
    """
    with root.sub("SPECIES") as section:
        if section.node is None or "INPUT" in section.node.entries:
            # the file that could not be read may contain species, so their names cannot be checked
            return None
        found: dict[str, Species] = {}
        places: dict[str, Place] = {}
        readers: dict[str, Callable[[str, Node, Report], Species]] = {
            "GALAXY": _read_galaxy,
            "POINTSOURCE": partial(_read_point_source, in_series),
            "NOISE": _read_noise,
        }
        entries = [
            (read, label, node)
            for stem, read in readers.items()
            for label, node in section.numbered(stem, gaps=True)
        ]
        for read, label, node in entries:
            _add(read(label, node, root.report), node, found, places, root.report)
        if not entries:
            section.missing("GALAXY_1", "give at least one species")
    _check_hosts(found, places, root.report)
    return found


def _add(
    species: Species, node: Node, found: dict[str, Species], places: dict[str, Place], report: Report
) -> None:
    """Add a species to `found` under its name; a problem where another one has that name."""
    if not species.name:
        return
    if species.name in found:
        other = found[species.name].label
        report.problem(node.place.at("NAME"), f"{shown(species.name)} is the name of {other}; give another")
        return
    found[species.name] = species
    places[species.name] = node.place


def _read_galaxy(label: str, node: Node, report: Report) -> Galaxy:
    """Read one GALAXY_n."""
    with Section(node, report, elsewhere={"MODEL": "a POINTSOURCE_n, as only point sources vary"}) as section:
        name = section.text("NAME")
        if name.lower() == FOREGROUND:
            place = section.need("NAME", "").place  # type: ignore[union-attr]
            report.problem(place, "stands for no host at all in HOST; give another name")
        light = _profiles(section, "LIGHT_PROFILE", read_light_profile)
        mass = _profiles(section, "MASS_PROFILE", read_mass_profile)
        shear = _profiles(section, "SHEAR_PROFILE", read_mass_profile)
        if not (light or mass or shear):
            section.missing("LIGHT_PROFILE_1", "give a galaxy at least one profile")
        substructure = read_substructure(section)
        if substructure and not any(map(_is_matter, mass)):
            place = section.take(SUBSTRUCTURE_KEY).place  # type: ignore[union-attr]
            found = "but sheets " if mass else ""
            report.problem(
                place, f"has no mass {found}to be a part of; give the galaxy a MASS_PROFILE_1 like SIE"
            )
        names = [f"{one.label}-{key}" for one in (*light, *mass, *shear) for key, _ in one.parameters]
        names += [f"{SUBSTRUCTURE_KEY}-{key}" for key, _ in substructure.parameters] if substructure else []
        return Galaxy(label, name, light, mass, shear, read_special(section, names), substructure)


def _is_matter(profile: Profile) -> bool:
    """Whether a mass profile is matter of the galaxy, and no sheet; also where its NAME is wrong."""
    kernel = MASS_PROFILES.get(profile.name)
    return kernel is None or not (kernel.linear or kernel.line_of_sight)


def _profiles(
    section: Section, stem: str, read: Callable[[str, Node, Report], Profile]
) -> tuple[Profile, ...]:
    """The profiles `stem_1`, `stem_2`, ... of a galaxy."""
    return tuple(read(label, node, section.report) for label, node in section.numbered(stem))


def _read_point_source(in_series: frozenset[str], label: str, node: Node, report: Report) -> PointSource:
    """Read one POINTSOURCE_n."""
    with Section(node, report) as section:
        name = section.text("NAME")
        model = read_model(section, used=name in in_series)
        host = section.text("HOST", "give the NAME of a galaxy, or Foreground")
        with section.parameters("a parameter of a point source") as parameters:
            magnitude = quantity(parameters, "magnitude", ANY_BY_BAND)
            if host.lower() == FOREGROUND:
                _refuse_offset(parameters)
                place = _place(parameters)
                special = read_special(section, ("magnitude", "ra_image", "dec_image"))
                return PointSource(label, name, None, magnitude, special=special, model=model, place=place)
            offset = _offset(parameters)
            special = read_special(section, ("magnitude", "sep", "angle"))
            return PointSource(label, name, host, magnitude, *offset, special, model)


def _place(parameters: Section) -> tuple[tuple[str, Quantity], ...]:
    """`ra_image` and `dec_image` of a foreground star; none where the file has neither."""
    if not any(parameters.has(name) for name in IN_IMAGE):
        return ()
    return tuple((name, quantity(parameters, name, ANY)) for name in IN_IMAGE)


def _refuse_offset(parameters: Section) -> None:
    """Report sep, sep_unit and angle of a foreground star, which has no host from which they are counted."""
    for key in ("sep", "sep_unit", "angle"):
        node = parameters.take(key)
        if node is not None:
            finding = (
                "has no meaning for HOST: Foreground; give ra_image and dec_image (arcsec), or remove it"
            )
            parameters.report.problem(node.place, finding)


def _offset(parameters: Section) -> tuple[Quantity | None, Literal["arcsec", "kpc"], Quantity | None]:
    """`sep`, `sep_unit` and `angle` of a point source; the last two get a remark without the first.

    The remark does not matter where a table gives `sep` (see `jaxlens.config.placeholders`).
    """
    sep = optional_quantity(parameters, "sep", ANY)
    angle = optional_quantity(parameters, "angle", ANY)
    node = parameters.take("sep_unit")
    if sep is not None:
        return sep, cast(Literal["arcsec", "kpc"], parameters.choice("sep_unit", SEP_UNITS)), angle
    for key in ("sep_unit", "angle"):
        _remark_no_sep(parameters, key)
    return None, "kpc" if node and node.text.strip() == "kpc" else "arcsec", angle


def _remark_no_sep(parameters: Section, key: str) -> None:
    """Remark that the entry `key` has no effect without `sep`, where the file gives it."""
    node = parameters.take(key)
    if node is not None:
        with parameters.report.about(quantity_path(parameters, "sep")):
            parameters.report.remark(node.place, "has no effect without sep; add sep or remove it")


def _read_noise(label: str, node: Node, report: Report) -> NoiseSource:
    """Read one NOISE_n."""
    with Section(node, report) as section:
        name = section.choice("NAME", _NOISE, noun="a kind of noise")
        with section.parameters("a parameter of POISSON_NOISE") as parameters:
            mean = quantity(parameters, "mean", NOT_NEGATIVE_BY_BAND)
    return NoiseSource(label, cast(Literal["POISSON_NOISE"], name), (("mean", mean),))


def _check_hosts(found: dict[str, Species], places: dict[str, Place], report: Report) -> None:
    """Report point sources whose host has no LIGHT_PROFILE_1 with a centre, about which they are placed."""
    for species in found.values():
        if isinstance(species, PointSource) and species.host:
            wrong = _host_problem(species.host, found)
            if wrong:
                report.problem(places[species.name].at("HOST"), wrong)


def _host_problem(host: str, found: dict[str, Species]) -> str:
    """The problem with a HOST; "" where there is none."""
    galaxy = found.get(host)
    if not isinstance(galaxy, Galaxy):
        galaxies = [name for name, species in found.items() if isinstance(species, Galaxy)]
        return f"{shown(host)} is no galaxy of SPECIES; {nearest(host, [*galaxies, 'Foreground'])}"
    if not galaxy.light:
        return f"{host} has no LIGHT_PROFILE_1 to follow; give it one"
    first = galaxy.light[0]
    if first.name and "center_x" not in dict(first.parameters):
        return f"LIGHT_PROFILE_1 of {host} is {first.name}, which has no center; put a profile with one first"
    return ""
