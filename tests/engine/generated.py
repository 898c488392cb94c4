"""Generates small laws and facts, for comparing the engine with the reference evaluator."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date

from fanzha.engine.edition import overdue
from fanzha.model.expressions import (
    And,
    Arithmetic,
    Compare,
    Expression,
    Literal,
    Membership,
    Name,
    Not,
    Or,
)
from fanzha.model.interval import Interval
from fanzha.model.kleene import evaluate
from fanzha.model.law import Law
from fanzha.model.normal_form import MAXIMUM_ALTERNATIVES, count_alternatives, normal_form
from fanzha.model.norms import (
    CheckType,
    Contract,
    Definition,
    Due,
    Modality,
    Nature,
    Obligation,
    Row,
    Stage,
    Table,
)
from fanzha.model.text import Text
from fanzha.model.value_types import BOOLEAN, DATETIME, STRING, Folded, Kind, ValueType
from fanzha.model.vocabulary import Fact, FactKind

CHECK_TYPE = "testing/anything"
DAY = date(2026, 1, 1)
ALWAYS = Interval(date(2000, 1, 1))
TEXT = Text(zh="测试", en="test")
WORDS = ("a", "b", 'say "no"', "行\n\t\\", "é", "\u0000\u001f", "😀", "", "true", "7")
NUMBERS = (0, 1, -1, 5, 7, 2**60, -(2**60), 10**15, 253)


class GeneratedLaw:
    """A vocabulary, definitions and obligations made from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        # One law in six is large: its rules fill several rulesets in each step, and conditions
        # to apply that come to many alternatives are judged apart.
        large = self.random.random() < 1 / 6
        self._alternatives = MAXIMUM_ALTERNATIVES // (2 if large else 6)
        self.booleans = [f"flag_{n}" for n in range(self.random.randint(1, 5))]
        self.integers = [f"count_{n}" for n in range(self.random.randint(1, 4))]
        self.texts = [f"text_{n}" for n in range(self.random.randint(1, 3))]
        self.elements: list[str] = []
        self.definitions: list[Definition] = []
        for number in range(self.random.randint(0, 12 if large else 5)):
            self.definitions.append(self._definition(f"element_{number}"))
            self.elements.append(f"element_{number}")
        self.obligations = {
            each.id: each
            for each in (
                self._obligation(n) for n in range(self.random.randint(1, 30 if large else 12))
            )
        }

    def law(self) -> Law:
        """Return it as the loader would."""
        return Law(
            facts=self._facts(),
            parameters={},
            roles={},
            measures={},
            instruments={},
            obligations=self.obligations,
            definitions=tuple(self.definitions),
            liabilities={},
            check_types={CHECK_TYPE: _check_type()},
            domains={"testing": TEXT},
            bundles=(),
        )

    def _facts(self) -> dict[str, Fact]:
        integer = ValueType(Kind.INTEGER, "each", -(2**61), 2**61)
        kinds = [
            *((name, BOOLEAN, FactKind.EVENT) for name in self.booleans),
            *((name, integer, FactKind.EVENT) for name in self.integers),
            *((name, STRING, FactKind.EVENT) for name in self.texts),
            *((name, BOOLEAN, FactKind.ELEMENT) for name in self.elements),
            ("started_at", DATETIME, FactKind.EVENT),
        ]
        return {name: Fact(name, type_, kind, TEXT) for name, type_, kind in kinds}

    # --- conditions ---

    def condition(self, depth: int = 3) -> Expression:
        """Return a condition that the loader would accept."""
        while True:
            made = self._condition(depth)
            sizes = [count_alternatives(normal_form(made, truth)) for truth in (True, False)]
            if max(sizes) <= self._alternatives:
                return made

    def _condition(self, depth: int) -> Expression:
        choice = self.random.random()
        if depth == 0 or choice < 0.3:
            return self._atom()
        if choice < 0.45:
            return Not(self._condition(depth - 1))
        parts = tuple(self._condition(depth - 1) for _ in range(self.random.randint(2, 3)))
        return And(parts) if choice < 0.75 else Or(parts)

    def _atom(self) -> Expression:
        pick = self.random.choice
        choice = self.random.random()
        if choice < 0.3:
            return Name(pick([*self.booleans, *self.elements]))
        if choice < 0.35:
            return Literal(self.random.random() < 0.5)
        if choice < 0.4:
            sides = (Name(pick(self.booleans)), pick((Literal(True), Name(pick(self.booleans)))))
            return Compare(pick(("==", "!=")), *sides)
        if choice < 0.45:
            inner = Compare("<", Name(pick(self.integers)), Literal(pick(NUMBERS)))
            return Compare(pick(("==", "!=")), inner, Name(pick(self.booleans)))
        if choice < 0.6:
            words = tuple(Literal(each) for each in self.random.sample(WORDS, 3))
            return Membership(Name(pick(self.texts)), words, negated=self.random.random() < 0.5)
        if choice < 0.7:
            sides = (Name(pick(self.texts)), pick((Literal(pick(WORDS)), Name(pick(self.texts)))))
            return Compare(pick(("==", "!=")), *self.random.sample(sides, 2))
        operator = pick(("==", "!=", "<", "<=", ">", ">="))
        return Compare(operator, self._number(2), self._number(1))

    def _number(self, depth: int) -> Expression:
        if depth == 0 or self.random.random() < 0.6:
            name = Name(self.random.choice(self.integers))
            return name if self.random.random() < 0.6 else Literal(self.random.choice(NUMBERS))
        operator = self.random.choice("+-")
        return Arithmetic(operator, self._number(depth - 1), self._number(depth - 1))

    # --- norms ---

    def _definition(self, element: str) -> Definition:
        when: Expression | Table = self.condition()
        false_when = None
        if self.random.random() < 0.25:
            by = self.random.choice(self.booleans)
            when = Table(
                (by,), tuple(Row(((by, value),), self.condition(1)) for value in (True, False))
            )
        elif self.random.random() < 0.25:
            false_when = And((Not(when), self.condition(1)))
        return Definition(
            element, ("T 1",), TEXT, frozenset(), ALWAYS, when, false_when, "t", "t.yaml"
        )

    def _obligation(self, number: int) -> Obligation:
        due = Due("started_at", 1, "hours") if self.random.random() < 0.2 else None
        return Obligation(
            id=f"t.{number}",
            cites=("T 1",),
            implements=(),
            modality=Modality.OBLIGATION,
            nature=Nature.ACT,
            binds=frozenset({"any_unit"}),
            check_types=frozenset({CHECK_TYPE}),
            stages=frozenset(Stage),
            in_force=ALWAYS,
            grade="A",
            contract=1,
            title=TEXT,
            duty=TEXT,
            applies=self.condition(2),
            violated=self.condition(2),
            due=due,
            remedy=TEXT,
            firm=(),
            possible=(),
            instrument="t",
            file="t.yaml",
        )

    # --- facts ---

    def facts(self) -> dict[str, Folded]:
        """Return random facts with some missing; never an element."""
        kinds: list[tuple[list[str], tuple[Folded, ...]]] = [
            (self.booleans, (True, False)),
            (self.integers, NUMBERS),
            (self.texts, WORDS),
            ([overdue(id_) for id_, each in self.obligations.items() if each.due], (True, False)),
        ]
        return {
            name: self.random.choice(values)
            for names, values in kinds
            for name in names
            if self.random.random() < 0.8
        }


