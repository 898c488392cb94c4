"""Text that a person reads: always Chinese and English side by side."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or title in both languages; neither may be empty."""

    zh: str
    en: str

    def as_json(self) -> dict[str, str]:
        """Return the form that answers and files use: `{"zh": …, "en": …}`."""
        return {"zh": self.zh, "en": self.en}

    def in_language(self, language: str) -> str:
        """Return the Chinese text for `zh` and the English one otherwise."""
        return self.zh if language == "zh" else self.en
