"""Themes: a folder of Jinja templates, and beside them the style sheets, scripts and pictures that its pages load."""

from __future__ import annotations

import functools
import hashlib
import html
import json
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podpipe.errors import ConfigError
from podpipe.model import Artifact

_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_NOT_PAGES = ("assets/", "new_show/")
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A folder of templates, opened by `load_theme`. Templates call `asset(name)` for the key of a file in its `assets` folder."""

    folder: Path
    environment: Any
    files: Mapping[str, Artifact]

    def render(self, name: str, /, **values: object) -> str:
        """Fill in one template. Every value is escaped, save what a template of this theme rendered before.

        Raises ConfigError with the template's name and line when it is missing, is not Jinja, or uses a value that it was not given.
        """
        import jinja2
        from markupsafe import Markup

        try:
            # Template output is markup by its nature; the values in it were escaped on their way in.
            return Markup(self.environment.get_template(name).render(values))  # noqa: S704 - see above
        except jinja2.TemplateNotFound as error:
            known = ", ".join(sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.html"))) or "none"
            raise ConfigError(f"the theme has no template {error.name}", path=str(self.folder), hint=f"templates: {known}") from error
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise ConfigError(f"{_place(error, self.folder, name)}: {error}", path=str(self.folder), hint="correct the template") from error

    def asset(self, name: str) -> str:
        """The key under which a file of the `assets` folder is published; it changes with the file's content, so caches may keep it."""
        try:
            return self.files[name].key
        except KeyError:
            known = ", ".join(self.files) or "none"
            raise ConfigError(f"the theme has no asset {name}", path=str(self.folder), hint=f"assets: {known}") from None

    def assets(self) -> tuple[Artifact, ...]:
        """Everything in the `assets` folder, by name, to be cached for ever."""
        return tuple(self.files.values())


def load_ahead(templates: Path) -> None:
    """Do what takes time before the first page can be made: load Jinja, and compile the templates, which this process then remembers."""
    environment = load_theme(templates).environment
    for name in environment.list_templates(extensions=["html"]):
        if not name.startswith(_NOT_PAGES):
            environment.get_template(name)


def load_theme(templates: Path) -> Theme:
    """Open a folder of templates. Raises ConfigError where there is none, or where an asset cannot be read or served."""
    import jinja2

    if not templates.is_dir():
        raise ConfigError(
            f"there is no folder of templates at {templates}", path=str(templates), hint="create it, or leave the setting out"
        )
    environment = _environment_class()(
        loader=jinja2.FileSystemLoader(templates),
        bytecode_cache=_compiled(),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["json.dumps_function"] = _json
    theme = Theme(folder=templates, environment=environment, files=_read_assets(templates / "assets"))
    environment.globals["asset"] = theme.asset
    return theme


@functools.cache
def _environment_class() -> Any:
    """Jinja's environment, made to escape text to text.

    Jinja wraps every value that it escapes in an object of its own, which a page with a hundred values never looks at again: that takes a
    fifth of the time of a page. Where a later Jinja does not ask here, it escapes in its own way.
    """
    from jinja2 import Environment
    from jinja2.compiler import CodeGenerator

    class PlainCode(CodeGenerator):
        def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
            if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
                self.write("environment.escaped(")
            else:
                super()._output_child_pre(node, frame, finalize)

    class PlainEnvironment(Environment):
        code_generator_class = PlainCode
        escaped = staticmethod(_escaped)

    return PlainEnvironment


@functools.cache
def _compiled() -> Any:
    """What this process has compiled, by the template's text: a preview and processes forked from this one need not do it again."""
    from jinja2 import BytecodeCache

    class Remembered(BytecodeCache):
        def __init__(self) -> None:
            self._code: dict[tuple[str, str], Any] = {}

        def load_bytecode(self, bucket: Any) -> None:
            bucket.code = self._code.get((bucket.key, bucket.checksum))

        def dump_bytecode(self, bucket: Any) -> None:
            self._code[bucket.key, bucket.checksum] = bucket.code

    return Remembered()


def _escaped(value: object) -> str:
    """A value as text that is safe in HTML and in an attribute's quotes; markup, which a template rendered before, as it is."""
    if type(value) is str:
        return html.escape(value)
    import markupsafe

    # What is markup already is joined with the texts around it as it is.
    return value if type(value) is markupsafe.Markup else str(markupsafe.escape(value))


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _json(value: object, **_: object) -> str:
    """What `|tojson` writes before Jinja makes it safe within a script element: keys in their order, Japanese as it is."""
    return _ENCODER.encode(value)


def _read_assets(folder: Path) -> dict[str, Artifact]:
    paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")) if folder.is_dir() else []
    return {path.name: _asset(path) for path in paths}


def _asset(path: Path) -> Artifact:
    content_type = _CONTENT_TYPES.get(path.suffix.lower())
    if content_type is None:
        raise ConfigError(f"{path.name} is of no kind that a theme can serve", path=str(path), hint=f"one of: {', '.join(_CONTENT_TYPES)}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error.strerror}", path=str(path), hint="check its permissions") from error
    digest = hashlib.sha256(content).hexdigest()[:10]
    return Artifact(key=f"assets/{path.stem}.{digest}{path.suffix}", content=content, content_type=content_type, cache_control=_FOREVER)


def _place(error: Exception, folder: Path, name: str) -> str:
    """Template and line of an error: a syntax error knows its own, any other has the template's frames in its traceback."""
    import jinja2

    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"{error.name or name}:{error.lineno}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).is_relative_to(folder):
            return f"{Path(frame.filename).relative_to(folder).as_posix()}:{frame.lineno}"
    return name
