"""Reading DISTRIBUTIONS: tables and normal vectors (what is wrong is in broken/distributions.yaml)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from jaxlens.config import Config, ConfigError, load_config, tables
from jaxlens.config.errors import Report
from jaxlens.config.model import Column
from jaxlens.config.simplices import NoInterpolation, interpolate

Load = Callable[..., Config]
THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
R_SERSIC = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"


@pytest.fixture
def load(load_edited: Load, tmp_path: Path) -> Load:
    """`good.yaml` with a section DISTRIBUTIONS, and tables by name."""

    def load(section: str, **files: str) -> Config:
        for name, text in files.items():
            (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        lines = section.replace("\n", "\n  ")
        return load_edited((("GEOMETRY:\n", f"DISTRIBUTIONS:\n  {lines}\nGEOMETRY:\n"),))

    return load


def test_a_table_with_comments_blank_lines_and_windows_line_ends(load: Load) -> None:
    text = "# two nights\r\n\r\nseeing\tWEIGHT # of each\r\n 0.5  1\r\n\r\n1e-1   3 # poor\r\n"
    joint = load("USERDIST_1: {FILENAME: t.txt, MODE: sample}", t=text).joints[0]
    assert (joint.label, joint.kind, joint.columns) == ("USERDIST_1", "sample", (Column(None, "seeing"),))
    np.testing.assert_array_equal(joint.arrays["values"], [[0.5], [0.1]])
    np.testing.assert_array_equal(joint.arrays["cumulative"], [0.25, 1.0])


def test_WEIGHT_may_be_any_column_and_STEP_has_no_effect(load: Load) -> None:
    text = "seeing WEIGHT exposure_time\n0.5 1 90\n0.6 1 80\n0.6 1 70\n"
    plain, stepped = (
        load(f"USERDIST_1: {{FILENAME: t.txt, MODE: interpolate{more}}}", t=text).joints[0]
        for more in ("", ", STEP: 3")
    )
    assert plain.arrays["corners"].shape == (1, 3, 2)
    np.testing.assert_array_equal(plain.arrays["corners"], stepped.arrays["corners"])


def test_iterate_needs_no_weight_and_ignores_it(load: Load) -> None:
    section = "USERDIST_1: {FILENAME: t.txt, MODE: iterate}\nUSERDIST_2: {FILENAME: u.txt, MODE: iterate}"
    joints = load(section, t="seeing\n0.5\n0.7\n", u="exposure_time WEIGHT\n50 0\n60 -1\n").joints
    assert [joint.arrays["values"].tolist() for joint in joints] == [[[0.5], [0.7]], [[50.0], [60.0]]]


def test_PARAMS_rename_the_columns(load: Load) -> None:
    """With or without WEIGHT among them, as in deeplenstronomy's notebook."""
    for params in (f"[seeing, {R_SERSIC}, WEIGHT]", f"[seeing, {R_SERSIC}]"):
        section = f"USERDIST_1: {{FILENAME: t.txt, MODE: sample, PARAMS: {params}}}"
        config = load(section, t="x y WEIGHT\n0.5 1 1\n")
        assert config.joints[0].columns == (Column(None, "seeing"), Column(None, R_SERSIC))
        assert not config.warnings


def test_USERDIST_n_keep_the_file_s_order(load: Load) -> None:
    normal = "MULTIVARIATE_NORMAL_1: {PARAMS: [exposure_time], MEAN: [90], COVARIANCE: [[1]]}"
    first, last = (f"USERDIST_{n}: {{FILENAME: {t}.txt, MODE: sample}}" for n, t in ((7, "t"), (2, "u")))
    config = load(f"{first}\n{normal}\n{last}", t="seeing WEIGHT\n1 1\n", u="read_noise WEIGHT\n1 1\n")
    assert [joint.label for joint in config.joints] == ["USERDIST_7", "MULTIVARIATE_NORMAL_1", "USERDIST_2"]


