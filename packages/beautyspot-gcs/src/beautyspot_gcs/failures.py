"""What the errors of the SDK mean."""

import re
from typing import Any, Final

from beautyspot.core.errors import BlobNotFound, BlobRefused, BlobUnavailable
from beautyspot_gcs.sdk import module

__all__ = ["Refused", "translated"]

#: Answers that may be others in a moment; all other 4xx are final.
_PASSING: Final = frozenset({408, 409, 425, 429})
_ADVICE: Final = {
    401: "The credentials are not accepted: sign in again, or name others by credentials=",
    403: "Grant the account the role Storage Object User on the bucket",
}
_NO_CREDENTIALS: Final = (
    "Sign in with `gcloud auth application-default login`, set GOOGLE_APPLICATION_CREDENTIALS, or "
    "name the file of a service account: credentials=path"
)
#: What the service says of content that arrived changed.
_CHANGED: Final = re.compile(r"crc32c|md5|checksum", re.IGNORECASE)
#: Whoever knows this part of a URL can write the object.
_SECRET: Final = re.compile(
    r"((?:upload_id|X-Goog-Signature|access_token|key)=)[^&\s'\"<>)]+", re.IGNORECASE
)
#: What the SDK puts before it.
_REQUEST: Final = re.compile(r"^[A-Z]+ https?://\S+: ")
_SHOWN: Final = 200  #: characters of what the service says


class Refused(BlobRefused):
    """The service answered with a status that another attempt would not change."""

    def __init__(self, message: str, code: int | None) -> None:
        super().__init__(message)
        self.code = code  #: HTTP status; None: it has not come to asking


def translated(what: str, place: str, error: Exception) -> Exception:
    """Answer the error to raise instead of one of the SDK; its cause is to be kept.

    Args:
        what: could not be done, after "cannot".
        place: the bucket and prefix.
        error: of the SDK, or of what is below it.
    """
    code = _status(error)
    said = f"cannot {what} in {place!r} ({type(error).__name__}: {_said(error)[:_SHOWN]})"
    found: Exception
    if code == 404:
        found = BlobNotFound(f"cannot {what} in {place!r}: there is no such object")
    elif _is_final(error, code):
        advice = _ADVICE.get(code, "") if code is not None else _NO_CREDENTIALS
        found = Refused(f"{said}. {advice}".removesuffix(". "), code)
    else:
        found = BlobUnavailable(said)
    found.__cause__ = _harmless(error)
    return found


def _status(error: BaseException) -> int | None:
    """Answer the HTTP status of an error, None when there was no answer."""
    code: Any = getattr(error, "code", None)
    return int(code) if isinstance(code, int) else None


def _is_final(error: Exception, code: int | None) -> bool:
    """Tell whether the same attempt would fail again, until somebody changes something."""
    auth = module("google.auth.exceptions")
    if isinstance(error, auth.TransportError):
        return False
    if isinstance(error, auth.GoogleAuthError):
        return not getattr(error, "retryable", False)
    if code is None or not 400 <= code < 500:
        return False
    return code not in _PASSING and not _CHANGED.search(_said(error))


def _said(error: BaseException) -> str:
    """Answer what the service or the SDK says, without what is secret."""
    message: Any = getattr(error, "message", None)
    text = message if isinstance(message, str) else str(error)
    return _SECRET.sub(r"\1...", _REQUEST.sub("", text))


def _harmless(error: Exception) -> Exception:
    """Answer the error, or one that says the same where the error would tell a secret."""
    chain: list[BaseException] = [error]
    while (deeper := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < 20:
        chain.append(deeper)
    if not any(_SECRET.search(str(each)) for each in chain):
        return error
    return OSError(f"{type(error).__name__}: {_said(error)}")
