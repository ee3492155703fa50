"""MODEL: every string of deeplenstronomy's language, and ours as a mapping."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.identity import config_digest
from jaxlens.config.model import Transient
from jaxlens.config.naming import named_quantities, transients
from jaxlens.kernels.transients import TRANSIENTS

Load = Callable[[tuple[tuple[str, str], ...]], Config]
NOISE_SOURCE = "    NOISE_SOURCE_1: POISSON_NOISE\n"
SERIES = f"{NOISE_SOURCE}    TIMESERIES: {{OBJECTS: [AGN], NITES: [0, 5, 10]}}\n"
# A list of core-collapse templates in SNANA's form: index, weight, MAGOFF, MAGSMEAR, type, name.
NON1A = "LABEL INDEX WGT MAGOFF MAGSMEAR SNTYPE_INDEX SNTYPE SED\n"
NON1A += "NON1A: 201 0.75 2.1 1.05 20 IIP IIP-one\nNON1A: 103 0.25 0.6 0.0 32 Ib Ib_two\n"


def edits(model: str) -> tuple[tuple[str, str], ...]:
    """The changes to good.yaml that give AGN a MODEL and observe it."""
    return (("    NAME: AGN\n", f"    NAME: AGN\n    MODEL: {model}\n"), (NOISE_SOURCE, SERIES))


def transient(config: Config) -> Transient:
    """The MODEL of AGN."""
    ((_, model),) = transients(config.configurations[0])
    return model


def draws(model: Transient) -> dict[str, tuple[str, tuple[float, ...]]]:
    """The distribution of each parameter, and its numbers."""
    return {
        name: (one.draws[0].distribution, tuple(value for _, value in one.draws[0].parameters))
        for name, one in model.parameters
    }


def write_sed(path: Path, last_phase: float = 80.0) -> None:
    """Spectra that rise and decline, in deeplenstronomy's columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{phase:.1f} {wavelength:.0f} {1e-9 * np.exp(-0.005 * phase**2 / (1 + wavelength / 5000)):.4e}"
        for phase in np.arange(-20.0, last_phase + 1.0, 10.0)
        for wavelength in np.arange(1000.0, 12001.0, 500.0)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """The folder `seds` beside the file, with type Ia, core-collapse, kilonova and user's spectra."""
    for name in (
        "ia/salt2_template_0.dat",
        "cc/IIP-one.SED",
        "cc/Ib_two.SED",
        "kn/kn.SED",
        "user/my_own-sn.SED",
    ):
        write_sed(tmp_path / "seds" / name)
    (tmp_path / "seds/cc/SIMGEN_INCLUDE_NON1A.INPUT").write_text(NON1A)
    return tmp_path / "seds"


@pytest.mark.parametrize(
    ("model", "name", "kind"),
    [
        ("flat", "flat", "Flat"),
        ("flatnoise", "flat", "FlatNoise"),
        ("variable", "variable", "Variable"),
        ("variablenoise", "variable", "VariableNoise"),
        ("static", "static", "Static"),
    ],
)
def test_toy_models(load_edited: Load, model: str, name: str, kind: str) -> None:
    """Deeplenstronomy's numbers: U(12, 23), a colour U(-2, 2) a band, steps U(-1, 1), noise N(0, 0.25)."""
    found = transient(load_edited(edits(model)))
    assert (found.name, found.library.ids, found.library.types) == (name, (kind,), (kind,))
    expected = (
        {} if name == "static" else {"MAG": ("uniform", (12.0, 23.0)), "COLOR": ("uniform", (-2.0, 2.0))}
    )
    expected |= {"STEP": ("uniform", (-1.0, 1.0))} if name == "variable" else {}
    expected |= {"NOISE": ("normal", (0.0, 0.25))} if model.endswith("noise") else {}
    assert draws(found) == expected
    per_band = {key: one.per_band for key, one in found.parameters}
    assert per_band == {key: key in ("COLOR", "NOISE") for key in expected}


@pytest.mark.parametrize("model", ["ia_random", "ia-random", "ia"])
def test_ia_random(load_edited: Load, model: str) -> None:
    """The built-in template with a population of brightness, stretch and colour, and packaged passbands."""
    config = load_edited(edits(model))
    found = transient(config)
    assert (found.name, found.library.types) == ("ia", ("Ia",))
    assert found.parameters[0][1].path == "SPECIES.POINTSOURCE_1.MODEL.ABSMAG"
    assert draws(found)["ABSMAG"] == ("normal", (-19.4, 0.13))
    assert {draws(found)[key][0] for key in ("STRETCH", "COLOR")} == {"normal"}
    assert config.instrument.passbands is not None
    assert config.instrument.passbands.arrays["weight"].shape[0] == 2
    assert isinstance(hash(config), int)


