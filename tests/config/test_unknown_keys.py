"""A file of another kind, named by mistake or on purpose, is refused, and nothing of it comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlens.config import Config, ConfigError

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
# Contents whose words have HUSH in them.
FILES = {
    "shadow": "root:!HUSH:19000:0:99999:7:::\nuser:$6$HUSH$HUSH:19500:0:99999:7:::\n",
    "key=value": "HUSH_KEY=HUSH\nPASSWORD=HUSH\n",
    "key: value": "password: HUSH\nHUSH: 5\n",
    "numbers": "HUSH: 1\nHUSHED: 2\n",
    "ini": "[client]\nuser = HUSH\n",
    "json": '{"HUSH": "HUSH", "b": ["HUSH"]}\n',
    "netrc": "machine HUSH login HUSH password HUSH\n",
    "private key": "-----BEGIN HUSH KEY-----\nHUSHMIIE\nHUSH\n-----END HUSH-----\n",
    "hosts": "127.0.0.1 HUSH\n10.0.0.1 HUSH2 12\n",
    "csv": "band,HUSH\nHUSH,HUSH\n",
    "alias": "*HUSH : 1\n",
    "tag": "HUSH: !HUSH b\n",
    "nested": "HUSH:\n  HUSH: [1, HUSH, {HUSH: !!binary HUSH}]\n",
    "long number": "HUSH: 1" + "1" * 200 + "\n",
    "half a character": 'HUSH: "HUSH\\ud800"\n',
    "list": "- HUSH\n- HUSH\n",
    "quote": "'HUSH\n",
}
SERIES = "    TIMESERIES: {{OBJECTS: [AGN], NITES: {}}}\n"
NOISE_SOURCE = "    NOISE_SOURCE_1: POISSON_NOISE\n"
SEEN = (NOISE_SOURCE, NOISE_SOURCE + SERIES.format("[0, 5]"))
USES = {
    "INPUT": (("GEOMETRY:\n", "INPUT: s.txt\nGEOMETRY:\n"),),
    "INPUT in IMAGE": (("    read_noise: 7\n", "    read_noise: 7\n    INPUT: s.txt\n"),),
    "INPUT by band": (("seeing: 0.9", "seeing: {INPUT: s.txt}"),),
    "INPUT in SPECIES": (("SPECIES:\n", "SPECIES:\n  INPUT: s.txt\n"),),
    "SPECIAL": (("    NAME: LENS\n", "    NAME: LENS\n    SPECIAL: {INPUT: s.txt}\n"),),
    "DISTRIBUTIONS": (("GEOMETRY:\n", "DISTRIBUTIONS: {INPUT: s.txt}\nGEOMETRY:\n"),),
    "USERDIST": (
        ("GEOMETRY:\n", "DISTRIBUTIONS:\n  USERDIST_1: {FILENAME: s.txt, MODE: sample}\nGEOMETRY:\n"),
    ),
    "kernel": (("psf_type: GAUSSIAN", "psf_type: PIXEL\n    kernel_point_source: s.txt"),),
    "cadence": ((NOISE_SOURCE, NOISE_SOURCE + SERIES.format("s.txt")),),
    "light curve": (("    NAME: AGN\n", "    NAME: AGN\n    MODEL: lightcurve_s.txt\n"), SEEN),
    "spectra": (("    NAME: AGN\n", "    NAME: AGN\n    MODEL: user_s.txt\n"), SEEN),
    "passband": (
        ("BANDS: g,r\n", "BANDS: g,r\n    passbands: {g: s.txt, r: s.txt}\n"),
        ("    NAME: AGN\n", "    NAME: AGN\n    MODEL: ia_random\n"),
        SEEN,
    ),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
@pytest.mark.parametrize("edits", USES.values(), ids=USES)
def test_nothing_of_another_file_is_quoted(
    edits: tuple[tuple[str, str], ...], content: str, load_edited: LoadEdited, tmp_path: Path
) -> None:
    (tmp_path / "s.txt").write_text(content)
    with pytest.raises(ConfigError) as caught:
        load_edited(edits)
    assert "HUSH" not in str(caught.value)
    assert "s.txt" in str(caught.value)


@pytest.mark.parametrize("name", ["shadow", "key=value", "key: value", "json", "private key", "list"])
def test_nor_of_a_file_in_the_place_of_the_configuration(
    name: str, load_text: Callable[[str], Config]
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_text(FILES[name])
    assert "HUSH" not in str(caught.value)


def test_a_misspelt_key_of_an_included_file_is_shown(load_edited: LoadEdited, tmp_path: Path) -> None:
    """It is like one that is known, so the file is a part of a configuration."""
    (tmp_path / "sky.yaml").write_text("sky_brigthness: 21\n")
    with pytest.raises(ConfigError, match=r"sky_brigthness: is not a key .* did you mean sky_brightness\?"):
        load_edited((("    sky_brightness: 21.5\n", "    INPUT: sky.yaml\n"),))


def test_many_unknown_keys_are_counted(load_edited: LoadEdited) -> None:
    lines = "".join(f"    k{i}: 1\n" for i in range(1000))
    with pytest.raises(ConfigError) as caught:
        load_edited((("    read_noise: 7\n", "    read_noise: 7\n" + lines),))
    assert len(caught.value.problems) == 21
    assert caught.value.problems[-1].endswith(
        "k20: is one of 980 more keys that are not known; mend them too"
    )


def test_many_bands_and_tabs_are_counted(load_edited: LoadEdited, load_text: Callable[[str], Config]) -> None:
    bands = ",".join(f"b{i}" for i in range(20_000))
    with pytest.raises(ConfigError, match="BANDS: has 20000 bands; give at most 1000"):
        load_edited((("BANDS: g,r", f"BANDS: '{bands}'"),))
    with pytest.raises(ConfigError) as caught:
        load_text("\t\n" * 1000)
    assert len(caught.value.problems) == 6
    assert caught.value.problems[-1] == "c.yaml:6: is the first of 995 more lines with tabs; use spaces"
