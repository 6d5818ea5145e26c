"""podpipe on Prefect: what a scheduler adds to a publish, and how Prefect is set up for it.

The publish itself stands in `podpipe.pipeline`. Outside of this folder nothing imports Prefect.
"""

from __future__ import annotations

import os

from podpipe.errors import PodpipeError

HOW_TO_START = "start one with `prefect server start`, and set PREFECT_API_URL=http://127.0.0.1:4200/api"

# Prefect reads these when it is imported, so they stand here, before any module of this folder does that. Each is a default: what is set
# in the environment wins.
_DEFAULTS = {
    # Neither Prefect's server nor its client tells anybody that podpipe was run.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # A temporary server starts in some 8 seconds, yet in several times that on a busy machine: Prefect's own limit is 20.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
    # While it is stopped, a temporary server may log the end of its own half-done work with a traceback. What fails for the flow, the flow
    # tells itself.
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    # A temporary server that records task runs one by one falls behind, and loses what it has not written when the flow ends.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "100",
}

for _name, _value in _DEFAULTS.items():
    os.environ.setdefault(_name, _value)


def running_server() -> str | None:
    """The URL of the Prefect server that PREFECT_API_URL or Prefect's profile names, None where neither names one.

    Raises PodpipeError where one is named and does not answer.
    """
    from prefect.client.orchestration import get_client
    from prefect.settings import get_current_settings

    url = get_current_settings().api.url
    if url is None:
        return None
    with get_client(sync_client=True) as client:
        unreachable = client.api_healthcheck()
    if unreachable is not None:
        raise PodpipeError("the Prefect server that PREFECT_API_URL or Prefect's profile names does not answer", hint=HOW_TO_START)
    return url