@pytest.mark.parametrize(
    "model",
    [
        "ia_salt2_template_0.dat",
        "ia-salt2-template-0.dat",
        "ia_salt2-template-0",
        "ia_seds/ia/salt2_template_0.dat",
    ],
)
def test_ia_file(load_edited: Load, templates: Path, model: str) -> None:
    """Names with hyphens or underscores, split once; the spectra are scaled to an absolute magnitude."""
    found = transient(load_edited(edits(model)))
    assert found.name == "sed_absmag"
    assert (found.library.ids, found.library.types) == (("seds/ia/salt2_template_0.dat",), ("Ia",))
    assert draws(found)["ABSMAG"] == ("normal", (-19.4, 0.13))


def test_cc_random_of_a_folder(load_edited: Load, templates: Path) -> None:
    """The templates of seds/cc by their weights, with MAGOFF and MAGSMEAR."""
    found = transient(load_edited(edits("cc_random")))
    assert (found.name, found.library.types) == ("sed", ("IIP", "Ib"))
    assert found.library.ids == ("seds/cc/IIP-one.SED", "seds/cc/Ib_two.SED")
    np.testing.assert_array_equal(found.library.arrays["magoff"], [2.1, 0.6])
    assert draws(found)["TEMPLATE"] == ("categorical", ((0.0, 1.0), (0.75, 0.25)))
    assert draws(found)["MAGSMEAR"] == ("normal", (0.0, 1.0))


def test_cc_random_without_a_folder(load_edited: Load) -> None:
    """The built-in light curves of five types."""
    found = transient(load_edited(edits("cc_random")))
    assert found.name == "cc"
    assert set(found.library.types) == {"IIP", "IIL", "IIn", "Ib", "Ic"}
    assert draws(found)["TEMPLATE"][0] == "categorical"


@pytest.mark.parametrize("model", ["cc_Ib_two.SED", "cc-Ib-two.SED", "cc_Ib_two", "cc_seds/cc/Ib_two.SED"])
def test_cc_file(load_edited: Load, templates: Path, model: str) -> None:
    found = transient(load_edited(edits(model)))
    assert (found.library.ids, found.library.types) == (("seds/cc/Ib_two.SED",), ("Ib",))


def test_kn(load_edited: Load, templates: Path, tmp_path: Path) -> None:
    """`kn_kn.SED` is the file where there is one, and the built-in kilonova elsewhere."""
    assert transient(load_edited(edits("kn_kn.SED"))).library.ids == ("seds/kn/kn.SED",)
    (tmp_path / "seds/kn/kn.SED").unlink()
    config = load_edited(edits("kn_kn.SED"))
    assert transient(config).name == "kn"
    assert not config.warnings
    assert "the built-in kilonova is used" in load_edited(edits("kn_other.SED")).warnings[0]


@pytest.mark.parametrize("model", ["user_my_own-sn.SED", "user-my-own-sn.SED", "user_seds/user/my_own-sn"])
def test_user_file(load_edited: Load, templates: Path, model: str) -> None:
    found = transient(load_edited(edits(model)))
    assert found.name == "sed"
    assert found.library.ids == ("seds/user/my_own-sn.SED",)


