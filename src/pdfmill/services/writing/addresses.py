"""Which addresses a document may link to from what is made of it."""

from __future__ import annotations

import re

#: A link with another scheme, such as ``javascript:``, could do something when it is followed.
_WEB_ADDRESS = re.compile(r"(https?://|mailto:)[^\s\x00-\x20]+", re.IGNORECASE)


def is_web_address(address: str) -> bool:
    """Whether an address leads to a web page or a mailbox."""
    return bool(_WEB_ADDRESS.fullmatch(address.strip()))
