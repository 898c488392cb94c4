"""The engine's door: compiles the law of a day for durable-rules, and lets it decide.

Nothing outside this package imports the engine. What it takes is typed and bounded already;
what it gives are statuses of obligations and tiers of liabilities.
"""

from fanzha.engine.edition import Edition, Findings, Status
from fanzha.engine.editions import Editions
from fanzha.engine.sanctions import Reach, SanctionEdition, TierState

__all__ = [
    "Edition",
    "Editions",
    "Findings",
    "Reach",
    "SanctionEdition",
    "Status",
    "TierState",
]