def test_user_path(load_edited: Load, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A path to anywhere, with an absolute magnitude."""
    path = tmp_path_factory.mktemp("elsewhere") / "a_b-c.txt"
    write_sed(path)
    assert transient(load_edited(edits(f"user_{path}"))).name == "sed"
    found = transient(load_edited(edits(f"{{NAME: user, FILE: '{path}', ABSMAG: -17}}")))
    assert found.name == "sed_absmag"
    assert draws(found)["ABSMAG"] == ("delta_function", (-17.0,))


def test_lightcurve_path(load_edited: Load, tmp_path: Path) -> None:
    """A table of band, day and magnitude, linear in flux, and dark beyond a band's rows."""
    (tmp_path / "my-curve_1.csv").write_text("band,day,mag\ng,0,20\ng,10,18\nr,2,19\nr,30,21\n")
    found = transient(load_edited(edits("lightcurve_my-curve_1.csv")))
    times, magnitude = found.library.arrays["times"], found.library.arrays["magnitude"]
    g = dict(zip(times, magnitude[:, 0], strict=True))
    halfway = -2.5 * np.log10(0.8 * 10**-8.0 + 0.2 * 10**-7.2)
    assert (g[0.0], g[10.0], g[2.0]) == pytest.approx((20.0, 18.0, halfway))
    assert np.isnan(magnitude[times > 10.0, 0]).all()


@pytest.mark.parametrize("model", ["agn_drw", "agn-drw"])
def test_agn_drw(load_edited: Load, model: str) -> None:
    """A walk on a grid of the rest frame that covers all nights and delays, and depends on the file alone."""
    config = load_edited(edits(model))
    found = transient(config)
    assert found.name == "agn_drw"
    times = found.library.arrays["times"]
    assert times[0] <= -1000.0
    assert times[-1] >= 10.0
    assert config.species[2].model == found
    assert draws(found)["REALIZATION"] == ("uniform_int", (0.0, 2.0**24))


def test_agn_drw_grid_of_two_configurations(load_edited: Load) -> None:
    """A source that several configurations observe has one grid, from the first to the last of all nights."""
    second = "      OBJECT_1: SOURCE\n      OBJECT_2: AGN\n      PARAMETERS:\n        REDSHIFT: 0.5\n"
    second += "    TIMESERIES: {OBJECTS: [AGN], NITES: [400, 500], PEAK: -100}\n"
    last = "      OBJECT_1: SOURCE\n      PARAMETERS:\n        REDSHIFT: 0.5\n"
    config = load_edited((*edits("agn_drw"), (last, second)))
    models = [model for one in config.configurations for _, model in transients(one)]
    assert models[0] == models[1]
    assert models[0].library.arrays["times"][-1] >= 600.0


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("{NAME: agn_drw, M_I: -24}", "agn_drw"),
        ("{NAME: agn_drw, MAG: {g: 20, r: 19}}", "agn_drw_mag"),
        ("{NAME: agn-drw, MAG: 20, TAU: 200, SF_INF: 0.2}", "agn_drw_tau"),
    ],
)
def test_agn_drw_by_its_parameters(load_edited: Load, model: str, name: str) -> None:
    assert transient(load_edited(edits(model))).name == name


def test_mapping(load_edited: Load) -> None:
    """{NAME: ia, ...}: what is not given has the model's defaults; each number may be a DISTRIBUTION."""
    absmag = "ABSMAG: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: -19, std: 0.2}}}"
    config = load_edited(edits(f"{{NAME: ia, {absmag}, EBV: 0.1, RV: 2.5, DUST: odonnell94}}"))
    found = transient(config)
    assert draws(found)["ABSMAG"] == ("normal", (-19.0, 0.2))
    constants = {name: one.support()[0] for name, one in found.parameters if name != "ABSMAG"}
    defaults = {name: value for name, value in TRANSIENTS["ia"].parameters.items() if name != "ABSMAG"}
    assert constants == {**defaults, "EBV": 0.1, "RV": 2.5}
    assert "odonnell94" in found.library.arrays
    named = dict(named_quantities(config.cosmology, config.instrument, config.configurations[0]))
    assert named["PLANE_2-OBJECT_2-STRETCH"] == dict(found.parameters)["STRETCH"]


def test_mapping_of_a_population(load_edited: Load) -> None:
    """{NAME: ia_random, ...}: what is not given is drawn as for the string."""
    found = draws(transient(load_edited(edits("{NAME: ia_random, EBV: 0.3}"))))
    assert found["EBV"] == ("delta_function", (0.3,))
    assert {**found, "EBV": None} == {**draws(transient(load_edited(edits("ia_random")))), "EBV": None}


def test_template_by_type(load_edited: Load, templates: Path) -> None:
    found = draws(transient(load_edited(edits("{NAME: cc, DIRECTORY: seds/cc, TEMPLATE: Ib}"))))
    assert found["TEMPLATE"] == ("delta_function", (1.0,))
    with pytest.raises(ConfigError, match="TEMPLATE: 'IIX' is no template; did you mean IIP"):
        load_edited(edits("{NAME: cc, DIRECTORY: seds/cc, TEMPLATE: IIX}"))


def test_missing_files(load_edited: Load, templates: Path) -> None:
    for model, problem in (
        ("ia_salt2_template_1.dat", "is no file; did you mean salt2_template_0.dat"),
        ("salt_my-salt3", "'my-salt3' is no folder; it is looked for as a path"),
        ("user_nothing.SED", "'nothing.SED' is no file"),
        ("{NAME: lightcurve}", "names no file; write lightcurve_<file>"),
    ):
        with pytest.raises(ConfigError, match=problem):
            load_edited(edits(model))