def test_a_column_without_a_parameter_is_a_warning_and_left_out(load: Load) -> None:
    text = "seing seeing WEIGHT\n1 0.5 1\n2 0.6 1\n"
    config = load("USERDIST_1: {FILENAME: t.txt, MODE: sample}", t=text)
    assert config.warnings == ("t.txt:1: seing: matches no parameter; did you mean seeing?",)
    assert config.joints[0].columns == (Column(None, "seeing"),)
    np.testing.assert_array_equal(config.joints[0].arrays["values"], [[0.5], [0.6]])


def test_a_table_of_nothing_known_sets_nothing(load: Load) -> None:
    config = load("USERDIST_1: {FILENAME: t.txt, MODE: sample, PARAMS: [seing]}", t="a WEIGHT\n1 1\n")
    where = "c.yaml:60: DISTRIBUTIONS.USERDIST_1.PARAMS.1"
    assert config.warnings == (f"{where}: matches no parameter; did you mean seeing?",)
    assert config.joints == ()


def test_what_is_set_twice_is_a_warning(load: Load) -> None:
    section = "USERDIST_1: {FILENAME: t.txt, MODE: sample}\nUSERDIST_2: {FILENAME: u.txt, MODE: sample}"
    config = load(section, t="seeing WEIGHT\n1 1\n", u="CONFIGURATION_2-seeing seeing-g WEIGHT\n1 1 1\n")
    line = "c.yaml:61: DISTRIBUTIONS.USERDIST_2"
    assert config.warnings == (f"{line}: sets seeing as USERDIST_1 does; the last one counts",)


def test_what_two_columns_set_is_a_warning(load: Load) -> None:
    config = load(
        "USERDIST_1: {FILENAME: t.txt, MODE: sample}", t="CONFIGURATION_1-seeing seeing WEIGHT\n0.5 0.9 1\n"
    )
    assert config.warnings == (
        "c.yaml:60: DISTRIBUTIONS.USERDIST_1: sets seeing twice in CONFIGURATION_1; the last column counts",
    )


def test_impossible_numbers_are_a_warning_with_their_share(load: Load) -> None:
    text = f"{R_SERSIC} {THETA_E} WEIGHT\n1 0 1\n0 1 2\n-1 1 1\n-2 1 0\n"
    config = load("USERDIST_1: {FILENAME: t.txt, MODE: sample}", t=text)
    share = f"t.txt:3: {R_SERSIC}: is 0, and rows like it have 75% of the weight; it must be above 0"
    assert config.warnings == (share,)


def test_bands_of_what_they_share_are_one_number(load: Load) -> None:
    """Deeplenstronomy's map.txt has sigma_v in every band; three equal columns add no dimension."""
    text = f"{THETA_E}-g {THETA_E}-r seeing WEIGHT\n1 1 0.5 1\n1.5 1.5 0.6 1\n1.2 1.2 0.9 1\n"
    joint = load("USERDIST_1: {FILENAME: t.txt, MODE: interpolate}", t=text).joints[0]
    assert joint.columns == (Column(None, THETA_E), Column(None, "seeing"))
    assert joint.arrays["corners"].shape == (1, 3, 2)


def test_redshifts_in_order_pass(load: Load) -> None:
    """Rows of no weight are never drawn, so they may be anything; each configuration has its own planes."""
    names = "PLANE_1-OBJECT_1-REDSHIFT CONFIGURATION_1-PLANE_2-OBJECT_1-REDSHIFT WEIGHT"
    text = f"{names}\n.2 .5 1\n.9 1.2 1\n3 2 0\n"
    assert len(load("USERDIST_1: {FILENAME: t.txt, MODE: sample}", t=text).joints) == 1


