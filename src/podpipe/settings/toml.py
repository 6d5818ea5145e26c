"""podpipe.toml: which keys a show may set, of which kind, and what each is when it is left out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from podpipe.errors import ConfigError
from podpipe.model import Owner, Person, Show
from podpipe.rules import PROFILES, SWITCHES, Profile, Switch, refusal
from podpipe.settings.model import Settings, StaticFolder

NETWORKS = ("x", "bluesky", "mastodon")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NOT_IN_URL = re.compile(r"[\s\x00-\x1f\x7f<>\"]")
_CRON_FIELD = re.compile(r"[0-9*/,\-A-Za-z#?]+")
_PLACEHOLDER = re.compile(r":[a-z_]+")


class Table:
    """One table of a settings file, read key by key; what is wrong goes to `problems`, and reading goes on."""

    def __init__(self, values: Mapping[str, Any], problems: list[str], *, name: str, at: str = "") -> None:
        self._values = values
        self._problems = problems
        self._name = name
        self._at = at
        self._known: set[str] = set()

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._values)

    def problem(self, key: str, message: str) -> None:
        self._problems.append(f"{self._name}: {self._at}{key}: {message}")

    def text(self, key: str, *, default: str = "", required: bool = False) -> str:
        value = self._value(key, str, "text in quotes", required=required)
        if required and isinstance(value, str) and not value.strip():
            self.problem(key, "must not be empty")
        return default if value is None else value.strip()

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._value(key, bool, "true or false")
        return default if value is None else value

    def texts(self, key: str, *, default: Sequence[str] = ()) -> tuple[str, ...]:
        value = self._value(key, list, "a list of texts")
        if value is None:
            return tuple(default)
        if not all(isinstance(item, str) for item in value):
            self.problem(key, "every entry must be text in quotes")
            return tuple(default)
        return tuple(item.strip() for item in value)

    def table(self, key: str) -> Table:
        value = self._value(key, dict, "a table")
        return Table(value or {}, self._problems, name=self._name, at=f"{self._at}{key}.")

    def tables(self, key: str) -> list[tuple[str, Table]]:
        inner = self.table(key)
        return [(name, inner.table(name)) for name in inner.keys]

    def mapping(self, key: str) -> tuple[tuple[str, str], ...]:
        inner = self.table(key)
        return tuple((name, inner.text(name, required=True)) for name in inner.keys)

    def url(self, key: str, *, required: bool = False) -> str | None:
        value = self.text(key, required=required)
        if value and not _is_web_address(value):
            self.problem(key, f"{value!r} is no http or https address")
        return value or None

    def refuse_unknown(self) -> None:
        for key in self._values:
            if key not in self._known:
                close = difflib.get_close_matches(key, self._known, n=1)
                self.problem(key, f"is no setting{f'; did you mean {close[0]}?' if close else ''}")

    def _value(self, key: str, kind: type, expected: str, *, required: bool = False) -> Any:
        self._known.add(key)
        value = self._values.get(key)
        if value is None:
            if required:
                self.problem(key, f"is missing; it must be {expected}")
            return None
        if not isinstance(value, kind):
            self.problem(key, f"must be {expected}, not {value!r}")
            return None
        return value


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
    settings_show = _show(top)
    profiles, rules = _checking(top)
    settings = Settings(
        root=root,
        config=name,
        show=settings_show,
        episodes=_folder(top, "episodes", "episodes"),
        static=_static(top),
        targets=top.texts("targets", default=("file:public",)) or ("file:public",),
        cron=_cron(top),
        check_links=top.flag("check_links", default=True),
        profiles=profiles,
        rules=rules,
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


def is_time_zone(name: str) -> bool:
    """Whether the IANA time zone database knows a name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


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


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for one that cannot be
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not _NOT_IN_URL.search(text)


def stays_inside(path: str) -> bool:
    """Whether a path in the settings means a place in the show's folder, on any machine."""
    return ".." not in re.split(r"[/\\]", path) and not re.match(r"[A-Za-z]:|\\", path)
