"""What theme authors and pages rely on: escaping, errors with their line, and assets that caches may keep."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from podpipe.errors import ConfigError
from podpipe.model import Artifact
from podpipe.theme import Theme, load_theme


def theme(folder: Path, **templates: str) -> Theme:
    """A theme with the templates given, by name without `.html`."""
    for name, text in templates.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return load_theme(folder)


def test_values_are_escaped(tmp_path: Path) -> None:
    page = theme(tmp_path, page='<p title="{{ text }}">{{ text }}</p>').render("page.html", text="""<b>&"'""")

    assert page == '<p title="&lt;b&gt;&amp;&quot;&#x27;">&lt;b&gt;&amp;&quot;&#x27;</p>'


def test_what_one_template_rendered_enters_another_as_it_is(tmp_path: Path) -> None:
    both = theme(tmp_path, part="<b>{{ text }}</b>", page="<p>{{ part }}</p>")

    assert both.render("page.html", part=both.render("part.html", text="R&B")) == "<p><b>R&amp;B</b></p>"


def test_json_cannot_end_the_script_around_it_and_keeps_order_and_japanese(tmp_path: Path) -> None:
    page = theme(tmp_path, page="<script>{{ data|tojson }}</script>").render("page.html", data={"b": "</script>", "a": "日本"})

    assert page == r'<script>{"b":"\u003c/script\u003e","a":"日本"}</script>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<p>\n{{ missing }}", "page.html:2: 'missing' is undefined"),
        ("\n\n{% if %}", "page.html:3: Expected an expression, got 'end of statement block'"),
        ("\n{{ 1 / count }}", "page.html:2: division by zero"),
        ("\n{{ text|nothing }}", "page.html:2: No filter named 'nothing'."),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        theme(tmp_path, page=text).render("page.html", count=0, text="")

    assert error.value.message == message
    assert error.value.path == str(tmp_path)


def test_a_mistake_in_an_included_template_is_told_with_that_templates_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^part\.html:2: 'missing' is undefined"):
        theme(tmp_path, page='{% include "part.html" %}', part="\n{{ missing }}").render("page.html")


def test_a_missing_template_is_told_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        theme(tmp_path, page="").render("pgae.html")

    assert str(error.value) == "the theme has no template pgae.html (templates: page.html)"


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no folder of templates at"):
        load_theme(tmp_path / "nowhere")


def test_assets_are_named_by_their_content_and_cached_for_ever(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "site.css").write_bytes(b"p{}")
    (tmp_path / "assets" / ".DS_Store").write_bytes(b"")
    digest = hashlib.sha256(b"p{}").hexdigest()[:10]

    opened = theme(tmp_path, page="{{ asset('site.css') }}")

    assert opened.assets() == (
        Artifact(
            key=f"assets/site.{digest}.css",
            content=b"p{}",
            content_type="text/css; charset=utf-8",
            cache_control="public, max-age=31536000, immutable",
        ),
    )
    assert opened.render("page.html") == f"assets/site.{digest}.css"


def test_an_asset_that_is_not_there_is_an_error_that_names_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "site.css").write_bytes(b"")

    with pytest.raises(ConfigError, match=r"the theme has no asset page\.css \(assets: site\.css\)"):
        theme(tmp_path, page="{{ asset('page.css') }}").render("page.html")


def test_an_asset_of_a_kind_that_cannot_be_served_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "tool.exe").write_bytes(b"")

    with pytest.raises(ConfigError, match=r"^tool\.exe is of no kind that a theme can serve"):
        load_theme(tmp_path)


def test_the_themes_of_podpipe_itself_load_nothing_from_elsewhere() -> None:
    own = load_theme(Path(__file__).parent.parent / "templates")

    loaded = b"".join(artifact.content for artifact in own.assets() if isinstance(artifact.content, bytes) and artifact.key[-3:] != "svg")

    assert [artifact.key.partition(".")[0] for artifact in own.assets()] == ["assets/icon", "assets/player", "assets/site"]
    assert b"http" not in loaded
    assert b"@import" not in loaded