def test_spectra_not_sorted_or_negative(load_edited: Load, templates: Path) -> None:
    path = templates / "user" / "bad.SED"
    for text, problem in (
        ("0 3000 1\n0 4000 1\n-5 3000 1\n-5 4000 1\n", "sort the lines by phase, then by wavelength"),
        ("0 3000 1\n0 4000 -1\n5 3000 1\n5 4000 1\n", "give a flux of at least 0"),
    ):
        path.write_text(text)
        with pytest.raises(ConfigError, match=rf"bad.SED:\d: .*{problem}"):
            load_edited(edits("user_bad.SED"))


def test_changed_spectra_are_read_again(load_edited: Load, templates: Path) -> None:
    """Libraries are kept from one file to the next, also with what was found in them."""
    path = templates / "user" / "noisy.SED"
    write_sed(path)
    first = transient(load_edited(edits("user_noisy.SED")))
    assert transient(load_edited(edits("user_noisy.SED"))).library is first.library
    path.write_text(path.read_text() + "90 3000 -1e-14\n90 4000 1e-12\n")
    for _ in range(2):
        config = load_edited(edits("user_noisy.SED"))
        assert transient(config).library != first.library
        assert any("noisy.SED:" in one and "taken as 0" in one for one in config.warnings)


def test_salt_folder(load_edited: Load, tmp_path: Path) -> None:
    """A folder with the surfaces of SALT2: an absolute magnitude unless X0 is given."""
    for i in (0, 1):
        write_sed(tmp_path / "my_salt2" / f"salt2_template_{i}.dat")
    law = "4\n-0.5\n0.8\n-0.5\n0.1\nSalt2ExtinctionLaw.version 1\n"
    law += "Salt2ExtinctionLaw.min_lambda 2800\nSalt2ExtinctionLaw.max_lambda 7000\n"
    (tmp_path / "my_salt2" / "salt2_color_correction.dat").write_text(law)
    found = transient(load_edited(edits("salt_my_salt2")))
    assert found.name == "salt_absmag"
    assert draws(found)["X1"] == ("normal", (0.0, 1.0))
    assert transient(load_edited(edits("salt-my-salt2"))).library == found.library
    given = transient(load_edited(edits("{NAME: salt, DIRECTORY: my_salt2, X0: 1.0e-5, X1: 0.5}")))
    assert given.name == "salt"
    assert draws(given)["C"] == ("delta_function", (0.0,))


def test_filters_beside_the_file(load_edited: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deeplenstronomy's folder `filters`: the file of a band is its passband, from any folder afterwards."""
    (tmp_path / "filters").mkdir()
    (tmp_path / "filters" / "MY_g.dat").write_text("#lambda transmission\n4000 0\n4500 0.9\n5000 0\n")
    config = load_edited(edits("ia_random"))
    assert config.instrument.passbands is not None
    assert config.instrument.passbands.names == (f"g {tmp_path}/filters/MY_g.dat", "des r")
    wavelength = config.instrument.passbands.arrays["wavelength"]
    assert (wavelength[0].min(), wavelength[0].max()) == (4000.0, 5000.0)
    monkeypatch.chdir("/")
    assert load_config(yaml.safe_load(config.text)).instrument == config.instrument
    monkeypatch.chdir(tmp_path)
    assert load_edited(edits("ia_random")[:1]).text == Path("c.yaml").read_text()


def test_spectra_that_do_not_cover(load_edited: Load, templates: Path) -> None:
    """Zero flux beyond the spectra, with a warning that says at what redshift and at which nights."""
    write_sed(templates / "user" / "short.SED", last_phase=-10.0)
    nights = (SERIES.splitlines()[1], "    TIMESERIES: {OBJECTS: [AGN], NITES: [0, 500]}")
    high = ("        REDSHIFT: 1.0\n", "        REDSHIFT: 3.9\n")
    warnings = load_edited((*edits("user_short.SED"), nights, high)).warnings
    assert any("the band g is not covered" in one and "above redshift 2.9" in one for one in warnings)
    assert any("end -10 days after the peak" in one for one in warnings)


def test_peak_far_from_all_nights(load_edited: Load) -> None:
    nights = (SERIES.splitlines()[1], "    TIMESERIES: {OBJECTS: [AGN], NITES: [57000, 57100], PEAK: 40}")
    (warning,) = load_edited((*edits("ia_random"), nights)).warnings
    assert "PEAK is 40, far from the nights" in warning
    assert not load_edited((*edits("flat"), nights)).warnings


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("{NAME: flat, MAG: 2}", "MODEL.MAG: is 2, brighter than any object"),
        (
            "lightcurve_absolute.csv",
            "MODEL: the light curve of absolute.csv reaches magnitude -19.5",
        ),
        ("{NAME: ia, ABSMAG: 20}", "MODEL.ABSMAG: is 20, far from all usual values"),
        ("{NAME: ia, EBV: 30}", "MODEL.EBV: is 30, far from all usual values"),
    ],
)
def test_absurd_light_curves(load_edited: Load, tmp_path: Path, model: str, found: str) -> None:
    """Magnitudes that are absolute where apparent ones are meant, or the other way round, are named."""
    rows = "g,0,-19.5\ng,9,20\nr,0,19\nr,9,20\n"
    (tmp_path / "absolute.csv").write_text(f"band,day,magnitude\n{rows}", encoding="utf-8")
    (warning,) = load_edited(edits(model)).warnings
    assert found in warning


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("{NAME: cc, TEMPLATE: 0.5}", "MODEL.TEMPLATE: is 0.5; give a whole number"),
        ("{NAME: agn_drw, REALIZATION: 1.5}", "MODEL.REALIZATION: is 1.5; give a whole number"),
        ("", "OBJECTS.1: AGN has no MODEL; add one to SPECIES.POINTSOURCE_1"),
    ],
)
def test_values_that_mean_nothing(load_edited: Load, model: str, found: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(found)):
        load_edited(edits(model))