def expected(
    law: GeneratedLaw, facts: Mapping[str, Folded]
) -> tuple[dict[str, bool], dict[str, str]]:
    """Return elements and statuses by the reference evaluator."""
    known = dict(facts)
    for definition in law.definitions:
        truth = _truth(definition, known)
        if truth is not None:
            known[definition.element] = truth
    elements = {name: bool(known[name]) for name in law.elements if name in known}
    return elements, {id_: _status(each, known) for id_, each in law.obligations.items()}


def _truth(definition: Definition, known: Mapping[str, Folded]) -> bool | None:
    if isinstance(definition.when, Table):
        for row in definition.when.rows:
            if all(known.get(name) == value for name, value in row.match):
                return evaluate(row.when, known)
        return None
    if definition.false_when is None:
        return evaluate(definition.when, known)
    if evaluate(definition.when, known):
        return True
    return False if evaluate(definition.false_when, known) else None


def _status(obligation: Obligation, known: Mapping[str, Folded]) -> str:
    applies = evaluate(obligation.applies, known)
    violated = evaluate(obligation.violated, known)
    if applies is False:
        return "not_applicable"
    if applies is None or violated is None:
        return "undetermined"
    if not violated:
        return "fulfilled"
    if obligation.due is None:
        return "violated"
    passed = known.get(overdue(obligation.id))
    return {None: "undetermined", True: "violated", False: "pending"}[passed]  # type: ignore[index]


def pairs(seed: int, tries: int) -> Iterator[tuple[GeneratedLaw, dict[str, Folded]]]:
    """Go through one generated law with several sets of facts."""
    law = GeneratedLaw(seed)
    for _ in range(tries):
        yield law, law.facts()


def _check_type() -> CheckType:
    contract = Contract(1, date(2000, 1, 1), (), TEXT)
    return CheckType("testing", "anything", TEXT, TEXT, frozenset(), (contract,))
