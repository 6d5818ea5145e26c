"""What visitors, search engines and podcast apps rely on in a show's website."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import threading
import wave
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from podpipe.model import Artifact, Chapter, Credit, Enclosure, Episode, Notes, Person, Show
from podpipe.site import chapters_artifact, person_key, person_keys, site_artifacts, site_keys
from podpipe.theme import Theme, load_theme
from tests.conftest import require

TEMPLATES = Path(__file__).parent.parent / "templates"
SITE = "https://user.example/show"
ALICE = Person(id="Alice_1", name="Alice", url="https://alice.example/", image="/images/alice 1.jpg")
SATO = Person(id="佐藤 由将", name="佐藤 由将", role="guest")
SHOW = Show(
    title="A Show",
    site_url=SITE,
    language="en",
    timezone="Asia/Tokyo",
    author="The authors",
    description="What it is about.",
    artwork="images/artwork.jpg",
    people=(ALICE, SATO),
    hashtag="ashow",
    feedback_url="https://forms.example/1",
    subscribe=(("Apple Podcasts", "https://podcasts.example/1"),),
)


def episode(slug: str, **changes: Any) -> Episode:
    made = Episode(
        slug=slug,
        title=f"{slug}. A title",
        published=datetime(2023, 5, 28, 15, 30, tzinfo=UTC),
        description="What was said.",
        key=f"episode/{slug}",
        url=f"{SITE}/episode/{slug}",
        guid=f"{SITE}/episode/{slug}",
        credits=(Credit(person=ALICE), Credit(person=SATO, role="guest")),
        enclosure=Enclosure(
            url=f"{SITE}/audio/{slug}.mp3",
            mime_type="audio/mpeg",
            length=1000,
            duration=timedelta(minutes=57, seconds=5),
            key=f"audio/{slug}.mp3",
        ),
        chapters=(
            Chapter(start=timedelta(seconds=27), title="Opening", anchor="opening"),
            Chapter(start=timedelta(minutes=6, seconds=7), title="Second", url="https://second.example/?a=1&b=2"),
        ),
        notes=Notes(html='<h2 id="opening">Opening</h2>\n<p>Notes &amp; <a href="https://a.example/">links</a></p>\n'),
        path=f"episodes/{slug}.md",
    )
    return replace(made, **changes)


@pytest.fixture(scope="module")
def theme() -> Theme:
    return load_theme(TEMPLATES)


def texts(artifacts: tuple[Artifact, ...]) -> Mapping[str, str]:
    return {artifact.key: artifact.content.decode() for artifact in artifacts if isinstance(artifact.content, bytes)}


class Addresses(HTMLParser):
    """Every address on a page, by the attribute that holds it, and every heading's level."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]
        self.ids += [value for name, value in attrs if name == "id" and value]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))


def test_a_show_has_a_page_for_everything_that_visitors_look_for(theme: Theme) -> None:
    artifacts = site_artifacts(SHOW, (episode("2"), episode("1", chapters=())), theme)

    assert [(artifact.key, artifact.content_type, artifact.cache_control) for artifact in artifacts] == [
        (key, content_type, "public, max-age=300")
        for key, content_type in (
            ("index.html", "text/html; charset=utf-8"),
            ("people/index.html", "text/html; charset=utf-8"),
            ("people/alice-1", "text/html; charset=utf-8"),
            ("people/佐藤-由将", "text/html; charset=utf-8"),
            ("404.html", "text/html; charset=utf-8"),
            ("sitemap.xml", "application/xml; charset=utf-8"),
            ("robots.txt", "text/plain; charset=utf-8"),
            ("episode/2", "text/html; charset=utf-8"),
            ("chapters/2.json", "application/json+chapters"),
            ("episode/1", "text/html; charset=utf-8"),
        )
    ]


def test_the_keys_are_known_before_anything_is_rendered(theme: Theme) -> None:
    for episodes in ((), (episode("2"), episode("1", chapters=(), credits=(Credit(person=SATO),)))):
        assert site_keys(SHOW, episodes) == {artifact.key for artifact in site_artifacts(SHOW, episodes, theme)}


def test_every_link_within_the_site_leads_to_something_below_the_path_where_the_show_lives(theme: Theme) -> None:
    artifacts = (*site_artifacts(SHOW, (episode("2"), episode("1")), theme), *theme.assets())
    known = {f"/show/{artifact.key.removesuffix('index.html')}" for artifact in artifacts}
    known |= {"/show/feed.xml", "/show/images/artwork.jpg", "/show/images/alice 1.jpg", "/show/audio/1.mp3", "/show/audio/2.mp3"}

    for key, page in texts(artifacts).items():
        if "<html" in page:
            addresses = Addresses(page)
            inside = {unquote(address) for address in addresses.found if "://" not in address and not address.startswith(("#", "data:"))}
            assert inside <= known, key
            assert all(address.isascii() for address in addresses.found), key
            targets = {address[1:] for address in addresses.found if address.startswith("#") and not address.startswith("#t=")}
            assert targets <= set(addresses.ids), key


