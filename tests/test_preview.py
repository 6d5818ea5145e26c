"""The preview as a browser meets it: a real server in a process of its own, on a free port."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import httpx
import pytest

from podpipe.errors import PodpipeError
from podpipe.preview import serve
from tests.conftest import require

PAGE = "<!doctype html><html><body><h1>{}</h1></body></html>\n"
AUDIO = bytes(range(256)) * 1000
PATIENCE = 30

# A show in small: one text that becomes one page, unless the text says that it is broken.
PROGRAM = """
import sys
from pathlib import Path

from podpipe.preview import serve

folder, base = Path(sys.argv[1]), sys.argv[2]


def rebuild():
    text = (folder / "episodes/70.md").read_text(encoding="utf-8")
    if "broken" in text:
        return "episodes/70.md:1: broken front matter"
    (folder / "public/episode/70.html").write_text(f"<html><body><h1>{text}</h1></body></html>", encoding="utf-8")


serve(
    folder / "public",
    port=0,
    watch=(folder, folder / "podpipe.toml"),
    rebuild=rebuild,
    announce=lambda line: print(line, flush=True),
    base=base,
)
"""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A running preview: its folder, its address, its process, and the lines that it announces."""

    folder: Path
    url: str
    process: subprocess.Popen[str]
    lines: Queue[str]

    def wait_for(self, line: str) -> None:
        while self.lines.get(timeout=PATIENCE) != line:
            pass


def write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def make_show(folder: Path) -> None:
    site = folder / "public"
    write(folder / "secret.txt", "not for listeners")
    write(folder / "episodes/70.md", "Seventy")
    write(folder / "podpipe.toml", "title = 'A show'")
    write(site / "index.html", PAGE.format("Home"))
    write(site / "404.html", PAGE.format("No such page"))
    write(site / "episode/70.html", PAGE.format("Seventy"))
    write(site / "people/index.html", PAGE.format("People"))
    write(site / "feed.xml", "<?xml version='1.0' encoding='UTF-8'?>\n<rss version='2.0'></rss>\n")
    write(site / "sitemap.xml", "<?xml version='1.0'?>\n<urlset></urlset>\n")
    write(site / "chapters/70.json", '{"version":"1.2.0"}')
    write(site / "posts/70.json", "[]")
    write(site / "transcripts/70.vtt", "WEBVTT\n")
    write(site / "audio/070.m4a", AUDIO)
    write(site / "audio/070.mp3", AUDIO)
    write(site / "images/empty/picture.png", b"\x89PNG")
    write(site / ".podpipe/state.json", "{}")
    (site / "leak.txt").symlink_to(folder / "secret.txt")


@contextmanager
def running(folder: Path, *, base: str = "") -> Iterator[Preview]:
    make_show(folder)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), base], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    lines: Queue[str] = Queue()
    output = process.stdout
    assert output is not None

    def read() -> None:
        for line in output:
            lines.put(line.rstrip("\n"))

    reader = Thread(target=read, daemon=True)
    reader.start()
    try:
        first = lines.get(timeout=PATIENCE)
        assert first.startswith("Preview at http://127.0.0.1:"), first
        yield Preview(folder=folder, url=first.split()[2], process=process, lines=lines)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
        reader.join()
        output.close()
        assert process.stderr is not None
        process.stderr.close()


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """One server for all tests that only read."""
    with running(tmp_path_factory.mktemp("show")) as preview:
        yield preview


def raw(preview: Preview, target: str, method: str = "GET") -> tuple[int, bytes]:
    """Ask for a path as it is written: httpx would tidy it up first."""
    connection = http.client.HTTPConnection(preview.url.split("/")[2], timeout=PATIENCE)
    connection.putrequest(method, target, skip_accept_encoding=True)
    connection.endheaders()
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


