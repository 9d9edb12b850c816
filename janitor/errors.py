"""One tree, each error with its exit code; raised where found, caught at the edge (cli/).

JanitorError
├── UsageError            2  a flag, the environment or the command line is wrong
│   └── PolicyFileError   2  the policy file is wrong: file, line and column in the message
├── ObservationError      3  nothing could be observed at all (no credentials, no network)
├── InterruptedSweepError 6  a signal ended the sweep before it came to a plan
├── LockHeldError         7  another sweep holds the lock
├── LedgerError           2  the database cannot be used
└── SlackError            2  Slack did not take a message
"""


class JanitorError(Exception):
    """What was tried, on what, and the way out, in one message for a person."""

    exit_code = 1


class UsageError(JanitorError):
    """A flag, the environment or the command line is wrong."""

    exit_code = 2


class PolicyFileError(UsageError):
    """The policy file is wrong; each line of the message is ``FILE:LINE:COLUMN: what, and the way out``."""


class ObservationError(JanitorError):
    """Nothing could be observed at all."""

    exit_code = 3


class InterruptedSweepError(JanitorError):
    """A signal ended the sweep while it observed: nothing was deleted, and there is no plan to show."""

    exit_code = 6


class LockHeldError(JanitorError):
    """Another sweep holds the lock; the message says who, and since when."""

    exit_code = 7


class LedgerError(JanitorError):
    """The database cannot be used."""

    exit_code = 2


class SlackError(JanitorError):
    """Slack did not take a message; its words, and never the webhook's URL or the token."""

    exit_code = 2
