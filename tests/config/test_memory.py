"""What takes more memory than there is is refused, with the number; what takes much is warned about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.errors import Report
from jaxlens.config.memory import MANY_BYTES, MAX_BYTES, check_memory, system_bytes
from jaxlens.config.model import Joint
from jaxlens.config.reader import read_text

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
PIXELS = "    numPix: 16\n"
MOFFAT = ("psf_type: GAUSSIAN", "psf_type: MOFFAT\n    moffat_beta: 3")


def edits(*lines: str, num_pix: str = "16") -> tuple[tuple[str, str], ...]:
    """The changes to good.yaml that give IMAGE this numPix and these lines."""
    return ((PIXELS, f"    numPix: {num_pix}\n" + "".join(f"    {line}\n" for line in lines)),)


@pytest.mark.parametrize(
    ("num_pix", "gigabytes"),
    [("1e308", "4.8e+608"), ("1e6", "48000"), ("30_000", "44"), ("1" + "0" * 90, "")],
)
def test_numPix(num_pix: str, gigabytes: str, load_edited: LoadEdited) -> None:
    with pytest.raises(ConfigError) as caught:
        load_edited(edits(num_pix=num_pix))
    (problem,) = caught.value.problems
    assert problem.startswith(f"c.yaml:13: IMAGE.PARAMETERS.numPix: one system takes about {gigabytes}")
    assert "GB of memory (2 bands of " in problem
    assert problem.endswith("the limit is 24 GB, so make numPix or the supersampling smaller")


@pytest.mark.parametrize("factor", ["10000", "1000000", "1e308"])
@pytest.mark.parametrize("psf", [(), (MOFFAT,)], ids=["gaussian", "moffat"])
@pytest.mark.parametrize("key", ["supersampling_factor", "point_source_supersampling_factor"])
def test_supersampling(
    key: str, factor: str, psf: tuple[tuple[str, str], ...], load_edited: LoadEdited
) -> None:
    """The stamp of a Gaussian is a product of a column and a row, which may be long."""
    change = (*edits(f"{key}: {factor}", num_pix="160"), *psf)
    if key.startswith("point") and not psf and factor == "10000":
        config = load_edited(change)
        assert system_bytes(config, config.configurations[0]) < MANY_BYTES
        return
    with pytest.raises(ConfigError, match=rf"^c.yaml:14: IMAGE.PARAMETERS.{key}: one system takes about"):
        load_edited(change)


def test_a_kernel_at_a_large_factor(load_edited: LoadEdited, tmp_path: Path) -> None:
    np.save(tmp_path / "k.npy", np.ones((5, 5)))
    pixel = ("psf_type: GAUSSIAN", "psf_type: PIXEL\n    kernel_point_source: k.npy")
    with pytest.raises(ConfigError, match="point_source_supersampling_factor: one system takes about"):
        load_edited((*edits("point_source_supersampling_factor: 10000"), pixel))
    for key in ("kernel_supersampling_factor", "supersampling_kernel_size", "convolution_kernel_size"):
        with pytest.raises(
            ConfigError, match=f"{key}: is 1e308; give one whole number of at least 1 and below"
        ):
            load_edited((*edits(f"{key}: 1e308"), pixel))


def test_what_is_never_used_takes_nothing(load_edited: LoadEdited) -> None:
    """Without point sources their factor has no effect; what is not asked for is a warning."""
    change = edits("point_source_supersampling_factor: 1e308")
    load_edited((*change, ("      OBJECT_2: AGN\n", ""), MOFFAT))
    with pytest.raises(ConfigError):
        load_edited((*change, MOFFAT))
    single = load_config("c.yaml", configurations="SINGLE")
    (warning,) = (one for one in single.warnings if "GB" in one)
    assert warning.endswith("(in CONFIGURATION_1, not asked for)")


def test_much_memory_is_warned_about(load_edited: LoadEdited) -> None:
    config = load_edited(edits(num_pix="10000"))
    size = system_bytes(config, config.configurations[0])
    assert MANY_BYTES < size < MAX_BYTES
    assert size == 4 * 2 * (6 * 10_000**2 + 128 * 10_000)
    (warning,) = config.warnings
    assert warning == (
        "c.yaml:13: IMAGE.PARAMETERS.numPix: one system takes about 5 GB of memory (2 bands of 10000 x 10000 "
        "pixels, 1 sub-pixels along each); make numPix or the supersampling smaller if there is less"
    )


@pytest.mark.parametrize("size", [2**32 + 1, 2**53 + 1, 2**63 - 1])
def test_SIZE_is_exact_up_to_2_63(size: int, load_edited: LoadEdited) -> None:
    assert load_edited((("SIZE: 4", f"SIZE: {size}"),)).size == size


@pytest.mark.parametrize("size", [str(2**63), str(2**64), "1e308", "1e19"])
def test_a_larger_SIZE_is_refused(size: str, load_edited: LoadEdited) -> None:
    with pytest.raises(ConfigError, match=rf"SIZE: is {size}; it must be at most 9223372036854775807"):
        load_edited((("SIZE: 4", f"SIZE: {size}"),))


@pytest.mark.parametrize(("rows", "is_wrong"), [(10**6, False), (10**7, True)])
def test_the_rows_of_a_catalogue_take_memory(rows: int, is_wrong: bool, load_edited: LoadEdited) -> None:
    """On a device: 4 bytes a number.  The array here has one number, repeated without memory."""
    values = np.broadcast_to(0.0, (rows, 1500))
    joint = Joint("CATALOG", "iterate", (), arrays={"values": values})
    config, report = replace(load_edited(()), joints=(joint,)), Report()
    tree = read_text("CATALOG: {}", "c.yaml", report)
    check_memory(config, tree, report)
    found = report.problems if is_wrong else report.remarks
    assert [str(one.place) for one in found] == ["c.yaml:1: CATALOG"]
    assert f"{rows} rows of 1500 numbers take" in found[0].text
