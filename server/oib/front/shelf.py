"""The shelf: values by key, as many as weigh no more than it bears; what lay longest leaves."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """A map for many threads that forgets what was used least lately."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.weight = 0
        self._items: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: K) -> V | None:
        """Return the value of a key, if it is here still."""
        with self._lock:
            item = self._items.get(key)
            if item is None:
                return None
            self._items.move_to_end(key)
            return item[0]

    def put(self, key: K, value: V, weight: int) -> None:
        """Lay a value down; one that is heavier than the whole shelf may bear is left out."""
        if weight > self.most:
            return
        with self._lock:
            before = self._items.pop(key, None)
            self._items[key] = (value, weight)
            self.weight += weight - (before[1] if before else 0)
            while self.weight > self.most:
                self.weight -= self._items.popitem(last=False)[1][1]
