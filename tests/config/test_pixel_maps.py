"""Where pixels are: the six numbers of a map.  (What is wrong: broken/sections.yaml.)"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlens.config import Config, load_config
from jaxlens.config.model import PIXEL_MAP, map_scale_range
from jaxlens.config.updates import config_dict

Load = Callable[[tuple[tuple[str, str], ...]], Config]
SCALE = "    pixel_scale: 0.2\n"


def numbers(*values: object) -> str:
    return "".join(f"    {name}: {value}\n" for name, value in zip(PIXEL_MAP, values, strict=True))


def uniform(low: float, high: float) -> str:
    return f"{{DISTRIBUTION: {{NAME: uniform, PARAMETERS: {{minimum: {low}, maximum: {high}}}}}}}"


def test_six_numbers_are_read_in_place_of_the_pixel_scale(load_edited: Load) -> None:
    config = load_edited(((SCALE, numbers(-0.3, 0.1, 0.1, 0.3, 0, 0.05)),))
    names = [name for name, _ in config.instrument.quantities]
    assert names[1:7] == list(PIXEL_MAP)
    assert "pixel_scale" not in names
    assert config.reach("pixel_scale") == pytest.approx((math.sqrt(0.1),) * 2)
    assert not config.warnings


def test_a_file_with_a_pixel_scale_has_no_map(load_edited: Load) -> None:
    config = load_edited(())
    assert not config.instrument.has_pixel_map
    assert config.reach("pixel_scale") == (0.2, 0.2)


def test_the_reach_of_the_pixel_scale_follows_from_distributions_and_tables(
    load_edited: Load, tmp_path: Path
) -> None:
    drawn = numbers(uniform(0.1, 0.2), uniform(-0.01, 0.01), 0.1, 0.4, 0, 0)
    config = load_edited(((SCALE, drawn),))
    low, high = 0.1 * 0.4 - 0.01 * 0.1, 0.2 * 0.4 + 0.01 * 0.1
    assert config.reach("pixel_scale") == pytest.approx((math.sqrt(low), math.sqrt(high)))
    (tmp_path / "maps.txt").write_text("transform_xx transform_yy WEIGHT\n0.5 0.5 1\n", encoding="utf-8")
    table = "DISTRIBUTIONS: {USERDIST_1: {FILENAME: maps.txt, MODE: sample}}\nGEOMETRY:\n"
    config = load_edited(((SCALE, drawn), ("GEOMETRY:\n", table)))
    assert config.reach("pixel_scale")[1] == pytest.approx(math.sqrt(0.25 + 0.001))


def test_a_map_that_may_have_no_area_bounds_no_width_of_the_psf(load_edited: Load) -> None:
    config = load_edited(((SCALE, numbers(uniform(-0.2, 0.2), 0, 0, 0.2, 0, 0)),))
    assert config.reach("pixel_scale") == pytest.approx((0.0, 0.2))


def test_ranges_of_products_with_infinite_ends() -> None:
    ends = dict.fromkeys(PIXEL_MAP[:4], (0.0, 0.0)) | {"transform_xx": (-math.inf, math.inf)}
    assert map_scale_range(ends.__getitem__) == (0.0, 0.0)
    assert map_scale_range((ends | {"transform_yy": (1.0, 2.0)}).__getitem__) == (0.0, math.inf)
    assert math.isnan(map_scale_range((ends | {"transform_yy": (math.nan,) * 2}).__getitem__)[0])


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (
            SCALE + numbers(0.2, 0, 0, 0.2, 0, 0),
            "c.yaml:14: IMAGE.PARAMETERS.pixel_scale: has no effect, since transform_xx and the others say",
        ),
        (
            numbers(5.5e-5, 0, 0, 5.5e-5, 0, 0),
            "c.yaml:14: IMAGE.PARAMETERS.transform_xx: and the other three make pixels of 5.5e-05 arcsec",
        ),
        (
            numbers(200, 1, 0, 200, 0, 0),
            "c.yaml:14: IMAGE.PARAMETERS.transform_xx: is 200, far from all usual values; its unit is arcsec",
        ),
    ],
)
def test_what_is_legal_and_strange_is_a_warning(added: str, said: str, load_edited: Load) -> None:
    config = load_edited(((SCALE, added),))
    assert any(warning.startswith(said) for warning in config.warnings), config.warnings


def test_haloes_along_the_line_of_sight_are_around_the_image(load_edited: Load) -> None:
    """Their cone has by default the radius of the image, and its shift."""
    haloes = "LINE_OF_SIGHT: {PROFILE: TNFW, PARAMETERS: {M_min: 1.0e+9, M_max: 1.0e+10}}\nGEOMETRY:\n"
    edits = (SCALE, numbers(0, 0.3, -0.3, 0, 3, -4)), ("GEOMETRY:\n", haloes)
    config = load_edited(edits)
    between = config.configurations[0].line_of_sight
    assert between is not None
    assert dict(between.parameters)["cone_radius"].support()[0] == pytest.approx(0.5 * 16 * 0.3 + 5)


def test_a_changed_file_keeps_its_map(load_edited: Load) -> None:
    config = load_edited(((SCALE, numbers(-0.3, 0.1, 0.1, 0.3, 0, 0.05)),))
    assert load_config(config_dict(config)).instrument.quantities == config.instrument.quantities
