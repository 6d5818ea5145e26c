"""The codes of languages: the two letters of ISO 639-1."""

from __future__ import annotations

from typing import Final

_TWO_LETTERS: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa "
    "ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr "
    "ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl "
    "ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur "
    "uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES: Final = frozenset(_TWO_LETTERS.split())
"""What the language of a feed or a transcript begins with."""

_THREE_LETTERS: Final = dict(
    pair.split("=")
    for pair in [
        "ar=ara",
        "bg=bul",
        "bn=ben",
        "ca=cat",
        "cs=ces",
        "da=dan",
        "de=deu",
        "el=ell",
        "en=eng",
        "es=spa",
        "et=est",
        "eu=eus",
        "fa=fas",
        "fi=fin",
        "fr=fra",
        "ga=gle",
        "gl=glg",
        "he=heb",
        "hi=hin",
        "hr=hrv",
        "hu=hun",
        "hy=hye",
        "id=ind",
        "is=isl",
        "it=ita",
        "ja=jpn",
        "ka=kat",
        "ko=kor",
        "lt=lit",
        "lv=lav",
        "ms=msa",
        "nb=nob",
        "nl=nld",
        "nn=nno",
        "no=nor",
        "pl=pol",
        "pt=por",
        "ro=ron",
        "ru=rus",
        "sk=slk",
        "sl=slv",
        "sq=sqi",
        "sr=srp",
        "sv=swe",
        "sw=swa",
        "ta=tam",
        "te=tel",
        "th=tha",
        "tl=tgl",
        "tr=tur",
        "uk=ukr",
        "ur=urd",
        "vi=vie",
        "zh=zho",
    ]
)


def three_letters(language: str) -> str:
    """The code of a language in ISO 639-2 (T), `XXX` for one that podpipe has no such code for; `language` begins with one of ISO 639-1."""
    return _THREE_LETTERS.get(language.partition("-")[0].lower(), "XXX")
