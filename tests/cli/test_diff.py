"""`podpipe diff` and `--allow`, as a person or a script meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from podpipe.cli import main
from tests.made_show import MadeShow, files_below, make_show


@pytest.fixture
def show(tmp_path: Path) -> MadeShow:
    made = make_show(tmp_path / "show", episodes=4)
    assert main(["publish", "--show", str(made.root), "--quiet"]) == 0
    return made


def diff(show: MadeShow, *arguments: str | Path) -> int:
    return main(["diff", "--show", str(show.root), *map(str, arguments)])


def edit(show: MadeShow, number: int, old: str, new: str) -> None:
    path = show.root / f"episodes/2026-01-0{number}-{number}.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def changed(show: MadeShow) -> None:
    """Change a little of everything."""
    show.episode("5", date="2026-01-05 08:00:00 +0900")
    edit(show, 4, "title: 4. A title", "title: Four")
    edit(show, 3, "date: 2026-01-03 08:00", "date: 2026-01-03 09:30")
    edit(show, 3, "Goodbye", "Farewell")
    (show.root / "episodes/2026-01-02-2.md").unlink()


def test_nothing_differs_after_a_publish(show: MadeShow, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert diff(show) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("against file:public: 0 new, 0 gone, 0 changed, 4 as they are\n")


def test_differences_are_shown_episode_by_episode_in_the_order_of_the_feed(show: MadeShow, capsys: pytest.CaptureFixture[str]) -> None:
    changed(show)
    capsys.readouterr()
    before = files_below(show.root)
    assert diff(show) == 1
    out, err = capsys.readouterr()
    assert out == (
        "+ 5. A title\n"
        "~ Four\n"
        "    title: 4. A title → Four\n"
        "~ 3. A title\n"
        "    date: 2026-01-03 08:00:00 +0900 → 2026-01-03 09:30:00 +0900  [date-changed: stops a publish]\n"
        "    chapters: changed\n"
        "    description: changed\n"
        "- 2. A title  [episode-gone: stops a publish]\n"
    )
    assert err.endswith("against file:public: 1 new, 1 gone, 2 changed, 1 as they are\n")
    assert files_below(show.root) == before


def test_harmless_differences_end_with_zero(show: MadeShow, capsys: pytest.CaptureFixture[str]) -> None:
    edit(show, 4, "title: 4. A title", "title: Four")
    capsys.readouterr()
    assert diff(show, "--quiet") == 0
    assert capsys.readouterr() == ("~ Four\n    title: 4. A title → Four\n", "")


def test_as_json_each_episode_that_differs_is_a_line(show: MadeShow, capsys: pytest.CaptureFixture[str]) -> None:
    changed(show)
    settings = show.root / "podpipe.toml"
    settings.write_text(settings.read_text().replace('title = "Test Talk"', 'title = "Talks"'))
    capsys.readouterr()
    assert diff(show, "--json") == 1
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert err == ""
    assert lines[0] == {"state": "show", "kind": "show-title-changed", "level": "warning", "before": "Test Talk", "after": "Talks"}
    assert [(line["state"], line["episode"]) for line in lines[1:]] == [("new", "5"), ("changed", "4"), ("changed", "3"), ("gone", "2")]
    assert lines[2] == {
        "state": "changed",
        "episode": "4",
        "guid": "https://talk.example/episode/4",
        "title": "Four",
        "changes": [{"kind": "title-changed", "level": "info", "before": "4. A title", "after": "Four"}],
    }
    assert [change["kind"] for change in lines[3]["changes"]] == ["date-changed", "chapters-changed", "notes-changed"]


def test_any_feed_can_be_compared_with(show: MadeShow, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.xml"
    other.write_text((show.root / "public/feed.xml").read_text().replace("/audio/4.mp3", "/media/4.mp3"))
    capsys.readouterr()
    assert diff(show, "--against", other) == 1
    out, err = capsys.readouterr()
    assert "    audio: https://talk.example/media/4.mp3 → https://talk.example/audio/4.mp3  [enclosure-changed: stops a publish]" in out
    assert f"against {other}: " in err
    assert diff(show, "--target", f"file:{tmp_path / 'nowhere'}") == 0
    assert "there is no feed to compare with" in capsys.readouterr().err


def test_a_feed_that_is_not_there_is_said_in_a_sentence(show: MadeShow, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(show, "--against", tmp_path / "none.xml") == 1
    assert f"podpipe: {tmp_path / 'none.xml'} cannot be read: No such file or directory" in capsys.readouterr().err
    assert diff(show, "--against", show.root / "podpipe.toml") == 1
    assert "it is no RSS feed" in capsys.readouterr().err


def test_text_from_a_feed_cannot_steer_a_terminal(show: MadeShow, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.xml"
    other.write_text((show.root / "public/feed.xml").read_text().replace("4. A title", "4. A \u202etitle"))
    capsys.readouterr()
    diff(show, "--against", other)
    assert "\u202e" not in capsys.readouterr().out


def test_a_publish_is_refused_with_the_option_that_allows_it_and_goes_on_with_it(
    show: MadeShow, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(show)
    capsys.readouterr()
    publish = ["publish", "--show", str(show.root)]
    assert main(publish) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "episodes/2026-01-03-3.md: error: episode 3 would have another date" in err
    assert "--allow date-changed:3" in err
    assert "feed.xml: error: episode 2 (2. A title) would vanish from the feed [episode-gone]" in err
    assert "podpipe: file:public is left as it was: 2 errors" in err
    assert err.endswith("podpipe: nothing was published: 2 errors, 1 info\n")
    assert main(["plan", "--show", str(show.root), "--allow", "date-changed:3"]) == 1
    assert "a publish would be refused: 1 error, 2 infos" in capsys.readouterr().err
    assert main([*publish, "--allow", "date-changed:3", "--allow", "episode-gone:2"]) == 0
    assert "allowed by --allow" in capsys.readouterr().err
    assert diff(show) == 0


@pytest.mark.parametrize("command", ["publish", "plan"])
def test_a_kind_that_is_none_is_wrong_usage(show: MadeShow, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--show", str(show.root), "--allow", "guid-chnged"])
    assert ended.value.code == 2
    assert "did you mean guid-changed?" in capsys.readouterr().err


def test_a_target_and_another_feed_are_not_compared_with_at_once(show: MadeShow) -> None:
    with pytest.raises(SystemExit) as ended:
        diff(show, "--target", "file:public", "--against", "x.xml")
    assert ended.value.code == 2
