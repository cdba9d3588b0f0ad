"""Law as dated data: one TOML per regime, one shared file of texts.

`load()` reads the rulebook of a directory, `Rulebook.from_bytes` the very one a
request was judged under.
"""

from disclosure.domain.rulebook.book import Rulebook, load

__all__ = ["Rulebook", "load"]
