"""Right files: each key ends up where it belongs, whichever way the file comes in."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.model import Draw, Galaxy, PointSource, Quantity, constant
from jaxlens.config.naming import in_pixels, named_quantities

Edit = Callable[[tuple[tuple[str, str], ...]], Config]


def species(config: Config, name: str) -> Galaxy | PointSource:
    """The species called `name`."""
    (found,) = [one for one in config.species if one.name == name]
    assert isinstance(found, (Galaxy, PointSource))
    return found


def test_the_good_file(good: str, load_text: Callable[[str], Config]) -> None:
    config = load_text(good)
    assert (config.name, config.size, config.outdir, config.seed) == ("Small", 4, "out", None)
    assert dict(config.cosmology) == {
        "H0": constant("COSMOLOGY.H0", 70.0),
        "Om0": constant("COSMOLOGY.Om0", 0.3),
    }
    assert config.text == good
    assert config.warnings == ()
    assert hash(config) == hash(load_text(good))
    assert [one.label for one in config.species] == ["GALAXY_1", "GALAXY_2", "POINTSOURCE_1", "NOISE_1"]


def test_instrument(good: str, load_text: Callable[[str], Config]) -> None:
    instrument = load_text(good).instrument
    assert (instrument.bands, instrument.num_pix, instrument.psf_type) == (("g", "r"), 16, "GAUSSIAN")
    assert (instrument.supersampling_factor, instrument.data_count_unit) == (1, "e-")
    assert (instrument.point_source, instrument.shot_noise) == ("interpolated", "gaussian")
    assert dict(instrument.quantities) == {
        "exposure_time": constant("IMAGE.exposure_time", 90.0),
        "pixel_scale": constant("IMAGE.pixel_scale", 0.2),
        "read_noise": constant("IMAGE.read_noise", 7.0),
        "seeing": constant("SURVEY.seeing", 0.9),
        "magnitude_zero_point": constant("SURVEY.magnitude_zero_point", 30.0),
        "sky_brightness": constant("SURVEY.sky_brightness", 21.5),
        "num_exposures": constant("SURVEY.num_exposures", 1.0),
    }


def test_every_optional_key(load_edited: Edit) -> None:
    config = load_edited(
        (
            ("    SIZE: 4\n", "    SIZE: 1e1\n    SEED: 4294967295\n"),
            ("    H0: 70\n", "    H0: 70\n    Tcmb0: 2.7\n    Neff: 3.04\n    m_nu: 0.06\n    Ob0: 0.05\n"),
            ("COSMOLOGY:\n", "COSMOLOGY:\n  NAME: FlatLambdaCDM\n"),
            ("    read_noise: 7\n", "    background_noise: 0.1\n    data_count_unit: ADU\n    ccd_gain: 2\n"),
            ("    psf_type: GAUSSIAN\n", "    psf_type: 'NONE'\n    supersampling_factor: 3\n"),
            ("    numPix: 16\n", "    numPix: 16\n    point_source: exact\n    shot_noise: poisson\n"),
            ("    seeing: 0.9\n", "    num_exposures: {g: 2, r: 3}\n"),
            ("    sky_brightness: 21.5\n", ""),
            ("BANDS: g,r", "BANDS: [g, r]"),
            ("      sep: 0.1\n", "      sep: 0.1\n      angle: 1.5\n"),
        )
    )
    instrument = config.instrument
    assert (config.size, config.seed) == (10, 2**32 - 1)
    assert [key for key, _ in config.cosmology] == ["H0", "Om0", "Tcmb0", "Neff", "m_nu", "Ob0"]
    assert (instrument.psf_type, instrument.supersampling_factor) == ("NONE", 3)
    assert (instrument.data_count_unit, instrument.point_source, instrument.shot_noise) == (
        "ADU",
        "exact",
        "poisson",
    )
    names = [key for key, _ in instrument.quantities]
    noise = ["ccd_gain", "background_noise"]
    assert names == ["exposure_time", "pixel_scale", *noise, "magnitude_zero_point", "num_exposures"]
    agn = species(config, "AGN")
    assert isinstance(agn, PointSource)
    assert agn.sep
    assert agn.angle
    assert (agn.sep.support(), agn.angle.support()) == ((0.1, 0.1), (1.5, 1.5))


def test_profile_parameters_come_in_order_with_defaults(
    good: str, load_text: Callable[[str], Config]
) -> None:
    lens = species(load_text(good), "LENS")
    assert isinstance(lens, Galaxy)
    light, mass = lens.light[0], lens.mass[0]
    assert [key for key, _ in light.parameters] == [
        "magnitude",
        "R_sersic",
        "n_sersic",
        "e1",
        "e2",
        "center_x",
        "center_y",
    ]
    assert [key for key, _ in mass.parameters] == ["theta_E", "e1", "e2", "center_x", "center_y"]
    path = "SPECIES.GALAXY_1.MASS_PROFILE_1"
    assert dict(mass.parameters)["theta_E"] == constant(f"{path}.theta_E", 1.0)
    assert dict(mass.parameters)["center_x"] == constant(f"{path}.center_x", 0.0)


def test_sigma_v_stands_in_for_theta_E(load_edited: Edit) -> None:
    lens = species(load_edited((("theta_E: 1.0", "sigma_v: 220"),)), "LENS")
    assert isinstance(lens, Galaxy)
    assert [key for key, _ in lens.mass[0].parameters][:2] == ["sigma_v", "e1"]


def test_by_band(good: str, load_text: Callable[[str], Config]) -> None:
    source = species(load_text(good), "SOURCE")
    assert isinstance(source, Galaxy)
    magnitude = dict(source.light[0].parameters)["magnitude"]
    assert magnitude.per_band
    assert [draw.build().support()[0] for draw in magnitude.draws] == [22.0, 21.5]


def test_by_band_follows_BANDS_not_the_mapping(load_edited: Edit) -> None:
    config = load_edited((("{g: 22.0, r: 21.5}", "{r: 21.5, g: 22.0}"),))
    source = species(config, "SOURCE")
    assert isinstance(source, Galaxy)
    draws = dict(source.light[0].parameters)["magnitude"].draws
    assert [draw.build().support()[0] for draw in draws] == [22.0, 21.5]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("uniform", {"minimum": 0.1, "maximum": 2.0}),
        ("uniform_int", {"minimum": 1.0, "maximum": 3.0}),
        ("normal", {"mean": 0.9, "std": 0.1}),
        ("lognormal", {"mean": 0.0, "sigma": 0.3}),
        ("loguniform", {"minimum": 0.1, "maximum": 2.0}),
        ("delta_function", {"value": 0.9}),
        ("truncated_normal", {"mean": 0.9, "std": 0.3, "minimum": 0.5, "maximum": 2.0}),
        ("beta", {"a": 2.0, "b": 3.0, "minimum": 0.5, "maximum": 1.5}),
        ("categorical", {"values": (0.9, 1.0), "weights": (1.0, 3.0)}),
    ],
)
def test_distributions(
    name: str, parameters: dict[str, float | tuple[float, ...]], load_edited: Edit
) -> None:
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in parameters.items()}
    entry = {"DISTRIBUTION": {"NAME": name, "PARAMETERS": plain}}
    text = yaml.safe_dump(entry, default_flow_style=True, width=1000)
    config = load_edited((("seeing: 0.9", f"seeing: {text.strip()}"),))
    seeing = dict(config.instrument.quantities)["seeing"]
    assert seeing == Quantity("SURVEY.seeing", (Draw(name, tuple(parameters.items())),))


def test_parameters_with_a_default_may_be_left_out(load_edited: Edit) -> None:
    text = "{DISTRIBUTION: {NAME: beta, PARAMETERS: {a: 2, b: 3}}}"
    lens = species(load_edited((("        e1: 0.1\n", f"        e1: {text}\n"),)), "LENS")
    assert isinstance(lens, Galaxy)
    (draw,) = dict(lens.light[0].parameters)["e1"].draws
    assert draw.parameters == (("a", 2.0), ("b", 3.0), ("minimum", 0.0), ("maximum", 1.0))


def test_truncate(load_edited: Edit) -> None:
    text = "{DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 1, std: 0.5}, TRUNCATE: [0.2, .inf]}}"
    (draw,) = dict(load_edited((("seeing: 0.9", f"seeing: {text}"),)).instrument.quantities)["seeing"].draws
    assert draw.truncate == (0.2, math.inf)
    assert [float(end) for end in draw.build().support()] == [pytest.approx(0.2), math.inf]


def test_a_constant_that_TRUNCATE_holds_stays_a_constant(load_edited: Edit) -> None:
    text = "{DISTRIBUTION: {NAME: delta_function, PARAMETERS: {value: 1}, TRUNCATE: [0.5, 2]}}"
    config = load_edited((("seeing: 0.9", f"seeing: {text}"),))
    assert dict(config.instrument.quantities)["seeing"] == constant("SURVEY.seeing", 1.0)


def test_annulus(load_edited: Edit) -> None:
    text = "{DISTRIBUTION: {NAME: symmetric_uniform_annulus, PARAMETERS: {r1: 0.05, r2: 0.2}}}"
    lens = species(load_edited((("        e1: 0.1\n", f"        e1: {text}\n"),)), "LENS")
    assert isinstance(lens, Galaxy)
    assert dict(lens.light[0].parameters)["e1"].support() == (-0.2, 0.2)


@pytest.mark.parametrize("word", ["Foreground", "foreground", "FOREGROUND"])
def test_foreground_star(word: str, load_edited: Edit) -> None:
    edits = (
        ("HOST: SOURCE", f"HOST: {word}"),
        ("      sep: 0.1\n      sep_unit: arcsec\n", ""),
        ("      OBJECT_1: SOURCE\n      OBJECT_2: AGN\n", "      OBJECT_1: AGN\n"),
    )
    star = species(load_edited(edits), "AGN")
    assert isinstance(star, PointSource)
    assert star.host is None


def test_foreground_star_with_a_place(load_edited: Edit) -> None:
    normal = "{DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 2, std: 0.1}}}"
    place = f"      ra_image: -1.25\n      dec_image: {normal}\n"
    edits = (
        ("HOST: SOURCE", "HOST: Foreground"),
        ("      sep: 0.1\n      sep_unit: arcsec\n", place),
        ("      OBJECT_1: SOURCE\n      OBJECT_2: AGN\n", "      OBJECT_1: AGN\n"),
    )
    config = load_edited(edits)
    configuration = config.configuration("PAIR")
    named = dict(named_quantities(config.cosmology, config.instrument, configuration))
    assert named["PLANE_2-OBJECT_1-ra_image"].support() == (-1.25, -1.25)
    assert dict(named["PLANE_2-OBJECT_1-dec_image"].draws[0].parameters)["mean"] == 2.0
    # arcsec, and so not in pixels as a place that is drawn anywhere in the image
    assert in_pixels(configuration) == set()


def test_species_are_shared_by_planes(load_edited: Edit) -> None:
    config = load_edited((("      OBJECT_2: AGN\n", "      OBJECT_2: AGN\n      OBJECT_3: LENS\n"),))
    planes = config.configuration("PAIR").planes
    assert [plane.label for plane in planes] == ["PLANE_1", "PLANE_2"]
    assert [(label, one.name) for label, one in planes[1].objects] == [
        ("OBJECT_1", "SOURCE"),
        ("OBJECT_2", "AGN"),
        ("OBJECT_3", "LENS"),
    ]
    assert planes[0].redshift == constant("GEOMETRY.CONFIGURATION_1.PLANE_1.REDSHIFT", 0.3)


def test_objects_are_ordered_by_number(load_edited: Edit) -> None:
    stars = "".join(f"      OBJECT_{n}: LENS\n" for n in range(10, 1, -1))
    config = load_edited((("      OBJECT_1: LENS\n", f"{stars}      OBJECT_1: LENS\n"),))
    labels = [label for label, _ in config.configuration("PAIR").planes[0].objects]
    assert labels == [f"OBJECT_{n}" for n in range(1, 11)]


REMARKS = {
    "fractions": (
        ("FRACTION: 0.5", "FRACTION: 0.3"),
        "c.yaml:59: GEOMETRY.CONFIGURATION_n.FRACTION: the FRACTIONs sum to 0.8; "
        "only that share of SIZE is made",
    ),
    "inert_mass": (
        ("OBJECT_2: AGN", "OBJECT_2: AGN\n      OBJECT_3: LENS"),
        "c.yaml:70: GEOMETRY.CONFIGURATION_1.PLANE_2.OBJECT_3: its mass acts on nothing in the last plane",
    ),
    "equal_names": (
        ("NAME: SINGLE", "NAME: PAIR"),
        "c.yaml:73: GEOMETRY.CONFIGURATION_2: NAME 'PAIR' is that of CONFIGURATION_1 too; "
        "only the labels tell them apart",
    ),
    "angle_without_sep": (
        ("      sep: 0.1\n      sep_unit: arcsec\n", "      angle: 1.0\n"),
        "c.yaml:53: SPECIES.POINTSOURCE_1.PARAMETERS.angle: has no effect without sep; add sep or remove it",
    ),
    "repeated_key": (
        ("    SIZE: 4\n", "    SIZE: 3\n    SIZE: 4\n"),
        "c.yaml:5: DATASET.PARAMETERS.SIZE: is given twice, in lines 4 and 5; the last one counts",
    ),
    "impossible": (
        ("theta_E: 1.0", "theta_E: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 1.5, std: 0.5}}}"),
        "c.yaml:37: SPECIES.GALAXY_1.MASS_PROFILE_1.PARAMETERS.theta_E: normal draws are below 0 with "
        "probability 0.0013; it must be at least 0, so add TRUNCATE: [low, high] or choose another "
        "distribution",
    ),
    "impossible_on_either_side": (
        (
            "        e1: 0.1\n",
            "        e1: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 0, std: 0.5}}}\n",
        ),
        "c.yaml:32: SPECIES.GALAXY_1.LIGHT_PROFILE_1.PARAMETERS.e1: normal draws are at most -1 or at "
        "least 1 with probability 0.046; it must be above -1 and below 1, so add TRUNCATE: [low, high] "
        "or choose another distribution",
    ),
    "impossible_though_bounded": (
        (
            "n_sersic: 4",
            "n_sersic: {DISTRIBUTION: {NAME: uniform_int, PARAMETERS: {minimum: 0, maximum: 4}}}",
        ),
        "c.yaml:31: SPECIES.GALAXY_1.LIGHT_PROFILE_1.PARAMETERS.n_sersic: uniform_int draws are at most 0 "
        "with probability 0.12; it must be above 0, so add TRUNCATE: [low, high] or choose another "
        "distribution",
    ),
    "impossible_in_one_band": (
        (
            "seeing: 0.9",
            "seeing: {g: 0.9, r: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 1, std: 0.25}}}}",
        ),
        "c.yaml:20: SURVEY.PARAMETERS.seeing.r: normal draws are at most 0 with probability 3.2e-05; it must "
        "be above 0, so add TRUNCATE: [low, high] or choose another distribution",
    ),
    "impossible_in_spite_of_TRUNCATE": (
        (
            "theta_E: 1.0",
            "theta_E: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 1, std: 1}, TRUNCATE: [-1, 3]}}",
        ),
        "c.yaml:37: SPECIES.GALAXY_1.MASS_PROFILE_1.PARAMETERS.theta_E: normal draws are below 0 with "
        "probability 0.14; it must be at least 0, so add TRUNCATE: [low, high] or choose another "
        "distribution",
    ),
    "free_name_of_a_cosmology": (
        ("COSMOLOGY:\n", "COSMOLOGY:\n  NAME: EdS\n"),
        "c.yaml:7: COSMOLOGY.NAME: 'EdS' is taken for a mere name, of a FlatLambdaCDM with these PARAMETERS; "
        "for another universe it must be one of FlatLambdaCDM, LambdaCDM, FlatwCDM, w0waCDM",
    ),
}


@pytest.mark.parametrize("name", REMARKS)
def test_remarks_do_not_stop(name: str, load_edited: Edit) -> None:
    edit, message = REMARKS[name]
    config = load_edited((edit,))
    assert config.size == 4
    assert config.warnings == (message,)


NOTHING_TO_REMARK = {
    "too_rare_to_be_drawn": ("theta_E: 1.0", "normal", {"mean": 1.5, "std": 0.1}, None),
    "never_negative": ("theta_E: 1.0", "lognormal", {"mean": 0, "sigma": 3}, None),
    "truncated": ("theta_E: 1.0", "normal", {"mean": 1, "std": 1}, [0, math.inf]),
    "redshifts_are_drawn_in_order": ("REDSHIFT: 0.3", "normal", {"mean": 0.3, "std": 0.2}, None),
    "may_be_anything": ("sep: 0.1", "normal", {"mean": 1, "std": 1}, None),
}


@pytest.mark.parametrize("name", NOTHING_TO_REMARK)
def test_no_remark_where_nothing_impossible_is_drawn(name: str, load_edited: Edit) -> None:
    old, distribution, parameters, bounds = NOTHING_TO_REMARK[name]
    entry = {"NAME": distribution, "PARAMETERS": parameters} | ({"TRUNCATE": bounds} if bounds else {})
    text = yaml.safe_dump({"DISTRIBUTION": entry}, default_flow_style=True, width=1000).strip()
    assert load_edited(((old, f"{old.split(':')[0]}: {text}"),)).warnings == ()


def test_redshifts_that_overlap_are_legal(load_edited: Edit) -> None:
    """They are drawn in order; only an order that no draw can have is wrong."""
    wide = "{DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.2, maximum: 0.9}}}"
    config = load_edited((("REDSHIFT: 0.3", f"REDSHIFT: {wide}"), ("REDSHIFT: 1.0", f"REDSHIFT: {wide}")))
    assert config.configuration("PAIR").planes[1].redshift.support() == (0.2, 0.9)


def test_fractions_may_miss_one_by_rounding(load_edited: Edit) -> None:
    config = load_edited((("FRACTION: 0.5", "FRACTION: 0.5000000001"),))
    assert config.warnings == ()


def test_a_dictionary_is_a_file(good: str, load_text: Callable[[str], Config]) -> None:
    """Its text reads back as the same configuration; numpy's numbers and paths are accepted."""
    content = yaml.safe_load(good)
    content["DATASET"]["PARAMETERS"] |= {"SIZE": np.int64(4), "OUTDIR": Path("out")}
    content["IMAGE"]["PARAMETERS"]["exposure_time"] = np.float32(90.0)
    content["SURVEY"]["PARAMETERS"]["BANDS"] = ("g", "r")
    config = load_config(content)
    from_file = load_text(good)
    assert config.species == from_file.species
    assert config.configurations == from_file.configurations
    assert config.instrument == from_file.instrument
    assert load_text(config.text).instrument == from_file.instrument


