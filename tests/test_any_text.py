"""Whatever stands in an episode's file, reading it ends well: with an episode or an error, and chapters that make sense."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.fragments import FENCES, FRONT, MARKERS, TEXT, TIMES
from tests.fuzz.reading import read_anything

# How long an example takes says nothing here, as the machine may be busy; and the same examples every time make a failure everybody's.
SETTINGS = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)

LINES = st.tuples(st.sampled_from(MARKERS), st.lists(st.sampled_from((*TIMES, *TEXT)), max_size=4)).map(
    lambda line: line[0] + " ".join(line[1])
)
BODIES = st.lists(LINES, max_size=25).map("\n".join)
HEADS = st.tuples(st.sampled_from(FENCES), st.lists(st.sampled_from(FRONT), max_size=10).map("\n".join), st.sampled_from(FENCES)).map(
    lambda parts: f"{parts[0]}{parts[1]}\n{parts[2]}"
)
SOUND_HEAD = "---\ntitle: 1. A title\ndate: 2026-05-29\n---\n"


@SETTINGS
@given(st.text(max_size=400), st.booleans())
def test_any_text_at_all_is_read(text: str, jekyll: bool) -> None:
    read_anything(text, jekyll=jekyll)


@SETTINGS
@given(BODIES, st.booleans())
def test_any_show_notes_below_sound_front_matter_are_an_episode(body: str, jekyll: bool) -> None:
    assert read_anything(SOUND_HEAD + body, jekyll=jekyll).manuscript


@SETTINGS
@given(HEADS, BODIES)
def test_any_front_matter_is_an_episode_or_an_error(head: str, body: str) -> None:
    read_anything(head + body, jekyll=False)
