from __future__ import annotations

from fanzha.records import short_cache
from fanzha.records.short_cache import ShortCache


class Store:
    """Values that count how often they are read, and a clock that stands still."""

    def __init__(self, **values: str) -> None:
        self.values = values
        self.reads = 0
        self.now = 100.0

    def read(self, key: str) -> str | None:
        self.reads += 1
        return self.values.get(key)


def test_a_value_is_read_once_while_it_is_fresh() -> None:
    store = Store(a="1")
    cache: ShortCache[str] = ShortCache(seconds=3, clock=lambda: store.now)
    assert cache.get("a", store.read) == "1"
    store.now += 2.9
    assert cache.get("a", store.read) == "1"
    assert store.reads == 1


def test_an_old_value_is_read_again() -> None:
    store = Store(a="1")
    cache: ShortCache[str] = ShortCache(seconds=3, clock=lambda: store.now)
    cache.get("a", store.read)
    store.values["a"] = "2"
    store.now += 3
    assert cache.get("a", store.read) == "2"


def test_what_does_not_exist_is_not_remembered() -> None:
    store = Store()
    cache: ShortCache[str] = ShortCache(clock=lambda: store.now)
    assert cache.get("a", store.read) is None
    store.values["a"] = "1"
    assert cache.get("a", store.read) == "1"


def test_what_is_gone_is_forgotten() -> None:
    store = Store(a="1")
    cache: ShortCache[str] = ShortCache(seconds=3, clock=lambda: store.now)
    cache.get("a", store.read)
    del store.values["a"]
    store.now += 3
    assert cache.get("a", store.read) is None


def test_no_more_than_the_bound_is_kept() -> None:
    store = Store(**{f"k{number}": "x" for number in range(short_cache.ENTRIES_AT_MOST + 1)})
    cache: ShortCache[str] = ShortCache(clock=lambda: store.now)
    for key in store.values:
        cache.get(key, store.read)
    reads = store.reads
    cache.get("k0", store.read)
    assert store.reads == reads + 1
