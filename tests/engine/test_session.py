"""A ruleset of the engine answers each fact by itself, whatever the one before was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from fanzha.engine.session import (
    MAXIMUM_BRANCHES,
    MAXIMUM_PROPERTIES,
    MAXIMUM_TEXT_BYTES,
    NAMES,
    EngineError,
    Session,
    StandingSession,
    compared,
    encoded,
    handles_dropped,
)

EMPTY = ""


def test_all_alternatives_that_are_true_are_named_in_one_answer() -> None:
    session = StandingSession([{"a": n} for n in range(3)] + [{"b": True}, {"$gt": {"a": 0}}])
    assert set(session.fire(',"a":1,"b":true')) == {NAMES[1], NAMES[3], NAMES[4]}
    assert set(session.fire(',"b":true')) == {NAMES[3]}
    session.close()


def test_nothing_of_a_fact_is_left_for_the_next() -> None:
    session = StandingSession([{"a": True}, {"$and": [{"a": True}, {"b": True}]}])
    for _ in range(1000):
        assert set(session.fire(',"a":true,"b":true')) == {NAMES[0], NAMES[1]}
        assert session.fire(EMPTY) == ""
        assert session.fire(',"a":true') == NAMES[0]
    session.close()


def test_as_many_alternatives_as_a_ruleset_holds_may_be_true_together() -> None:
    patterns = [{"$gt": {"a": n}} for n in range(MAXIMUM_BRANCHES)]
    session = StandingSession(patterns)
    assert set(session.fire(f',"a":{MAXIMUM_BRANCHES}')) == set(NAMES[:MAXIMUM_BRANCHES])
    session.close()


@pytest.mark.parametrize("text", ['"}},{"0":{"z":1', '{"r":[{"z":', "z", "\\", "转账\u0000😀", '"'])
def test_a_text_cannot_pass_for_an_answer(text: str) -> None:
    session = StandingSession([{"a": "other"}, {"a": text}, {"$neq": {"a": text}}])
    assert session.fire(f',"a":{encoded(text)}') == NAMES[1]
    session.close()


def test_texts_are_compared_up_to_the_length_that_the_engine_keeps() -> None:
    longest = "x" * MAXIMUM_TEXT_BYTES
    session = StandingSession([{"a": ""}, {"a": longest}, {"$neq": {"a": longest}}])
    assert session.fire(f',"a":{compared(longest)}') == NAMES[1]
    with pytest.raises(EngineError):
        compared(longest + "x")
    with pytest.raises(EngineError):
        compared("\n" * (MAXIMUM_TEXT_BYTES // 2 + 1))
    session.close()


@pytest.mark.parametrize("number", [2**63 - 1, 1 - 2**63])
def test_numbers_are_compared_up_to_the_bits_that_the_engine_keeps(number: int) -> None:
    session = StandingSession([{"a": number}, {"$neq": {"a": number}}])
    assert session.fire(f',"a":{compared(number)}') == NAMES[0]
    with pytest.raises(EngineError):
        compared(number * 2)
    session.close()


def test_more_alternatives_than_a_ruleset_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="61 alternatives"):
        StandingSession([{"a": n} for n in range(MAXIMUM_BRANCHES + 1)])


def test_facts_have_no_more_properties_than_the_engine_takes() -> None:
    session = Session({"one": {"all": [{"m": {"p0": True}}]}})
    fact = {f"p{n}": True for n in range(MAXIMUM_PROPERTIES)}
    assert session.fire(fact, {}) == {"one"}
    for _ in range(20):
        with pytest.raises(EngineError):
            session.fire({}, {**fact, "more": True})
    assert session.fire(fact, {}) == {"one"}
    session.close()


def test_a_ruleset_that_failed_is_made_anew() -> None:
    session = StandingSession([{"a": True}])
    dropped = handles_dropped()
    for _ in range(3):
        with pytest.raises(EngineError):
            session.fire(',"a":1e3')
        assert session.fire(',"a":true') == NAMES[0]
    assert handles_dropped() == dropped + 3
    session.close()


def test_a_closed_session_can_be_used_again() -> None:
    session = StandingSession([{"a": True}])
    for _ in range(20):
        assert session.fire(',"a":true') == NAMES[0]
        session.close()
        session.close()


def test_a_session_that_rested_answers_as_before() -> None:
    session = StandingSession([{"a": True}, {"b": True}])
    session.rest()
    for _ in range(20):
        assert session.fire(',"a":true') == NAMES[0]
        session.rest()
        session.rest()
        assert session.fire(',"b":true') == NAMES[1]
        session.close()
        session.rest()


def test_threads_get_answers_while_the_session_is_put_to_rest() -> None:
    session = StandingSession([{"a": n} for n in range(20)])

    def answers(number: int) -> bool:
        return all(session.fire(f',"a":{number}') == NAMES[number] for _ in range(200))

    with ThreadPoolExecutor(4) as pool:
        resting = [pool.submit(session.rest) for _ in range(2)]
        assert all(pool.map(answers, range(20)))
        resting += [pool.submit(session.rest) for _ in range(50)]
        assert all(pool.map(answers, range(20)))
    for each in resting:
        each.result()
    session.close()


def test_threads_get_answers_to_their_own_facts() -> None:
    session = StandingSession([{"a": n} for n in range(20)])

    def answers(number: int) -> bool:
        return all(session.fire(f',"a":{number}') == NAMES[number] for _ in range(200))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(answers, range(20)))
    session.close()
