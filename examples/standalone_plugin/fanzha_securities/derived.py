"""Computations that only the securities rules need; pure functions."""

from __future__ import annotations

from datetime import date

_LENGTH = 18
_MODULUS = 11
# GB 11643: the weight of a digit is a power of two by its place, and ten is written X.
_WEIGHTS = [2**place % _MODULUS for place in range(_LENGTH - 1, -1, -1)]


def id_number_valid(number: str) -> bool:
    """Tell whether a citizen's number can be right: 18 places, a real day of birth, check digit.

    False for anything else, such as a number of 15 digits, which is no longer issued. That it can
    be right does not say that it is the customer's: the document check says that.
    """
    body, last = number[:-1], number[-1:].upper()
    if len(number) != _LENGTH or not (body.isascii() and body.isdigit()):
        return False
    if last not in set("0123456789X") or not _is_day(number[6:14]):
        return False
    digits = [int(each) for each in body] + [10 if last == "X" else int(last)]
    return sum(map(int.__mul__, _WEIGHTS, digits)) % _MODULUS == 1


def _is_day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
