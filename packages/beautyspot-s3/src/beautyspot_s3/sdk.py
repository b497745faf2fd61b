"""boto3, imported when it is asked for: it takes half a second, and has no types."""

from importlib import import_module
from typing import Any

__all__ = ["boto3", "config", "errors"]


def boto3() -> Any:
    """Answer the module ``boto3``."""
    return import_module("boto3")


def config() -> Any:
    """Answer the module ``botocore.config``."""
    return import_module("botocore.config")


def errors() -> Any:
    """Answer the module ``botocore.exceptions``."""
    return import_module("botocore.exceptions")