def test_a_show_at_the_hosts_root_is_linked_from_there(theme: Theme) -> None:
    show = replace(SHOW, site_url="https://show.example")
    pages = texts(site_artifacts(show, (episode("1", url="https://show.example/episode/1"),), theme))

    assert '<a href="/episode/1">1. A title</a>' in pages["index.html"]
    assert '<link rel="canonical" href="https://show.example/">' in pages["index.html"]
    assert '<link rel="canonical" href="https://show.example/episode/1">' in pages["episode/1"]


def test_headings_are_in_order_and_no_id_comes_twice(theme: Theme) -> None:
    for key, page in texts(site_artifacts(SHOW, (episode("2"), episode("1")), theme)).items():
        if "<html" in page:
            found = Addresses(page)
            assert found.headings[0] == 1, key
            assert found.headings.count(1) == 1, key
            assert all(later - earlier <= 1 for earlier, later in zip(found.headings, found.headings[1:], strict=False)), key
            assert len(found.ids) == len(set(found.ids)), key


def test_an_episodes_page_tells_social_networks_and_search_engines_what_it_is(theme: Theme) -> None:
    page = texts(site_artifacts(SHOW, (episode("1", image="images/one.png", number=1),), theme))["episode/1"]
    head = page.partition("</head>")[0]

    assert dict(re.findall(r'<meta (?:name|property)="((?:og|twitter|article):[^"]+)" content="([^"]*)">', head)) == {
        "og:site_name": "A Show",
        "og:locale": "en_US",
        "og:title": "1. A title",
        "og:description": "What was said.",
        "og:url": f"{SITE}/episode/1",
        "og:image": f"{SITE}/images/one.png",
        "og:type": "article",
        "og:audio": f"{SITE}/audio/1.mp3",
        "og:audio:type": "audio/mpeg",
        "article:published_time": "2023-05-29T00:30:00+09:00",
        "twitter:card": "summary",
    }
    assert '<link rel="alternate" type="application/rss+xml" title="A Show" href="/show/feed.xml">' in head
    assert linked_data(page) == {
        "@context": "https://schema.org",
        "@type": "PodcastEpisode",
        "name": "1. A title",
        "url": f"{SITE}/episode/1",
        "datePublished": "2023-05-29T00:30:00+09:00",
        "description": "What was said.",
        "duration": "PT57M5S",
        "episodeNumber": 1,
        "image": f"{SITE}/images/one.png",
        "inLanguage": "en",
        "contributor": [
            {"@type": "Person", "name": "Alice", "url": f"{SITE}/people/alice-1"},
            {"@type": "Person", "name": "佐藤 由将", "url": f"{SITE}/people/%E4%BD%90%E8%97%A4-%E7%94%B1%E5%B0%86"},
        ],
        "associatedMedia": {
            "@type": "MediaObject",
            "contentUrl": f"{SITE}/audio/1.mp3",
            "encodingFormat": "audio/mpeg",
            "contentSize": "1000",
            "duration": "PT57M5S",
        },
        "partOfSeries": {"@type": "PodcastSeries", "name": "A Show", "url": f"{SITE}/", "webFeed": f"{SITE}/feed.xml"},
    }


def linked_data(page: str) -> object:
    match = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert match is not None
    return json.loads(match[1])


def test_what_people_wrote_cannot_become_markup(theme: Theme) -> None:
    evil = """</script><script>alert("1")</script><b title='x'>&amp;"""
    person = Person(id="evil", name=evil, url='https://a.example/"><script>', image=f'images/"{evil}.jpg')
    show = replace(
        SHOW, title=evil, description=evil, subtitle=evil, author=evil, hashtag=evil, subscribe=((evil, "https://a.example/?q='\"<"),)
    )
    wicked = episode(
        "1",
        title=evil,
        description=evil,
        credits=(Credit(person=person),),
        chapters=(Chapter(start=timedelta(0), title=evil, url='https://a.example/"<script>', anchor='"<script>'),),
    )

    pages = texts(site_artifacts(show, (wicked, episode("2", title=evil)), theme))

    for key, page in pages.items():
        if "<html" in page:
            assert "<b title" not in page, key
            assert "<script>" not in page, key
            assert page.count("</script>") == page.count("<script "), key
    heading = re.search(r"<h1>(.*?)</h1>", pages["episode/1"])
    assert heading is not None
    assert unescape(heading[1]) == evil
    data = linked_data(pages["episode/1"])
    assert isinstance(data, dict)
    assert data["name"] == evil


