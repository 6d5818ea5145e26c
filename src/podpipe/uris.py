"""Addresses in the form that the web carries them: ASCII, percent-encoded, and only such as are safe to follow."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_GUID_NAMESPACE = "ead4c236-bf58-58c6-a2c6-a6b28d128cb6"
_NO_URI = re.compile(r"[^A-Za-z0-9_.\-:/?#\[\]@!$&'()*+,;=%~]+")
_NO_FRAGMENT = re.compile(r"[^A-Za-z0-9_.\-/~]+")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PLAIN = re.compile(r"[A-Za-z0-9:/._-]*")
_NOT_IN_URL = re.compile(r"[\s\x00-\x1f\x7f<>\"]")
_WEB = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


def uri(address: str) -> str:
    """An address in ASCII: what RFC 3987, 3.1 has encoded is percent-encoded as UTF-8, escapes that are there already stay."""
    return address if _PLAIN.fullmatch(address) else _NO_URI.sub(_escapes, _BARE_PERCENT.sub("%25", address))


def fragment(identifier: str) -> str:
    """The part of an address that leads to an element by its id, with its `#`."""
    return f"#{identifier if identifier.isalnum() and identifier.isascii() else _NO_FRAGMENT.sub(_escapes, identifier)}"


def web_link(address: str) -> str | None:
    """An address on the web or of a mailbox, ready for a link; None for any other, which might run code when it is followed."""
    return uri(address) if _WEB.match(address) else None


def podcast_guid(feed_url: str) -> str:
    """A show's identity across hosts: UUIDv5 of its feed's URL without scheme and trailing slashes (podcast namespace, guid)."""
    import uuid

    return str(uuid.uuid5(uuid.UUID(_GUID_NAMESPACE), re.sub(r"^[a-z]+://", "", feed_url).rstrip("/")))


def is_web_address(text: str) -> bool:
    """Whether a text is an http or https address, as people write one."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for one that cannot be
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not _NOT_IN_URL.search(text)


def _escapes(match: re.Match[str]) -> str:
    # What urllib's quote gives, which takes Japanese byte by byte and ten times as long.
    return f"%{match[0].encode(errors='replace').hex('%').upper()}"
