"""Which lists of times are no chapters: timetables, transcripts, corrections, and what was said well."""

from __future__ import annotations

import itertools
import operator
import re
from datetime import timedelta

from podpipe.chapters.lines import Candidate
from podpipe.chapters.times import range_of

_OF_OTHERS = re.compile(
    r"訂正|正誤|誤り|お詫び|勘誤|勘误|更正|errat|corrections?\b|文字起こし|書き起こし|transcript|transkript|untertitel|subtitles",
    re.IGNORECASE,
)
_OF_QUOTATIONS = re.compile(
    r"(?:\btweetables?|(?:^|\W)(?:\w{1,12} )?(?:quotes|quotations|zitate)(?: (?:from|of) th\w{1,2} \w{1,12})?|名言集?|迷言集?|金句)[\W_]*$",
    re.IGNORECASE,
)
_OF_DAYS = re.compile("スケジュール|タイムテーブル|時間割|日程|開催|番組表|営業|opening hours|schedule|timetable", re.IGNORECASE)
_DAY = re.compile(
    r"開場|doors\b|[0-9]月 ?[0-9]{1,2}日|[（(][月火水木金土日](?:・?祝)?[）)]|[月火水木金土日]曜|\bJST\b|\b[ap]\.?m\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    "開場|開演|受付|集合|解散|懇親会|開会|閉会|終了|休憩|昼食|ランチ|doors|registration|lunch|coffee break", re.IGNORECASE
)
_MISTAKE = re.compile("ではなく|正しくは|間違い|應為|應是|应为|更正|instead of|should be|should have been")
_SPEAKER = re.compile(r"[^:：]{1,24}[:：]")
_MORNING, _NIGHT, _LATE, _EVENING = timedelta(minutes=6), timedelta(minutes=30), timedelta(minutes=24), timedelta(minutes=18)
_HOUR = timedelta(minutes=1)
"""What 6:00, 30:00, 24:00, 18:00 and an hour would be as times within a recording. Late-night programmes, which begin in the evening,
count hours beyond 24."""
_SECOND, _STEP, _QUARTER = timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=15)
HALF_HOUR = timedelta(seconds=30)
"""The steps of timetables, likewise. Authors who round the times of chapters do so to 5 seconds as well."""
_CAPTION, _SPEECH = timedelta(seconds=10), timedelta(seconds=90)
"""Captions follow each other, and speakers take turns, faster than that."""
_LABEL = 40


def is_called_other(group: list[Candidate], label: str) -> bool:
    """Whether what stands above a list calls it something else. A long line is a sentence, and no label."""
    labels = [line for line in label.split("\n") if len(line) <= _LABEL] if label else []
    if any(_OF_OTHERS.search(line) or _OF_QUOTATIONS.search(line) for line in labels):
        return True
    return any(_OF_DAYS.search(line) for line in labels) and are_hours(group, _SECOND)


def is_errata(group: list[Candidate]) -> bool:
    """Whether the lines say what was wrong at those times."""
    if _MISTAKE.search("\n".join([found.written for found in group])) is None:
        return False
    return 2 * sum(_MISTAKE.search(found.written) is not None for found in group) >= len(group)


def is_timetable(group: list[Candidate], label: str, body: str) -> bool:
    """Whether the times are hours of a day: in round steps with no long gap, and with some sign of a day besides.

    A sign is a word, ranges that join, or steps that are all of a quarter of an hour or within an hour. Small hours need joining ranges.
    """
    if any(found.start % _STEP for found in group):
        return False  # nearly all lists end here
    starts = [found.start for found in group]
    gap = max(map(operator.sub, starts[1:], starts), default=timedelta(0))
    if not are_hours(group, _STEP):
        return gap <= 4 * _HOUR and starts[0] >= _HOUR and _ranges_join(group, body, HALF_HOUR)
    if gap <= 8 * _HOUR and any(_OPENING.search(found.written) for found in group):
        return True
    if gap <= 4 * _HOUR and (_DAY.search(label) or _ranges_join(group, body, _STEP)):
        return True
    in_quarters = gap <= 3 * _HOUR and are_hours(group, _QUARTER)
    return in_quarters or gap <= _HOUR if len(group) > 2 else in_quarters and group[0].kind == "plain"


def are_hours(group: list[Candidate], step: timedelta) -> bool:
    """Whether all the times may be those of one day, in such steps."""
    if not all(_MORNING <= found.start < _NIGHT and not found.start % step for found in group):
        return False
    return group[0].start >= _EVENING or all(found.start < _LATE for found in group)


def _ranges_join(group: list[Candidate], body: str, step: timedelta) -> bool:
    """Whether each line tells when it ends, and the next begins there, all in such steps."""
    if len(group) < 3:
        return False
    ranges = [range_of(body, found.place) for found in group]
    if not all(end is not None and not start % step and not end % step for start, end in ranges):
        return False
    return all(earlier[1] == later[0] for earlier, later in itertools.pairwise(ranges))


def is_transcript(group: list[Candidate]) -> bool:
    """Whether the lines are what was said: by speakers that come again, at the pace of captions, or at great length."""
    many = len(group)
    if many < 4:
        return False
    titles = [found.written.lstrip("*_") for found in group]
    if sum(map(len, titles)) > 400 * many and sum(len(found.title()) for found in group) > 400 * many:
        return True
    if many < 8:
        return False
    if len(set(titles)) <= many / 3:
        return True
    starts = [found.start for found in group]
    pace = sorted(map(operator.sub, starts[1:], starts))[(many - 1) // 2]
    if pace >= _SPEECH:
        return False
    speakers = [speaker[0] for title in titles if (speaker := _SPEAKER.match(title)) is not None]
    return (len(speakers) > 0.7 * many and 1 < len(set(speakers)) <= max(many / 4, 2)) or (many > 11 and pace < _CAPTION)
