"""One failed attempt at an exchange with Azure, as the policies raise it and the patience around them weighs it."""

from pal_agent.model import Code, Reason


class Failure(Exception):
    """Why an attempt gave no usable answer.

    `transient`: trying again may help. `retry_after`: seconds that Azure asked us to wait, if it did.
    `throttled`: the whole principal should pause, not just this exchange. `answered`: Azure did answer.
    `azure_code`: the error code in Azure's answer. `sent`: the request may have reached Azure and been applied.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        status: int | None = None,
        transient: bool = False,
        retry_after: float | None = None,
        throttled: bool = False,
        azure_code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = Reason(code=code, message=message, status=status)
        self.transient = transient
        self.retry_after = retry_after
        self.throttled = throttled
        self.azure_code = azure_code

    @property
    def answered(self) -> bool:
        """Whether Azure answered at all; without an answer the last one before counts (contract, `reason`)."""
        return self.reason.code not in (Code.TIMEOUT, Code.UNREACHABLE)
