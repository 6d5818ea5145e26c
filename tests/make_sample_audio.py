"""Makes the sample show's audio and pictures again, and the artwork that a new show begins with: `python -m tests.make_sample_audio`.

It needs espeak-ng for the voices and ffmpeg for the M4A, and prints when each part of an episode begins: every part starts on a full
second, so that the chapters in the show notes can say so exactly.
"""

from __future__ import annotations

import array
import io
import math
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_ROOT = Path(__file__).resolve().parent.parent
_AUDIO = _ROOT / "episodes" / "audio"
_IMAGES = _ROOT / "episodes" / "images"
_PLACEHOLDER = _ROOT / "templates" / "new_show" / "artwork.jpg"
_RATE = 22_050
_LOUDEST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one voice says without a pause; a part that begins a chapter is announced by two notes."""

    voice: str
    text: str
    chapter: bool = False


_MIO = "ja+f2"
_REN = "ja+m3"
_SORA = "ja+f5"
_REN_EN = "en-gb+m3"
_SORA_EN = "en-us+f4"

# espeak-ng reads no Chinese characters, so the Japanese parts are written as they sound.
_EPISODES: dict[str, tuple[Part, ...]] = {
    "001.mp3": (
        Part(
            voice=_MIO,
            text="こんにちは。まいくとこみっと、みおです。ぽっどきゃすとの、つくりかたを、はなす、ばんぐみです。",
            chapter=True,
        ),
        Part(voice=_REN, text="れんです。えぴそーどは、まーくだうんで、かいています。"),
        Part(voice=_MIO, text="なぜ、ぎっとで、かんりするのでしょうか。", chapter=True),
        Part(voice=_REN, text="だれが、いつ、なぜ、なおしたかが、のこるからです。まえの、じょうたいにも、もどせます。"),
        Part(voice=_SORA, text="そらです。しょうのーとの、れびゅーも、ぷるりくえすとで、できますね。", chapter=True),
        Part(voice=_REN, text="はい。りんくぎれも、こうかいの、まえに、みつかります。"),
        Part(voice=_MIO, text="さいごに、ろくおんの、こつです。まいくは、くちから、こぶし、ひとつぶん。へやは、しずかに。", chapter=True),
        Part(voice=_SORA, text="では、またじかい。ありがとうございました。"),
    ),
    "002.m4a": (
        Part(voice=_REN_EN, text="Hello, and welcome to Mic and Commit. I am Ren. Today we talk in English, about chapters.", chapter=True),
        Part(voice=_SORA_EN, text="And I am Sora. Chapters let a listener jump to the part that they came for."),
        Part(
            voice=_REN_EN,
            text="How do you write one? Put the time and a title on a line of your show notes. That is all.",
            chapter=True,
        ),
        Part(voice=_SORA_EN, text="The page, the feed and the chapter file are then made from that one line."),
        Part(voice=_SORA_EN, text="My advice on titles: say what is in it, and keep it short. Players cut off long ones.", chapter=True),
        Part(voice=_REN_EN, text="And never number them. The player does that already."),
        Part(voice=_REN_EN, text="That was it for today. The links are in the show notes. Goodbye!", chapter=True),
    ),
    "003.mp3": (
        Part(voice=_MIO, text="みおです。きょうは、みじかい、おしらせです。", chapter=True),
        Part(voice=_MIO, text="らいげつから、まいしゅう、げつようびに、はいしんします。おたよりも、おまちしています。"),
    ),
}


def main() -> None:
    """Write every file, and say where each chapter begins and how long and large each episode is."""
    _make_pictures()
    _AUDIO.mkdir(parents=True, exist_ok=True)
    for name, parts in _EPISODES.items():
        samples, starts = _recording(parts)
        content = _as_m4a(samples) if name.endswith(".m4a") else _as_mp3(samples)
        (_AUDIO / name).write_bytes(content)
        chapters = ", ".join(f"{start // 60}:{start % 60:02}" for start in starts)
        print(f"{name}: {len(content)} bytes, {len(samples) / _RATE:.2f} s; chapters at {chapters}")


def _recording(parts: tuple[Part, ...]) -> tuple[array.array[int], list[int]]:
    """An episode's samples, and the second at which each of its chapters begins."""
    samples = _jingle()
    starts: list[int] = []
    for part in parts:
        if part.chapter:
            if starts:
                samples += _notes((659.3, 987.8), seconds=0.9)
            samples += _silence(-len(samples) % _RATE / _RATE)
            starts.append(len(samples) // _RATE)
        else:
            samples += _silence(0.35)
        samples += _speech(part)
    samples += _silence(0.4) + _jingle()
    return samples, starts


def _speech(part: Part) -> array.array[int]:
    speed = "135" if part.voice.startswith("ja") else "155"
    command = ["espeak-ng", "-v", part.voice, "-s", speed, "--stdout", "--stdin"]
    spoken = subprocess.run(command, input=part.text.encode(), capture_output=True, check=True, timeout=60).stdout
    with wave.open(io.BytesIO(spoken)) as file:
        if file.getframerate() != _RATE:
            raise SystemExit(f"espeak-ng speaks at {file.getframerate()} Hz, not {_RATE}")
        samples = array.array("h", spoken[44:])  # its WAV header does not know the length of what is written to a pipe
    peak = max(map(abs, samples))
    return array.array("h", (sample * _LOUDEST // peak for sample in samples))


def _jingle() -> array.array[int]:
    """Four plucked notes up, and a chord that fades."""
    return _notes((392.0, 493.9, 587.3, 784.0), seconds=2.6)


def _notes(pitches: tuple[float, ...], *, seconds: float) -> array.array[int]:
    """Notes that begin a quarter of a second apart and ring on into each other."""
    mixed = [0.0] * round(seconds * _RATE)
    for index, pitch in enumerate(pitches):
        first = round(index * 0.25 * _RATE)
        for n in range(len(mixed) - first):
            time = n / _RATE
            tone = math.sin(math.tau * pitch * time) + 0.35 * math.sin(math.tau * 2 * pitch * time)
            mixed[first + n] += tone * math.exp(-4.5 * time) * min(1.0, time * 200)
    fade = round(0.1 * _RATE)
    peak = max(map(abs, mixed))
    return array.array("h", (round(value / peak * _LOUDEST * 0.6 * min(1.0, (len(mixed) - n) / fade)) for n, value in enumerate(mixed)))


def _silence(seconds: float) -> array.array[int]:
    return array.array("h", bytes(2 * round(seconds * _RATE)))


def _as_mp3(samples: array.array[int]) -> bytes:
    import lameenc

    encoder = lameenc.Encoder()
    encoder.set_in_sample_rate(_RATE)
    encoder.set_bit_rate(24)
    encoder.set_channels(1)
    encoder.set_quality(2)
    encoder.silence()
    return bytes(encoder.encode(samples.tobytes()) + encoder.flush())


def _as_m4a(samples: array.array[int]) -> bytes:
    path = _AUDIO / "encoding.m4a"
    source = ["-f", "s16le", "-ar", str(_RATE), "-ac", "1", "-i", "-"]
    result = ["-c:a", "aac", "-b:a", "28k", "-movflags", "+faststart", "-fflags", "+bitexact", "-flags:a", "+bitexact", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *result], input=samples.tobytes(), check=True, timeout=120)
    content = path.read_bytes()
    path.unlink()
    return content


def _make_pictures() -> None:
    artwork = _artwork(ground="#16324f", ink="#f4ead5", line="#e07a5f", title="マイクとコミット")
    _save(artwork, _IMAGES / "artwork.jpg", size=1400)
    _save(_artwork(ground="#8a94a0", ink="#eef1f4", line="#c3cad2", title=""), _PLACEHOLDER, size=1400)
    for name, ground, hair in (("mio", "#e9c46a", "#5a3825"), ("ren", "#81b29a", "#22223b"), ("sora", "#9db4d6", "#7f4f24")):
        _save(_portrait(ground=ground, hair=hair), _IMAGES / "people" / f"{name}.jpg", size=256)


def _save(picture: Image.Image, path: Path, *, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.resize((size, size), Image.Resampling.LANCZOS).save(path, quality=82, optimize=True)


def _artwork(*, ground: str, ink: str, line: str, title: str) -> Image.Image:
    """A microphone whose cable is the history of a repository: a trunk with commits, and a branch that leaves it and comes back."""
    picture = Image.new("RGB", (2800, 2800), ground)
    draw = ImageDraw.Draw(picture)
    draw.line([(300, 2000), (2500, 2000)], fill=line, width=44)
    draw.line([(1850, 2000), (2000, 1720), (2230, 1720), (2380, 2000)], fill=line, width=44, joint="curve")
    for x, y in ((560, 2000), (980, 2000), (1400, 2000), (1850, 2000), (2115, 1720), (2380, 2000)):
        draw.ellipse((x - 78, y - 78, x + 78, y + 78), fill=ground, outline=line, width=44)
    draw.rounded_rectangle((1130, 380, 1670, 1240), radius=270, fill=ink)
    for y in (620, 780, 940):
        draw.line([(1250, y), (1550, y)], fill=ground, width=34)
    draw.arc((960, 560, 1840, 1440), start=0, end=180, fill=ink, width=64)
    draw.line([(1400, 1420), (1400, 1922)], fill=ink, width=64)
    if title:
        draw.text((1400, 2370), title, font=_font(230), fill=ink, anchor="mm")
    return picture


def _font(size: int) -> ImageFont.FreeTypeFont:
    """A bold Japanese face, wherever this machine keeps one."""
    found = subprocess.run(["fc-match", "-f", "%{file}", "Noto Sans CJK JP:bold"], capture_output=True, check=True, text=True, timeout=60)
    return ImageFont.truetype(found.stdout, size)


def _portrait(*, ground: str, hair: str) -> Image.Image:
    """A person as seen from some way off."""
    picture = Image.new("RGB", (1024, 1024), ground)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((172, 720, 852, 1400), fill="#fdfcf7")
    draw.rounded_rectangle((442, 600, 582, 800), radius=60, fill="#e8b796")
    draw.ellipse((302, 210, 722, 680), fill=hair)
    draw.ellipse((342, 290, 682, 690), fill="#f2c9ac")
    draw.chord((322, 220, 702, 560), start=190, end=350, fill=hair)
    return picture


if __name__ == "__main__":
    main()
