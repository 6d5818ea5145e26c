"""What is wrong on a target: what it holds compared with its manifest, its feed, and what listeners are given; nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC

from podpipe.earlier import feed_on
from podpipe.errors import TargetError
from podpipe.feed_references import Reference, references
from podpipe.guard import PublishedFeed
from podpipe.manifest import MANIFEST, release_key
from podpipe.media_types import same_type
from podpipe.model import Finding, Holding, Level, Show, Where
from podpipe.plan import KEPT, OWN, is_feed, lasting, sound
from podpipe.public_checks import behind_public_url, few, public_findings
from podpipe.rules import judged
from podpipe.settings import Settings
from podpipe.targets import Credentials, Head, Target, opened
from podpipe.targets.lock import CLAIMS, LAST_SECONDS, LOCK
from podpipe.targets.pages import PAGE
from podpipe.targets.upload import State, side_by_side, state_of

_ROUNDS = 3
_PASSING = (LOCK, CLAIMS, f"{OWN}drafts/", f"{OWN}mutex")
"""What comes and goes with a publish, and is no part of any release."""

_MARKS = frozenset({".nojekyll"})
"""What podpipe adds to a branch for its host, and no show consists of."""

_SEND_AGAIN = "podpipe publish --recheck sends it again"
_SEND_AUDIO_AGAIN = "podpipe publish --recheck sends it again where its file is in the show's folder"
_GIVE_HEADERS = "set it with the store's own tools (aws s3 cp --metadata-directive REPLACE …): podpipe does not send again what is whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found on one target: how many objects of podpipe's were looked at, and what is wrong with them."""

    target: str
    objects: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a target says: its manifest, its own list, and the head of each object that the manifest names.

    `whole` are the objects that are there with the length that they should have; of all others it is told that they are not right. `feed`
    is the show's own, with all its pages, None where there is none, and `named` what it names on the show's own site.
    """

    state: State
    sizes: Mapping[str, int]
    heads: Mapping[str, Head | None]
    whole: Mapping[str, Holding]
    feed: PublishedFeed | None
    named: tuple[Reference, ...]


def audit(
    settings: Settings,
    url: str,
    *,
    public: bool = True,
    credentials: Credentials | None = None,
    on_total: Callable[[str, int], None] = lambda _, __: None,
    on_object: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Look at everything on a target. With `public`, what listeners find is looked at too, where the settings say where that is.

    `on_total` hears of the target and of how many objects there are, `on_object` of each that was looked at. Raises TargetError where the
    target cannot be asked, its manifest cannot be read, or other publishes keep changing it.
    """
    with opened(url, root=settings.root, credentials=credentials) as target:
        for _ in range(_ROUNDS):
            seen = _look(target, settings.show, on_total=on_total, on_object=on_object)
            found = [*_findings(target, settings.show, seen)]
            # What a publish changed meanwhile would look like damage.
            now = target.read_version(MANIFEST)
            if (None if now is None else now.version) == seen.state.version:
                break
        else:
            hint = "look again when it has ended"
            raise TargetError("a publish changes the target while it is looked at", target=target.url, hint=hint)
        if public and behind_public_url(settings) == url:
            found += public_findings(settings, _current(seen), seen.named, on_total=on_total, on_object=on_object)
        elif seen.heads and target.open_to_players(change=False) is False:
            found.append(_closed(settings))
        return Audit(target=target.url, objects=len(seen.heads), findings=judged(found, settings.rules))


def _look(target: Target, show: Show, *, on_total: Callable[[str, int], None], on_object: Callable[[str], None]) -> Seen:
    state = state_of(target)
    keys = sorted(state.manifest.objects.keys() - state.manifest.touched)
    on_total(target.url, len(keys))
    heads: dict[str, Head | None] = {}

    def ask(key: str) -> None:
        heads[key] = target.head(key)

    side_by_side(keys, ask, parallel=target.parallel, on_step=on_object)
    objects = state.manifest.objects
    whole = {key: objects[key] for key, head in heads.items() if head is not None and head.length == objects[key].length}
    earlier = feed_on(target, show)
    feed = earlier.feed if earlier else None
    named = references(feed, show) if feed else ()
    return Seen(state=state, sizes=target.sizes(), heads=heads, whole=whole, feed=feed, named=named)


