"""Liquid in show notes: the variables, loops and tags that a Jekyll site resolves before Markdown is read."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_CONSTRUCT = re.compile(r"\{%(-?)[ \t]*(\w+)[ \t]*([^%\n]*+(?:%(?!\})[^%\n]*+)*+)%\}")
_POST = re.compile(r"(?:.*/)?([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})-([^/]+)")
_PLACEHOLDER = re.compile(r":[a-z_]+")
_STYLES = {"date": "/:year/:month/:day/:title.html", "pretty": "/:year/:month/:day/:title/", "none": "/:title.html"}
_MARK = re.compile("\x02([0-9]{1,9})\x03")
_VERBATIM = re.compile(r"\{%-?\s*(raw|comment|endraw|endcomment)\b")
_MOST_CONSTRUCTS = 2_000
_OPENING = re.compile(r"\{([{%])-?")
_UNCLOSED = ("expected tag end", "expected one of ('end", "missing tag name", "expected '}}'", "expected '%}'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """What Liquid could not make sense of, and the line of the text, counted from 1, on which it stands."""

    problem: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A text with its Liquid resolved, all that could not be, and for each of its lines the line of the original, counted from 1.

    `lines` is None where every line is still where it was.
    """

    text: str
    problems: tuple[Unresolved, ...] = ()
    lines: tuple[int, ...] | None = None

    def origin(self, line: int) -> int:
        """The line of the original (from 1) that a line of the text (from 1) came of."""
        return line if self.lines is None else self.lines[min(line, len(self.lines)) - 1]


def resolve_liquid(text: str, *, site: Mapping[str, Any], page: Mapping[str, Any]) -> Resolved:
    """Resolve Liquid as Jekyll does, with `site` and `page` as its variables; text without Liquid costs nothing.

    What cannot be resolved is told, and nothing stands in its place, as on a Jekyll site. A text whose tags do not match stays as it is.
    `{% post_url %}` and `{% link %}` become addresses by the show's `permalink`, `{% highlight %}` a fenced block.
    """
    if "{" not in text or ("{{" not in text and "{%" not in text):  # one letter is looked for at many times the speed of two
        return Resolved(text=text)
    broken = _unmatched(text)
    if broken is not None:
        return Resolved(text=text, problems=(broken,))
    problems: list[Unresolved] = []
    prepared = _with_jekyll_tags(text, site, problems)
    rendered = _rendered(_marked(prepared), site=site, page=page, problems=problems, source=text)
    problems.sort(key=lambda problem: problem.line)
    if rendered is None:
        return Resolved(text=text, problems=tuple(problems))
    return _unmarked(rendered, text, tuple(problems))


def _unmatched(text: str) -> Unresolved | None:
    """What python-liquid should not be given, as it takes time without bound over it: braces or `raw` that nothing closes, endless tags."""
    verbatim = ""
    done = constructs = start = 0
    for opening in _OPENING.finditer(text):
        if opening.start() < done:
            continue
        start = opening.start()
        tag = _VERBATIM.match(text, start)
        if verbatim:
            verbatim = "" if tag is not None and tag[1] == f"end{verbatim}" else verbatim
            continue
        constructs += 1
        done = text.find("}}" if opening[1] == "{" else "%}", start) + 2
        if done < 2:
            return Unresolved(problem=f"nothing closes {opening[0]}", line=text.count("\n", 0, start) + 1)
        if constructs > _MOST_CONSTRUCTS:
            return Unresolved(problem=f"more than {_MOST_CONSTRUCTS:,} tags", line=text.count("\n", 0, start) + 1)
        if tag is not None and tag[1] in {"raw", "comment"}:
            verbatim = tag[1]
    return Unresolved(problem=f"nothing closes {verbatim}", line=text.count("\n", 0, start) + 1) if verbatim else None


def _rendered(marked: str, *, site: Mapping[str, Any], page: Mapping[str, Any], problems: list[Unresolved], source: str) -> str | None:
    import liquid

    marks = [(match.start(), int(match[1])) for match in _MARK.finditer(marked)]
    told = dict.fromkeys(problems)

    def tell(problem: str, token: Any) -> None:
        before = bisect_left(marks, (max(token.start_index, 0) if token else 0,))
        found = Unresolved(problem=problem, line=min(marks[before - 1][1] + 1 if before else 1, source.count("\n") + 1))
        if found not in told:
            told[found] = None
            problems.append(found)

    class Unknown(liquid.Undefined):
        """A variable that the site does not know: Jekyll prints nothing, and here it is told. An `if` may ask for it."""

        def __str__(self) -> str:
            tell(str(self.hint or f"'{self.name}' is undefined"), self.token)
            return ""

    class Telling(liquid.Environment):
        loop_iteration_limit = 100_000

        def error(self, exc: Any, msg: str | None = None, token: Any = None) -> None:
            error = exc if isinstance(exc, Exception) else exc(msg, token=token)
            tell(str(error.args[0] if error.args else error), getattr(error, "token", None) or token)

    known = len(problems)
    try:
        rendered = Telling(tolerance=liquid.Mode.LAX, undefined=Unknown).from_string(marked).render(site=site, page=page)
    except liquid.exceptions.LiquidError as error:
        tell(str(error.args[0] if error.args else error), error.token)
        return None
    return None if any(problem.problem.startswith(_UNCLOSED) for problem in problems[known:]) else rendered


