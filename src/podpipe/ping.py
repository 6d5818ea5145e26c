"""Telling the world that a feed has changed, so that apps need not wait until they look by themselves: WebSub, Podcast Index, podping.

Each service is told by one request. What goes wrong with one is a finding, and no reason to call the publish failed: the feed is out, and
every app finds the episode when it looks the next time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from podpipe.errors import WebError
from podpipe.model import Finding, PingChoices, Where
from podpipe.web import Web

TOKEN = "PODPIPE_PODPING_TOKEN"  # noqa: S105 - the name of a variable
"""The environment variable that holds the podping gateway's token: a secret, so that no file of a show's has it."""

_LONGEST_REASON = 200


def public_targets(targets: Iterable[str], choices: PingChoices) -> frozenset[str]:
    """Which of a show's targets listeners read from: those that [ping] names, or else the buckets among `targets`, the settings' own.

    A folder may be a website's or a place to look at the result, and a target that is named on the command line alone may be a rehearsal:
    the world hears of neither, unless the settings say so.
    """
    if choices.targets is not None:
        return frozenset(choices.targets)
    return frozenset(target for target in targets if urlsplit(target).scheme == "s3")


def news(
    sent: Collection[tuple[str, str]], addresses: Mapping[str, str], *, public: Collection[str], choices: PingChoices
) -> Mapping[str, str]:
    """The feeds that have changed for listeners, addresses by key, in the order of `addresses`; none where nobody is to be told.

    `sent` are the objects that have got other content, each a target and a key, and `addresses` those of all feeds. A feed that has changed
    on several targets is one feed.
    """
    if not (choices.websub or choices.podcast_index or choices.podping):
        return {}
    changed = {key for target, key in sent if target in public}
    return {key: address for key, address in addresses.items() if key in changed}


def tell(changed: Mapping[str, str], *, feed: str, choices: PingChoices, where: Where, web: Web) -> tuple[Finding, ...]:
    """Tell the services of a show that feeds have changed, and give a finding for each that could not be told.

    `changed` holds addresses by key, and `feed` is the key of the show's own. The hub is told of every feed, since any may have
    subscribers. Podcast Index and podping know shows, so they are told of the show's own alone.
    """
    own = [changed[feed]] if feed in changed else []
    findings: list[Finding] = []
    services: tuple[tuple[str | None, str, Sequence[str], Callable[[str, str], None]], ...] = (
        (choices.websub, "the WebSub hub", tuple(changed.values()), lambda hub, url: _publish(web, hub, url)),
        (choices.podcast_index, "Podcast Index", own, lambda index, url: _notify(web, index, url)),
        (choices.podping, "the podping gateway", own, lambda gateway, url: _podping(web, gateway, url, choices.medium)),
    )
    for service, name, urls, ask in services:
        for url in urls if service else ():
            try:
                ask(service or "", url)
            except WebError as error:
                message = f"{name} could not be told that {url} has changed: {error.message}"
                findings.append(Finding(level="warning", rule="ping-failed", where=where, message=message, hint=error.hint))
                if error.status is None:
                    break  # it cannot be reached, and will not be for the next feed
    return tuple(findings)


def _publish(web: Web, hub: str, url: str) -> None:
    """As every hub understands it, although WebSub itself (section 6) leaves open how a publisher tells its hub."""
    web.post(hub, {"hub.mode": "publish", "hub.url": url})


def _notify(web: Web, index: str, url: str) -> None:
    """Podcast Index, hub/pubnotify. It answers 200 as well where it says no: for a feed that it does not know, say."""
    answer = web.get(_asked(index, url=url))
    try:
        said = json.loads(answer)
    except ValueError:
        return
    if isinstance(said, dict) and str(said.get("status", "true")).lower() == "false":
        reason = " ".join(str(said.get("description", "")).split())[:_LONGEST_REASON]
        raise WebError(f"it answers {reason!r}", status=200, hint="see that the feed is in the index: podcastindex.org/add")


def _podping(web: Web, gateway: str, url: str, medium: str) -> None:
    """A podping gateway as podping.cloud is one: the reason is always an update, as podpipe publishes nothing live."""
    token = os.environ.get(TOKEN, "").strip()
    if not (token.isascii() and (token.isprintable() or not token)):
        # Said here: the library's own words for a header that cannot be would repeat it.
        raise WebError(f"the token in {TOKEN} has characters that no token has", hint=f"set {TOKEN} to the gateway's token alone")
    try:
        web.get(_asked(gateway, url=url, reason="update", medium=medium), headers={"Authorization": token} if token else {})
    except WebError as error:
        if error.status not in {401, 403}:
            raise
        hint = f"set {TOKEN} to the gateway's token" + (": the one that is set is not taken" if token else "")
        raise WebError(error.message, url=error.url, status=error.status, hint=hint) from error


def _asked(service: str, **query: str) -> str:
    return f"{service}{'&' if '?' in service else '?'}{urlencode(query)}"
