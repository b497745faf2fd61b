"""What the errors of boto3 mean."""

import re
from typing import Any, Final

from beautyspot.core.errors import BlobNotFound, BlobRefused, BlobUnavailable, StoreError
from beautyspot_s3 import sdk

__all__ = ["harmless", "is_conflict", "is_forbidden", "status_of", "translated"]

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
    "PermanentRedirect": "Name the region of the bucket (?region=...), or its own endpoint",
    "AccessDenied": "Allow s3:GetObject, PutObject, DeleteObject and ListBucket below the prefix",
}
#: What is raised where nobody is logged in; older versions of botocore know fewer.
_NOBODY: Final = (
    "CredentialRetrievalError", "NoAuthTokenError", "NoCredentialsError",
    "PartialCredentialsError", "ProfileNotFound", "SSOTokenLoadError", "TokenRetrievalError",
    "UnauthorizedSSOTokenError",
)  # fmt: skip
#: In the URL of an endpoint, which may come from the environment or the file of a profile.
_SECRET: Final = re.compile(
    r"(?<=://)[^\s\"'<>]*@|((?:X-Amz-(?:Signature|Credential|Security-Token)|Signature)=)[^&\s\"'<>]+",
    re.IGNORECASE,
)
#: What the SDK says of retries, which are ours.
_OUR_RETRIES: Final = re.compile(r" \(reached max retries: \d+\)")
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


def is_forbidden(error: Exception) -> bool:
    """Answer whether the service said that we may not ask this."""
    return isinstance(error, sdk.errors().ClientError) and status_of(error) == 403


def harmless(error: Exception) -> Exception:
    """Answer the error, or one that says the same where it or a cause of it tells a secret."""
    chain: list[BaseException] = [error]
    while (deeper := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < 20:
        chain.append(deeper)
    if not any(_SECRET.search(str(each)) for each in chain):
        return error
    return OSError(f"{type(error).__name__}: {_text(error)}")


def _answered(error: Any, what: str) -> StoreError:
    status, code = status_of(error), code_of(error)
    text = f"cannot {what}: {_text(error)}"
    if status == 404 and code in {"NoSuchKey", "NotFound", "404"}:
        return BlobNotFound(text)
    passing = code in _PASSING or status in _PASSING_STATUS or not 400 <= status < 500
    if passing and code != "PermanentRedirect":  # other redirections are those of a login page
        return BlobUnavailable(f"{text}. It may be better in a moment")
    advice = _ADVICE.get(code, "Mend credentials, permissions or the name of the bucket")
    return BlobRefused(f"{text}. {advice}")


def _text(error: Exception) -> str:
    text = _OUR_RETRIES.sub("", _SECRET.sub(r"\1...", " ".join(str(error).split())))
    return text[:500].rstrip(".") or type(error).__name__
