"""Strict settings for all tests, and what they share.

Rank promotion raises and warnings are errors (pyproject.toml).  Compiled programs are kept in .cache, so a
second run is faster; the folder is in the environment too, so processes that a test starts use it.  A run
that leaves files in the tree fails.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from jaxlens.config import imported_files as imports
from jaxlens.config.special_functions import SPECIALS
from jaxlens.distributions import USER_DISTRIBUTIONS
from jaxlens.kernels.registry import LIGHT_PROFILES, MASS_PROFILES, light_profile, mass_potential
from jaxlens.kernels.types import Real, Reals
from validation.quick_compilation import quick_compilation

ROOT = Path(__file__).parents[1]

# Most of the time of the tests goes into compiling programs that run for milliseconds.
# `XLA_FLAGS= pytest` runs the code that a user gets, as one job of the workflow `tests` does.
if "XLA_FLAGS" not in os.environ:
    os.environ["XLA_FLAGS"] = quick_compilation()

CACHE = os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(ROOT / ".cache" / "jax"))
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.2"

# Where several processes share the cores, OpenBLAS's threads wait for each other; workers inherit this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a run in the background ignores Ctrl-C, and so would the processes that tests start and interrupt
    signal.signal(signal.SIGINT, signal.default_int_handler)

jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_compilation_cache_dir", CACHE)
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)

# What may change while the tests run: git's folder, caches, and what Sphinx builds.
IGNORED = {
    ".git",
    ".cache",
    ".pytest_cache",
    ".ruff_cache",
    ".mypy_cache",
    "docs/_build",
    "docs/reference/generated",
}
FILES_BEFORE = pytest.StashKey[set[str]]()
# The modules with tests that replace code, so that programs made of it are theirs alone.
REPLACING = pytest.StashKey[set[Path]]()


# The examples of docstrings that take longest to compile, in module.object; they run with the slow tests.
SLOW_EXAMPLES = {
    "jaxlens.datasets.dataset.make_dataset",
    "jaxlens.datasets.loading.load",
    "jaxlens.datasets.truth.truth_tables",
    "jaxlens.datasets.updates.DatasetUpdates.search",
    "jaxlens.datasets.updates.DatasetUpdates.update_param",
    "jaxlens.kernels.fastmath.hypergeometric.hypergeometric",
    "jaxlens.kernels.lensing.lens_equation.image_positions",
    "jaxlens.kernels.lensing.selection.lowest",
    "jaxlens.kernels.noise.poisson.poisson",
    "jaxlens.kernels.psf.moffat.moffat_kernel",
    "jaxlens.simulator.base.SimulatorBase.with_pixel_map",
    "jaxlens.simulator.densities.SimulatorDensities.log_likelihood",
    "jaxlens.simulator.densities.SimulatorDensities.log_prior",
    "jaxlens.simulator.lens_curves.SimulatorLensCurves.critical_curves",
    "jaxlens.simulator.lens_curves.SimulatorLensCurves.einstein_radius",
    "jaxlens.simulator.lens_maps.SimulatorLensMaps.convergence",
    "jaxlens.simulator.exchanges.SimulatorExchanges.to_lenstronomy",
    "jaxlens.simulator.light_products.SimulatorLightProducts.image_parts",
    "jaxlens.simulator.light_products.SimulatorLightProducts.products",
    "jaxlens.simulator.simulator.Simulator",
    "jaxlens.simulator.simulator.Simulator.params_from_table",
    "jaxlens.simulator.simulator.Simulator.sample",
    "jaxlens.truth.catalog_check.check_catalog",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the slow examples of docstrings, which have no decorator; find the tests that replace code."""
    config.stash[REPLACING] = {
        item.path for item in items if "monkeypatch" in getattr(item, "fixturenames", ())
    }
    for item in items:
        if isinstance(item, pytest.DoctestItem) and item.name in SLOW_EXAMPLES:
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not among modules: a tenth of the time of tests that trace much."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 10)


