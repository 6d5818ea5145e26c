"""Makes real audio of a known length for tests: MP3 by LAME, WAV by Python itself, every other kind by ffmpeg where there is one."""

from __future__ import annotations

import array
import io
import math
import random
import shutil
import struct
import subprocess
import sys
import wave
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import require

# At 48 kHz and 64 kbit/s LAME keeps the sampling rate, and its padding stays below 50 ms.
_RATE = 48_000
_KBPS = 64
_CODECS = {
    ".aac": "aac",
    ".aiff": "pcm_s16be",
    ".flac": "flac",
    ".m4a": "aac",
    ".mp3": "libmp3lame",
    ".mp4": "aac",
    ".ogg": "libvorbis",
    ".opus": "libopus",
    ".wav": "pcm_s16le",
}


def tone(seconds: float, *, rate: int = _RATE) -> bytes:
    """A quiet A at 440 Hz: mono samples of 16 bits, low byte first."""
    samples = array.array("h", (round(6_000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(round(seconds * rate))))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def write_wav(path: Path, *, seconds: float) -> Path:
    """Write a WAV file that plays for exactly this long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(tone(seconds))
    return path


def write_mp3(path: Path, *, seconds: float) -> Path:
    """Write an MP3 of a constant bit rate that plays for this long, and up to 50 ms more: MP3 is made of whole frames."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_lame(tone(seconds), rate=_RATE, vbr=False))
    return path


def varied(seconds: float, *, rate: int = _RATE) -> bytes:
    """Sound that needs another bit rate every quarter of a second: silence, tones, and noise that is always the same."""
    parts = [_noise(loudness, rate // 4) for loudness in (0, 0, 9_000, 300)]
    samples = array.array("h")
    for part in range(math.ceil(seconds * 4)):
        samples.extend(parts[part % 4])
    return samples[: round(seconds * rate)].tobytes()


def _noise(loudest: int, count: int) -> array.array[int]:
    draw = random.Random(7)  # noqa: S311 - the same sound each time
    return array.array("h", (draw.randint(-loudest, loudest) for _ in range(count)))


def mp3_frames(seconds: float, *, rate: int = _RATE, vbr: bool = True, kbps: int = _KBPS) -> bytes:
    """MP3 frames alone, as LAME's library leaves them: no index tells how many there are, whether their bit rate varies or not."""
    return _lame(varied(seconds, rate=rate), rate=rate, vbr=vbr, kbps=kbps)


def frame_sizes(frames: bytes) -> list[int]:
    """The size of each MP3 frame, told by another reader than the one that is tested: mutagen's."""
    from mutagen.mp3 import MPEGFrame

    file = io.BytesIO(frames)
    sizes = []
    while (at := file.tell()) < len(frames):
        MPEGFrame(file)
        sizes.append(file.tell() - at)
    return sizes


def with_xing(frames: bytes, *, word: bytes = b"Xing", count: int | None = None, size: int | None = None) -> bytes:
    """Mono MPEG-1 frames behind a Xing header that counts them, or says what is asked: another number of frames or bytes."""
    first = bytes((*frames[:2], 0x94 if frames[2] & 0x0C == 4 else 0x90, frames[3]))
    length = 384 if frames[2] & 0x0C == 4 else 417
    total = len(frames) + length if size is None else size
    index = (
        word + (3).to_bytes(4, "big") + (len(frame_sizes(frames)) if count is None else count).to_bytes(4, "big") + total.to_bytes(4, "big")
    )
    return (first + bytes(17) + index).ljust(length, b"\0") + frames


def with_vbri(frames: bytes) -> bytes:
    """Mono MPEG-1 frames of 48 kHz behind the index that Fraunhofer's encoder writes."""
    first = bytes((*frames[:2], 0x94, frames[3]))
    index = struct.pack(">4sHHHIIHHHH", b"VBRI", 1, 0, 75, len(frames) + 384, len(frame_sizes(frames)), 1, 1, 2, 1) + bytes(2)
    return (first + bytes(32) + index).ljust(384, b"\0") + frames


def _lame(samples: bytes, *, rate: int, vbr: bool, kbps: int = _KBPS) -> bytes:
    import lameenc

    encoder = lameenc.Encoder()
    encoder.set_in_sample_rate(rate)
    encoder.set_out_sample_rate(rate)
    if vbr:
        encoder.set_vbr(4)
        encoder.set_vbr_quality(5)
    else:
        encoder.set_bit_rate(kbps)
    encoder.set_channels(1)
    encoder.set_quality(7)
    encoder.silence()
    return bytes(encoder.encode(samples) + encoder.flush())


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg; skips the test where there is none."""
    require(shutil.which("ffmpeg") is not None, "needs ffmpeg to make audio")
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True, timeout=120)


def probed(path: Path) -> tuple[float | None, str]:
    """How many seconds a file plays, as ffprobe says (None: it does not), and of what it complains. Skips the test where it is missing."""
    require(shutil.which("ffprobe") is not None, "needs ffprobe to judge durations")
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    done = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True, errors="replace")
    try:
        return float(done.stdout), done.stderr
    except ValueError:
        return None, done.stderr


def played(path: Path) -> float:
    """How many seconds of sound ffmpeg gets out of a file, damaged or not."""
    require(shutil.which("ffmpeg") is not None, "needs ffmpeg to judge durations")
    command = ["ffmpeg", "-v", "quiet", "-nostdin", "-i", str(path), "-map", "0:a:0", "-ac", "1", "-ar", "8000", "-f", "s16le", "-"]
    return len(subprocess.run(command, check=False, timeout=60, capture_output=True).stdout) / 16_000


def write_by_ffmpeg(path: Path, *, seconds: float, options: Sequence[str | Path] = ()) -> Path:
    """Write audio of the kind that the path's extension names: .aac, .aiff, .flac, .m4a, .mp3, .mp4, .ogg, .opus or .wav.

    `options` stand between the sound and the file that is written. Skips the test where there is no ffmpeg.
    """
    source = write_wav(path.with_name(f"{path.name}.source.wav"), seconds=seconds)
    ffmpeg("-i", source, *(() if "-c:a" in options else ("-c:a", _CODECS[path.suffix])), *options, path)
    source.unlink()
    return path
