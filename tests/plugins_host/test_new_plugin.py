"""What the template makes passes its own tests at once, in either form."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

import fanzha
from fanzha.errors import PluginError
from fanzha.usecases.new_plugin import new_distribution, new_plugin

REPOSITORY = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
NEEDED = ("service", "plugins", "rulesets", "examples", "pyproject.toml", ".yamllint")


def _run(
    *command: str | Path, cwd: Path, path: tuple[Path, ...], **more: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env={
            **kept,
            "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", "")]),
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            **more,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def _install(project: Path, site: Path, version: str) -> None:
    """Do what `pip install --editable` does to the metadata, without a network."""
    declared = tomllib.loads(project.read_text("utf-8"))["project"]
    name = declared["name"]
    metadata = site / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
    )
    points: Mapping[str, Mapping[str, str]] = declared["entry-points"]
    lines = [
        line
        for group, entries in points.items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")


# --- a distribution of its own ---


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "fanzha-lending"
    new_distribution("lending", folder)
    return folder


def test_a_distribution_passes_what_its_ci_runs(distribution: Path, tmp_path: Path) -> None:
    _install(distribution / "pyproject.toml", tmp_path, "0.1.0")
    script = distribution / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    done = _run(
        script,
        cwd=distribution,
        path=(tmp_path, distribution),
        PYTEST_ADDOPTS="-p no:cacheprovider",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "可以启用 · may be enabled: lending" in done.stdout


def test_a_distribution_can_be_checked_without_installing_it(distribution: Path) -> None:
    done = _run("fanzha", "plugins", "check", distribution, cwd=distribution, path=())
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_distribution_works_beside_the_built_in_plugins(
    distribution: Path, tmp_path: Path
) -> None:
    _install(distribution / "pyproject.toml", tmp_path, "0.1.0")
    enabled = "telecom,banking,payments,lending"
    done = _run(
        "fanzha", "self-test", "lending", cwd=tmp_path, path=(tmp_path, distribution),
        FANZHA_PLUGINS=enabled,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_code_is_in_the_form_of_ours(distribution: Path) -> None:
    settings = ["--config", REPOSITORY / "pyproject.toml"]
    done = _run("ruff", "format", "--check", *settings, ".", cwd=distribution, path=())
    assert done.returncode == 0, done.stdout


# --- in the repository ---


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository in which a plugin was made, with its metadata anew."""
    folder = tmp_path_factory.mktemp("copy") / "fanzha"
    (folder / "tests" / "plugins").mkdir(parents=True)
    for name in NEEDED:
        source = REPOSITORY / name
        ignored = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    shutil.copy(REPOSITORY / "tests" / "conftest.py", folder / "tests" / "conftest.py")
    new_plugin("lending", folder)
    _install(folder / "pyproject.toml", folder / "site", fanzha.__version__)
    return folder


def _path(repository: Path) -> tuple[Path, ...]:
    return (repository / "site", repository / "service", repository / "plugins")


def test_a_plugin_in_the_repository_passes_its_tests(repository: Path) -> None:
    done = _run(
        sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/plugins/lending",
        cwd=repository, path=_path(repository),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_plugin_in_the_repository_may_be_enabled(repository: Path) -> None:
    done = _run("fanzha", "plugins", "check", "lending", cwd=repository, path=_path(repository))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_examples_of_the_new_plugin_are_judged_as_their_names_say(repository: Path) -> None:
    folder = repository / "examples" / "lending" / "application"
    found = {}
    for example in sorted(folder.iterdir()):
        done = _run(
            "fanzha", "check", example, "--institutions", repository / "examples/institutions.yaml",
            "--json", cwd=repository, path=_path(repository), FANZHA_PLUGINS="lending",
        )  # fmt: skip
        _, stage, expected, _ = example.name.split(".")
        key = "outcome" if stage == "done" else "advice"
        assert f'"{key}": "{expected}"' in done.stdout, done.stdout + done.stderr
        found[expected] = done.returncode
    assert found.keys() == {"compliant", "proceed", "refuse", "undetermined"}


def test_the_project_names_the_plugin_wherever_it_names_the_others(repository: Path) -> None:
    text = (repository / "pyproject.toml").read_text("utf-8")
    project = tomllib.loads(text)
    assert project["project"]["entry-points"]["fanzha"]["lending"] == "fanzha_lending"
    before = (REPOSITORY / "pyproject.toml").read_text("utf-8")
    assert text.count("fanzha_lending") == before.count("fanzha_telecom")


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_its_code_in_the_repository_is_in_the_form_of_ours(
    command: list[str], repository: Path
) -> None:
    places = ["plugins/fanzha_lending", "tests/plugins/lending"]
    done = _run("ruff", *command, "--no-cache", *places, cwd=repository, path=())
    assert done.returncode == 0, done.stdout


def test_its_rules_are_in_the_form_of_ours(repository: Path) -> None:
    files = [path for path in repository.glob("rulesets/**/*.yaml") if "lending" in str(path)]
    assert len(files) == 7
    done = _run(BIN / "yamllint", "--strict", *files, cwd=repository, path=())
    assert done.returncode == 0, done.stdout


# --- what is refused ---


def _refused(name: str, folder: Path) -> str:
    with pytest.raises(PluginError) as caught:
        new_distribution(name, folder)
    return caught.value.message.en


@pytest.mark.parametrize("name", ["Lending", "1st", "a", "with-hyphen", "x" * 31])
def test_a_name_that_cannot_be_one(name: str, tmp_path: Path) -> None:
    assert _refused(name, tmp_path / "new") == f"`{name}` cannot be the name of a plugin"


@pytest.mark.parametrize("name", ["telecom", "telecom_more"])
def test_a_name_that_is_taken(name: str, tmp_path: Path) -> None:
    assert _refused(name, tmp_path / "new").endswith("clashes with a plugin or domain that exists")


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    assert _refused("lending", tmp_path).endswith("is no empty folder")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_outside_the_repository_it_says_how_to_make_a_distribution(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="is not the repository of fanzha") as caught:
        new_plugin("lending", tmp_path)
    assert caught.value.hint is not None
    assert "--standalone DIR" in caught.value.hint.en


def test_files_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    there = tmp_path / "plugins" / "fanzha_lending" / "__init__.py"
    there.parent.mkdir(parents=True)
    there.write_text("kept")
    with pytest.raises(PluginError, match="there already: plugins/fanzha_lending/__init__"):
        new_plugin("lending", tmp_path)
    assert there.read_text() == "kept"
    assert not (tmp_path / "rulesets").exists()
