"""What `podpipe fix` writes: each mend, what is left alone, and that an episode says the same afterwards."""

from __future__ import annotations

import time
from datetime import timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podpipe.errors import SourceError
from podpipe.fixing import mended
from podpipe.frontmatter import split_front_matter
from podpipe.manuscript import Reading, read_manuscript
from podpipe.model import SourceFile
from podpipe.settings import load_settings
from tests.conftest import SHOWS

TOKYO = timezone(timedelta(hours=9))


def fixed(head: str, *, clear: tuple[str, ...] = ()) -> str:
    """The front matter after mending, of a file whose other parts must stay as they are, and that needs mending once only."""
    body = "\nSee: this\u2028 \t\ndate: 2019-1-2 \n---\ntitle: x \n"
    text = mended(f"---\n{head}\n---\n{body}", zone=TOKYO, clear=clear)
    assert text.startswith("---\n")
    assert text.endswith(f"\n---\n{body}")
    assert mended(text, zone=TOKYO, clear=clear) == text
    return text.removeprefix("---\n").removesuffix(f"\n---\n{body}")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("2019-5-9 08:00:00 +0900", "2019-05-09 08:00:00 +0900"),
        ("2019-05-09 8:00:00 -0330", "2019-05-09 08:00:00 -0330"),
        ("2019/5/9 8:05", "2019-05-09 08:05:00"),
        ("2019/5/9", "2019-05-09"),
        ("Thu, 9 May 2019 08:00:00 +0900", "2019-05-09 08:00:00 +0900"),
        ("May 9, 2019", "2019-05-09"),
        ("2019年5月9日 8時", "2019-05-09 08:00:00"),
        ("1557356400", "2019-05-09 08:00:00 +0900"),
        ("“2019-05-09”", "2019-05-09"),
        ("'2019-5-9'", "'2019-05-09'"),
        ("2019-5-9 # recorded in April", "2019-05-09 # recorded in April"),
    ],
)
def test_a_date_is_written_in_full_with_the_zone_that_it_names(written: str, canonical: str) -> None:
    assert fixed(f"date: {written}") == f"date: {canonical}"


