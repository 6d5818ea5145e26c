"""podpipe.toml: which keys a show may set, of which kind, and what each is when it is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

from podpipe.errors import ConfigError
from podpipe.model import Owner, Person, Show
from podpipe.rules import PROFILES, SWITCHES, Profile, Switch, refusal
from podpipe.settings.audio import read_audio
from podpipe.settings.feed import read_feed
from podpipe.settings.feeds import podping_medium, read_feeds, read_ping
from podpipe.settings.model import GuardSettings, Settings, StaticFolder
from podpipe.settings.publishing import read_publishing
from podpipe.settings.table import Table, is_time_zone, stays_inside

NETWORKS = ("x", "bluesky", "mastodon")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CRON_FIELD = re.compile(r"[0-9*/,\-A-Za-z#?]+")
_PLACEHOLDER = re.compile(r":[a-z_]+")


def read_toml(text: str, *, root: Path, name: str) -> Settings:
    """Read podpipe.toml. Raises ConfigError with all problems."""
    import tomllib

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{name} is not valid TOML: {error}", path=name, hint="texts stand in double quotes, tables begin with [name]"
        ) from error
    problems: list[str] = []
    top = Table(values, problems, name=name)
    show = _show(top)
    zone = ZoneInfo(show.timezone) if is_time_zone(show.timezone) else UTC
    profiles, rules = _checking(top)
    ping = read_ping(top)
    channel = read_feed(top, people=show.people, zone=zone, podping=ping.podping is not None)
    settings = Settings(
        root=root,
        config=name,
        show=replace(show, channel=channel),
        episodes=_folder(top, "episodes", "episodes"),
        static=_static(top),
        targets=top.texts("targets", default=("file:public",)) or ("file:public",),
        cron=_cron(top),
        check_links=top.flag("check_links", default=True),
        profiles=profiles,
        rules=rules,
        audio=read_audio(top),
        guard=_guard(top),
        publishing=read_publishing(top, site=show.site_url),
        feeds=read_feeds(top, people=[person.id for person in show.people], hub=ping.websub),
        ping=replace(ping, medium=podping_medium(channel.medium)),
    )
    top.refuse_unknown()
    if problems:
        count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise ConfigError(f"{name} has {count}:", path=name, problems=problems)
    return settings


def _show(top: Table) -> Show:
    owner_table = top.table("owner")
    owner_name, owner_email = owner_table.text("name"), owner_table.text("email")
    if owner_email and not _EMAIL.fullmatch(owner_email):
        owner_table.problem("email", f"{owner_email!r} is no e-mail address")
    owner_table.refuse_unknown()
    title = top.text("title", required=True)
    author = top.text("author", default=title)
    return Show(
        title=title,
        site_url=_site_url(top),
        language=_language(top),
        timezone=_time_zone(top),
        author=author,
        description=top.text("description", required=True),
        owner=Owner(name=owner_name or author, email=owner_email) if owner_email else None,
        subtitle=top.text("subtitle"),
        artwork=_picture(top, "artwork"),
        categories=_categories(top),
        explicit=top.flag("explicit", default=False),
        people=_people(top),
        hashtag=top.text("hashtag").lstrip("#＃") or None,
        feedback_url=top.url("feedback_form"),
        networks=_networks(top),
        permalink=_permalink(top),
        keywords=top.texts("keywords"),
        subscribe=top.mapping("subscribe"),
        copyright=top.text("copyright") or None,
    )


def _site_url(top: Table) -> str:
    url = top.url("site_url", required=True) or ""
    if "?" in url or "#" in url:
        top.problem("site_url", f"{url!r} must end with its path: every page's address is made by adding to it")
    return url.rstrip("/")


def _language(top: Table) -> str:
    language = top.text("language", required=True)
    if language and not _LANGUAGE.fullmatch(language):
        top.problem("language", f"{language!r} is no language code, such as ja or en-GB")
    return language


def _time_zone(top: Table) -> str:
    zone = top.text("time_zone", required=True)
    if zone and not is_time_zone(zone):
        top.problem("time_zone", f"{zone!r} is no time zone, such as Asia/Tokyo or Europe/Berlin")
    return zone


def _picture(table: Table, key: str) -> str | None:
    """A picture's path below the site's root, or its address."""
    written = table.text(key)
    if "://" in written:
        return table.url(key)
    if not stays_inside(written):
        table.problem(key, f"{written!r} leaves the show's folder")
    return written.lstrip("/") or None


def _categories(top: Table) -> tuple[tuple[str, ...], ...]:
    categories = []
    for category in top.texts("categories"):
        parts = tuple(part.strip() for part in category.split(">"))
        if not all(parts) or len(parts) > 2:
            top.problem("categories", f'{category!r} must be a category or "Category > Subcategory"')
        categories.append(parts)
    return tuple(categories)


def _people(top: Table) -> tuple[Person, ...]:
    people = []
    for name, table in top.tables("people"):
        people.append(
            Person(
                id=name,
                name=table.text("name", default=name),
                url=table.url("url"),
                image=_picture(table, "image"),
                role=table.text("role", default="host").lower(),
            )
        )
        table.refuse_unknown()
    return tuple(people)


def _networks(top: Table) -> tuple[str, ...]:
    networks = top.texts("networks", default=NETWORKS)
    for network in networks:
        if network not in NETWORKS:
            top.problem("networks", f"{network!r} is not one of {', '.join(NETWORKS)}")
    return networks


def _permalink(top: Table) -> str:
    permalink = top.text("permalink", default="/episode/:title")
    unknown = set(_PLACEHOLDER.findall(permalink)) - {":title", ":year", ":month", ":day"}
    if ":title" not in permalink or unknown or not stays_inside(permalink) or re.search(r"[?#%\s\\]", permalink):
        top.problem("permalink", f"{permalink!r} must hold :title, and may hold :year, :month and :day, as in /episode/:title")
    return permalink if permalink.startswith("/") else f"/{permalink}"


def _folder(top: Table, key: str, default: str) -> str:
    folder = top.text(key, default=default).strip("/") or default
    if not stays_inside(folder):
        top.problem(key, f"{folder!r} leaves the show's folder")
    return folder


def _static(top: Table) -> tuple[StaticFolder, ...]:
    folders = []
    for folder in top.texts("static", default=("images", "audio")):
        if not stays_inside(folder) or not folder.strip("/"):
            top.problem("static", f"{folder!r} is no folder below the show's folder")
        folders.append(StaticFolder(folder=folder.strip("/"), prefix=folder.strip("/").rsplit("/", 1)[-1]))
    return tuple(folders)


def _cron(top: Table) -> str:
    schedule = top.table("schedule")
    cron = schedule.text("cron", default="0 3 * * *")
    fields = cron.split()
    if len(fields) != 5 or not all(_CRON_FIELD.fullmatch(part) for part in fields):
        schedule.problem("cron", f"{cron!r} must have five fields: minute, hour, day, month, weekday")
    schedule.refuse_unknown()
    return cron


def _guard(top: Table) -> GuardSettings:
    guard = top.table("guard")
    settings = GuardSettings(live=guard.flag("live", default=False))
    guard.refuse_unknown()
    return settings


def _checking(top: Table) -> tuple[tuple[Profile, ...], Mapping[str, Switch]]:
    """Whose demands are checked, and what the show decided about each rule."""
    check = top.table("check")
    written = check.texts("profiles")
    for profile in written:
        if profile not in PROFILES:
            check.problem("profiles", f"{profile!r} is not one of {', '.join(PROFILES)}")
    rules = check.table("rules")
    switches = {name: rules.text(name, required=True) for name in rules.keys}
    for name, switch in switches.items():
        problem = refusal(name, switch) if switch else None
        if problem:
            rules.problem(name, problem)
    check.refuse_unknown()
    profiles = tuple(profile for profile in PROFILES if profile in written)
    return profiles, {name: known for name, switch in switches.items() for known in SWITCHES if known == switch}