def _findings(target: Target, show: Show, seen: Seen) -> Iterator[Finding]:
    manifest = seen.state.manifest
    if seen.state.version is None:
        others = f", beside {len(seen.sizes)} files of others" if seen.sizes else ""
        message = f"podpipe has published nothing here{others}: there is no {MANIFEST}"
        yield _finding("error", "target-empty", MANIFEST, message, "publish, or correct the target's URL")
        return
    yield from _unsure(target, manifest.touched)
    for key in sorted(seen.heads):
        yield from _object(key, manifest.objects[key], seen.heads[key])
    yield from _kept(seen)
    yield from _unknown(seen)
    yield from _unfinished(target)
    yield from _changed_feeds(target, seen)
    yield from _feed(show.feed, seen)
    for reference in seen.named:
        yield from _reference(target, reference, seen)


def _unsure(target: Target, touched: Iterable[str]) -> Iterator[Finding]:
    if not touched:
        return
    going_on = any(age < LAST_SECONDS for prefix in (LOCK, CLAIMS) for age in target.ages(prefix).values())
    why = "a publish is writing it just now" if going_on else "a publish was cut off while it was to write it"
    level: Level = "info" if going_on else "warning"
    hint = "look again when it has ended" if going_on else "publish again: what did not arrive is sent then"
    for key in sorted(touched):
        yield Finding(level=level, rule="object-unsure", where=Where(path=key), message=f"nobody knows what {key} holds: {why}", hint=hint)


def _object(key: str, entry: Holding, head: Head | None) -> Iterator[Finding]:
    again = _SEND_AUDIO_AGAIN if sound(entry.content_type) else _SEND_AGAIN
    if head is None:
        if entry.retired is None:
            yield _finding("error", "object-missing", key, f"{key} is not there any more", again)
        elif lasting(entry):
            message = f"{key}, which is no longer produced and which apps may still ask for, is not there any more"
            yield _finding("warning", "object-missing", key, message, "bring it back from a copy of your own, if there is one")
    elif head.length != entry.length:
        yield _finding("error", "object-length", key, f"{key} has {head.length:,} bytes instead of {entry.length:,}", again)
    else:
        if head.content_type is not None and not same_type(head.content_type, entry.content_type):
            message = f"{key} has the content type {head.content_type or '(none)'} instead of {entry.content_type}"
            yield _finding("warning", "object-type", key, message, _GIVE_HEADERS)
        if head.cache_control is not None and not same_type(head.cache_control, entry.cache_control):
            message = f"{key} is kept by caches as {head.cache_control or 'they like'!r} says instead of {entry.cache_control!r}"
            yield _finding("info", "object-caching", key, message, _GIVE_HEADERS)


def _kept(seen: Seen) -> Iterator[Finding]:
    """What is missing of earlier releases: listeners get all that they should, and only a rollback would fail."""
    manifest = seen.state.manifest
    for digest, kept in sorted(manifest.kept.items()):
        key = f"{KEPT}{digest}"
        if seen.sizes.get(key) != kept.length:
            what = "is gone" if key not in seen.sizes else f"has {seen.sizes[key]:,} bytes instead of {kept.length:,}"
            message = f"content of release {kept.release} and earlier ones {what}: they cannot be put back whole"
            yield _finding("warning", "release-incomplete", key, message, "put back a later release, where it comes to that")
    for release in manifest.releases:
        key = release_key(release.id)
        if key not in seen.sizes:
            message = f"the record of release {release.id} is gone: it cannot be put back"
            yield _finding("warning", "release-incomplete", key, message, "put back another release, where it comes to that")


def _unknown(seen: Seen) -> Iterator[Finding]:
    """What the target holds and the manifest does not name: left behind by podpipe, or others' and maybe meant."""
    manifest = seen.state.manifest
    own = {MANIFEST, *(f"{KEPT}{digest}" for digest in manifest.kept), *(release_key(release.id) for release in manifest.releases)}
    known = {*own, *manifest.objects, *manifest.touched, *_MARKS}
    unknown = {key for key in seen.sizes if key not in known and not key.startswith(_PASSING)}
    # A folder tells of one file by two names: `episode/70.html` is the page `episode/70`.
    unknown -= {f"{key}{PAGE}" for key in known} | {key.removesuffix(PAGE) for key in (*known, *unknown) if key.endswith(PAGE)}
    left = sorted(key for key in unknown if key.startswith(OWN))
    for key in left:
        message = f"{key} was left behind: no release needs it"
        yield _finding("info", "object-left-behind", key, message, "delete it on the target, should its space matter")
    others = sorted(unknown.difference(left))
    if others:
        what = "a file is" if len(others) == 1 else f"{len(others)} files are"
        message = f"{what} there that podpipe did not publish: {few(others)}"
        yield _finding("info", "object-unknown", others[0], message, "nothing, if they are meant to be: podpipe leaves them alone")