@pytest.mark.parametrize(
    "written",
    [
        "2019-05-09",
        "2019-05-09 08:00",
        "2019-05-09 08:00:00",
        "2019-05-09 08:00:00 +0900",
        "2019-05-09T08:00:00Z",
        "2019-05-09T08:00:00+09:00",
        "2019-05-09T08:00:00.5Z",
        "soon",
        "2019-02-30",
        "",
    ],
)
def test_a_date_that_is_fine_or_is_none_stays(written: str) -> None:
    assert fixed(f"date: {written}") == f"date: {written}"


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ("audio_file_size: 76,639,005", "audio_file_size: 76639005"),
        ("audio_file_size: ７６６３９００５", "audio_file_size: 76639005"),
        ('audio_file_size: "76,639,005"', 'audio_file_size: "76639005"'),
        ("audio_file_size: 12 MB", "audio_file_size: 12 MB"),
        ("audio_file_size: big", "audio_file_size: big"),
        ("duration: “57:00”", 'duration: "57:00"'),
        ('duration: "57:00 "', 'duration: "57:00"'),
        ("duration: 62 min", 'duration: "01:02:00"'),
        ("duration: 1時間2分", 'duration: "01:02:00"'),
        ("duration: ２８：３０", 'duration: "28:30"'),
        ("duration: 10:06", "duration: 10:06"),
        ("duration: 5158", "duration: 5158"),
        ("duration: 5158.5", "duration: 5158.5"),
        ("duration: an hour", "duration: an hour"),
        ("audio_file_path: “/audio/1.mp3”", "audio_file_path: /audio/1.mp3"),
        ('audio_file_path: " /audio/1.mp3"', 'audio_file_path: "/audio/1.mp3"'),
        ("audio_file_url: https://cdn.example/1.mp3 ", "audio_file_url: https://cdn.example/1.mp3"),
        ("title: “Quoted” by its author", "title: “Quoted” by its author"),
        ("title: “Quoted”", "title: “Quoted”"),
    ],
)
def test_a_figure_is_written_as_podpipe_writes_it(head: str, after: str) -> None:
    assert fixed(head) == after


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ("title: LLM: a talk", 'title: "LLM: a talk"'),
        ('title: LLM: a "talk"', "title: 'LLM: a \"talk\"'"),
        ("title: @asano", 'title: "@asano"'),
        ("title: 'it's'", 'title: "it\'s"'),
        ('title: "A" talk', "title: '\"A\" talk'"),
        ("title: [A] talk", 'title: "[A] talk"'),
        ("title: 100% `code`: x", 'title: "100% `code`: x"'),
        ("title:Talk", "title: Talk"),
        ("date: 2019-01-01\ntitle：Talk", "date: 2019-01-01\ntitle: Talk"),
        ("actor_ids:\n  - @ann\n  - bob", 'actor_ids:\n  - "@ann"\n  - bob'),
        ("title: a: b\ndescription: c: d\nslug: @x", 'title: "a: b"\ndescription: "c: d"\nslug: "@x"'),
        ("title: Talk #1", 'title: "Talk #1"'),
        ("title: Talk # a remark", "title: Talk # a remark"),
    ],
)
def test_a_value_that_yaml_cannot_read_as_it_looks_is_put_in_quotes(head: str, after: str) -> None:
    assert fixed(head) == after


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ("actor_ids:\n  -\tann\n  -\t\tbob", "actor_ids:\n  - ann\n  - bob"),
        ("actor_ids:\n\t- ann\n\t- bob", "actor_ids:\n  - ann\n  - bob"),
        ("title: a\n\t\nslug: b", "title: a\n\nslug: b"),
        ("title: a: b\nactor_ids:\n-\tann", 'title: "a: b"\nactor_ids:\n- ann'),
        ("title: a \t\nactor_ids:\n  - ann\t\n  - bob  ", "title: a\nactor_ids:\n  - ann\n  - bob"),
        ("title: a\u3000", "title: a"),
        ("duration: \ndescription:\t", "duration: \ndescription:\t"),
        ("notes: |\n  a  \n  b", "notes: |\n  a  \n  b"),
    ],
)
def test_tabs_and_trailing_blanks_go_where_they_mean_nothing(head: str, after: str) -> None:
    assert fixed(head) == after


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ("title: a\ndate: 2019-01-01\ntitle: a", "title: a\ndate: 2019-01-01"),
        ("actor_ids:\n- ann\nactor_ids:\n- ann \ntitle: a", "actor_ids:\n- ann\ntitle: a"),
        ("title: a\ntitle: b", "title: a\ntitle: b"),
        ("title: a\ntitle: b\ntitle: a", "title: a\ntitle: b\ntitle: a"),
        ("actor_ids:\n- ann\nactor_ids:\n- bob", "actor_ids:\n- ann\nactor_ids:\n- bob"),
    ],
)
def test_of_two_entries_that_are_alike_one_goes(head: str, after: str) -> None:
    assert fixed(head) == after


def test_figures_that_are_measured_are_blanked_on_request() -> None:
    head = "audio_file_size: 12 MB # about\nduration: 'an hour'\ntitle: T"
    assert fixed(head, clear=("audio_file_size", "duration")) == "audio_file_size: # about\nduration:\ntitle: T"


@pytest.mark.parametrize("rest", ["\n\n# Notes\n", "\r\n\r\n# Notes", "\n", "\r\n", "\n\n\n"])
def test_front_matter_without_an_end_gets_one_where_it_plainly_ends(rest: str) -> None:
    ending = "\r\n" if "\r" in rest else "\n"
    head = f"---{ending}title: T{ending}date: 2019-01-01"
    assert mended(head + rest, zone=TOKYO) == f"{head}{ending}---{rest}"