def _marked(text: str) -> str:
    """The text with the number of each line at its end, outside of Liquid, so that what loops repeat can be told."""
    if "\x02" in text:
        return text
    parts: list[str] = []
    line = 1
    done = 0
    for opening in _OPENING.finditer(text):
        start = opening.start()
        if start < done:
            continue
        end = text.find("}}" if opening[1] == "{" else "%}", start)
        if end < 0:
            break
        parts.append(_lines_marked(text[done:start], line, after=text[done - 3 : done], before=opening[0]))
        parts.append(text[start : end + 2])
        line += text.count("\n", done, end)
        done = end + 2
    parts.append(_lines_marked(text[done:], line, after=text[max(done - 3, 0) : done], before=""))
    return "".join(parts)


def _lines_marked(piece: str, line: int, *, after: str, before: str) -> str:
    """Text between two constructs with its lines marked, but for the blanks that a dash in either of them takes away."""
    start = len(piece) - len(piece.lstrip()) if after.startswith("-") else 0
    end = max(len(piece.rstrip()), start) if before.endswith("-") else len(piece)
    line += piece.count("\n", 0, start)
    lines = piece[start:end].split("\n")
    marked = "".join(f"{text}\x02{line + index}\x03\n" for index, text in enumerate(lines[:-1]))
    return f"{piece[:start]}{marked}{lines[-1]}{piece[end:]}"


def _unmarked(rendered: str, text: str, problems: tuple[Unresolved, ...]) -> Resolved:
    plain = _MARK.sub("", rendered)
    if plain.count("\n") == text.count("\n") and "\n" in text and _MARK.findall(rendered) == [str(n + 1) for n in range(text.count("\n"))]:
        return Resolved(text=plain, problems=problems)
    last = text.count("\n") + 1
    lines: list[int] = []
    for line in reversed(rendered.split("\n")):
        marks = _MARK.findall(line)
        last = int(marks[0]) if marks else last
        lines.append(last)
    return Resolved(text=plain, problems=problems, lines=tuple(reversed(lines)))


def _with_jekyll_tags(text: str, site: Mapping[str, Any], problems: list[Unresolved]) -> str:
    """The text with Jekyll's own tags resolved, which Liquid does not know; those that include files are told and gone."""
    raw = False
    parts: list[str] = []
    done = 0
    for match in _CONSTRUCT.finditer(text):
        name, argument = match[2], match[3].strip().rstrip("-").strip()
        raw = name in {"raw", "comment"} if name in {"raw", "endraw", "comment", "endcomment"} else raw
        if raw or name not in {"highlight", "endhighlight", "post_url", "link", "include", "include_relative", "include_cached"}:
            continue
        become = _instead(name, argument, site)
        if become is None:
            problem = f"{{% {name} {argument} %}} needs a part of the Jekyll site that podpipe does not have"
            problems.append(Unresolved(problem=problem, line=text.count("\n", 0, match.start()) + 1))
        parts += (text[done : match.start()], become or "")
        done = match.end()
    parts.append(text[done:])
    return "".join(parts)


def _instead(name: str, argument: str, site: Mapping[str, Any]) -> str | None:
    if name == "highlight":
        return f"```{argument.split(' ', maxsplit=1)[0]}"
    if name == "endhighlight":
        return "```"
    base = str(site.get("baseurl") or "").rstrip("/")
    post = _POST.fullmatch(argument.removesuffix(".md").removesuffix(".markdown"))
    if post is not None and (name == "post_url" or "_posts/" in argument):
        path = _permalink(str(site.get("permalink") or "date"), post)
        return None if path is None else base + path
    if name == "link" and argument and "{" not in argument:
        return f"{base}/{argument.removesuffix('.md') + '.html' if argument.endswith('.md') else argument}"
    return None


def _permalink(pattern: str, post: re.Match[str]) -> str | None:
    """A post's path by Jekyll's permalink pattern; None where the pattern asks for what a file's name does not tell."""
    year, month, day, slug = post.groups()
    known = {":title": slug, ":slug": slug, ":year": year, ":month": month.zfill(2), ":day": day.zfill(2), ":categories": ""}
    written = _STYLES.get(pattern, pattern)
    if any(word not in known for word in _PLACEHOLDER.findall(written)):
        return None
    return re.sub("/{2,}", "/", _PLACEHOLDER.sub(lambda word: known[word[0]], written))
