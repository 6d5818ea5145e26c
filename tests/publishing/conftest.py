"""What tests of whole publishes share: servers, and a target of every kind."""

from __future__ import annotations

from tests.places import place, url
from tests.servers import running_s3_server, s3_credentials, s3_server

__all__ = ["place", "running_s3_server", "s3_credentials", "s3_server", "url"]
