"""The mapping of the response cache: bounded by size, and the least recently used leave first."""

from oib.http.lru_cache import LruCache


def filled(max_size, *entries):
    cache = LruCache[str, str](max_size)
    for key, size in entries:
        cache.store(key, key.upper(), size)
    return cache


def test_what_was_used_last_stays():
    cache = filled(10, ("a", 4), ("b", 4))
    assert cache.get("a") == "A"
    cache.store("c", "C", 4)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == ("A", None, "C")
    assert (len(cache), cache.size) == (2, 8)


def test_a_new_value_takes_the_place_of_the_former_one():
    cache = filled(10, ("a", 4), ("b", 4), ("a", 6))
    assert (len(cache), cache.size, cache.get("b")) == (2, 10, "B")


def test_one_entry_may_push_out_several():
    cache = filled(10, ("a", 3), ("b", 3), ("c", 3), ("d", 8))
    assert (len(cache), cache.size, cache.get("d")) == (1, 8, "D")


def test_what_is_larger_than_the_cache_is_not_kept_and_leaves_no_former_value():
    cache = filled(10, ("a", 3), ("b", 3), ("a", 11))
    assert (len(cache), cache.size, cache.get("a"), cache.get("b")) == (1, 3, None, "B")
