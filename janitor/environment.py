"""Environment variables, tidied once before anything reads them.

Values that are mounted from files end in a newline; `docker --env-file` keeps quotes. Neither is ever meant.
"""

import os
from collections.abc import MutableMapping

from janitor.proxies import VARIABLES as _PROXIES

_PREFIX = "JANITOR_"
# What janitor and its libraries read beside JANITOR_*.
_OTHERS = frozenset(
    {
        "PORT",
        "K_SERVICE",
        "CLOUD_RUN_JOB",
        "CLOUD_RUN_WORKER_POOL",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GOOGLE_CLOUD_PROJECT",
        "GCLOUD_PROJECT",
        "GOOGLE_CLOUD_QUOTA_PROJECT",
        "CLOUDSDK_CONFIG",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "no_proxy",
        "NO_PROXY",
        *_PROXIES,
    }
)
_BLANK = " \t\r\n\v\f\ufeff"


def tidy_environment(variables: MutableMapping[str, str] | None = None) -> None:
    """Take blanks, newlines and one pair of quotes from both ends of each value; unset what is then empty."""
    found = os.environ if variables is None else variables
    for name in [each for each in found if each.startswith(_PREFIX) or each in _OTHERS]:
        value = _tidy(found[name])
        if not value:
            del found[name]
        elif value != found[name]:
            found[name] = value


def _tidy(value: str) -> str:
    value = value.strip(_BLANK)
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip(_BLANK)
    return value