def files_in(tree: Path) -> set[str]:
    """The files below `tree` by their relative paths, without those that may change and virtual environments.

    A link to a folder counts as a file.
    """
    files: set[str] = set()
    for folder, folders, names in os.walk(tree):
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        files |= {str((here / name).relative_to(tree)) for name in (*names, *links)}
        folders[:] = [
            name
            for name in folders
            if name != "__pycache__"
            and str((here / name).relative_to(tree)) not in IGNORED
            and not (here / name / "pyvenv.cfg").exists()
        ]
    return files


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember the files of the tree, in the process that starts the workers; no garbage while collecting."""
    gc.disable()
    if not hasattr(session.config, "workerinput"):
        session.config.stash[FILES_BEFORE] = files_in(ROOT)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let the run fail where it left files in the tree, and name them."""
    before = session.config.stash.get(FILES_BEFORE, None)
    left = [] if before is None else sorted(files_in(ROOT) - before)
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.line("")
            reporter.section("the run left files in the tree; write to tmp_path", red=True, bold=True)
            for name in left:
                reporter.line(name)


class Compiled:
    """How many programs this process keeps, and after which it forgets them: each takes about a megabyte."""

    programs = 0
    most = 300

    @classmethod
    def count(cls, event: str, seconds: float, **more: Any) -> None:
        cls.programs += event == "/jax/core/compile/backend_compile_duration"

    @classmethod
    def forget(cls) -> None:
        if cls.programs:
            jax.clear_caches()
        cls.programs = 0


jax.monitoring.register_event_duration_secs_listener(Compiled.count)


