"""Which kind of audio a file is by its content, whatever it is called."""

from __future__ import annotations

from podpipe.audio.formats import AAC, FLAC, MP3, MP4, OGG_FLAC, OPUS, VORBIS, WAV, Kind
from podpipe.audio.frames import ADTS, MPEG
from podpipe.audio.id3_sizes import int_of
from podpipe.audio.window import Window

_STARTS: tuple[tuple[bytes, Kind | str], ...] = (
    (b"fLaC", FLAC),
    (b"RIFF", WAV),
    (b"RF64", WAV),
    (b"FORM", "AIFF"),
    (b"0&\xb2u\x8ef\xcf\x11", "Windows Media"),
    (b"\x1aE\xdf\xa3", "Matroska or WebM"),
    (b"FLV", "Flash video"),
    (b"\x00\x00\x01\xba", "MPEG video"),
    (b"ADIF", "AAC without frames (ADIF)"),
    (b"wvpk", "WavPack"),
    (b"MAC ", "Monkey's Audio"),
    (b"#!AMR", "AMR"),
    (b"caff", "a Core Audio file"),
)
"""How files of each kind begin; a word for people stands for what podcast apps do not play."""

_OGG_STREAMS: tuple[tuple[bytes, Kind | str], ...] = (
    (b"\x01vorbis", VORBIS),
    (b"OpusHead", OPUS),
    (b"\x7fFLAC", OGG_FLAC),
    (b"Speex   ", "Speex"),
    (b"\x80theora", "Ogg video"),
)
_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_LOOK = 4096

SEARCHED = 1 << 18
"""How many bytes may lie before an MP3's first frame."""


def detect(file: Window) -> Kind | str | None:
    """What a file is by its content, whatever its name: a word for people where apps do not play it, None where nothing is known."""
    begin = after_id3(file)
    head = file.part(begin, _LOOK)
    if head.startswith(b"OggS"):
        return next((kind for start, kind in _OGG_STREAMS if start in head), None)
    found = MP4 if head[4:8] in _BOXES else next((kind for start, kind in _STARTS if head.startswith(start)), None)
    if found is WAV and head[8:12] != b"WAVE":
        return "AVI video" if head[8:12] == b"AVI " else None
    if found is None and ADTS.stream(file, begin, within=512) is not None:
        return AAC
    if found is None and MPEG.stream(file, begin, within=SEARCHED) is not None:
        return MP3
    return found


def after_id3(file: Window) -> int:
    """Where the content begins: behind any ID3v2 tags, as some programs stack several (ID3v2.4.0, section 3.1)."""
    begin = 0
    while (header := file.part(begin, 10)).startswith(b"ID3") and len(header) == 10 and max(header[6:]) < 0x80:
        footer = 10 if header[5] & 0x10 else 0
        begin += 10 + int_of(header[6:], 4) + footer
    return begin
