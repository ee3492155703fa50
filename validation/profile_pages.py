"""The pages on profiles: `python -m validation.profile_pages` writes docs/profiles.md and its pictures.

All text follows from the registry of profiles.  A picture is drawn with parameters within their usual ranges,
in 6 x 6 arcsec: the logarithm of the surface brightness of light, and the convergence of mass, or the
deflection where the convergence is the same everywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.profile_names import LIGHT, MASS, Kind
from jaxlens.config.profile_texts import aliases_of, family_of, family_text, notes, own_text, rows
from jaxlens.kernels.registry import LightProfile, MassProfile, Profile
from validation.agreement.registered.draws import parameters
from validation.agreement.registered.lenstronomy_names import rows_of

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "profiles.md"
PICTURES = {"light": DOCS / "profiles_light.png", "mass": DOCS / "profiles_mass.png"}
# Which of the draws of a profile is shown: one that is not round.
SHOWN = 5
# Pixels along a side of a picture, and half its width (arcsec).
PIXELS, HALF = 64, 3.0
# Step (arcsec) of the differences that give the convergence.
STEP = 1e-3
# A convergence that varies less is the same everywhere.
FLAT = 1e-6
# The colours span at least this much, so that the rounding errors of a constant are not seen.
LEAST_CONTRAST = 1e-2
# Pictures in a row.
COLUMNS = 10
HEAD = """# Profiles

<!-- python -m validation.profile_pages writes this page from the registry of profiles -->

Every light and mass profile that a file may name, with lenstronomy's names, parameters and conventions. The
command `jaxlens profiles` prints the same.

- A light profile with a finite flux has `magnitude`; one without has `amp`, its amplitude in
  counts/s/arcsec^2.
- A list, such as `sigma: [0.2, 0.5]`, is a YAML list; each entry is a number, a DISTRIBUTION or, of light, a
  mapping by band, and a parameter of its own with an index: `sigma_0`, `sigma_1`, in metadata, tables,
  gradients and fits.
- A whole number is the same for all systems.
- An array comes from a FITS, npy or HDF5 file beside the YAML file.
- [Profiles of your own](own_profiles.md) stand beside these.
"""


def page() -> str:
    """The text of the page."""
    parts = [HEAD]
    for kind in (LIGHT, MASS):
        word = _word(kind)
        parts.append(f"## {word.capitalize()} profiles\n")
        what = (
            "surface brightness" if kind is LIGHT else "convergence, or where it is uniform the deflection,"
        )
        parts.append(f"![The {what} of each {word} profile]({PICTURES[word].name})\n")
        parts += _families(kind)
        parts += _aliases(kind)
    return "\n".join(parts).rstrip() + "\n"


def _word(kind: Kind) -> str:
    return "light" if kind is LIGHT else "mass"


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(names, key=str.lower)


def _families(kind: Kind) -> Iterator[str]:
    """The text of each family of profiles, and of each profile of it."""
    families: dict[str, list[Profile]] = {}
    for name in _sorted(kind.profiles):
        families.setdefault(family_of(kind.profiles[name]), []).append(kind.profiles[name])
    for members in sorted(families.values(), key=lambda own: own[0].name.lower()):
        yield f"### {', '.join(profile.name for profile in members)}\n"
        text = family_text(members[0])
        if text:
            yield f"{text}\n"
        for profile in members:
            yield from _profile(kind, profile)


def _profile(kind: Kind, profile: Profile) -> Iterator[str]:
    """The section of one profile."""
    yield f"#### {profile.name} ({_word(kind)})\n"
    others = aliases_of(kind, profile.name)
    if others:
        yield f"Also called {', '.join(f'`{one}`' for one in others)}.\n"
    yield f"{own_text(profile)}\n"
    for note in notes(profile):
        yield f"{note}\n"
    found = rows(profile)
    if found:
        lines = ["| parameter | unit | meaning | default | usual range |", "|---|---|---|---|---|"]
        lines += [f"| `{name}` | {' | '.join(map(_cell, rest))} |" for name, *rest in found]
        yield "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _aliases(kind: Kind) -> Iterator[str]:
    """The table of other names."""
    own = {alias: name for alias, name in sorted(kind.aliases.items()) if name in kind.profiles}
    if own:
        yield f"### Other names of {_word(kind)} profiles\n"
        lines = ["| name | the same as |", "|---|---|"]
        yield "\n".join([*lines, *(f"| `{alias}` | `{name}` |" for alias, name in own.items())]) + "\n"


def _drawn(profile: Profile) -> dict[str, Any]:
    """Arguments of a profile's functions, centred on the picture."""
    values = rows_of(parameters(profile), profile, SHOWN)
    centre: dict[str, Any] = {
        name: 0.0 for name in ("center_x", "center_y", "ra_0", "dec_0") if name in values
    }
    if "n_pixels" in values:
        values["n_pixels"] = values["amp"].size // values["n_scales"]
    lists = {name: tuple(value) for name, value in values.items() if profile.kinds[name] == "list"}
    arrays = {name: jnp.asarray(values[name]) for name in profile.of_kind("table")}
    return {**values, **centre, **lists, **arrays}


def picture(profile: Profile) -> np.ndarray:
    """The picture of a profile, (PIXELS, PIXELS)."""
    axis = np.linspace(-HALF, HALF, PIXELS)
    x, y = (jnp.asarray(one, jnp.result_type(float)) for one in np.meshgrid(axis, axis))
    values = _drawn(profile)
    if isinstance(profile, LightProfile):
        light = np.asarray(profile.surface_brightness(x, y, **values), float)
        faint = np.max(np.abs(light)) / 1e3
        return np.arcsinh(light / faint)
    assert isinstance(profile, MassProfile)
    ends = [profile.deflection(x + s, y, **values)[0] for s in (STEP, -STEP)]
    ends += [profile.deflection(x, y + s, **values)[1] for s in (STEP, -STEP)]
    right, left, up, down = (np.asarray(one, float) for one in ends)
    convergence = (right - left + up - down) / (4.0 * STEP)
    if np.ptp(convergence) > FLAT:
        return convergence
    alpha = profile.deflection(x, y, **values)
    return np.hypot(*(np.asarray(one, float) for one in alpha))


def draw(profiles: Mapping[str, Profile], path: Path) -> None:
    """Write the pictures of some profiles as one file."""
    from matplotlib.figure import Figure

    names = _sorted(profiles)
    lines = -(-len(names) // COLUMNS)
    figure = Figure(figsize=(1.3 * COLUMNS, 1.45 * lines), layout="constrained")
    axes = np.atleast_1d(figure.subplots(lines, COLUMNS, squeeze=False)).ravel()
    for axis in axes:
        axis.set_axis_off()
    for axis, name in zip(axes, names, strict=False):
        image = picture(profiles[name])
        low, high = np.nanpercentile(image, (2, 98))
        axis.imshow(image, origin="lower", cmap="magma", vmin=low, vmax=max(high, low + LEAST_CONTRAST))
        axis.set_title("\n".join(_broken(name)), fontsize=5, pad=2)
    figure.savefig(path, dpi=100)


def _broken(name: str) -> list[str]:
    """A long name in two lines, broken at an underscore."""
    if len(name) <= 20 or "_" not in name:
        return [name]
    middle = min((i for i, c in enumerate(name) if c == "_"), key=lambda i: abs(i - len(name) // 2))
    return [name[: middle + 1], name[middle + 1 :]]


def main() -> int:
    """Write the page and its pictures."""
    PAGE.write_text(page(), encoding="utf-8")
    for kind in (LIGHT, MASS):
        with jax.enable_x64(True):
            draw(kind.profiles, PICTURES[_word(kind)])
    print(f"{PAGE}: {len(LIGHT.profiles)} light and {len(MASS.profiles)} mass profiles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