def test_addresses_that_would_run_code_are_not_linked(theme: Theme) -> None:
    code = "javascript:alert(1)"
    show = replace(SHOW, subscribe=(("Listen", code), ("There", "https://there.example/")), feedback_url=f" {code}")
    person = replace(ALICE, url="java\nscript:alert(1)")
    wicked = episode("1", credits=(Credit(person=person),), chapters=(Chapter(start=timedelta(0), title="Now", url=code),))

    pages = texts(site_artifacts(replace(show, people=(person,)), (wicked,), theme))

    assert all("alert" not in page for page in pages.values())
    assert "<span>Now</span>" in pages["episode/1"]
    assert '<a class="strong" href="https://there.example/">There</a>' in pages["index.html"]


def test_show_notes_stand_on_the_page_as_they_were_made(theme: Theme) -> None:
    made = episode("1")

    assert made.notes.html in texts(site_artifacts(SHOW, (made,), theme))["episode/1"]


def test_chapters_lead_to_their_moment_and_their_titles_to_their_own_link_or_heading(theme: Theme) -> None:
    page = texts(site_artifacts(SHOW, (episode("1"),), theme))["episode/1"]

    assert re.findall(r'<li><a class="moment".*</li>', page) == [
        '<li><a class="moment" href="#t=27">0:27</a> <a href="#opening">Opening</a></li>',
        '<li><a class="moment" href="#t=367">6:07</a> <a href="https://second.example/?a=1&amp;b=2">Second</a></li>',
    ]


def test_audio_that_the_show_publishes_itself_is_played_from_its_own_path(theme: Theme) -> None:
    page = texts(site_artifacts(SHOW, (episode("1"),), theme))["episode/1"]

    assert re.findall(r"<audio[^>]*>", page) == [
        '<audio id="player" controls preload="metadata" src="/show/audio/1.mp3" aria-label="Audio of this episode">'
    ]
    assert f'<script src="/show/{theme.asset("player.js")}" defer></script>' in page


def test_audio_that_is_hosted_elsewhere_is_played_from_there(theme: Theme) -> None:
    hosted = Enclosure(url="https://cdn.example/a.m4a?x=1&y=2", mime_type="audio/x-m4a")

    page = texts(site_artifacts(SHOW, (episode("1", enclosure=hosted),), theme))["episode/1"]

    assert 'src="https://cdn.example/a.m4a?x=1&amp;y=2"' in page


def test_an_episode_without_audio_says_so_and_loads_no_player(theme: Theme) -> None:
    page = texts(site_artifacts(SHOW, (episode("1", enclosure=None),), theme))["episode/1"]

    assert '<p class="player silent">There is no audio for this episode at the moment.</p>' in page
    assert "<audio" not in page
    assert "player." not in page
    assert "og:audio" not in page


def test_only_a_page_that_quotes_a_tweet_loads_the_script_that_shows_it(theme: Theme) -> None:
    quoting = episode("2", notes=Notes(html='<blockquote class="big twitter-tweet"><p>Hello</p></blockquote>'))
    naming = episode("1", notes=Notes(html="<p>The class twitter-tweet</p>"))

    pages = texts(site_artifacts(SHOW, (quoting, naming), theme))

    assert [key for key, page in pages.items() if "https://platform.twitter.com/widgets.js" in page] == ["episode/2"]


def test_each_episode_leads_to_the_one_before_and_the_one_after(theme: Theme) -> None:
    pages = texts(site_artifacts(SHOW, (episode("3"), episode("2"), episode("1")), theme))

    found = {slug: re.findall(r'rel="(prev|next)" href="([^"]*)"', pages[f"episode/{slug}"]) for slug in "321"}

    assert found == {
        "3": [("prev", "/show/episode/2")],
        "2": [("prev", "/show/episode/1"), ("next", "/show/episode/3")],
        "1": [("next", "/show/episode/2")],
    }