def test_problems_of_a_dictionary_have_no_line(good: str) -> None:
    content = yaml.safe_load(good)
    content["DATASET"]["PARAMETERS"]["SIZE"] = 0
    with pytest.raises(ConfigError) as caught:
        load_config(content)
    message = "is 0; give one whole number of at least 1"
    assert caught.value.problems == (f"<dict>: DATASET.PARAMETERS.SIZE: {message}",)


def test_a_dictionary_of_other_objects(good: str) -> None:
    content = yaml.safe_load(good)
    content["DATASET"]["PARAMETERS"]["SIZE"] = object()
    with pytest.raises(
        ConfigError, match=r"<dict>: DATASET\.PARAMETERS\.SIZE: is of type object; give a number"
    ):
        load_config(content)


def test_a_dictionary_that_contains_itself() -> None:
    content: dict[str, object] = {}
    content["DATASET"] = content
    with pytest.raises(ConfigError, match="nested more than 50 deep"):
        load_config(content)


def test_a_config_is_returned(good: str, load_text: Callable[[str], Config]) -> None:
    config = load_text(good)
    assert load_config(config) is config


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    broken = tmp_path / "latin.yaml"
    broken.write_bytes("NAME: é".encode("latin-1"))
    for path, message in (
        (tmp_path / "none.yaml", "is no file"),
        (tmp_path, "is a directory"),
        (broken, "is not text in UTF-8"),
    ):
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        assert str(caught.value).startswith(f"{path}: {message}")


def test_text_in_the_place_of_a_file_name(good: str) -> None:
    with pytest.raises(ConfigError, match="is no file; give a YAML file or one of the packaged examples"):
        load_config(good)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(good: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(("\ufeff" + good.replace("\n", "\r\n")).encode())
    assert load_config(path).size == 4


def test_errors_travel_between_processes() -> None:
    error = ConfigError("a.yaml:1: A: is wrong", "a.yaml:2: B: is wrong")
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert str(again) == str(error)