def _unfinished(target: Target) -> Iterator[Finding]:
    begun = target.unfinished()
    if begun:
        what = "an upload" if len(begun) == 1 else f"{len(begun)} uploads"
        first = min(begun.values()).astimezone(UTC)
        message = f"{what} in parts never ended, the first of them since {first:%Y-%m-%d %H:%M} UTC: {few(sorted(begun))}"
        hint = "the next publish of such a file goes on with it; have the store give up the others (AbortIncompleteMultipartUpload)"
        yield _finding("info", "upload-unfinished", min(begun), message, hint)


def _changed_feeds(target: Target, seen: Seen) -> Iterator[Finding]:
    """Feeds are small, and no length tells of an address that somebody has changed in one."""
    for key, entry in sorted(seen.whole.items()):
        if is_feed(entry.content_type):
            data = target.read(key)
            if data is not None and hashlib.sha256(data).hexdigest() != entry.digest:
                hint = "podpipe publish --recheck sends it again; see what else writes to the target"
                yield _finding("error", "object-changed", key, f"{key} holds something else than podpipe put there", hint)


def _feed(key: str, seen: Seen) -> Iterator[Finding]:
    """What is wrong with the show's feed as a whole."""
    told = key in seen.heads and seen.heads[key] is None
    if not told and (seen.feed is None or seen.feed.problem):
        message = f"the show's feed, {key}, {f'cannot be read: {seen.feed.problem}' if seen.feed else 'is not there'}"
        yield _finding("error", "feed-absent", key, message, "publish again; if it is there and stays so, look at what it holds")


def _reference(target: Target, reference: Reference, seen: Seen) -> Iterator[Finding]:
    key, manifest = reference.key, seen.state.manifest
    if key in manifest.touched or (key in manifest.objects and key not in seen.whole):
        return  # told already
    what = "audio" if reference.role == "enclosure" else reference.role
    head = seen.heads[key] if key in seen.whole else _asked(target, reference, seen)
    if head is None:
        message = f"the feed names {reference.address} as the {what} of “{reference.title}”, and the target has nothing there"
        hint = "put the file into the show's folder, and publish again" if reference.role == "enclosure" else "publish again"
        yield _finding("error", "feed-names-missing", key, message, hint)
    elif reference.role == "enclosure":
        if reference.length is not None and reference.length != head.length:
            message = f"the feed says that the audio of “{reference.title}” has {reference.length:,} bytes, and {key} has {head.length:,}"
            hint = "put the right file into the show's folder, run podpipe lock, and publish again"
            yield _finding("error", "feed-names-length", key, message, hint)
        if head.content_type is not None and not sound(head.content_type):
            message = (
                f"the audio of “{reference.title}”, {key}, has the content type {head.content_type or '(none)'}: not every app plays it"
            )
            yield _finding("error", "feed-names-type", key, message, _GIVE_HEADERS)


def _asked(target: Target, reference: Reference, seen: Seen) -> Head | None:
    """What the target says of something that the feed names and podpipe did not put there."""
    if reference.key not in seen.sizes:
        return None
    if reference.role == "enclosure":
        with suppress(TargetError):  # what cannot be asked is there all the same: it is in the list
            return target.head(reference.key)
    return Head(length=seen.sizes[reference.key])


def _current(seen: Seen) -> Mapping[str, Holding]:
    """What listeners should find: what podpipe put there, and what the feed names as audio although somebody else put it there."""
    ours = {key: entry for key, entry in seen.whole.items() if entry.retired is None}
    theirs = {
        reference.key: Holding(digest="", length=seen.sizes[reference.key], content_type="", cache_control="")
        for reference in seen.named
        if reference.role == "enclosure" and reference.key in seen.sizes and reference.key not in seen.state.manifest.objects
    }
    return {**theirs, **ours}


def _closed(settings: Settings) -> Finding:
    level: Level = "warning" if settings.publishing.set_cors else "info"
    message = "no CORS rule of the bucket lets players on other sites read the feed, chapters and transcripts"
    hint = "set_cors = true under [publishing] adds one with the next publish that changes something"
    return Finding(level=level, rule="cors-not-set", where=settings.place("publishing"), message=message, hint=hint)


def _finding(level: Level, rule: str, key: str, message: str, hint: str) -> Finding:
    return Finding(level=level, rule=rule, where=Where(path=key), message=message, hint=hint)
