"""Plugins of strangers: real distributions, with metadata of their own, on a temporary path."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fanzha.errors import PluginError, Problems
from fanzha.plugins.host import LoadedPlugins, load_plugins


class Site:
    """A folder on `sys.path` that distributions are installed into."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.modules: list[str] = []

    def install(
        self,
        name: str,
        source: str,
        *,
        distribution: str | None = None,
        version: str = "1.2.3",
        target: str | None = None,
    ) -> None:
        """Install a plugin: one module, and the metadata that names its entry point."""
        distribution = distribution or f"fanzha-{name}"
        module = f"stranger_{distribution.replace('-', '_')}"
        (self.path / f"{module}.py").write_text(source, encoding="utf-8")
        self.modules.append(module)
        metadata = self.path / f"{distribution.replace('-', '_')}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n", encoding="utf-8"
        )
        (metadata / "entry_points.txt").write_text(
            f"[fanzha]\n{name} = {target or module}\n", encoding="utf-8"
        )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty folder on `sys.path`; what was imported from it is forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    made = Site(folder)
    yield made
    for module in made.modules:
        sys.modules.pop(module, None)


def refused(*enabled: str, reserved: tuple[str, ...] = ()) -> tuple[PluginError, ...]:
    """Load, and return what stopped the start."""
    with pytest.raises(Problems) as caught:
        load_plugins(enabled, reserved_functions=reserved)
    found = caught.value.errors
    assert all(isinstance(error, PluginError) for error in found)
    return found  # type: ignore[return-value]


def loaded(*enabled: str) -> LoadedPlugins:
    """Load what is expected to be in order."""
    return load_plugins(enabled)


HEAD = """\
from pathlib import Path
from fanzha.plugins import DerivedFunction, Domain, Text, hookimpl

HERE = Path(__file__)
BOTH = Text(zh="示例", en="Sample")


def domain(name, prefix):
    return Domain(name=name, title=BOTH, prefix=prefix, check_types=HERE, summary=BOTH)


def function(body, inputs=("integer",), output="integer", unit="fen", doc=BOTH):
    return DerivedFunction(body, inputs, output, doc, unit)

"""

FUNCTIONS = (
    HEAD
    + """\
@hookimpl
def fanzha_derived_functions():
    return {%s}
"""
)
DOMAIN = (
    HEAD
    + """\
@hookimpl
def fanzha_domain():
    return %s
"""
)
RULESETS = (
    HEAD
    + """\
@hookimpl
def fanzha_rulesets():
    return %s
"""
)
