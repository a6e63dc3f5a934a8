"""What the engine raises when it can't run, each with the way out in its message."""


class SetupError(RuntimeError):
    """The engine can't start here as things are; the message says what to change."""


class WorkerError(RuntimeError):
    """TFF's worker process ended or never came up; the message says why and what to do."""
