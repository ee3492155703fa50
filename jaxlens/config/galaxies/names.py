"""What the names in NEAREST mean in one configuration: the parameters to which images are to be near.

A name is looked up within the profile and the object of the stack, then in its plane, then as a whole name
of the configuration.  It may end in `-<band>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from jaxlens.config.columns import Names, known_names
from jaxlens.config.coverage import place_of
from jaxlens.config.errors import Report, nearest
from jaxlens.config.model import Config, Configuration, Galaxy, ImageChoice
from jaxlens.config.naming import IMAGE_INDEX, redshift_name
from jaxlens.config.reader import Node
from jaxlens.config.used_bands import of_other_band

# A parameter, and the band whose value is meant; None for the mean over all bands.
Target = tuple[str, str | None]


@dataclass(frozen=True)
class Chooser:
    """A light profile of a configuration whose image, or the scale of it, follows from columns.

    Attributes:
        prefix: the beginning of the names of its parameters, without the last `-`.
        redshift: the name of the redshift of its plane.
        choice: how its image is chosen.
        targets: the parameters of `choice.nearest`, in order.
    """

    prefix: str
    redshift: str
    choice: ImageChoice
    targets: tuple[Target, ...] = ()

    @property
    def follows(self) -> tuple[str, ...]:
        """The parameters that follow from the columns of the images."""
        chosen = (IMAGE_INDEX,) if self.choice.chooses else ()
        return tuple(f"{self.prefix}-{key}" for key in (*chosen, *(["scale"] * bool(self.choice.scale))))


def choosers(config: Config, configuration: Configuration) -> tuple[Chooser, ...]:
    """The profiles of a configuration of a checked file whose image follows from columns."""
    found = tuple(_choosers(configuration))
    if not any(one.choice.nearest for one in found):
        return found
    names = known_names(config.cosmology, config.instrument, (configuration,))
    known = names.parameters[configuration.label]
    return tuple(replace(one, targets=_targets(one, known, config.bands)) for one in found)


def check_choosers(config: Config, names: Names, tree: Node, report: Report) -> None:
    """Report names in NEAREST that mean no parameter, or one that follows from an image itself.

    Args:
        config: what was read.
        names: the parameters of all configurations.
        tree: the whole file.
        report: the problems are added to it.
    """
    for configuration in config.configurations:
        label = configuration.label
        found = tuple(_choosers(configuration))
        following = of_images(configuration)
        for one in found:
            for column, name in one.choice.nearest:
                target = _target(one.prefix, name, names.parameters[label], config.bands)
                if target is None and of_other_band(name, report):
                    wrong = f"{name} is of a band that is not used; use {name.rpartition('-')[2]} too"
                else:
                    wrong = _wrong(one, name, target, following, names.parameters[label], label)
                if wrong:
                    place = place_of(tree, f"{one.choice.path}.{IMAGE_INDEX}.NEAREST.{column}")
                    report.problem(place, wrong, configurations=(label,))


def of_images(configuration: Configuration) -> frozenset[str]:
    """The parameters of a configuration that follow from the columns of images."""
    return frozenset(name for one in _choosers(configuration) for name in one.follows)


def _choosers(configuration: Configuration) -> Iterator[Chooser]:
    for plane in configuration.planes:
        for label, species in plane.members:
            for profile in species.light if isinstance(species, Galaxy) else ():
                if profile.choice is not None:
                    prefix = f"{plane.label}-{label}-{profile.label}"
                    yield Chooser(prefix, redshift_name(plane), profile.choice)


def _wrong(
    one: Chooser,
    name: str,
    target: Target | None,
    following: frozenset[str],
    known: Mapping[str, str],
    label: str,
) -> str:
    """What is wrong with a name of NEAREST; "" where nothing is."""
    if target is None:
        near = [
            written.removeprefix(prefix)
            for prefix in _prefixes(one.prefix)
            for written in known
            if written.startswith(prefix)
        ]
        return f"{name} is no parameter of {label}; {nearest(name, dict.fromkeys(near))}"
    if target[0] in following:
        return f"{name} follows from an image itself; give a parameter that does not"
    return ""


def _targets(one: Chooser, known: Mapping[str, str], bands: tuple[str, ...]) -> tuple[Target, ...]:
    """The parameters of NEAREST of a file without problems."""
    found = (_target(one.prefix, name, known, bands) for _, name in one.choice.nearest)
    return tuple(target for target in found if target is not None)


def _target(prefix: str, name: str, known: Mapping[str, str], bands: tuple[str, ...]) -> Target | None:
    """The parameter and the band that a name means; None where there is none."""
    stems: list[Target] = [(name, None)]
    stems += [(name.removesuffix(f"-{band}"), band) for band in bands if name.endswith(f"-{band}")]
    for stem, band in stems:
        for start in _prefixes(prefix):
            parameter = known.get(start + stem)
            if parameter is not None:
                return parameter, band
    return None


def _prefixes(prefix: str) -> list[str]:
    """What may stand before a name: the beginnings of the prefix of a profile, the longest first."""
    words = prefix.split("-")
    return ["".join(f"{word}-" for word in words[:i]) for i in range(len(words), -1, -1)]
