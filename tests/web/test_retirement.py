"""A process in which a plugin's function hangs asks to be replaced, once, after its answer."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.test import Client
from werkzeug.wrappers import Response

from fanzha.web.retirement import retiring


def _client(is_worn: Callable[[], bool], told: list[str]) -> Client:
    return Client(retiring(Response("done"), is_worn, lambda: told.append("retire")))


def test_one_that_is_sound_stays() -> None:
    told: list[str] = []
    client = _client(lambda: False, told)
    assert client.get("/", buffered=True).text == "done"
    assert told == []


def test_one_that_is_worn_answers_and_asks_once() -> None:
    told: list[str] = []
    client = _client(lambda: True, told)
    for _ in range(3):
        assert client.get("/", buffered=True).text == "done"
    assert told == ["retire"]


def test_it_does_not_ask_before_the_answer_is_out() -> None:
    told: list[str] = []
    client = _client(lambda: True, told)
    answer = client.get("/")
    assert told == []
    answer.close()
    assert told == ["retire"]
