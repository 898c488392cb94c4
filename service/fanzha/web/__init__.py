"""HTTP in and out; no rule logic."""

from fanzha.web.app import create_app

__all__ = ["create_app"]
