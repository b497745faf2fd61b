"""boto3, imported when it is asked for: it takes half a second, and has no types."""

from importlib import import_module
from typing import Any

__all__ = ["boto3", "config", "errors", "loaders", "session"]


def boto3() -> Any:
    """Answer the module ``boto3``."""
    return import_module("boto3")


def config() -> Any:
    """Answer the module ``botocore.config``."""
    return import_module("botocore.config")


def loaders() -> Any:
    """Answer the module ``botocore.loaders``."""
    return import_module("botocore.loaders")


def session() -> Any:
    """Answer the module ``botocore.session``."""
    return import_module("botocore.session")


def errors() -> Any:
    """Answer the module ``botocore.exceptions``."""
    return import_module("botocore.exceptions")
