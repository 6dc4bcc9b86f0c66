"""The few ways an audit can end without a judgement. Each message says what is wrong and what to do next."""


class AuditError(Exception):
    """The audit could not judge: the program ends with exit code 2 and this message."""


class UsageError(AuditError):
    """A command line that cannot be carried out."""


class ConfigError(AuditError):
    """A configuration or rule file with mistakes; all of them are in `mistakes`, one per line."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes
