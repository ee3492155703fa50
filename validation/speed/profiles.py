"""Every profile that JAXtronomy has too, beside it: `python -m validation.speed.profiles`.

The deflection of a mass profile, or the surface brightness of a light profile, of a batch of lenses (each
with parameters of its own, over the usual ranges) on 100 x 100 rays, in float32, under jit and vmap on both
sides.  The two are called in turn in one process; the times are medians of the rounds.  A ratio above 1 means
that jaxlens is faster.  Beside it stand the errors of both, the largest of a batch in units of the peak: they
are differences from values of jaxlens in float64, which `validation.agreement` compares with lenstronomy.

Prints the table and writes `validation/results/profiles_speed.json` and `profiles_speed.md`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.registry import LightProfile, MassProfile, Profile
from validation.agreement.registered import draws
from validation.speed import machine
from validation.speed.timing import Task, Timed, measure

OUT = Path(__file__).parents[1] / "results" / "profiles_speed.json"
# The profiles of JAXtronomy 0.1.5.
MASS = (
    *("CONVERGENCE", "CSE", "EPL", "EPL_MULTIPOLE_M1M3M4", "EPL_MULTIPOLE_M1M3M4_ELL"),
    *(
        "EPL_MULTIPOLE_M3M4",
        "EPL_MULTIPOLE_M3M4_ELL",
        "EPL_Q_PHI",
        "FLEXION",
        "GAUSSIAN",
        "GAUSSIAN_POTENTIAL",
    ),
    *("HERNQUIST", "HERNQUIST_ELLIPSE_CSE", "LOS", "LOS_MINIMAL", "MULTIPOLE", "MULTIPOLE_ELL", "NFW"),
    *("NFW_ELLIPSE_CSE", "NIE", "PJAFFE", "PJAFFE_ELLIPSE_POTENTIAL", "SHEAR", "SHEAR_GAMMA_PSI"),
    *("SHEAR_REDUCED", "SIE", "SIS", "SPP", "TNFW"),
)
LIGHT = (
    *("CORE_SERSIC", "GAUSSIAN", "GAUSSIAN_ELLIPSE", "MULTI_GAUSSIAN", "MULTI_GAUSSIAN_ELLIPSE", "SERSIC"),
    *("SERSIC_ELLIPSE", "SERSIC_ELLIPSE_Q_PHI", "SHAPELETS"),
)
# Half the width of the field (arcsec).
HALF_WIDTH = 2.5
# The least ratio of each profile, and of their median.
LEAST, LEAST_MEDIAN = 0.9, 1.2

Values = Any
Field = Callable[[jax.Array, jax.Array, Values], Any]


@dataclass(frozen=True)
class Effort:
    """Lenses of a batch, pixels along a side, rounds, and seconds of a round for each."""

    batch: int = 32
    side: int = 100
    rounds: int = 9
    seconds: float = 0.03


FULL = Effort()
QUICK = Effort(batch=2, side=20, rounds=3, seconds=1e-3)


@dataclass(frozen=True)
class Row:
    """One profile.

    Attributes:
        kind: "mass" or "light".
        name: lenstronomy's name.
        ours: nanoseconds a ray.
        theirs: those of JAXtronomy.
        spread: the larger of the two distances between quartiles, over the median.
        our_error: the largest error of our result, in units of the peak.
        their_error: that of JAXtronomy's.
    """

    kind: str
    name: str
    ours: float
    theirs: float
    spread: float
    our_error: float
    their_error: float

    @property
    def ratio(self) -> float:
        """How many times as fast ours is."""
        return self.theirs / self.ours


def common() -> list[Profile]:
    """The registered profiles that JAXtronomy has too."""
    mass: list[Profile] = [MASS_PROFILES[name] for name in MASS if name in MASS_PROFILES]
    return [*mass, *(LIGHT_PROFILES[name] for name in LIGHT if name in LIGHT_PROFILES)]


def kind_of(profile: Profile) -> str:
    """Whether it is a light or a mass profile."""
    return "light" if isinstance(profile, LightProfile) else "mass"


def parameters(profile: Profile, batch: int) -> tuple[dict[str, Any], dict[str, int]]:
    """Numbers (batch,) and lists of such numbers in float32, and the integers.

    Args:
        profile: a light or mass profile.
        batch: lenses, at most as many as there are draws that are neither round nor at an end.
    """
    drawn = draws.parameters(profile)
    chosen = slice(draws.ROUND_ROWS, draws.ROUND_ROWS + batch)
    values = {key: jnp.asarray(drawn[key][chosen], jnp.float32) for key in profile.of_kind("number")}
    lists = {
        key: tuple(jnp.asarray(entry[chosen], jnp.float32) for entry in drawn[key].T)
        for key in profile.of_kind("list")
    }
    return {**values, **lists}, {key: int(drawn[key]) for key in profile.of_kind("integer")}


def our_field(profile: Profile, integers: Mapping[str, int]) -> Field:
    """Deflection or surface brightness of one lens by jaxlens.

    Args:
        profile: a light or mass profile.
        integers: its parameters that are whole numbers.
    """
    function = (
        profile.surface_brightness if isinstance(profile, LightProfile) else profile.deflection  # type: ignore[attr-defined]
    )
    return lambda x, y, values: function(x, y, **values, **integers)


def their_field(profile: Profile, integers: Mapping[str, int]) -> Field:
    """The same by JAXtronomy, which takes lists as arrays and light with an amplitude.

    Args:
        profile: a light or mass profile.
        integers: its parameters that are whole numbers.
    """
    from jaxtronomy.LensModel.lens_model import LensModel
    from jaxtronomy.LightModel.light_model import LightModel

    def arguments(values: Values) -> list[dict[str, Any]]:
        own = {key: jnp.stack(v) if isinstance(v, tuple) else v for key, v in values.items()}
        return [{**own, **integers}]

    if isinstance(profile, MassProfile):
        lens = LensModel([profile.name])
        return lambda x, y, values: lens.alpha(x, y, arguments(values))
    light = LightModel([profile.name])
    amplitude = {} if "amp" in profile.parameters else {"amp": 1.0}
    return lambda x, y, values: light.surface_brightness(x, y, [{**arguments(values)[0], **amplitude}])


def rays(side: int) -> tuple[jax.Array, jax.Array]:
    """The positions of side x side rays (arcsec), in one axis as JAXtronomy has them."""
    axis = np.linspace(-HALF_WIDTH, HALF_WIDTH, side, dtype=np.float32)
    x, y = np.meshgrid(axis, axis)
    return jnp.asarray(x.ravel()), jnp.asarray(y.ravel())


def measured(profile: Profile, effort: Effort) -> Row:
    """Time one profile on both sides.

    Args:
        profile: a light or mass profile.
        effort: how much is measured.
    """
    values, integers = parameters(profile, effort.batch)
    x, y = rays(effort.side)
    exact = _exact(profile, values, integers, (x, y))
    peak, errors, tasks = np.max(np.abs(exact)), [], []
    for method, field in (("jaxlens", our_field), ("JAXtronomy", their_field)):
        program = jax.jit(jax.vmap(field(profile, integers), (None, None, 0)))
        errors.append(float(np.max(np.abs(_stacked(program(x, y, values)) - exact)) / peak))
        run = _run(program, x, y, values)
        tasks.append(Task(profile.name, method, run, effort.batch * effort.side**2))
    ours, theirs = measure(tasks, effort.rounds, effort.seconds)
    spread = max(ours.spread or 0.0, theirs.spread or 0.0)
    return Row(kind_of(profile), profile.name, _nanoseconds(ours), _nanoseconds(theirs), spread, *errors)


def _exact(profile: Profile, values: Values, integers: Mapping[str, int], at: Any) -> np.ndarray:
    """The values of jaxlens in float64, of the same parameters and rays."""
    with jax.enable_x64(True):
        x, y, values = jax.tree.map(lambda a: jnp.asarray(np.asarray(a), jnp.float64), (*at, values))
        return _stacked(jax.jit(jax.vmap(our_field(profile, integers), (None, None, 0)))(x, y, values))


def _stacked(fields: Any) -> np.ndarray:
    return np.stack([np.ravel(field) for field in jax.tree.leaves(fields)])


def _run(program: Callable[..., Any], *arguments: Any) -> Callable[[], object]:
    return lambda: jax.block_until_ready(program(*arguments))


def _nanoseconds(timed: Timed) -> float:
    assert timed.seconds is not None
    return 1e9 * timed.seconds


def markdown(rows: Sequence[Row]) -> str:
    """The table of all profiles, and the median of the ratios."""
    lines = [
        "| profile | jaxlens, ns a ray | JAXtronomy, ns a ray | ratio | error | error of JAXtronomy |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        times = f"{row.ours:.2f} | {row.theirs:.2f} | {row.ratio:.2f}"
        lines.append(f"| {row.name} ({row.kind}) | {times} | {row.our_error:.0e} | {row.their_error:.0e} |")
    lines.append(f"| median | | | {statistics.median(row.ratio for row in rows):.2f} | | |")
    return "\n".join(lines)


def report(rows: Sequence[Row], effort: Effort) -> dict[str, Any]:
    """What is written: the machine, the rows, and the median of the ratios.

    Args:
        rows: the profiles.
        effort: how much was measured.
    """
    return {
        "device": machine.device(),
        "versions": machine.versions(),
        "effort": asdict(effort),
        "median": statistics.median(row.ratio for row in rows),
        "rows": [asdict(row) | {"ratio": row.ratio} for row in rows],
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and write: 0, or 1 if a ratio or their median is too small."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.speed.profiles", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("name", nargs="*", help="only these profiles; nothing is written")
    parser.add_argument("--quick", action="store_true", help="few lenses, few rays, few rounds")
    parser.add_argument("--out", type=Path, default=OUT, help="the JSON file (%(default)s)")
    options = parser.parse_args(arguments)
    effort = QUICK if options.quick else FULL
    rows = []
    for profile in common():
        if not options.name or profile.name in options.name:
            rows.append(measured(profile, effort))
            print(markdown(rows[-1:]).splitlines()[2], flush=True)
    if not rows:
        print(f"no profile of both is named {', '.join(options.name)}", file=sys.stderr)
        return 2
    if not options.name:
        _write(options.out, rows, effort)
    ratios = [row.ratio for row in rows]
    print(f"\n{machine.device()}; batches of {effort.batch}\n\n{markdown(rows)}")
    return int(min(ratios) < LEAST or statistics.median(ratios) < LEAST_MEDIAN)


def _write(path: Path, rows: Sequence[Row], effort: Effort) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report(rows, effort), indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(markdown(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