@pytest.fixture(autouse=True, scope="module")
def _forget_compiled_programs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Modules share compiled programs, but not thousands of them, which exhaust a process's memory maps.

    A module whose tests replace code neither takes programs from the modules before it nor leaves any.
    """
    alone = request.path in request.config.stash[REPLACING]
    if alone:
        Compiled.forget()
    yield
    if alone or Compiled.programs > Compiled.most:
        Compiled.forget()


@pytest.fixture(autouse=True)
def _forget_functions() -> Iterator[None]:
    """Each test starts without the distributions, profiles and other functions that others registered."""
    registries: list[dict[str, Any]] = [USER_DISTRIBUTIONS, SPECIALS, LIGHT_PROFILES, MASS_PROFILES]
    before = [dict(registry) for registry in registries]
    yield
    for file in imports.imported_files():
        del sys.modules[Path(file).stem]
    imports._FILES.clear()
    if registries != before:
        # other functions may get their names
        Compiled.programs += Compiled.most + 1
    for registry, entries in zip(registries, before, strict=True):
        registry.clear()
        registry.update(entries)


@pytest.fixture
def x64() -> Iterator[None]:
    """Double precision for one test."""
    with jax.enable_x64(True):
        yield


@pytest.fixture
def key() -> jax.Array:
    """The key of a dataset with seed 1."""
    return jax.random.key(1, impl="threefry2x32")


def galaxy(name: str, magnitudes: dict[str, Any], **extra: Any) -> dict[str, Any]:
    """A round-ish Sersic galaxy at a drawn place."""
    near = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": -0.1, "maximum": 0.1}}}
    shape = {"R_sersic": 0.4, "n_sersic": 2.0, "e1": near, "e2": 0.05, "center_x": near, "center_y": near}
    light = {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": {"magnitude": magnitudes} | shape}
    return {"NAME": name, "LIGHT_PROFILE_1": light} | extra


@pytest.fixture
def small_lens() -> dict[str, Any]:
    """A galaxy-galaxy lens in two bands on 24 pixels, as a dictionary that a test may change."""
    theta_E = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.8, "maximum": 1.2}}}
    mass = {"NAME": "SIE", "PARAMETERS": {"theta_E": theta_E, "e1": 0.1, "e2": -0.1}}
    shear = {"NAME": "SHEAR", "PARAMETERS": {"gamma1": 0.03, "gamma2": -0.02}}
    lens = galaxy("LENS", {"g": 20.0, "r": 19.0}, MASS_PROFILE_1=mass, SHEAR_PROFILE_1=shear)
    planes = {
        f"PLANE_{k}": {"OBJECT_1": name, "PARAMETERS": {"REDSHIFT": z}}
        for k, name, z in ((1, "LENS", 0.4), (2, "SOURCE", 1.5))
    }
    image = {"exposure_time": 100, "numPix": 24, "pixel_scale": 0.2, "psf_type": "GAUSSIAN", "read_noise": 5}
    survey = {"BANDS": "g,r", "seeing": {"g": 0.7, "r": 0.6}, "magnitude_zero_point": 27.0}
    return {
        "DATASET": {"NAME": "Small", "PARAMETERS": {"SIZE": 4, "OUTDIR": "Small", "SEED": 1}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey | {"sky_brightness": 22.0, "num_exposures": 2}},
        "SPECIES": {"GALAXY_1": lens, "GALAXY_2": galaxy("SOURCE", {"g": 21.5, "r": 22.0})},
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": "LENSES", "FRACTION": 1.0} | planes},
    }


@pytest.fixture
def small_quasar(small_lens: dict[str, Any]) -> dict[str, Any]:
    """`small_lens` with a quasar at the centre of its source."""
    small_lens["SPECIES"]["POINTSOURCE_1"] = {
        "NAME": "QUASAR",
        "HOST": "SOURCE",
        "PARAMETERS": {"magnitude": {"g": 22.0, "r": 21.5}},
    }
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_2"] = "QUASAR"
    return small_lens


@pytest.fixture
def small_series(small_quasar: dict[str, Any]) -> dict[str, Any]:
    """`small_quasar` on 16 pixels and three nights, with a walk that steps at each night."""
    small_quasar["IMAGE"]["PARAMETERS"] |= {"numPix": 16, "pixel_scale": 0.3}
    small_quasar["SURVEY"]["PARAMETERS"]["num_exposures"] = 1
    small_quasar["SPECIES"]["POINTSOURCE_1"]["MODEL"] = "variable"
    series = {"NITES": [0.0, 15.0, 40.0], "OBJECTS": ["QUASAR"], "PEAK": 5.0}
    small_quasar["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"] = series
    return small_quasar


@pytest.fixture
def massless_series(small_series: dict[str, Any]) -> dict[str, Any]:
    """`small_series` whose lens has no mass, so that no lens equation is solved, which compiles quickly."""
    for profile in ("MASS_PROFILE_1", "SHEAR_PROFILE_1"):
        del small_series["SPECIES"]["GALAXY_1"][profile]
    return small_series


@pytest.fixture
def unlensed_series(small_series: dict[str, Any]) -> dict[str, Any]:
    """`small_series` without its lens, which compiles quickly."""
    del small_series["SPECIES"]["GALAXY_1"]
    configuration = small_series["GEOMETRY"]["CONFIGURATION_1"]
    configuration["PLANE_1"] = configuration.pop("PLANE_2")
    return small_series


@pytest.fixture
def made_profiles(_forget_functions: None) -> None:
    """Profiles with lists and whole numbers, and one without a finite flux, for one test.

    DISKS is a sum of Gaussians, CONE has no finite flux, TERMS has as many terms as n_max says, and WAVES is
    a lens with a list.
    """

    @light_profile("DISKS", total_flux=lambda amp, sigma, **_: sum(amp))
    def disks(
        x: Real, y: Real, *, amp: Reals, sigma: Reals, center_x: Real = 0.0, center_y: Real = 0.0
    ) -> jax.Array:
        r2 = jnp.square(x - center_x) + jnp.square(y - center_y)
        parts = [
            a / (2.0 * jnp.pi * s * s) * jnp.exp(-r2 / (2.0 * s * s)) for a, s in zip(amp, sigma, strict=True)
        ]
        return sum(parts[1:], parts[0])

    @light_profile("CONE", no_flux="it grows with the radius")
    def cone(x: Real, y: Real, *, k: Real) -> jax.Array:
        return 1.0 + k * jnp.sqrt(x * x + y * y + 1e-4)

    @light_profile("TERMS", total_flux=lambda amp, beta, n_max: (n_max + 1) * jnp.pi * beta * amp[0])
    def terms(x: Real, y: Real, *, amp: Reals, n_max: int, beta: Real) -> jax.Array:
        return (n_max + 1) * amp[0] * jnp.exp(-(x * x + y * y) / beta)

    @mass_potential("WAVES")
    def waves(x: Real, y: Real, *, m: int, a: Reals = (0.1, 0.2)) -> jax.Array:
        return sum(((i + 1) * one * jnp.cos(m * x) for i, one in enumerate(a)), jnp.zeros_like(x))
