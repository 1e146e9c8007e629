"""The memory that the C library keeps for later, given back to the system."""

import ctypes
import gc


def release_free_memory() -> None:
    """Collect garbage, and let the C library give memory that is free back to the system.

    What many threads allocated and freed lies between what is still in use. The GNU C library
    gives it back only when asked (``malloc_trim``, mallopt(3)); elsewhere nothing more happens.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
