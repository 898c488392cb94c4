"""One module for each resource."""

from __future__ import annotations

from fanzha.web.resources import (
    audit,
    check_types,
    checks,
    coverage,
    decisions,
    documents,
    domains,
    health,
    institutions,
    liabilities,
    metrics,
    obligations,
    parameters,
    plugins,
    reports,
    self_tests,
)

BLUEPRINTS = (
    checks.blueprint,
    decisions.blueprint,
    audit.blueprint,
    reports.blueprint,
    institutions.blueprint,
    domains.blueprint,
    check_types.blueprint,
    obligations.blueprint,
    liabilities.blueprint,
    parameters.blueprint,
    plugins.blueprint,
    self_tests.blueprint,
    coverage.blueprint,
    health.blueprint,
    metrics.blueprint,
    documents.blueprint,
)
"""In the order in which the documentation shows them."""
