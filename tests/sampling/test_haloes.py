"""Random numbers of haloes, lists of haloes, and the arrays of those that a system has."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from jaxlens.config.model import HaloList, LineOfSight, Substructure
from jaxlens.sampling.haloes import HaloDraws, halo_randoms, listed, shown_alone
from jaxlens.sampling.indices import index_words

PREFIX = "PLANE_1-OBJECT_1-SUBSTRUCTURE"


def subhaloes(bound: int = 4, profile: str = "NFW", **changes: object) -> HaloDraws:
    """SUBSTRUCTURE of a galaxy without numbers."""
    one = Substructure("SPECIES.GALAXY_1.SUBSTRUCTURE", profile, "diemer_joyce", "200c", (), bound)  # type: ignore[arg-type]
    return HaloDraws(PREFIX, replace(one, **changes), "PLANE_1-OBJECT_1-REDSHIFT")  # type: ignore[arg-type]


def test_random_numbers_belong_to_halo_prefix_and_key(key: jax.Array) -> None:
    """They do not change with the number of haloes, and are others for other prefixes and keys."""
    few, many = halo_randoms(key, PREFIX, 100), halo_randoms(key, PREFIX, 4000)
    others = halo_randoms(key, "LINE_OF_SIGHT", 100), halo_randoms(jax.random.fold_in(key, 1), PREFIX, 100)
    for name in few._fields:
        np.testing.assert_array_equal(getattr(few, name), getattr(many, name)[:100], err_msg=name)
        for other in others:
            assert not np.any(np.isin(getattr(few, name), getattr(other, name))), name


def test_random_numbers_are_uniform_normal_and_independent(key: jax.Array) -> None:
    numbers = {name: np.asarray(one) for name, one in halo_randoms(key, PREFIX, 4000)._asdict().items()}
    for name, values in numbers.items():
        law = "norm" if name == "scatter" else "uniform"
        assert scipy.stats.kstest(values, law).pvalue > 0.01, name
    correlations = np.corrcoef(list(numbers.values())) - np.eye(len(numbers))
    assert np.abs(correlations).max() < 3.5 / np.sqrt(4000)
    # one halo and the next
    shifted = [np.corrcoef(one[:-1], one[1:])[0, 1] for one in numbers.values()]
    assert np.abs(shifted).max() < 3.5 / np.sqrt(4000)


def test_arrays_are_zero_where_there_is_no_halo() -> None:
    """Those beyond NUMBER are zero; a NUMBER above the bound leaves all, and NaN makes them NaN."""
    drawn = {name: jnp.arange(1.0, 5.0) for name in ("x", "y", "mass", "concentration", "r3d")}

    def arrays(number: float) -> dict[str, jax.Array]:
        return shown_alone(subhaloes(), {"NUMBER": jnp.asarray(number), **drawn})

    two = arrays(2.0)
    assert list(two) == [f"{PREFIX}-{name}" for name in ("NUMBER", "x", "y", "mass", "concentration")]
    np.testing.assert_array_equal(two[f"{PREFIX}-mass"], [1.0, 2.0, 0.0, 0.0])
    np.testing.assert_array_equal(arrays(9.0)[f"{PREFIX}-y"], [1.0, 2.0, 3.0, 4.0])
    assert np.isnan(arrays(np.nan)[f"{PREFIX}-x"]).all()


@pytest.mark.parametrize(("index", "row"), [(0, 0), (4, 1), (2**40 + 5, (2**40 + 5) % 3)])
def test_a_system_has_the_list_of_its_index(index: int, row: int) -> None:
    """List number i modulo their number, padded with zeros; what is no halo has a mass all the same."""
    masses = np.array([[1e8, 2e8, 0.0], [3e8, 0.0, 0.0], [4e8, 5e8, 6e8]])
    lists = HaloList("a.csv", {"number": np.array([2, 1, 3]), "mass": masses, "x": masses / 1e8})
    draws = subhaloes(haloes=lists)
    arrays = {path: jnp.asarray(lists.arrays[path.rpartition(".")[2]]) for path in draws.array_paths}
    words = jnp.asarray(index_words(np.array([index], np.uint64))[0])
    found = listed(draws, arrays, words)
    assert int(found["NUMBER"]) == [2, 1, 3][row]
    np.testing.assert_allclose(found["x"], [*(masses[row] / 1e8), 0.0], rtol=1e-6)
    np.testing.assert_allclose(found["mass"], np.where(found["x"] > 0.0, found["x"] * 1e8, 1.0), rtol=1e-6)


def test_names_of_the_arrays_of_a_profile() -> None:
    """Point masses have no concentration; haloes along the line of sight have a redshift, and sheets."""
    assert subhaloes(profile="POINT_MASS").arrays == tuple(f"{PREFIX}-{one}" for one in ("x", "y", "mass"))
    assert subhaloes().host == "PLANE_1-OBJECT_1"
    between = LineOfSight("LINE_OF_SIGHT", "TNFW", "diemer_joyce", "200c", (), 5, planes=(2, 3))
    names = ("x", "y", "z", "mass", "concentration", "r_trunc", "kappa_sheet")
    assert HaloDraws("LINE_OF_SIGHT", between).arrays == tuple(f"LINE_OF_SIGHT-{name}" for name in names)
