"""Credentials for S3 targets from a Prefect block: a Secret that holds them, or a block of a cloud's own that names them alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from prefect.blocks.core import Block
from prefect.blocks.system import Secret
from pydantic import SecretStr

from podpipe.errors import ConfigError
from podpipe.targets import Credentials

_KEY, _SECRET, _TOKEN = "aws_access_key_id", "aws_secret_access_key", "aws_session_token"
_HINT = f"""store them with: Secret(value={{"{_KEY}": "…", "{_SECRET}": "…"}}).save("NAME")"""


def load_credentials(name: str) -> Credentials:
    """The credentials in the Secret block of this name, or in the block that `TYPE/NAME` names, such as `aws-credentials/NAME`.

    A Secret holds JSON, or a mapping, with `aws_access_key_id`, `aws_secret_access_key` and maybe `aws_session_token`. Raises ConfigError
    where there is no such block, or where it lacks one of them; what it holds is never repeated.
    """
    try:
        block = cast("Any", Block.load(name) if "/" in name else Secret.load(name))
    except ValueError as error:
        raise ConfigError(f"there is no Prefect block {name!r} that podpipe can read", hint=_HINT) from error
    try:
        values = _values(block)
        return Credentials(access_key=values[_KEY], secret_key=values[_SECRET], token=values.get(_TOKEN))
    except (ValueError, TypeError, KeyError, AttributeError):
        # Without the cause: its text may be the secret's.
        raise ConfigError(f"the Prefect block {name!r} holds no {_KEY} and {_SECRET}", hint=_HINT) from None


def _values(block: Any) -> Mapping[str, str]:
    if not isinstance(block, Secret):
        named = {key: getattr(block, key, None) for key in (_KEY, _SECRET, _TOKEN)}
        values: Any = {key: value.get_secret_value() if isinstance(value, SecretStr) else value for key, value in named.items()}
    else:
        held: Any = block.get()
        values = json.loads(held) if isinstance(held, str) else held
    found = {key: value for key, value in values.items() if value}
    if not all(isinstance(found[key], str) for key in (_KEY, _SECRET)):
        raise TypeError
    return cast("Mapping[str, str]", found)