def test_serves_a_whole_file(preview: Preview) -> None:
    response = httpx.get(f"{preview.url}audio/070.mp3")
    assert (response.status_code, response.content) == (200, AUDIO)
    assert response.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=1000-1999", 1000, 1999), ("bytes=255990-", 255990, 255999), ("bytes=-10", 255990, 255999), ("bytes=0-999999", 0, 255999)],
)
def test_seeking_gets_the_bytes_asked_for(preview: Preview, asked: str, first: int, last: int) -> None:
    response = httpx.get(f"{preview.url}audio/070.m4a", headers={"Range": asked})
    assert (response.status_code, response.content) == (206, AUDIO[first : last + 1])
    assert response.headers["content-range"] == f"bytes {first}-{last}/256000"
    assert response.headers["content-type"] == "audio/x-m4a"


def test_a_range_beyond_the_end_is_not_satisfiable(preview: Preview) -> None:
    response = httpx.get(f"{preview.url}audio/070.mp3", headers={"Range": "bytes=256000-"})
    assert (response.status_code, response.headers["content-range"]) == (416, "bytes */256000")


@pytest.mark.parametrize("path", ["audio/070.mp3", "episode/70", "feed.xml"])
def test_head_gives_the_headers_of_get_without_the_body(preview: Preview, path: str) -> None:
    head, get = httpx.head(f"{preview.url}{path}"), httpx.get(f"{preview.url}{path}")
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("", "text/html; charset=utf-8"),
        ("episode/70", "text/html; charset=utf-8"),
        ("feed.xml", "application/rss+xml"),
        ("sitemap.xml", "application/xml"),
        ("chapters/70.json", "application/json+chapters"),
        ("posts/70.json", "application/json"),
        ("transcripts/70.vtt", "text/vtt; charset=utf-8"),
        ("audio/070.m4a", "audio/x-m4a"),
        ("audio/070.mp3", "audio/mpeg"),
        ("images/empty/picture.png", "image/png"),
    ],
)
def test_every_file_comes_with_its_type_and_is_never_cached(preview: Preview, path: str, content_type: str) -> None:
    response = httpx.get(f"{preview.url}{path}")
    assert (response.status_code, response.headers["content-type"]) == (200, content_type)
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "heading"), [("", "Home"), ("episode/70", "Seventy"), ("episode/70.html", "Seventy"), ("people/", "People")]
)
def test_pages_answer_at_the_addresses_that_the_site_gives_them(preview: Preview, path: str, heading: str) -> None:
    response = httpx.get(f"{preview.url}{path}")
    assert (response.status_code, f"<h1>{heading}</h1>" in response.text) == (200, True)


def test_a_folder_without_its_slash_redirects_to_it(preview: Preview) -> None:
    response = httpx.get(f"{preview.url}people")
    assert (response.status_code, response.headers["location"]) == (307, "/people/")


@pytest.mark.parametrize("path", ["nothing", "episode/71", "episode/70/", "images/", "images/empty", f"{'long' * 100}/{'long' * 100}"])
def test_what_is_not_there_answers_with_the_404_page(preview: Preview, path: str) -> None:
    response = httpx.get(f"{preview.url}{path}")
    assert (response.status_code, "<h1>No such page</h1>" in response.text) == (404, True)


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/audio/..%2f..%2fsecret.txt",
        "/audio/../../secret.txt",
        "/..%5csecret.txt",
        "//secret.txt",
        "/%00",
        "/leak.txt",
        "/.podpipe/state.json",
        "/%2epodpipe/state.json",
        "/.",
    ],
)
def test_nothing_outside_the_site_and_nothing_hidden_is_served(preview: Preview, target: str) -> None:
    status, body = raw(preview, target)
    assert (status, b"No such page" in body, b"listeners" in body) == (404, True, False)


def test_only_reading_is_allowed(preview: Preview) -> None:
    assert raw(preview, "/index.html", "DELETE")[0] == 405


