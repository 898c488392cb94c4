"""The real service over HTTP, as the tests of the interface have it."""

from tests.web.conftest import (  # noqa: F401
    app,
    application,
    bank,
    check,
    client,
    operator,
    records,
    settings,
    stored,
)
