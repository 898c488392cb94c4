"""Builds the law from folders of rules: reads every file, collects every mistake, checks all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from fanzha.errors import FanzhaError, Location, Problems, RulesetError, raise_if_any
from fanzha.model.law import Bundle, BundleIdentity, Law
from fanzha.model.norms import CheckType, Definition, Instrument, Obligation
from fanzha.model.provisions import Provision
from fanzha.model.sanctions import Liability
from fanzha.model.text import Text
from fanzha.model.vocabulary import Fact, Parameter, Role
from fanzha.rulesets.bundle_file import BUNDLE_FILE
from fanzha.rulesets.consistency import inconsistencies
from fanzha.rulesets.cursor import Cursor
from fanzha.rulesets.folders import RuleFolder
from fanzha.rulesets.norm_files import (
    Vocabulary,
    read_check_type,
    read_definition,
    read_instrument,
    read_obligation,
)
from fanzha.rulesets.places import Places
from fanzha.rulesets.prefixes import of_domain, without_prefix
from fanzha.rulesets.proofs import unproved
from fanzha.rulesets.provision_files import PROVISIONS_FILE, read_provision
from fanzha.rulesets.sanction_files import read_liability
from fanzha.rulesets.vocabulary_files import (
    Computation,
    check_derivations,
    check_orders,
    check_roles,
    read_fact,
    read_parameter,
    read_role,
    supplied_facts,
)
from fanzha.rulesets.yaml_reader import read_document

T = TypeVar("T")

_AT_THE_TOP = {BUNDLE_FILE, "roles.yaml", "measures.yaml"}


def load_law(
    folders: Sequence[RuleFolder],
    *,
    check_type_files: Sequence[Path] = (),
    domains: Mapping[str, Text] | None = None,
    functions: Mapping[str, Computation] | None = None,
) -> Law:
    """Read all folders and return the law.

    `check_type_files` are those of the enabled plugins, `domains` their titles, `functions` what
    `derived:` may use. Raises Problems with everything found wrong, in file order.
    """
    return _Loading(dict(functions or {}), dict(domains or {})).load(folders, check_type_files)


@dataclass
class _Loading:
    functions: Mapping[str, Computation]
    domains: dict[str, Text]
    errors: list[FanzhaError] = field(default_factory=list)
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    places: Places = field(default_factory=Places)
    owners: dict[str, RuleFolder] = field(default_factory=dict)
    """File as messages show it -> the folder that it lies in."""
    roles: dict[str, Role] = field(default_factory=dict)
    measures: dict[str, Text] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=supplied_facts)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    check_types: dict[str, CheckType] = field(default_factory=dict)
    definitions: list[Definition] = field(default_factory=list)
    obligations: dict[str, Obligation] = field(default_factory=dict)
    liabilities: dict[str, Liability] = field(default_factory=dict)
    provisions: dict[str, Provision] = field(default_factory=dict)

    def load(self, folders: Sequence[RuleFolder], check_type_files: Sequence[Path]) -> Law:
        for folder in folders:
            if (folder.path / BUNDLE_FILE).is_file():
                # Read where the folder was opened; here for its digest.
                self._cursor(folder, folder.path / BUNDLE_FILE)
        self._vocabulary(folders)
        # What follows refers to the words read so far: with mistakes there, it would only repeat
        # each of them many times over.
        raise_if_any(self.errors)
        self._check_types(folders, check_type_files)
        raise_if_any(self.errors)
        self._norms(folders)
        raise_if_any(self.errors)
        identities = {each.name: each.identity for each in folders}
        law = Law(
            facts=self.facts,
            parameters=self.parameters,
            roles=self.roles,
            measures=self.measures,
            instruments=self.instruments,
            obligations=self.obligations,
            definitions=tuple(self.definitions),
            liabilities=self.liabilities,
            check_types=self.check_types,
            domains=self.domains,
            bundles=tuple(
                _bundle(name, files, identities.get(name))
                for name, files in sorted(self.files.items())
            ),
            provisions=self.provisions,
        )
        raise_if_any(inconsistencies(law, self.places))
        raise_if_any(unproved(law, self.places, folders))
        return law

    def _vocabulary(self, folders: Sequence[RuleFolder]) -> None:
        for folder in folders:
            self.errors += _unread_files(folder)
        for cursor in self._read(folders, "roles.yaml"):
            self._mapping(cursor, self.roles, "role", read_role)
        for cursor in self._read(folders, "measures.yaml"):
            self._mapping(cursor, self.measures, "measure", lambda _, each: each.text())
        for cursor in self._read(folders, "facts/*.yaml"):
            topic = Path(cursor.document.file).stem
            self._mapping(
                cursor,
                self.facts,
                "fact",
                lambda name, each, topic=topic: read_fact(name, each, topic),  # type: ignore[misc]
            )
        for cursor in self._read(folders, "*/instrument.yaml"):
            self._one(cursor, self.instruments, "instrument", read_instrument, lambda it: it.key)
        for cursor in self._read(folders, "parameters/*.yaml"):
            for each in self._elements(cursor):
                self._one(
                    each,
                    self.parameters,
                    "parameter",
                    lambda it: read_parameter(it, self.roles),
                    lambda it: it.id,
                )
        self.errors += check_roles(self.roles, self.places)
        self.errors += check_derivations(self.facts, self.functions, self.places)
        self.errors += check_orders(self.facts, self.places)
        self.errors += without_prefix(self.places, self.owners)

    def _check_types(self, folders: Sequence[RuleFolder], files: Sequence[Path]) -> None:
        named = {path.resolve() for path in files}
        for folder in folders:
            for path in sorted(folder.path.glob("check_types/*.yaml")):
                # The service's own check types come with their plugin; those of an extra
                # folder come with the folder.
                if folder.builtin and path.resolve() not in named:
                    continue
                named.discard(path.resolve())
                self._check_type_file(self._cursor(folder, path))
        for path in sorted(named):
            folder = RuleFolder(path.stem, path.parent)
            self._check_type_file(self._cursor(folder, path))

    def _check_type_file(self, cursor: Cursor | None) -> None:
        if cursor is None:
            return
        try:
            cursor.only({"domain", "title", "check_types"})
            domain = cursor.at("domain").string()
            owner = self.owners[cursor.document.file]
            self.errors += of_domain(cursor, owner, self.domains)
            if domain not in self.domains:
                self.domains[domain] = cursor.at("title").text()
            for name, each in cursor.at("check_types").entries():
                self._one(
                    each,
                    self.check_types,
                    "check type",
                    lambda it, name=name: read_check_type(  # type: ignore[misc]
                        domain, name, it, self.facts, self.roles
                    ),
                    lambda it: it.key,
                )
        except FanzhaError as error:
            self._note(error)

    def _norms(self, folders: Sequence[RuleFolder]) -> None:
        known = Vocabulary(
            self.facts,
            self.parameters,
            self.roles,
            self.instruments,
            self.check_types,
            # Those of the service whose plugin is not enabled.
            frozenset(
                path.stem
                for folder in folders
                if folder.builtin
                for path in folder.path.glob("check_types/*.yaml")
            )
            - self.domains.keys(),
        )
        for instrument, cursor in self._instrument_files(folders):
            name = Path(cursor.document.file).name
            for each in self._elements(cursor):
                if name.startswith("definitions"):
                    self._definition(each, instrument, known)
                elif name == PROVISIONS_FILE:
                    self._one(
                        each,
                        self.provisions,
                        "provision",
                        partial(read_provision, instrument=instrument),
                        lambda it: it.id,
                    )
                elif name == "liabilities.yaml":
                    self._one(
                        each,
                        self.liabilities,
                        "liability",
                        partial(
                            read_liability,
                            instrument=instrument,
                            known=known,
                            measures=self.measures,
                        ),
                        lambda it: it.id,
                    )
                else:
                    self._one(
                        each,
                        self.obligations,
                        "obligation",
                        partial(read_obligation, instrument=instrument, known=known),
                        lambda it: it.id,
                    )

    def _instrument_files(
        self, folders: Sequence[RuleFolder]
    ) -> Iterator[tuple[Instrument, Cursor]]:
        for folder in folders:
            for path in sorted(folder.path.glob("*/*.yaml")):
                key = path.parent.name
                if (
                    key in {"facts", "parameters", "check_types"}
                    or path.name == "instrument.yaml"
                    or path.name.endswith(".cases.yaml")
                ):
                    continue
                cursor = self._cursor(folder, path)
                if cursor is None:
                    continue
                if key not in self.instruments:
                    self._note(_no_instrument(cursor, key))
                    continue
                yield self.instruments[key], cursor

    def _definition(self, cursor: Cursor, instrument: Instrument, known: Vocabulary) -> None:
        try:
            definition = read_definition(cursor, instrument, known)
        except FanzhaError as error:
            self._note(error)
            return
        self.definitions.append(definition)
        self.places.put("definition", _definition_key(definition), cursor)

    # --- reading ---

    def _read(self, folders: Sequence[RuleFolder], pattern: str) -> Iterator[Cursor]:
        for folder in folders:
            for path in sorted(folder.path.glob(pattern)):
                cursor = self._cursor(folder, path)
                if cursor is not None:
                    yield cursor

    def _cursor(self, folder: RuleFolder, path: Path) -> Cursor | None:
        inside = path.relative_to(folder.path).as_posix()
        shown = f"{folder.name}/{inside}"
        self.owners[shown] = folder
        try:
            raw = path.read_bytes()
            source = raw.decode()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.reason if isinstance(error, UnicodeDecodeError) else error.strerror
            message = Text(zh=f"无法读取：{reason}", en=f"cannot be read: {reason}")
            hint = Text(zh="请以 UTF-8 编码保存为文本文件", en="save it as a text file in UTF-8")
            where = Location(file=shown)
            self._note(RulesetError(message, hint=hint, where=where, code="ruleset_unreadable"))
            return None
        self.files.setdefault(folder.name, {})[inside] = hashlib.sha256(raw).hexdigest()
        try:
            document = read_document(source, shown)
        except FanzhaError as error:
            self._note(error)
            return None
        return None if document.value is None else Cursor(document, document.value)

    def _elements(self, cursor: Cursor) -> Iterable[Cursor]:
        try:
            return list(cursor.elements())
        except FanzhaError as error:
            self._note(error)
            return ()

    def _mapping(
        self, cursor: Cursor, into: dict[str, T], what: str, read: Callable[[str, Cursor], T]
    ) -> None:
        try:
            entries = list(cursor.entries())
        except FanzhaError as error:
            self._note(error)
            return
        for name, each in entries:
            self._one(each, into, what, lambda it, name=name: read(name, it), None, name)  # type: ignore[misc]

    def _one(
        self,
        cursor: Cursor,
        into: dict[str, T],
        what: str,
        read: Callable[[Cursor], T],
        key_of: Callable[[T], str] | None,
        name: str = "",
    ) -> None:
        try:
            value = read(cursor)
        except FanzhaError as error:
            self._note(error)
            return
        key = key_of(value) if key_of else name
        if key in into:
            self._note(_stands_twice(cursor, key, self.places.where(what, key)))
            return
        into[key] = value
        self.places.put(what, key, cursor)

    def _note(self, error: FanzhaError) -> None:
        self.errors.extend(error.errors if isinstance(error, Problems) else [error])


def _definition_key(definition: Definition) -> str:
    return f"{definition.element}@{id(definition)}"


def _bundle(name: str, files: Mapping[str, str], identity: BundleIdentity | None) -> Bundle:
    digest = hashlib.sha256()
    for path, each in sorted(files.items()):
        digest.update(f"{path}\0{each}\n".encode())
    return Bundle(name, digest.hexdigest(), dict(sorted(files.items())), identity)


def _unread_files(folder: RuleFolder) -> Iterator[RulesetError]:
    # A law that is silently missing is the worst failure there is.
    for path in sorted(folder.path.rglob("*")):
        inside = path.relative_to(folder.path)
        is_read = (
            path.suffix == ".yaml"
            and len(inside.parts) <= 2
            and (len(inside.parts) == 2 or path.name in _AT_THE_TOP)
        )
        if path.suffix.lower() in {".yaml", ".yml"} and path.is_file() and not is_read:
            shown = f"{folder.name}/{inside.as_posix()}"
            yield RulesetError(
                Text(zh="此处的文件不会被读取", en="a file here is never read"),
                hint=Text(
                    zh="规则文件名以 .yaml 结尾，放在一层文件夹中，如 atofl/telecom.yaml",
                    en="rule files end in .yaml and lie one folder deep, such as "
                    "atofl/telecom.yaml",
                ),
                where=Location(file=shown),
                code="ruleset_file_unread",
            )


def _no_instrument(cursor: Cursor, key: str) -> RulesetError:
    return cursor.error(
        Text(zh=f"`{key}` 没有 instrument.yaml", en=f"`{key}` has no instrument.yaml"),
        hint=Text(
            zh="请在该文件夹中写明文件名称、制定机关和施行日期",
            en="add one that says title, issuer and dates of the instrument",
        ),
        code="ruleset_instrument_missing",
    )


def _stands_twice(cursor: Cursor, key: str, earlier: str) -> RulesetError:
    return cursor.key_error(
        Text(zh=f"`{key}` 重复", en=f"`{key}` stands twice"),
        hint=Text(zh=f"另一处：{earlier}", en=f"the other one is at {earlier}"),
        code="ruleset_name_clash",
    )
