"""Warmth: the answers that are likely to be asked for are computed before anybody asks."""

from collections.abc import Iterable

from oib.front import Answerer, Request


async def warm(answer: Answerer, asked: Iterable[tuple[str, str]]) -> None:
    """Ask for paths in media types, one after another; what fails is left to be asked."""
    for path, accept in asked:
        headers = {"accept": accept, "accept-encoding": "gzip"}
        try:
            for _ in range(2):  # the second time it is compressed
                await answer(Request("GET", path, headers=dict(headers)))
        except Exception:  # whoever asks next is told
            continue
