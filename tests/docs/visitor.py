"""Does what a `curl` line of a page says, against the service with a database of its own."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from fanzha.application import Application, open_application
from fanzha.cli.institution_file import read_institutions
from fanzha.records import upgrade
from fanzha.settings import Settings
from fanzha.web import create_app
from tests.docs.pages import REPOSITORY, Command

SERVER = "127.0.0.1:8000"
WITH_VALUE = {"-X", "-H", "-d", "--data"}
WITHOUT = {"-s", "-i", "-sS"}


class Visitor:
    """Someone with `$KEY`, the key of whichever institution a check names, and `$ID`.

    `$ID` is the id of the decision that was answered last.
    """

    def __init__(self, folder: Path) -> None:
        self._settings = Settings.from_environment(
            {
                "FANZHA_DATABASE_URL": f"sqlite:///{folder / 'visited.db'}",
                "FANZHA_SECRET_KEY_FILE": str(folder / "visited.key"),
            }
        )
        self._keys: dict[str, str] = {}
        self._institution = ""
        self._id = ""

    @cached_property
    def _application(self) -> Application:
        upgrade(self._settings.database_url)
        application = open_application(self._settings)
        listed = read_institutions(REPOSITORY / "examples" / "institutions.yaml")
        for id_, institution in listed.items():
            application.records.institutions.put(institution)
            self._keys[id_] = application.records.keys.create(id_, "visitor")
            self._institution = self._institution or id_
        return application

    @cached_property
    def _client(self) -> FlaskClient:
        return create_app(self._application).test_client()

    def leave(self) -> None:
        """Close the service, if it was visited."""
        if "_application" in self.__dict__:
            self._application.close()

    def ask(self, command: Command) -> None:
        """Send the request; the answer must be good, unless the page shows its error."""
        client = self._client
        url, headers, body = self._read(command)
        address = urlsplit(url)
        assert address.netloc == SERVER, command.place
        answered = client.open(
            f"{address.path}?{address.query}" if address.query else address.path,
            method="GET" if body is None else "POST",
            headers=headers,
            data=body,
        )
        assert answered.status_code == 200, f"{command.place}: {answered.get_data(as_text=True)}"
        if body is not None:
            self._id = json.loads(answered.data)["id"]

    def _read(self, command: Command) -> tuple[str, dict[str, str], bytes | None]:
        url, headers, body = "", {}, None
        words = iter(command.words[1:])
        for word in words:
            if word in {"-d", "--data"}:
                value = next(words)
                body = (
                    (REPOSITORY / value[1:]).read_bytes()
                    if value.startswith("@")
                    else value.encode()
                )
                self._institution = _institution_of(json.loads(body))
            elif word == "-H":
                name, _, value = next(words).partition(":")
                headers[name.strip()] = value.strip()
            elif word not in WITHOUT:
                assert word not in WITH_VALUE, f"{command.place}: {word} is not known here"
                url = word
        key = self._keys[self._institution]
        headers = {name: value.replace("$KEY", key) for name, value in headers.items()}
        return url.replace("$ID", self._id), headers, body


def _institution_of(body: Any) -> str:
    return str(body["institution"])