def test_a_normal_vector(load: Load) -> None:
    section = """MULTIVARIATE_NORMAL_3:
  PARAMS: [seeing-g, PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E]
  MEAN: [-0.1, 1]
  COVARIANCE: [[0.04, 0.001], [0.001, 0.01]]
  LOG: [true, false]"""
    config = load(section)
    joint = config.joints[0]
    assert (joint.kind, joint.log) == ("normal", (True, False))
    assert joint.columns == (Column(None, "seeing", "g"), Column(None, THETA_E))
    np.testing.assert_array_equal(joint.arrays["mean"], [-0.1, 1.0])
    np.testing.assert_array_equal(joint.arrays["covariance"], [[0.04, 0.001], [0.001, 0.01]])
    assert config.warnings == ()


def test_a_normal_vector_keeps_the_rest_where_a_name_is_unknown(load: Load) -> None:
    """The marginal distribution of those that are known."""
    section = """MULTIVARIATE_NORMAL_1:
  PARAMS: [seeing, thetaE, exposure_time]
  MEAN: [1, 2, 90]
  COVARIANCE: [[0.01, 0, 0.3], [0, 1, 0], [0.3, 0, 25]]"""
    config = load(section)
    assert config.warnings[0].startswith("c.yaml:61: DISTRIBUTIONS.MULTIVARIATE_NORMAL_1.PARAMS.2: matches")
    np.testing.assert_array_equal(config.joints[0].arrays["covariance"], [[0.01, 0.3], [0.3, 25.0]])


@pytest.mark.parametrize(
    ("name", "log", "warning"),
    [
        (
            "seeing",
            "false",
            "draws are at most 0 with probability 0.023; it must be above 0, "
            "so change MEAN, COVARIANCE or LOG",
        ),
        ("seeing", "true", ""),
        ("magnitude_zero_point", "false", ""),
        # redshifts are drawn again until planes are in order
        ("PLANE_1-REDSHIFT", "false", ""),
    ],
)
def test_impossible_draws_of_a_normal_are_a_warning(load: Load, name: str, log: str, warning: str) -> None:
    """Two deviations below the mean: scipy.stats.norm.cdf(-2) = 0.02275."""
    config = load(f"MULTIVARIATE_NORMAL_1: {{PARAMS: [{name}], MEAN: [1], COVARIANCE: [[0.25]], LOG: {log}}}")
    where = "c.yaml:60: DISTRIBUTIONS.MULTIVARIATE_NORMAL_1.PARAMS.1"
    assert config.warnings == ((f"{where}: {warning}",) if warning else ())


def test_a_normal_that_is_never_possible_is_a_problem(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load("MULTIVARIATE_NORMAL_1: {PARAMS: [seeing], MEAN: [-9], COVARIANCE: [[0.25]]}")
    where = "c.yaml:60: DISTRIBUTIONS.MULTIVARIATE_NORMAL_1.PARAMS.1"
    assert caught.value.problems == (f"{where}: is always at most 0; it must be above 0",)


def test_one_table_that_is_wrong_beside_one_with_redshifts(load: Load) -> None:
    section = "USERDIST_1: {FILENAME: t.txt, MODE: interpolate}\nUSERDIST_2: {FILENAME: u.txt, MODE: sample}"
    with pytest.raises(ConfigError) as caught:
        load(
            section, t="PLANE_1-REDSHIFT WEIGHT\n0.2 1\n", u="CONFIGURATION_1-PLANE_2-REDSHIFT WEIGHT\n1 1\n"
        )
    wrong = "has the same numbers in all rows; use MODE: sample, or add rows around them"
    assert caught.value.problems == (f"t.txt: {wrong}",)


def test_a_table_of_50_megabytes_is_refused_unread(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 20)
    with pytest.raises(ConfigError) as caught:
        load("USERDIST_1: {FILENAME: t.txt, MODE: sample}", t="seeing WEIGHT\n" + "0.5 1\n" * 10)
    assert caught.value.problems == ("t.txt: is over 0 MB; give a smaller table",)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"seeing WEIGHT\n0.5\x00 1\n"])