def test_empty_file_of_a_mapping(load_edited: Load) -> None:
    """FILE without a value is none."""
    assert transient(load_edited(edits("{NAME: ia, FILE: }"))).name == "ia"


@pytest.mark.parametrize("model", ["static", "ia_random", "cc_nothing.SED", "{NAME: ia, ABSMAG: -19}"])
def test_model_without_series(
    load_edited: Load, good: str, load_text: Callable[[str], Config], model: str
) -> None:
    """MODEL alone is nothing: the point source has its magnitude, and a warning says so."""
    config = load_edited(edits(model)[:1])
    quantities = [
        named_quantities(one.cosmology, one.instrument, one.configurations[0])
        for one in (config, load_text(good))
    ]
    assert quantities[0] == quantities[1]
    (warning,) = config.warnings
    assert "MODEL: has no effect, as no TIMESERIES has it among its OBJECTS" in warning


def test_wrong_model_without_series(load_edited: Load) -> None:
    (warning,) = load_edited(edits("flatnose")[:1]).warnings
    assert warning.startswith("c.yaml:50: SPECIES.POINTSOURCE_1.MODEL: 'flatnose' is not a model")


def test_paths_are_kept(load_edited: Load, templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of a Config finds the files from any folder."""
    for model in ("cc_random", "cc_Ib_two", "ia-salt2-template-0.dat", "{NAME: user, FILE: my_own-sn.SED}"):
        config = load_edited(edits(model))
        with monkeypatch.context() as elsewhere:
            elsewhere.chdir("/")
            assert load_config(yaml.safe_load(config.text)).configurations == config.configurations


def test_spectra_are_input_files(load_edited: Load, templates: Path) -> None:
    """The folder or file that is named, and what was read in it; a name matters, as the metadata have it."""
    folder = templates / "cc"
    found = load_edited(edits("cc_random")).input_files
    assert found == tuple(map(str, (folder, *sorted(folder.iterdir()))))
    assert load_edited(edits("{NAME: user, FILE: my_own-sn.SED}")).input_files == (
        str(templates / "user" / "my_own-sn.SED"),
    )
    (templates / "user" / "other.SED").write_bytes((templates / "user" / "my_own-sn.SED").read_bytes())
    for model in ("user_{}.SED", "{{NAME: user, FILE: {}.SED}}"):
        one, other = (load_edited(edits(model.format(name))) for name in ("my_own-sn", "other"))
        assert config_digest(one) != config_digest(other)


def test_every_parameter_has_a_rule(load_edited: Load) -> None:
    """A stretch of zero, an R_V of zero or a negative mass are refused, whatever the model."""
    for model, problem in (
        ("{NAME: ia, STRETCH: 0}", "STRETCH: is 0; it must be above 0"),
        ("{NAME: ia, RV: -1}", "RV: is -1; it must be above 0"),
        ("{NAME: agn_drw, MAG: 20, TAU: 0, SF_INF: 0.2}", "TAU: is 0; it must be above 0"),
        ("{NAME: flat, MAG: 20, COLOR: 0, MICROLENSING: -1}", "MICROLENSING: is -1; it must be at least 0"),
    ):
        with pytest.raises(ConfigError, match=problem):
            load_edited(edits(model))
