"""Tables of text as people write them."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.reading_text import read_text


def columns(text: str) -> dict[str, list[object]]:
    return {name: column.tolist() for name, column in read_text(text.encode())[0].items()}


@pytest.mark.parametrize(
    "text",
    [
        "z,mag\n0.5,20\n1.0,21\n",
        "# of the survey\n\n z , mag \n0.5, 20\n# more\n1.0, 21\n",
        "z;mag\r\n0.5;20\r\n1.0;21\r\n",
        "z\tmag\n0.5\t20\n1.0\t21",
        "z   mag\n0.5  20  # the first\n1.0 21\n",
        "# of the survey\n# z mag\n0.5 20\n1.0 21\n",
        "#z,mag\n0.5,20\n1.0,21\n",
        "\ufeffz,mag\n0.5,20\n1.0,21\n",
        ",z,mag\n0,0.5,20\n1,1.0,21\n",
        '"z","mag"\n"0.5","20"\n1.0,21\n',
    ],
)
def test_separators_comments_and_names(text: str) -> None:
    assert columns(text) == {"z": [0.5, 1.0], "mag": [20, 21]}


def test_numbers_texts_and_booleans() -> None:
    text = "id,name,z,quad,big,part\n1,a,0.5,True,99999999999999999999,True\n2,,,False,1,\n"
    found = columns(text)
    assert found["id"] == [1, 2]
    assert found["name"] == ["a", ""]
    np.testing.assert_array_equal(found["z"], [0.5, np.nan])
    assert found["quad"] == [True, False]
    assert found["big"] == ["99999999999999999999", "1"]
    np.testing.assert_array_equal(found["part"], [1.0, np.nan])


def test_texts_in_quotes_have_separators() -> None:
    assert columns('name,z\n"a, b #1",1\n') == {"name": ["a, b #1"], "z": [1]}
    assert columns('name z\n"a b" 1\n') == {"name": ["a b"], "z": [1]}


def test_a_number_is_read_to_its_last_digit() -> None:
    words = ["0.1", "53.12345678901234", "-27.999999999999996"]
    found = read_text(("ra\n" + "\n".join(words)).encode())[0]["ra"]
    np.testing.assert_allclose(found, [float(word) for word in words], rtol=3e-16)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "has no table; give a line with the names"),
        ("0.5,20\n1.0,21\n", "has numbers where the names of the columns belong; start the table"),
        ("# z\n0.5 20\n", "has numbers where the names of the columns belong; start the table"),
        ("z,z\n1,2\n", "has the column 'z' 2 times; name each column once"),
        ("z,mag\n\n1,2\n3\n", "has 1 values in line 4, and names of 2 columns; give each line a value"),
        ("z,mag\n1,2,3\n", "has 3 values in line 2, and names of 2 columns; give each line a value"),
        ("z mag\n1 2\n# and\n1 2 3\n", "has 3 values in line 4, and names of 2 columns"),
    ],
)
def test_what_is_wrong_with_a_table(text: str, finding: str) -> None:
    with pytest.raises(CatalogError, match=finding):
        read_text(text.encode())
