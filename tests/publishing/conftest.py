"""The servers that whole publishes go to."""

from __future__ import annotations

from tests.servers import running_s3_server, s3_credentials, s3_server

__all__ = ["running_s3_server", "s3_credentials", "s3_server"]
