"""Someone who does what a guide says, in an empty folder, with real commands and a real server."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.docs.excerpts import differences
from tests.docs.pages import Block, blocks
from tests.docs.test_commands import missing_lines

TYPED = "shellsession"
"""Blocks that are typed here; those of `sh` and `console` are walked with all other pages."""
SERVER = "127.0.0.1:8000"
_KEY = re.compile(r"\bfz_[\w-]+")
_NEEDS_THE_NETWORK = re.compile(r"pip install --editable (?P<folder>\S+)")


def free_address() -> str:
    """Return an address of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


def environment_of(**more: str) -> dict[str, str]:
    """Return what a terminal has, without the settings of the one that runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    here = str(Path(sys.executable).parent)
    path = f"{here}{os.pathsep}{kept.get('PATH', '')}"
    return {**kept, "PATH": path, "LANG": "en", "COLUMNS": "200", **more}


class Server:
    """A service in a process of its own."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._log = (folder / "server.log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=self._log, stderr=subprocess.STDOUT
        )

    def wait(self, address: str, seconds: int = 40) -> None:
        """Wait until it is ready; tell its log when it is not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"http://{address}/readyz", timeout=5).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"the service does not answer:\n{self.told()}")

    def told(self) -> str:
        """Return what it has written so far."""
        self._log.seek(0)
        return self._log.read()

    def stop(self) -> None:
        """End it in order."""
        self._process.terminate()
        self._process.wait(timeout=40)
        self._log.close()


class Newcomer:
    """Reads one page from top to bottom and does each thing that it says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = free_address()
        self.answers = 0
        self._environment = environment_of(PYTHONPATH=str(folder / ".installed"))
        self._server: Server | None = None
        self._key = ""
        self._output = ""

    def read(self, page: Path) -> None:
        """Do what the page says; raise AssertionError at the first thing that is not so."""
        for block in blocks(page):
            if block.file is not None:
                self._write(block.file, block)
            elif block.language == TYPED:
                self._type_all(block)
            elif block.language == "jsonc":
                self._compare(block)

    def leave(self) -> None:
        """Stop the service, if it was started."""
        if self._server is not None:
            self._server.stop()

    def _write(self, name: str, block: Block) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = block.text.splitlines(keepends=True)
        # JSON has no comments, and the page says so.
        text = "".join(lines[1:]) if name.endswith(".json") else block.text
        path.write_text(text, encoding="utf-8")

    def _type_all(self, block: Block) -> None:
        shown: list[str] = []
        line = ""
        for each in [*block.text.splitlines(), "$ "]:
            if not each.startswith("$ "):
                shown.append(each)
                continue
            if line:
                self._type(line)
                missing = missing_lines(shown, self._output)
                assert missing == [], f"{block.place} {line}\n{self._output}"
            line, shown = each[2:], []

    def _type(self, line: str) -> None:
        self._output = ""
        line = line.replace(SERVER, self.address)
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            self._environment[name] = self._key if name == "KEY" else value
        elif match := _NEEDS_THE_NETWORK.fullmatch(line):
            install(self.folder / match["folder"], self.folder / ".installed")
        elif line.startswith("fanzha serve"):
            self._server = Server(["bash", "-c", f"exec {line}"], self.folder, self._environment)
            self._server.wait(self.address)
        else:
            self._run(line)

    def _run(self, line: str) -> None:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        self._output = done.stdout + done.stderr
        assert done.returncode == 0, f"{line}\n{self._output}"
        if key := _KEY.search(done.stdout):
            self._key = key[0]
        if line.startswith("curl "):
            self._output = done.stdout

    def _compare(self, block: Block) -> None:
        answer = json.loads(self._output)
        found = list(differences(json.loads(block.text), answer))
        assert found == [], f"{block.place}\n{self._output}"
        self.answers += 1


def install(distribution: Path, site: Path) -> None:
    """Do what `pip install --editable` does, without a network."""
    declared = tomllib.loads((distribution / "pyproject.toml").read_text("utf-8"))["project"]
    name, version = declared["name"].replace("-", "_"), declared["version"]
    metadata = site / f"{name}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {declared['name']}\nVersion: {version}\n", encoding="utf-8"
    )
    (metadata / "entry_points.txt").write_text(
        "\n".join(["[fanzha]", *_entry_points(declared)]) + "\n", encoding="utf-8"
    )
    for module in declared["entry-points"]["fanzha"].values():
        source = distribution / module
        (site / module).symlink_to(source if source.is_dir() else distribution / "src" / module)


def _entry_points(declared: dict[str, Any]) -> Iterator[str]:
    for plugin, module in declared["entry-points"]["fanzha"].items():
        yield f"{plugin} = {module}"
