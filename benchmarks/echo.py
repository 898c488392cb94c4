"""A bare Flask application that answers with the JSON it was sent: the yardstick."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

app = Flask(__name__)


@app.post("/v1/checks")
def echo() -> Response:
    """Return the body."""
    return jsonify(request.get_json())