def test_a_last_line_that_ends_with_nothing_still_does() -> None:
    assert mended("---\ntitle: T\ndate: 2019-01-01", zone=TOKYO) == "---\ntitle: T\ndate: 2019-01-01\n---"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Notes only\n\n---\ntitle: x: y\ndate: 2019-1-1\n",
        "---\ntitle: T\n\ndate: 2019-1-1\n\nNotes\n",
        "---\ntitle: T\n\n# Notes\n",
        '---\ntitle: "a\nb: 1\n---\n',
        "---\n- a\n- b\n---\n",
        "---\na: 1\n\tb: 2\n---\n",
        "---\ntitle: a\n indented: x\n---\n",
        "---\n---\n",
        '{\n  "title": "T" \n}\nNotes \n',
        "+++\ntitle = 'T' \n+++\n---\ntitle: a: b\n---\n",
    ],
)
def test_what_is_no_front_matter_or_can_mean_several_things_stays(text: str) -> None:
    assert mended(text, zone=TOKYO) == text


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["---", "...", "----"])
def test_line_endings_marks_and_fences_stay_as_they_are(ending: str, mark: str, end: str) -> None:
    text = f"{mark}---\ntitle: a: b\ndate: 2019-1-2\ntitle: a: b\n{end}\n\nNotes \nend".replace("\n", ending)
    after = f'{mark}---\ntitle: "a: b"\ndate: 2019-01-02\n{end}\n\nNotes \nend'.replace("\n", ending)
    assert mended(text, zone=TOKYO) == after


@pytest.mark.parametrize("show", SHOWS)
def test_real_episodes_read_the_same_after_mending_and_need_it_once(shared: Path, show: str) -> None:
    settings = load_settings(shared / "shows" / show)
    zone = ZoneInfo(settings.show.timezone)

    def read(path: Path, text: str) -> Reading:
        plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
        return read_manuscript(SourceFile(path=path.name, text=plain, digest=""), zone=zone, site=settings.liquid)

    for path in sorted((shared / "shows" / show / "_posts").iterdir()):
        text = path.read_bytes().decode()
        after = mended(text, zone=zone)
        assert mended(after, zone=zone) == after
        assert read(path, after) == read(path, text), path.name


@pytest.mark.parametrize(
    "line",
    ["k: v \n", "k: 'v \n", "title: a: b\n", "-\tx\n", "[\n", "title: " + "a: " * 300 + "\n", "k: v #x\n", "---\n", "\ufeff---\n", " \n"],
)
def test_a_long_file_of_anything_is_answered_soon(line: str) -> None:
    begun = time.process_time()
    mended("---\n" + line * (1_000_000 // len(line)), zone=TOKYO)
    mended("---\n" + line * 400 + "---\n" + line * (1_000_000 // len(line)), zone=TOKYO)
    assert time.process_time() - begun < 10


LINES = st.sampled_from(
    [
        "---",
        "...",
        "title: a: b",
        "title: 'it's'",
        "title: T #1 ",
        "date: 2019-1-2",
        "date: Thu, 9 May 2019 08:00:00 +0900",
        "duration: “57:00” ",
        "audio_file_size: 1,234 # x",
        "actor_ids:",
        "  - ann",
        "  -\tann ",
        "\t- bob",
        "- @x",
        "\t",
        "",
        "d: |",
        "  a  ",
        '"a',
        "a: [b",
        "]",
        "title：x",
        "title:x",
        "# c",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(LINES | st.text(max_size=12), max_size=14), st.sampled_from(["\n", "\r\n"]))
def test_whatever_stands_there_is_mended_once_and_says_the_same(lines: list[str], ending: str) -> None:
    text = ending.join(["---", *lines])
    after = mended(text, zone=TOKYO)
    assert mended(after, zone=TOKYO) == after
    try:
        before = split_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"), path="")
    except SourceError:
        return
    now = split_front_matter(after.replace("\r\n", "\n").replace("\r", "\n"), path="")
    cut = {key for key, _, _ in before.cut}
    assert (now.body, set(now.values)) == (before.body, set(before.values))
    kept = set(before.values) - cut - {"date", "duration", "audio_file_size", "audio_file_path", "audio_file_url"}
    same = {key: value.strip() if isinstance(value, str) else value for key, value in before.values.items() if key in kept}
    assert {key: value.strip() if isinstance(value, str) else value for key, value in now.values.items() if key in kept} == same
