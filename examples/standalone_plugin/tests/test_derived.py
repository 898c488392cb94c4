"""A citizen's identity number: what its length, day and check digit tell."""

from __future__ import annotations

import pytest

from fanzha_securities.derived import id_number_valid


@pytest.mark.parametrize("number", ["11010519491231002X", "11010519491231002x"])
def test_a_number_that_fits_can_be_right(number: str) -> None:
    assert id_number_valid(number)


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",  # another check digit
        "11010519490231002X",  # 31 February
        "110105491231002",  # 15 digits, no longer issued
        "１1010519491231002X",  # a digit of another script
        "",
    ],
)
def test_any_other_number_cannot(number: str) -> None:
    assert not id_number_valid(number)


@pytest.mark.parametrize("place", range(17))
def test_no_single_digit_can_be_wrong(place: int) -> None:
    right = "11010519491231002X"
    other = str((int(right[place]) + 1) % 10)
    assert not id_number_valid(right[:place] + other + right[place + 1 :])
