"""HTTP/1.1 messages as they come over a connection, whole and byte for byte, for a proxy that must not change any."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import BinaryIO

_BODILESS = frozenset({204, 304})
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer as it came: the start line's words, the fields by lower-case name, and every byte of it."""

    words: tuple[str, ...]
    fields: dict[str, str]
    raw: bytes

    @property
    def status(self) -> int:
        return int(self.words[1])

    @property
    def ends_connection(self) -> bool:
        return self.fields.get("connection", "").lower() == "close" or "HTTP/1.0" in self.words


def read_request(source: BinaryIO, client: socket.socket) -> Message | None:
    """The next request, whole; None where the client has none. A client that waits to be told so is told to send the body."""
    head = _read_head(source)
    if head is None:
        return None
    if head.fields.get("expect", "").lower() == "100-continue":
        client.sendall(_CONTINUE)
    return _with_body(head, source, until_end=False)


def read_answer(source: BinaryIO, method: str) -> Message:
    """The final answer to a request, whole, without the interim ones before it. Raises EOFError where the connection ends first."""
    while (head := _read_head(source)) is not None:
        if head.status >= 200:
            return head if method == "HEAD" or head.status in _BODILESS else _with_body(head, source, until_end=True)
    raise EOFError


def _read_head(source: BinaryIO) -> Message | None:
    lines = [source.readline()]
    while lines[-1].endswith(b"\n") and lines[-1] != b"\r\n":
        lines.append(source.readline())
    if not lines[-1]:
        if len(lines) == 1:
            return None
        raise EOFError
    fields = (line.decode("latin-1").partition(":") for line in lines[1:-1])
    found = {name.strip().lower(): value.strip() for name, _, value in fields}
    return Message(tuple(lines[0].decode("latin-1").split()), found, b"".join(lines))


def _with_body(head: Message, source: BinaryIO, *, until_end: bool) -> Message:
    if "chunked" in head.fields.get("transfer-encoding", "").lower():
        body = b"".join(_chunks(source))
    elif "content-length" in head.fields:
        body = _exactly(source, int(head.fields["content-length"]))
    elif until_end:
        return Message((*head.words, "HTTP/1.0"), head.fields, head.raw + source.read())  # its end is the connection's
    else:
        body = b""
    return Message(head.words, head.fields, head.raw + body)


def _chunks(source: BinaryIO) -> list[bytes]:
    """A chunked body as it came, up to and with the trailer."""
    pieces: list[bytes] = []
    while True:
        pieces.append(source.readline())
        size = int(pieces[-1].partition(b";")[0] or b"0", 16)
        if not size:
            break
        pieces.append(_exactly(source, size + 2))
    while pieces[-1] != b"\r\n":
        pieces.append(source.readline())
        if not pieces[-1]:
            raise EOFError
    return pieces


def _exactly(source: BinaryIO, size: int) -> bytes:
    data = source.read(size)
    if len(data) < size:
        raise EOFError
    return data
