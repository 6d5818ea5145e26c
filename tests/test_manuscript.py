"""An episode's file as a whole: what each front matter key means, and what is told where it means nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from podpipe.manuscript import Reading, chapters_of, read_manuscript
from podpipe.model import Chapter, Finding, Link, Manuscript, Notes, SourceFile, Where

BERLIN = ZoneInfo("Europe/Berlin")
TOKYO = timezone(timedelta(hours=9))
HUGE = "9" * 5000  # more digits than Python turns into a number
PATH = "episodes/2026-05-29-70.md"


def read(head: str, body: str = "", *, path: str = PATH, site: dict[str, Any] | None = None) -> Reading:
    return read_manuscript(SourceFile(path=path, text=f"---\n{head}\n---\n{body}", digest="d"), zone=BERLIN, site=site)


def manuscript(head: str, body: str = "", *, path: str = PATH) -> Manuscript:
    reading = read(head, body, path=path)
    assert reading.findings == ()
    assert reading.manuscript is not None
    return reading.manuscript


def finding(level: str, rule: str, line: int, message: str, hint: str, *, column: int | None = None) -> Finding:
    where = Where(path=PATH, line=line, column=column)
    return Finding(level=level, rule=rule, where=where, message=message, hint=hint)  # type: ignore[arg-type]  # literal


def test_every_key_is_read() -> None:
    head = (
        "title: A talk\ndate: 2026-05-29 08:00:00 +0900\ndescription: About a talk\nactor_ids:\n  - ann\n  - bob\n"
        "audio_file_path: /audio/70.mp3\naudio_file_size: 1,234,567\nduration: 10:06\nexplicit: true\nguid: old-guid-70\n"
        "image: images/70.jpg\nepisode: 70\nseason: 2\nslug: seventy\ntags: [git, Audio]"
    )
    assert manuscript(head, "## 0:10 Hello\n[a](https://a.example)\n## 1:00 Goodbye\n") == Manuscript(
        path=PATH,
        digest="d",
        slug="seventy",
        title="A talk",
        published=datetime(2026, 5, 29, 8, tzinfo=TOKYO),
        description="About a talk",
        actor_ids=("ann", "bob"),
        audio="/audio/70.mp3",
        length=1_234_567,
        duration=timedelta(minutes=10, seconds=6),
        explicit=True,
        guid="old-guid-70",
        image="images/70.jpg",
        number=70,
        season=2,
        tags=("git", "Audio"),
        notes=Notes(
            html='<h2 id="010-hello">0:10 Hello</h2>\n<p><a href="https://a.example">a</a></p>\n<h2 id="100-goodbye">1:00 Goodbye</h2>\n',
            links=(Link(url="https://a.example", line=20, column=5),),
            anchors=((19, "010-hello"), (21, "100-goodbye")),
        ),
        chapters=(
            Chapter(start=timedelta(seconds=10), title="Hello", line=19, anchor="010-hello"),
            Chapter(start=timedelta(minutes=1), title="Goodbye", line=21, anchor="100-goodbye"),
        ),
        places=(
            ("title", 2, 8),
            ("date", 3, 7),
            ("description", 4, 14),
            ("actor_ids", 5, 1),
            ("audio_file_path", 8, 18),
            ("audio_file_size", 9, 18),
            ("duration", 10, 11),
            ("explicit", 11, 11),
            ("guid", 12, 7),
            ("image", 13, 8),
            ("episode", 14, 10),
            ("season", 15, 9),
            ("slug", 16, 7),
            ("tags", 17, 7),
        ),
    )


@pytest.mark.parametrize(
    ("path", "slug", "published"),
    [
        ("episodes/2026-05-29-70.md", "70", datetime(2026, 5, 29, tzinfo=BERLIN)),
        ("episodes/2026-5-9-a-talk.md", "a-talk", datetime(2026, 5, 9, tzinfo=BERLIN)),
        ("episodes/26-05-29-日本.markdown", "日本", datetime(2026, 5, 29, tzinfo=BERLIN)),
    ],
)
def test_slug_and_date_come_from_the_files_name(path: str, slug: str, published: datetime) -> None:
    read = manuscript("title: T", path=path)
    assert (read.slug, read.published) == (slug, published)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("2026-05-29-70.md", "70"),
        ("2026-05-29-a talk.md", "a-talk"),
        ("2026-05-29-#7 -- C++ & more!.md", "7-C++-&-more!"),
        ("2026-05-29-日本の「話」.md", "日本の-話"),
        ("2026-05-29-हिन्दी.md", "हिन्दी"),
        ("2026-05-29-a-b_c.d.md", "a-b_c.d"),
    ],
)
def test_a_jekyll_show_keeps_the_addresses_that_jekyll_gave_it(name: str, slug: str) -> None:
    reading = read("title: T", path=f"_posts/{name}", site={})
    assert reading.manuscript is not None
    assert reading.manuscript.slug == slug


def test_a_name_without_a_date_is_all_slug() -> None:
    assert manuscript("title: T\ndate: 2026-05-29", path="episodes/pilot.md").slug == "pilot"


def test_a_date_in_the_front_matter_outranks_the_name() -> None:
    assert manuscript("title: T\ndate: 2026-5-1").published == datetime(2026, 5, 1, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("head", "duration"),
    [
        ("duration:", None),
        ('duration: "00:00"', None),
        ("duration: 0", None),
        ("duration: 10:06", timedelta(minutes=10, seconds=6)),
        ('duration: "01:38:02"', timedelta(hours=1, minutes=38, seconds=2)),
        ("duration: “57:00”", timedelta(minutes=57)),
        ("duration: 3600.5", timedelta(seconds=3600.5)),
        ("duration: 5158", timedelta(seconds=5158)),
        ("duration: ２８：３０", timedelta(minutes=28, seconds=30)),
        ("duration: 1時間2分", timedelta(hours=1, minutes=2)),
        ("duration: PT1H2M3S", timedelta(hours=1, minutes=2, seconds=3)),
        ("duration: ~", None),
    ],
)
def test_a_duration_is_read_as_people_write_it_and_zero_is_unknown(head: str, duration: timedelta | None) -> None:
    assert manuscript(f"title: T\n{head}").duration == duration


@pytest.mark.parametrize(
    ("head", "length"),
    [
        ("audio_file_size:", None),
        ("audio_file_size: 0", None),
        ("audio_file_size: 12 345", 12345),
        ("audio_file_size: '７６，６３９，００５ '", 76639005),
    ],
)
def test_a_size_is_a_number_of_bytes_and_zero_is_unknown(head: str, length: int | None) -> None:
    assert manuscript(f"title: T\n{head}").length == length


@pytest.mark.parametrize(
    ("written", "length"),
    [("43 MB", 43_000_000), ("50.5MB", 50_500_000), ("1.5 GiB", 1_610_612_736), ("900kb", 900_000), ("12MMB", 12_000_000)],
)
def test_a_size_with_a_unit_is_read_and_told(written: str, length: int) -> None:
    reading = read(f"title: T\naudio_file_size: {written}")
    assert reading.manuscript is not None
    assert reading.manuscript.length == length
    message = f"{written!r} is read as {length:,} bytes; the feed needs the exact number"
    assert reading.findings == (finding("info", "audio-size", 3, message, "leave it blank: podpipe fills it in", column=18),)


@pytest.mark.parametrize(
    ("head", "draft"),
    [
        ("draft: true", True),
        ("draft: Yes", True),
        ("published: false", True),
        ("draft: false", False),
        ("published: true", False),
        ("draft:", False),
    ],
)
def test_draft_and_published_hold_an_episode_back(head: str, draft: bool) -> None:
    assert manuscript(f"title: T\n{head}").draft is draft


@pytest.mark.parametrize(("word", "explicit"), [("yes", True), ("Explicit", True), ("clean", False), ("no", False), ("", None)])
def test_explicit_is_said_in_yamls_words_or_apples(word: str, explicit: bool | None) -> None:
    assert manuscript(f"title: T\nexplicit: {word}").explicit is explicit


@pytest.mark.parametrize(
    ("head", "audio"),
    [
        ("audio_file_path: /audio/70.mp3", "/audio/70.mp3"),
        ("audio_file_path: ./audio/70.mp3", "audio/70.mp3"),
        ("audio_file_path:", None),
        ("audio_file_path: /audio/70.mp3\naudio_file_url: https://cdn.example/70.mp3", "https://cdn.example/70.mp3"),
        ("audio_file_path: ../70.mp3", "../70.mp3"),
        ("audio_file_path: audio/70.mp3 ", "audio/70.mp3"),
        ("audio_file_path: https://cdn.example/70.mp3", "https://cdn.example/70.mp3"),
        ("audio_file_path: “/audio/70.mp3”", "/audio/70.mp3"),
    ],
)
def test_audio_is_named_by_path_or_url(head: str, audio: str | None) -> None:
    assert manuscript(f"title: T\n{head}").audio == audio


@pytest.mark.parametrize("head", ["actor_ids: ann", "actor_ids: [ann]", "actor_ids:\n-   ann\t"])
def test_one_person_may_be_written_without_a_list(head: str) -> None:
    assert manuscript(f"title: T\n{head}").actor_ids == ("ann",)


@pytest.mark.parametrize(
    ("head", "level", "rule", "message"),
    [
        ("description: [a]", "error", "front-matter-type", "description is a list, not text"),
        ("description: {a: 1}", "error", "front-matter-type", "description is a mapping, not text"),
        ("actor_ids: {a: 1}", "error", "front-matter-type", "actor_ids is no list of names"),
        ("actor_ids: [[a]]", "error", "front-matter-type", "actor_ids is no list of names"),
        ("draft: maybe", "error", "front-matter-type", "draft is 'maybe', neither true nor false"),
        ("episode: 70.5", "error", "front-matter-type", "episode is '70.5', not a whole number above 0"),
        ("season: 0", "error", "front-matter-type", "season is '0', not a whole number above 0"),
        ("season: ２", "error", "front-matter-type", "season is '２', not a whole number above 0"),
        (f"episode: {HUGE}", "error", "front-matter-type", f"episode is '{HUGE}', not a whole number above 0"),
        ("audio_file_size: big", "warning", "audio-size", "'big' is no number of bytes"),
        (f"audio_file_size: {HUGE}MB", "warning", "audio-size", f"'{HUGE}MB' is no number of bytes"),
        (f"audio_file_size: {HUGE}", "warning", "audio-size", f"'{HUGE}' is no number of bytes"),
        ("duration: an hour", "warning", "duration", "'an hour' is no duration"),
        ("duration: 1:60", "warning", "duration", "'1:60' is no duration"),
    ],
    ids=lambda value: value[:40],
)
def test_a_value_that_cannot_be_meant_is_told_with_its_line(head: str, level: str, rule: str, message: str) -> None:
    reading = read(f"title: T\n{head}")
    where = Where(path=PATH, line=3, column=head.index(": ") + 3)
    assert [(told.level, told.rule, told.where, told.message) for told in reading.findings] == [(level, rule, where, message)]
    assert all(told.hint for told in reading.findings)


@pytest.mark.parametrize(
    ("head", "path", "rule", "line", "column"),
    [
        ("date: 2026-05-29", PATH, "title-missing", 1, None),
        ("date: 2026-05-29\ntitle:", PATH, "title-missing", 3, 7),
        ("title: [T]", PATH, "front-matter-type", 2, 8),
        ("title: T", "episodes/70.md", "date-missing", 1, None),
        ("title: T", "episodes/2026-02-31-70.md", "date-missing", 1, None),
        ("title: T\ndate: soon", PATH, "date", 3, 7),
        ("title: T\nslug: a/b", PATH, "slug", 3, 7),
        ("title: T\nslug: ..", PATH, "slug", 3, 7),
        ("title: T\nslug: 100%", PATH, "slug", 3, 7),
        ("title: T\nslug: what?", PATH, "slug", 3, 7),
        ('title: T\nslug: "a\\tb"', PATH, "slug", 3, 7),
        ("title: T", "episodes/2026-05-29-a#b.md", "slug", 1, None),
    ],
)
def test_an_episode_that_cannot_be_one_is_an_error_with_its_place(head: str, path: str, rule: str, line: int, column: int | None) -> None:
    reading = read(head, path=path)
    assert reading.manuscript is None
    assert [(told.level, told.rule, told.where) for told in reading.findings] == [
        ("error", rule, Where(path=path, line=line, column=column))
    ]
    assert all(told.hint for told in reading.findings)


def test_a_size_of_audio_on_another_host_is_asked_for_and_not_left_blank() -> None:
    reading = read("title: T\naudio_file_url: https://cdn.example/70.mp3\naudio_file_size: 30 MB\nduration: soon")
    assert [(told.rule, told.hint) for told in reading.findings] == [
        ("audio-size", "write the exact number of bytes"),
        ("duration", "write it as 1:02:03"),
    ]


@pytest.mark.parametrize(
    ("head", "rule", "line", "column"),
    [
        ("title: Talk #1", "front-matter-cut", 2, 13),
        ("title: T\nactor_ids:\n-\tann", "front-matter-tab", 4, None),
        ("title: T\ntitle: T", "front-matter-repeated", 3, None),
    ],
)
def test_what_yaml_reads_otherwise_than_it_looks_is_a_warning(head: str, rule: str, line: int, column: int | None) -> None:
    reading = read(head)
    assert reading.manuscript is not None
    assert [(told.level, told.rule, told.where) for told in reading.findings] == [
        ("warning", rule, Where(path=PATH, line=line, column=column))
    ]
    assert all(told.hint for told in reading.findings)


@pytest.mark.parametrize(
    "head", ["title: T # a remark", "title: T\ndate: 2026-05-29 #recorded in May", "title: 'Talk #1'", "title: C# in depth"]
)
def test_a_comment_is_a_comment(head: str) -> None:
    assert manuscript(head).title in {"T", "Talk #1", "C# in depth"}


@pytest.mark.parametrize(
    ("head", "title", "description"),
    [
        ("title: 2001\ndescription:", "2001", ""),
        ("title: 010\ndescription: null", "010", ""),
        ("title: 1.0\ndescription: ~", "1.0", ""),
        ("title: yes\ndescription: 'null'", "yes", "null"),
    ],
)
def test_titles_and_descriptions_are_text_whatever_they_look_like(head: str, title: str, description: str) -> None:
    read = manuscript(head)
    assert (read.title, read.description) == (title, description)


def test_ids_may_hold_blanks_and_any_letters() -> None:
    assert manuscript("title: T\nactor_ids:\n  - 浅野 一\n  - Ann Lee\n  - 70").actor_ids == ("浅野 一", "Ann Lee", "70")


def test_everything_that_is_wrong_with_a_file_is_told_at_once() -> None:
    reading = read("draft: maybe\nduration: x\ndate: soon\ndraft: maybe")
    assert reading.manuscript is None
    assert [(told.rule, told.where.line) for told in reading.findings] == [("front-matter-repeated", 5), ("title-missing", 1), ("date", 4)]


def test_broken_front_matter_is_one_error_with_line_and_column() -> None:
    reading = read("date: 2026-05-29\ntitle: LLM: a talk")
    message = "the front matter is not valid YAML: mapping values are not allowed in this context"
    hint = "put the value in quotes: a colon followed by a space begins a new value"
    expected = Finding(level="error", rule="front-matter", where=Where(path=PATH, line=3, column=11), message=message, hint=hint)
    assert reading == Reading(manuscript=None, findings=(expected,))


def test_a_key_that_stands_twice_is_a_warning_at_the_second() -> None:
    reading = read("title: one\ntitle: two")
    assert reading.manuscript is not None
    assert reading.manuscript.title == "two"
    message = "title stands here a second time; this value counts, the earlier one is lost"
    assert reading.findings == (finding("warning", "front-matter-repeated", 3, message, "remove one of them"),)


@pytest.mark.parametrize(
    ("body", "url", "line", "column"),
    [
        ('a\n\n<iframe src="https://evil.example/x"></iframe>', "https://evil.example/x", 6, 1),
        ("Look: <iframe src=https://evil.example/x></iframe>", "https://evil.example/x", 4, 7),
        ("<IFRAME\n width='1' SRC='http://[x'></IFRAME>", "http://[x", 4, 1),
        ('<embed src="https://www.youtube.com/v/x">', "https://www.youtube.com/v/x", 4, 1),
    ],
)
def test_a_frame_that_is_left_out_is_told(body: str, url: str, line: int, column: int) -> None:
    reading = read("title: T", body)
    assert reading.manuscript is not None
    assert "<iframe" not in reading.manuscript.notes.html
    message = f"the frame of {url} is left out of the page"
    assert reading.findings == (finding("warning", "embed-removed", line, message, "link to it instead", column=column),)


@pytest.mark.parametrize(
    "body", ['<iframe src="https://www.youtube.com/embed/x"></iframe>', '```\n<iframe src="https://evil.example/x"></iframe>\n```']
)
def test_a_frame_that_stays_or_is_shown_as_code_is_not(body: str) -> None:
    assert "iframe" in manuscript("title: T", body).notes.html


def test_liquid_is_resolved_in_a_jekyll_site_alone() -> None:
    body = "{% for id in page.actor_ids %}- {{ site.actors[id].name }}\n{% endfor %}"
    inside = read("title: T\nactor_ids: [ann, bob]", body, site={"actors": {"ann": {"name": "Ann"}, "bob": {"name": "Bob"}}})
    outside = read("title: T\nactor_ids: [ann, bob]", body)
    assert inside.manuscript is not None
    assert outside.manuscript is not None
    assert inside.manuscript.notes.html == "<ul>\n<li>Ann</li>\n<li>Bob</li>\n</ul>\n"
    assert "{% for id in page.actor_ids %}" in outside.manuscript.notes.html
    assert (inside.findings, outside.findings) == ((), ())


def test_liquid_that_cannot_be_resolved_is_a_warning_with_its_line() -> None:
    reading = read("title: T", "{{ page.title }}\n\n{{ nobody }}!\n\n{{ nothing }}", site={})
    assert reading.manuscript is not None
    assert reading.manuscript.notes.html == "<p>T</p>\n<p>!</p>\n"
    assert [(told.level, told.rule, told.where.line) for told in reading.findings] == [("warning", "liquid", 6), ("warning", "liquid", 8)]
    assert "nobody" in reading.findings[0].message


def test_lines_are_those_of_the_file_where_liquid_adds_or_removes_some() -> None:
    body = (
        "{% for id in page.actor_ids %}- {{ id }}\n{% endfor %}\n## 0:10 One\n[a](https://a.example)\n"
        "{% comment %}\nsecret\n{% endcomment %}\n## 1:00 Two\n<embed src=x>\n"
    )
    reading = read("title: T\nactor_ids: [ann, bob, kim]", body, site={})
    assert reading.manuscript is not None
    written = body.split("\n")
    first = 5
    read_notes = reading.manuscript.notes
    assert [(chapter.title, chapter.line, chapter.anchor) for chapter in reading.manuscript.chapters] == [
        ("One", first + written.index("## 0:10 One"), "010-one"),
        ("Two", first + written.index("## 1:00 Two"), "100-two"),
    ]
    assert [link.line for link in read_notes.links] == [first + written.index("[a](https://a.example)")]
    assert [line for line, _ in read_notes.anchors] == [chapter.line for chapter in reading.manuscript.chapters]
    assert [(told.rule, told.where.line) for told in reading.findings] == [("embed-removed", first + written.index("<embed src=x>"))]


@pytest.mark.parametrize(
    "text", ["---\ntitle: T\n---\n\n## 0:10 a\n", "\n\n\n\n## 0:10 a\n", "---\r\ntitle: T\r\n---\r\n\r\n## 0:10 a\r\n"]
)
def test_chapters_of_any_markdown_are_told_by_the_lines_of_the_file(text: str) -> None:
    assert chapters_of(text) == (Chapter(start=timedelta(seconds=10), title="a", line=5),)


@pytest.mark.parametrize("fence", ["+++", "---"])
def test_chapters_of_a_file_with_another_engines_head_are_told_by_its_lines(fence: str) -> None:
    text = f'{fence}\ntitle = "0:05 x"\n{fence}\n\n## 0:10 a\n'
    assert chapters_of(text) == (Chapter(start=timedelta(seconds=10), title="a", line=5),)


def test_chapters_in_front_matter_win_over_those_in_the_notes() -> None:
    head = "title: T\nchapters:\n  - 0:05 One\n  - start: 10:06\n    title: Two"
    chapters = (
        Chapter(start=timedelta(seconds=5), title="One", line=3),
        Chapter(start=timedelta(minutes=10, seconds=6), title="Two", line=3),
    )
    assert manuscript(head, "## 0:10 Notes\n").chapters == chapters
    assert chapters_of(f"---\n{head}\n---\n## 0:10 Notes\n") == chapters


@pytest.mark.parametrize(
    ("offset", "starts"), [("15", (25, 75)), ('"0:15"', (25, 75)), ("-0:30", (0, 30)), ("", (10, 60)), ("0", (10, 60))]
)
def test_an_offset_moves_all_chapters(offset: str, starts: tuple[int, ...]) -> None:
    text = f"title: T\nchapters_offset: {offset}", "## 0:10 One\n## 1:00 Two\n"
    assert tuple(chapter.start.seconds for chapter in manuscript(*text).chapters) == starts
    assert tuple(chapter.start.seconds for chapter in chapters_of("---\n{}\n---\n{}".format(*text))) == starts


def test_an_offset_that_is_no_time_is_told_and_moves_nothing() -> None:
    reading = read("title: T\nchapters_offset: a bit", "## 0:10 One\n## 1:00 Two\n")
    assert reading.manuscript is not None
    assert [chapter.start.seconds for chapter in reading.manuscript.chapters] == [10, 60]
    hint = "write seconds or a clock time, as 90 or -0:15"
    assert reading.findings == (finding("error", "chapters-offset", 3, "'a bit' is no time", hint, column=18),)
    assert len(chapters_of("---\nchapters_offset: a bit\n---\n## 0:10 One\n## 1:00 Two\n")) == 2
    assert len(chapters_of("---\nchapters_offset: [1]\n---\n## 0:10 One\n## 1:00 Two\n")) == 2


def test_chapters_that_are_out_of_order_are_told() -> None:
    reading = read("title: T", "## 0:10 One\n## 2:00 Two\n## 1:00 Three\n## 3:00 Four\n")
    assert [(told.level, told.rule) for told in reading.findings] == [("warning", "chapter-order")]


@pytest.mark.parametrize(
    ("head", "transcripts"),
    [
        ("transcript: /transcripts/70.vtt", ("/transcripts/70.vtt",)),
        ("transcript:\n  - 70.vtt\n  - https://a.example/70.srt", ("70.vtt", "https://a.example/70.srt")),
        ("transcripts: [70.vtt]", ("70.vtt",)),
        ("transcript:", ()),
    ],
)
def test_transcripts_are_named_by_path_or_url(head: str, transcripts: tuple[str, ...]) -> None:
    assert manuscript(f"title: T\n{head}").transcripts == transcripts


@pytest.mark.parametrize(
    ("head", "tags"),
    [
        ("tags: git audio", ("git", "audio")),
        ("tags: git, voice over,audio", ("git", "voice over", "audio")),
        ("tags: 収録、編集", ("収録", "編集")),
        ("tags: [git, voice  over, '']", ("git", "voice over")),
        ("tags:\n  - git\n  - 010", ("git", "010")),
        ("tag: voice over", ("voice over",)),
        ("categories: git\ntags: [Git, audio]", ("Git", "audio")),
        ("category: Show news\ncategories: a b", ("Show news", "a", "b")),
        ("tags:", ()),
        ("tags: []", ()),
    ],
)
def test_tags_and_categories_are_read_as_jekyll_reads_them_and_each_counts_once(head: str, tags: tuple[str, ...]) -> None:
    assert manuscript(f"title: t\ndate: 2026-05-29\n{head}").tags == tags


def test_tags_that_are_no_words_are_told_and_left_out() -> None:
    reading = read("title: t\ndate: 2026-05-29\ntags:\n  git: true")
    assert reading.manuscript is not None
    assert reading.manuscript.tags == ()
    assert [(found.level, found.rule, found.where.line) for found in reading.findings] == [("warning", "front-matter-type", 4)]


def test_a_publication_date_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        Manuscript(
            path=PATH,
            digest="d",
            slug="1",
            title="T",
            published=datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
            description="",
            actor_ids=(),
            audio=None,
            notes=Notes(html=""),
        )
