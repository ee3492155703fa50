"""Whole images beside lenstronomy's: `python -m validation.scenes [--count 200] [--seed 0]`.

Random scenes (SIE and shear, two or three Sersic components, two bands, with and without a lensed quasar,
supersampling 1 and 3, two and three planes), rendered by jaxlens in float64 and float32 and by
lenstronomy's SimulationAPI.  Prints the largest difference in units of each image's peak, and exits with 1
where one is above its limit (1e-6 in float64, 1e-4 in float32).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

import jax
import numpy as np

from jaxlens import Config, Simulator, load_config
from validation.extras import MissingExtra, lenstronomy_version
from validation.scene_configs import KINDS, Kind, config

LIMITS = {"float64": 1e-6, "float32": 1e-4}


@dataclass(frozen=True)
class Result:
    """The largest difference over a kind's scenes in each precision, and which scene had it."""

    kind: Kind
    count: int
    worst: dict[str, float]
    scene: dict[str, int]

    @property
    def passed(self) -> bool:
        """Whether every image is within its limit (a number that is none is not)."""
        return all(self.worst[name] <= limit for name, limit in LIMITS.items())


def sampled(simulator: Simulator, count: int, seed: int, start: int) -> dict[str, np.ndarray]:
    """The parameters of scenes start..start+count-1, as numbers that both precisions hold exactly."""
    with jax.enable_x64(False):
        params = simulator.sample(jax.random.key(seed, impl="threefry2x32"), count, start)
        return {name: np.asarray(value, dtype=np.float64) for name, value in params.items()}


def rendered(simulator: Simulator, params: dict[str, np.ndarray], x64: bool) -> np.ndarray:
    """Images by jaxlens, (n, bands, num_pix, num_pix), in one precision, as float64 numbers."""
    with jax.enable_x64(x64):
        dtype = np.float64 if x64 else np.float32
        images = simulator.render({name: value.astype(dtype) for name, value in params.items()})
        return np.asarray(images, dtype=np.float64)


def lenstronomy_images(file: Config, params: dict[str, np.ndarray], count: int) -> np.ndarray:
    """Images of the same scenes by lenstronomy."""
    from validation.lenstronomy_images import image_of

    rows = ({name: value[i] for name, value in params.items()} for i in range(count))
    return np.stack([image_of(file, file.configuration(), row) for row in rows])


def differences(images: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Largest |difference| / peak of each scene: the worst of its bands, (n,)."""
    away = np.max(np.abs(images - expected), axis=(-2, -1)) / np.max(expected, axis=(-2, -1))
    return np.max(away, axis=-1)


def compare(kind: Kind, count: int, seed: int, start: int) -> Result:
    """Render scenes start..start+count-1 with both, in both precisions."""
    file = load_config(config(kind))
    simulator = Simulator(file)
    params = sampled(simulator, count, seed, start)
    expected = lenstronomy_images(file, params, count)
    away = {name: differences(rendered(simulator, params, name == "float64"), expected) for name in LIMITS}
    return Result(
        kind,
        count,
        {name: float(np.max(values)) for name, values in away.items()},
        {name: start + int(np.argmax(values)) for name, values in away.items()},
    )


def shares(count: int, kinds: int) -> list[int]:
    """`count` scenes dealt to the kinds as evenly as it goes."""
    return [count // kinds + (i < count % kinds) for i in range(kinds)]


def line(result: Result) -> str:
    """One row of the table."""
    cells = [f"{result.worst[name]:.1e} (no. {result.scene[name]})" for name in LIMITS]
    verdict = "ok" if result.passed else "MISSED"
    return f"{result.kind!s:<26}{result.count:>6}  {cells[0]:>18}  {cells[1]:>18}  {verdict}"


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 0 where every image is within its limit, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m validation.scenes", description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=200, help="how many scenes (200)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the scenes (0)")
    options = parser.parse_args(arguments)
    try:
        version = lenstronomy_version()
    except MissingExtra as error:
        print(error, file=sys.stderr)
        return 1
    print(f"max |jaxlens - lenstronomy {version}| / peak over {options.count} scenes, seed {options.seed}")
    limits = [f"limit {limit:.0e}" for limit in LIMITS.values()]
    print(f"{'kind':<26}{'cases':>6}  {'float64, ' + limits[0]:>18}  {'float32, ' + limits[1]:>18}  verdict")
    passed, start = True, 0
    for kind, count in zip(KINDS, shares(options.count, len(KINDS)), strict=True):
        if count:
            result = compare(kind, count, options.seed, start)
            print(line(result), flush=True)
            passed = passed and result.passed
            start += count
    print("all within the limits" if passed else "some images are outside the limits")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
