"""Makes the Flask application around an opened service."""

from __future__ import annotations

from flask import Flask

from fanzha.application import Application
from fanzha.logs import Lines
from fanzha.web import access_log, problems
from fanzha.web.context import EXTENSION, TOKENS
from fanzha.web.documentation import open_documentation
from fanzha.web.request import Request
from fanzha.web.resources import BLUEPRINTS
from fanzha.web.tokens import Tokens


def create_app(application: Application, *, lines: Lines | None = None) -> Flask:
    """Return the WSGI application; closing `application` stays with the caller.

    `lines` takes a line for each request.
    """
    app = Flask("fanzha.web", static_folder=None)
    app.request_class = Request
    # One byte more than may be: a body that comes in chunks is cut here without a word, and is
    # then refused for its length.
    app.config["MAX_CONTENT_LENGTH"] = application.settings.maximum_body_bytes + 1
    # `//v1/checks` is no address of ours: it is not found, rather than a redirect in HTML.
    app.url_map.merge_slashes = False
    app.extensions[EXTENSION] = application
    tokens = application.settings.tokens
    app.extensions[TOKENS] = Tokens(tokens) if tokens else None
    api = open_documentation(app, maximum_page=application.settings.maximum_page)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    # After the blueprints' library, whose own handler has another form of error.
    problems.answer_all_errors(app)
    app.after_request(access_log.finishing(lines))
    return app
