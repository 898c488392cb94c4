"""Writes what came of worked cases as JUnit XML, which build servers read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from fanzha.cli.output import in_language
from fanzha.usecases.self_test import CaseResult

# What XML 1.0 has no way to write.
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(results: Sequence[CaseResult], file: Path, language: str) -> None:
    """Write one suite for each file of cases."""
    root = ElementTree.Element("testsuites", _totals(results), name="fanzha")
    by_file: dict[str, list[CaseResult]] = {}
    for each in results:
        by_file.setdefault(each.case.place.rsplit(":", 2)[0], []).append(each)
    for name, members in by_file.items():
        suite = ElementTree.SubElement(root, "testsuite", _totals(members), name=name)
        for each in members:
            _case(suite, name, each, language)
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _totals(results: Sequence[CaseResult]) -> dict[str, str]:
    return {
        "tests": str(len(results)),
        "failures": str(sum(not each.passed for each in results)),
        "errors": "0",
        "time": _seconds(sum(each.duration_seconds for each in results)),
    }


def _case(suite: ElementTree.Element, file: str, result: CaseResult, language: str) -> None:
    line = result.case.place.rsplit(":", 2)[-2]
    element = ElementTree.SubElement(
        suite,
        "testcase",
        name=result.case.id,
        classname=file.removesuffix(".cases.yaml").replace("/", "."),
        file=file,
        line=line,
        time=_seconds(result.duration_seconds),
    )
    if not result.passed:
        told = [_NOT_XML.sub("?", each.message.in_language(language)) for each in result.failures]
        failure = ElementTree.SubElement(element, "failure", message=told[0])
        title = in_language(result.case.title, language)
        failure.text = "\n".join([f"{result.case.place}: {title}", *told])


def _seconds(duration: float) -> str:
    return f"{duration:.4f}"
