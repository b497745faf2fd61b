"""What the errors of boto3 mean."""

from typing import Any, Final

from beautyspot.core.errors import BlobNotFound, BlobRefused, BlobUnavailable, StoreError
from beautyspot_s3 import sdk

__all__ = ["is_conflict", "status_of", "translated"]

#: Answers with a status of 4xx that another attempt may not get.
_PASSING: Final = frozenset({
    "BadDigest", "ConditionalRequestConflict", "IncompleteBody", "OperationAborted",
    "RequestTimeout", "SlowDown", "Throttling", "ThrottlingException",
    "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch",
})  # fmt: skip
_PASSING_STATUS: Final = frozenset({408, 409, 425, 429})
_ADVICE: Final = {
    "NoSuchBucket": "Make the bucket, or mend its name in the URL",
    "InvalidAccessKeyId": "Set the credentials that belong to this endpoint",
    "SignatureDoesNotMatch": "Mend the secret access key, or the region",
    "ExpiredToken": "Log in again: the credentials have expired",
    "RequestTimeTooSkewed": "Set the clock of this machine",
    "AccessDenied": "Allow s3:GetObject, PutObject, DeleteObject and ListBucket below the prefix",
}
#: What is raised where nobody is logged in; older versions of botocore know fewer.
_NOBODY: Final = (
    "CredentialRetrievalError", "NoAuthTokenError", "NoCredentialsError",
    "PartialCredentialsError", "ProfileNotFound", "SSOTokenLoadError", "TokenRetrievalError",
    "UnauthorizedSSOTokenError",
)  # fmt: skip
_MEND: Final = "Set credentials: a profile (?profile=...), AWS_ACCESS_KEY_ID, or a role"


def translated(error: Exception, what: str) -> StoreError:
    """Answer our error for one of the SDK; ``what`` says what cannot be done, and where."""
    found = sdk.errors()
    if isinstance(error, found.ClientError):
        return _answered(error, what)
    ours = (found.ParamValidationError, found.NoRegionError)
    nobody = tuple(getattr(found, name) for name in _NOBODY if hasattr(found, name))
    if isinstance(error, ours):
        return BlobRefused(f"cannot {what}: {_text(error)}. Mend the options of the store")
    if isinstance(error, nobody):
        return BlobRefused(f"cannot {what}: {_text(error)}. {_MEND}")
    return BlobUnavailable(f"cannot {what}: {_text(error)}. Look after the network and endpoint")


def status_of(error: Any) -> int:
    """Answer the HTTP status of an answer of the service; 0 is unknown."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def code_of(error: Any) -> str:
    """Answer what the service calls its error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_conflict(error: Exception) -> bool:
    """Answer whether an object was there already."""
    return isinstance(error, sdk.errors().ClientError) and status_of(error) == 412


def _answered(error: Any, what: str) -> StoreError:
    status, code = status_of(error), code_of(error)
    text = f"cannot {what}: {_text(error)}"
    if status == 404 and code in {"NoSuchKey", "NotFound", "404"}:
        return BlobNotFound(text)
    passing = code in _PASSING or status in _PASSING_STATUS or not 400 <= status < 500
    if passing:
        return BlobUnavailable(f"{text}. It may be better in a moment")
    advice = _ADVICE.get(code, "Mend credentials, permissions or the name of the bucket")
    return BlobRefused(f"{text}. {advice}")


def _text(error: Exception) -> str:
    return " ".join(str(error).split())[:500] or type(error).__name__
