"""Texts that are not UTF-8: what encoding an author is told to convert from."""

from __future__ import annotations

from pathlib import Path

import pytest

from podpipe.charset import seems_to_be
from tests.conftest import SHOWS

TEXT = "---\ntitle: 1. はじめての収録\n---\nプログラミングの話をしました。\n"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (TEXT.encode("cp932"), "Shift_JIS"),
        (TEXT.encode("euc_jp"), "EUC-JP"),
        (TEXT.encode("cp932")[:-4], "Shift_JIS"),
        (TEXT.encode("utf-16"), "UTF-16"),
        ("title: Größe und Café, naïve".encode("cp1252"), None),
        ("заголовок: первый выпуск".encode("cp1251"), None),
        (b"\xff\x00\x01", None),
        (b"", None),
    ],
)
def test_the_encoding_is_told_where_it_can_be(content: bytes, name: str | None) -> None:
    assert seems_to_be(content) == name


@pytest.mark.parametrize("show", SHOWS)
@pytest.mark.parametrize(("codec", "name"), [("cp932", "Shift_JIS"), ("euc_jp", "EUC-JP")])
def test_real_episodes_in_an_old_encoding_are_recognised(shared: Path, show: str, codec: str, name: str) -> None:
    for path in sorted((shared / "shows" / show / "_posts").iterdir()):
        content = path.read_text(encoding="utf-8-sig").encode(codec, "ignore")
        assert content.isascii() or seems_to_be(content) == name, path.name
