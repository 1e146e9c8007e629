"""A mapping that holds what was used last, up to a number of bytes."""

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class LruCache(Generic[Key, Value]):
    """The least recently used entries leave when the sizes of all exceed ``max_size`` bytes.

    The size of an entry is given by the caller that stores it. ``cachetools.LRUCache`` does the
    same by several calls for each access, which took a tenth of the time of a small query.
    """

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._entries = OrderedDict[Key, tuple[Value, int]]()
        #: The bytes of all entries.
        self.size = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Key) -> bool:
        """Tell whether there is a value, which does not count as a use of it."""
        return key in self._entries

    def get(self, key: Key) -> Value | None:
        """Return the value of a key, which counts as a use of it; None if it is not there."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def store(self, key: Key, value: Value, size: int) -> None:
        """Keep a value, in place of a former one; not if it is larger than all may be."""
        former = self._entries.pop(key, None)
        if former is not None:
            self.size -= former[1]
        if size > self._max_size:
            return
        self._entries[key] = value, size
        self.size += size
        while self.size > self._max_size:
            self.size -= self._entries.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Drop all entries."""
        self._entries.clear()
        self.size = 0