@pytest.mark.parametrize(
    ("language", "date", "word"),
    [
        ("ja", "2023年5月29日", "チャプター"),
        ("ja-JP", "2023年5月29日", "チャプター"),
        ("en-GB", "29 May 2023", "Chapters"),
        ("de", "2023-05-29", "Chapters"),
    ],
)
def test_dates_stand_in_the_shows_zone_and_language(theme: Theme, language: str, date: str, word: str) -> None:
    pages = texts(site_artifacts(replace(SHOW, language=language), (episode("1"),), theme))

    for key in ("index.html", "episode/1", "people/alice-1"):
        assert f'<html lang="{language}">' in pages[key]
        assert f'<time datetime="2023-05-29T00:30:00+09:00">{date}</time>' in pages[key]
    assert word in pages["episode/1"]


def test_a_show_without_episodes_artwork_or_links_is_complete(theme: Theme) -> None:
    bare = Show(title="New", site_url=SITE, language="en", timezone="UTC", author="Me", description="Soon.")

    pages = texts(site_artifacts(bare, (), theme))

    assert list(pages) == ["index.html", "404.html", "sitemap.xml", "robots.txt"]
    assert "The first episode is on its way." in pages["index.html"]


def test_people_who_are_credited_have_a_page_with_their_episodes_others_have_none(theme: Theme) -> None:
    guest = Person(id="guest", name="Somebody Else")
    artifacts = site_artifacts(SHOW, (episode("2", credits=(Credit(person=ALICE), Credit(person=guest))), episode("1", credits=())), theme)
    pages = texts(artifacts)

    assert [key for key in pages if key.startswith("people/")] == ["people/index.html", "people/alice-1", "people/guest"]
    assert re.findall(r'<h3><a href="([^"]*)"', pages["people/alice-1"]) == ["/show/episode/2"]
    assert '<a href="https://alice.example/">https://alice.example/</a>' in pages["people/alice-1"]
    assert '<img class="face" src="/show/images/alice%201.jpg" alt=""' in pages["people/index.html"]
    assert '<span class="face initial" aria-hidden="true">S</span>' in pages["people/index.html"]


def test_the_sitemap_names_every_page_in_ascii_with_the_day_it_last_changed(theme: Theme) -> None:
    newer = episode("二", url=f"{SITE}/episode/%E4%BA%8C", published=datetime(2024, 1, 1, tzinfo=UTC), credits=(Credit(person=ALICE),))
    sitemap = texts(site_artifacts(SHOW, (newer, episode("1")), theme))["sitemap.xml"]
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

    assert sitemap.isascii()
    assert [(entry.findtext(f"{space}loc"), entry.findtext(f"{space}lastmod")) for entry in ET.fromstring(sitemap)] == [  # noqa: S314 - our own
        (f"{SITE}/", "2024-01-01"),
        (f"{SITE}/episode/%E4%BA%8C", "2024-01-01"),
        (f"{SITE}/episode/1", "2023-05-29"),
        (f"{SITE}/people/", "2024-01-01"),
        (f"{SITE}/people/alice-1", "2024-01-01"),
        (f"{SITE}/people/%E4%BD%90%E8%97%A4-%E7%94%B1%E5%B0%86", "2023-05-29"),
    ]


def test_robots_are_told_where_the_sitemap_is(theme: Theme) -> None:
    assert texts(site_artifacts(SHOW, (), theme))["robots.txt"] == f"User-agent: *\nAllow: /\n\nSitemap: {SITE}/sitemap.xml\n"


def test_the_page_for_lost_visitors_stays_out_of_search_engines(theme: Theme) -> None:
    page = texts(site_artifacts(SHOW, (), theme))["404.html"]

    assert '<meta name="robots" content="noindex">' in page
    assert "canonical" not in page


def test_the_same_show_gives_the_same_bytes(theme: Theme) -> None:
    episodes = (episode("2"), episode("1"))

    assert site_artifacts(SHOW, episodes, theme) == site_artifacts(SHOW, episodes, load_theme(TEMPLATES))


def test_chapters_are_written_as_json_chapters() -> None:
    chapters = (
        Chapter(start=timedelta(seconds=367.5), title="第二章", url="notes.html"),
        Chapter(start=timedelta(seconds=27), title="Opening", url="javascript:alert(1)"),
    )

    made = chapters_artifact(SHOW, episode("70", chapters=chapters))

    assert made is not None
    assert isinstance(made.content, bytes)
    assert (made.key, made.content_type) == ("chapters/70.json", "application/json+chapters")
    assert json.loads(made.content) == {
        "version": "1.2.0",
        "title": "70. A title",
        "podcastName": "A Show",
        "fileName": "70.mp3",
        "chapters": [
            {"startTime": 27, "title": "Opening"},
            {"startTime": 367.5, "title": "第二章", "url": f"{SITE}/episode/notes.html"},
        ],
    }


def test_an_episode_without_chapters_has_no_chapters_file() -> None:
    assert chapters_artifact(SHOW, episode("1", chapters=())) is None