def test_a_binary_table(load_edited: Load, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.bin").write_bytes(content)
    section = "DISTRIBUTIONS:\n  USERDIST_1: {FILENAME: t.bin, MODE: sample}\nGEOMETRY:\n"
    with pytest.raises(ConfigError) as caught:
        load_edited((("GEOMETRY:\n", section),))
    assert caught.value.problems == ("t.bin: is not text in UTF-8; give a table of numbers",)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    report = Report()
    assert tables.read_table(tmp_path / "gone.txt", report) is None
    with pytest.raises(
        ConfigError, match=r"gone.txt: cannot be read: No such file or directory; give a read"
    ):
        report.raise_problems()


def test_FILENAME_of_a_dictionary_is_in_the_working_directory(
    good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import yaml

    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.txt").write_text("seeing WEIGHT\n0.5 1\n")
    distributions = {"USERDIST_1": {"FILENAME": "t.txt", "MODE": "sample"}}
    config = load_config(yaml.safe_load(good) | {"DISTRIBUTIONS": distributions})
    assert config.joints[0].columns == (Column(None, "seeing"),)
    # the text that is written out names the table wherever it is read
    monkeypatch.chdir("/")
    (tmp_path / "again.yaml").write_text(config.text)
    assert load_config(tmp_path / "again.yaml").joints == config.joints


def test_FILENAME_in_an_INPUT_is_beside_that_file(load_edited: Load, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "d.yaml").write_text("USERDIST_1: {FILENAME: t.txt, MODE: sample}\n")
    (tmp_path / "more" / "t.txt").write_text("seing WEIGHT\n0.5 1\n")
    config = load_edited((("GEOMETRY:\n", "DISTRIBUTIONS: {INPUT: more/d.yaml}\nGEOMETRY:\n"),))
    assert config.warnings == ("more/t.txt:1: seing: matches no parameter; did you mean seeing?",)
    (tmp_path / "more" / "t.txt").write_text("seeing WEIGHT\n0.5 x\n")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "c.yaml")
    assert caught.value.problems == (f"{tmp_path}/more/t.txt:2: WEIGHT: is 'x'; give a number",)


def test_segments_of_one_column() -> None:
    """By hand: lengths 1 and 2; weights 0, 1 and 1, 2; so pairs have 0, 1, 2 and 4 of 7 parts."""
    corners, cumulative = interpolate(np.array([[1.0], [0.0], [3.0]]), np.array([1.0, 0.0, 2.0]))
    np.testing.assert_array_equal(corners, [[1, 0], [0, 2]])
    np.testing.assert_allclose(cumulative * 7, [0, 1, 3, 7], atol=1e-12)


def test_simplices_fill_the_hull_and_weigh_their_corners() -> None:
    """A unit square with one heavy corner, in units that differ by a million, beside a constant column."""
    square = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]) * [1.0, 1e6]
    points = np.column_stack([square, np.full(4, 7.0), square[:, 0]])
    corners, cumulative = interpolate(points, np.array([0.0, 0.0, 0.0, 1.0]))
    assert corners.shape == (2, 3)
    shares = np.diff(cumulative, prepend=0.0).reshape(corners.shape)
    assert shares[corners == 3].sum() == pytest.approx(1.0)


def test_too_many_rows_to_interpolate() -> None:
    points = np.random.default_rng(0).normal(size=(50, 9))
    with pytest.raises(NoInterpolation, match="has 50 rows of 9 columns, too many to interpolate"):
        interpolate(points, np.ones(50))


def test_no_weight_inside() -> None:
    """Two rows at one place: the triangulation has one of them, here the one without weight."""
    points = np.array([[0, 0], [1, 0], [0, 1], [0, 0.0]])
    weights = np.zeros(4)
    corners, _ = interpolate(points, np.ones(4))
    weights[list(set(range(4)) - set(corners.ravel()))] = 1.0
    with pytest.raises(NoInterpolation, match="has no weight between its rows"):
        interpolate(points, weights)
