"""A Yattecast show as it is: the `_config.yml` of its Jekyll site, read as podpipe's settings without converting anything.

What Yattecast fixes in its templates is fixed here: the feed is `feed.xml`, the artwork `images/artwork.jpg`, the category Technology, and
every file of the folder that Jekyll would copy is published as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from podpipe.errors import ConfigError, SourceError
from podpipe.lockfile import LOCK
from podpipe.model import Owner, Person, Show
from podpipe.settings.model import GuardSettings, Settings, StaticFolder
from podpipe.settings.table import Table, is_time_zone, stays_inside
from podpipe.yaml_text import read_yaml

JEKYLL_EXCLUDES = frozenset(
    {"Gemfile", "Gemfile.lock", "node_modules", "vendor", "Rakefile", "package.json", "package-lock.json", "CNAME.example", LOCK}
)
"""What Jekyll leaves out of a site by itself, beside all names that begin with `.`, `_` or `#` or end in `~`; and podpipe's own file."""

_SUBSCRIBE = (
    ("itunes_podcast_url", "Apple Podcasts"),
    ("spotify_podcast_url", "Spotify"),
    ("android_podcast_subscription_url", "Android"),
)


def read_yattecast(text: str, *, root: Path, name: str) -> Settings:
    """Read `_config.yml`. Raises ConfigError with all problems."""
    try:
        values = read_yaml(text).values
    except SourceError as error:
        raise ConfigError(f"{name}, line {error.line} is {error.message}", path=name, hint=error.hint) from error
    if not values:
        raise ConfigError(f"{name} must hold keys and values", path=name, hint="title:, url: and the rest, each on a line of its own")
    problems: list[str] = []
    top = Table(values, problems, name=name)
    show = _show(top, values)
    if problems:
        raise ConfigError(f"{name} has problems:", path=name, problems=problems)
    written = values.get("exclude")
    excludes = written if isinstance(written, list) else [written]
    return Settings(
        root=root,
        config=name,
        show=show,
        episodes="_posts",
        static=(StaticFolder(folder="", prefix=""),),
        targets=("file:public",),
        cron="0 3 * * *",
        check_links=True,
        whole_site=True,
        exclude=JEKYLL_EXCLUDES | frozenset(entry.strip("/") for entry in excludes if entry and isinstance(entry, str)),
        liquid=values,
        guard=GuardSettings(live=True),  # another engine's feed is what its listeners have
    )


def _show(top: Table, values: dict[str, Any]) -> Show:
    zone = top.text("timezone", default="UTC") or "UTC"
    if not is_time_zone(zone):
        top.problem("timezone", f"{zone!r} is no time zone, such as Asia/Tokyo")
    title = top.text("title", required=True)
    author = top.text("author") or title
    email = top.text("email")
    site_url = (top.url("url", required=True) or "").rstrip("/") + "/" + top.text("baseurl").strip("/")
    return Show(
        title=title,
        site_url=site_url.rstrip("/"),
        language=top.text("language", default="ja") or "ja",
        timezone=zone,
        author=author,
        description=top.text("description_long") or top.text("description") or title,
        subtitle=top.text("description") or title,
        owner=Owner(name=author, email=email) if email else None,
        artwork="images/artwork.jpg",
        categories=(("Technology",),),
        people=_people(top, values),
        hashtag=top.text("hashtag").lstrip("#＃") or None,
        permalink=_permalink(top),
        keywords=tuple(word.strip() for word in top.text("keywords").split(",") if word.strip()),
        subscribe=tuple((label, address) for key, label in _SUBSCRIBE if (address := top.text(key))),
        lenient=True,
    )


def _people(top: Table, values: dict[str, Any]) -> tuple[Person, ...]:
    actors = values.get("actors")
    if not isinstance(actors, dict):
        return ()
    people = []
    for name, actor in actors.items():
        if not isinstance(actor, dict):
            top.problem(f"actors.{name}", "must hold name, url and image_url")
            continue
        fields = {key: value.strip() for key, value in actor.items() if isinstance(value, str)}
        image = fields.get("image_url", "")
        people.append(
            Person(
                id=name,
                name=fields.get("name") or name,
                url=fields.get("url") or None,
                image=(image if "://" in image else image.lstrip("/")) or None,
            )
        )
    return tuple(people)


def _permalink(top: Table) -> str:
    """Jekyll's `permalink`, of which podpipe knows :title, :slug, :year, :month and :day, and the name `pretty`."""
    styles = {
        "": "/:year/:month/:day/:title.html",
        "date": "/:year/:month/:day/:title.html",
        "pretty": "/:year/:month/:day/:title/",
        "none": "/:title.html",
    }
    written = top.text("permalink")
    permalink = styles.get(written, written).replace(":slug", ":title").replace(":categories/", "")
    rest = permalink.replace(":title", "").replace(":year", "").replace(":month", "").replace(":day", "")
    if ":title" not in permalink or ":" in rest or not stays_inside(permalink):
        top.problem("permalink", f"{written!r} has parts that podpipe does not know; it knows :title, :year, :month and :day")
    return permalink if permalink.startswith("/") else f"/{permalink}"