def test_pages_get_the_reload_script_and_files_on_disk_do_not(preview: Preview) -> None:
    text = httpx.get(f"{preview.url}episode/70").text
    assert text.startswith('<!doctype html><html><body><h1>Seventy</h1><script src="/.preview/reload.js" data-build="')
    assert text.endswith('"></script>\n</body></html>\n')
    assert httpx.get(f"{preview.url}feed.xml").content == (preview.folder / "public/feed.xml").read_bytes()
    assert (preview.folder / "public/index.html").read_text() == PAGE.format("Home")
    script = httpx.get(f"{preview.url}.preview/reload.js")
    assert (script.status_code, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")


def states(preview: Preview) -> Queue[dict[str, str | None]]:
    """What an open page hears of the server, as it comes."""
    heard: Queue[dict[str, str | None]] = Queue()

    def listen() -> None:
        with httpx.stream("GET", f"{preview.url}.preview/events", timeout=PATIENCE) as response:
            for line in response.iter_lines():
                if line.startswith("data: "):
                    heard.put(json.loads(line.removeprefix("data: ")))

    Thread(target=listen, daemon=True).start()
    return heard


def edit_until_heard(path: Path, text: str, heard: Queue[dict[str, str | None]]) -> dict[str, str | None]:
    """Save a file again and again until the server says something: it may not yet be watching when a test begins."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        write(path, text)
        try:
            return heard.get(timeout=1)
        except Empty:
            continue
    pytest.fail(f"no news of {path.name} within {PATIENCE} s")


def test_a_change_rebuilds_and_tells_open_pages_and_a_failed_rebuild_says_why(tmp_path: Path) -> None:
    with running(tmp_path) as preview:
        heard = states(preview)
        before = heard.get(timeout=PATIENCE)
        assert before["trouble"] is None

        after = edit_until_heard(tmp_path / "episodes/70.md", "Seventy, corrected", heard)
        page = httpx.get(f"{preview.url}episode/70").text
        assert after["build"] != before["build"]
        assert f'data-build="{after["build"]}"' in page or not heard.empty()
        assert "<h1>Seventy, corrected</h1>" in page
        preview.wait_for("Rebuilt after a change")

        trouble = edit_until_heard(tmp_path / "episodes/70.md", "broken", heard)
        while trouble["trouble"] is None:
            trouble = heard.get(timeout=PATIENCE)
        assert trouble["trouble"] == "episodes/70.md:1: broken front matter"
        preview.wait_for("episodes/70.md:1: broken front matter")
        assert "<h1>Seventy, corrected</h1>" in httpx.get(f"{preview.url}episode/70").text
        # A page opened now hears of the trouble at once.
        assert states(preview).get(timeout=PATIENCE) == trouble


def test_single_files_are_watched_even_when_an_editor_replaces_them(tmp_path: Path) -> None:
    with running(tmp_path) as preview:
        heard = states(preview)
        before = heard.get(timeout=PATIENCE)
        edit_until_heard(tmp_path / "podpipe.toml", "title = 'Another title'", heard)
        write(tmp_path / "new.toml", "title = 'A third'")
        (tmp_path / "new.toml").replace(tmp_path / "podpipe.toml")
        assert heard.get(timeout=PATIENCE)["build"] != before["build"]


def test_what_the_build_writes_and_hidden_files_rebuild_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as preview:
        heard = states(preview)
        heard.get(timeout=PATIENCE)
        edit_until_heard(tmp_path / "episodes/70.md", "First", heard)
        while not quiet(heard):
            pass
        write(tmp_path / "public/index.html", PAGE.format("Touched"))
        write(tmp_path / ".podpipe/cache.json", "{}")
        assert quiet(heard)


def quiet(heard: Queue[dict[str, str | None]]) -> bool:
    try:
        heard.get(timeout=2)
    except Empty:
        return True
    return False


def test_a_site_below_a_path_is_served_there(tmp_path: Path) -> None:
    with running(tmp_path, base="/xrfm/") as preview:
        root = preview.url.removesuffix("xrfm/")
        assert preview.url == f"{root}xrfm/"
        for path in ("", "xrfm"):
            response = httpx.get(f"{root}{path}")
            assert (response.status_code, response.headers["location"]) == (307, "/xrfm/")
        page = httpx.get(f"{preview.url}episode/70")
        assert (page.status_code, '<script src="/xrfm/.preview/reload.js"' in page.text) == (200, True)
        assert httpx.get(f"{root}xrfm/.preview/reload.js").status_code == 200
        assert httpx.get(f"{root}xrfm/people").headers["location"] == "/xrfm/people/"
        assert httpx.get(f"{root}episode/70").status_code == 404
        assert httpx.get(f"{root}xrfmepisode/70").status_code == 404


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a single child process")
def test_ctrl_c_ends_quietly_with_pages_open_and_a_download_that_nobody_reads(tmp_path: Path) -> None:
    with running(tmp_path) as preview:
        write(tmp_path / "public/audio/long.mp3", AUDIO * 200)
        states(preview).get(timeout=PATIENCE)
        with httpx.stream("GET", f"{preview.url}audio/long.mp3"):
            preview.process.send_signal(signal.SIGINT)
            assert preview.process.wait(timeout=PATIENCE) == 0
        assert preview.process.stderr is not None
        assert preview.process.stderr.read() == ""


def fail() -> str | None:
    pytest.fail("nothing is to be built")


def test_a_port_in_use_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PodpipeError) as error:
            serve(tmp_path, port=port, watch=(), rebuild=fail, announce=print)
    message = f"the preview cannot have port {port} of 127.0.0.1: something else uses it (choose another; 0 takes any free one)"
    assert str(error.value) == message


def test_a_site_that_was_not_built_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PodpipeError, match=r"there is no built site in .*public \(build it first: podpipe build\)"):
        serve(tmp_path / "public", port=0, watch=(), rebuild=fail, announce=print)


@contextmanager
def browser(folder: Path) -> Iterator[str]:
    """A headless Chromium of its own; gives the URL of its session in the WebDriver protocol (W3C WebDriver, section 8)."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    require(driver is not None and chromium is not None, "needs chromium and chromedriver")
    process = subprocess.Popen([str(driver), "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={folder}"]
    capabilities = {"alwaysMatch": {"goog:chromeOptions": {"binary": chromium, "args": arguments}}}
    try:
        started = (re.search(r"started successfully on port (\d+)", line) for line in process.stdout)
        port = next(match[1] for match in started if match)
        with httpx.Client(timeout=60) as client:
            answer = client.post(f"http://127.0.0.1:{port}/session", json={"capabilities": capabilities}).raise_for_status().json()
            session = f"http://127.0.0.1:{port}/session/{answer['value']['sessionId']}"
            yield session
            client.delete(session)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
        process.stdout.close()


def see(session: str, expression: str, expected: str) -> None:
    """Wait until a JavaScript expression gives the expected text on the page that is open."""
    seen, end = "", time.monotonic() + PATIENCE
    while seen != expected and time.monotonic() < end:
        body = {"script": f"return {expression}", "args": []}
        seen = httpx.post(f"{session}/execute/sync", json=body, timeout=PATIENCE).json()["value"]
    assert seen == expected


def test_an_open_page_reloads_itself_and_shows_what_went_wrong(tmp_path: Path) -> None:
    heading, banner = "document.querySelector('h1')?.textContent ?? ''", "document.querySelector('[role=alert]')?.textContent ?? ''"
    with running(tmp_path / "show", base="/fm") as preview, browser(tmp_path / "browser") as session:
        httpx.post(f"{session}/url", json={"url": f"{preview.url}episode/70"}, timeout=PATIENCE).raise_for_status()
        see(session, heading, "Seventy")
        write(preview.folder / "episodes/70.md", "Seventy, corrected")
        see(session, heading, "Seventy, corrected")
        write(preview.folder / "episodes/70.md", "broken <b>")
        see(session, banner, "episodes/70.md:1: broken front matter")
        see(session, heading, "Seventy, corrected")
        write(preview.folder / "episodes/70.md", "Seventy, repaired")
        see(session, heading, "Seventy, repaired")
        see(session, banner, "")