@pytest.mark.parametrize(
    ("identifier", "key"),
    [
        ("Hyperion_13", "people/hyperion-13"),
        ("u++", "people/u"),
        ("佐藤 由将", "people/佐藤-由将"),
        ("城戸 (Legalscape)", "people/城戸-legalscape"),
        ("タカヤナギ=サン", "people/タカヤナギ-サン"),
        ("e\u0301mile", "people/\u00e9mile"),
        ("か\u3099くと", "people/がくと"),
        ("हिन्दी", "people/हिन्दी"),
        ("../..", "people/person"),
    ],
)
def test_a_persons_page_keeps_the_letters_of_every_script(identifier: str, key: str) -> None:
    assert person_key(Person(id=identifier, name="")) == key


def test_people_who_claim_the_same_page_are_numbered_in_their_order() -> None:
    people = [Person(id=identifier, name="") for identifier in ("u++", "U", "u-2", "u--", "u++")]

    assert person_keys(people) == {"u++": "people/u", "U": "people/u-2", "u-2": "people/u-2-2", "u--": "people/u-3"}


HARNESS = """<!doctype html><iframe width="900" height="900" src="/show/episode/1#t=12"></iframe><script>
const frame = document.querySelector("iframe"), seen = [];
const until = async (ready) => { while (!ready()) await new Promise((next) => setTimeout(next, 20)); };
const playing = () => frame.contentDocument?.querySelector("[aria-current]")?.textContent.trim();
const expect = async (chapter) => {
  await until(() => playing() === chapter);
  seen.push([chapter, frame.contentDocument.getElementById("player").currentTime]);
};
frame.addEventListener("load", async () => {
  await expect("0:10 From 10");
  frame.contentDocument.querySelector('a[href="#t=20"]').click();
  await expect("0:20 From 20");
  frame.contentWindow.location.hash = "#t=0:05";
  await expect("0:00 From 0");
  const { track } = frame.contentDocument.querySelector("track");
  await until(() => track.cues?.length);
  seen.push([...track.cues].map((cue) => [cue.startTime, cue.text]));
  await fetch("/seen", { method: "POST", body: JSON.stringify(seen) });
}, { once: true });
</script>"""


def test_in_a_browser_moments_seek_the_player_and_the_chapter_that_plays_is_marked(theme: Theme, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require(browser is not None, "needs chromium")
    chapters = tuple(Chapter(start=timedelta(seconds=start), title=f"From {start}") for start in (0, 10, 20))
    sound = Enclosure(url=f"{SITE}/audio/1.wav", mime_type="audio/wav", key="audio/1.wav")
    made = (*site_artifacts(SHOW, (episode("1", chapters=chapters, enclosure=sound),), theme), *theme.assets())
    files = {f"/show/{artifact.key}": (artifact.content, artifact.content_type) for artifact in made if isinstance(artifact.content, bytes)}
    files["/"] = (HARNESS.encode(), "text/html; charset=utf-8")
    files["/show/audio/1.wav"] = (silence(timedelta(seconds=30)), "audio/wav")
    with serving(files) as (address, seen):
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
        quiet = ("--disable-component-update", "--disable-sync", "--remote-debugging-port=0", f"--user-data-dir={tmp_path}")
        with subprocess.Popen([str(browser), *flags, *quiet, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                found = seen.get(timeout=60)
            finally:
                process.terminate()

    assert found.pop() == [[0, "From 0"], [10, "From 10"], [20, "From 20"]], "and the player itself knows the chapters"
    # It may play on before the page is looked at, but never before the moment asked for.
    assert [(chapter, second >= asked) for (chapter, second), asked in zip(found, (12, 20, 5), strict=True)] == [
        ("0:10 From 10", True),
        ("0:20 From 20", True),
        ("0:00 From 0", True),
    ]


def silence(duration: timedelta) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * int(8000 * duration.total_seconds()))
    return written.getvalue()


@contextmanager
def serving(files: Mapping[str, tuple[bytes, str]]) -> Iterator[tuple[str, Queue[Any]]]:
    """A server on loopback of the files given by path, with the byte ranges that seeking needs, and what a page posts back to it."""
    posted: Queue[Any] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content, content_type = files.get(self.path, (b"", ""))
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            self.send_response(404 if not content else 206 if asked else 200)
            if asked:
                start, end = int(asked[1]), int(asked[2] or len(content) - 1)
                self.send_header("Content-Range", f"bytes {start}-{end}/{len(content)}")
                content = content[start : end + 1]
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            posted.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", posted
        finally:
            server.shutdown()
            thread.join()
