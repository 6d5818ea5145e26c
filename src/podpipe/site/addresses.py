"""Where the website's pages lie, and how its pages write addresses: from the host's root for links, in full for the outside world."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from podpipe.model import Person
from podpipe.uris import uri, web_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The addresses of one show's site. `site_url` has no trailing slash; `root` is the path of its home, `/` or `/show/`."""

    site_url: str
    root: str

    @classmethod
    def of(cls, site_url: str) -> Addresses:
        return cls(site_url=site_url, root=f"{uri(urlsplit(site_url).path.rstrip('/'))}/")

    def href(self, address: str) -> str:
        """A path below the site, or a URL of the site, as a path from the host's root; any other URL as it is.

        Pages link each other like this so that they work on another host too, in a preview say.
        """
        path = address.removeprefix(f"{self.site_url}/")
        return uri(path) if "://" in path else self.root + uri(path.lstrip("/"))

    def public(self, address: str) -> str:
        """The full URL of a path below the site; a URL as it is."""
        return uri(address if "://" in address else f"{self.site_url}/{address.lstrip('/')}")

    def link(self, address: str | None) -> str | None:
        """An address that a person wrote, as a link; None where it leads neither to the web, nor to a mailbox, nor below the site."""
        if not address:
            return None
        if ":" in address.partition("/")[0]:
            return web_link(address)
        return uri(address) if address.startswith("#") else self.href(address)


def person_key(person: Person) -> str:
    """Where a person's page lies, as long as nobody else claims the place: `people/` and the id as a name in a path."""
    return f"people/{path_name(person.id) or 'person'}"


def person_keys(people: Iterable[Person]) -> Mapping[str, str]:
    """The page of each person by id. Of those who claim one place the first keeps it; the next get `-2`, `-3` and so on."""
    return unclaimed((person.id, person_key(person)) for person in people)


def path_name(text: str) -> str:
    """A text as a name in a path: in lower case, in NFC. Letters and digits of every script stay; what is between them becomes a hyphen."""
    text = unicodedata.normalize("NFC", text.lower())
    kept = "".join(character if unicodedata.category(character)[0] in "LMN" else " " for character in text)
    return "-".join(kept.split())


def unclaimed(wanted: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """A place for each name, given with the one that it claims: of two with one claim the first keeps it, the next get `-2`, `-3`, …"""
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for name, claim in wanted:
        if name in keys:
            continue
        numbered = (f"{claim}-{number}" for number in itertools.count(2))
        keys[name] = next(key for key in itertools.chain((claim,), numbered) if key not in taken)
        taken.add(keys[name])
    return keys
