"""What a notebook or prompt is called, whose functions belong to no file."""

import os
from pathlib import PurePath
from typing import Any, Final

__all__ = ["session_of"]

#: Where front ends say which file they show: VS Code in the variables, Jupyter in the environment.
_VARIABLE: Final = "__vsc_ipynb_file__"
_ENVIRONMENT: Final = "JPY_SESSION_NAME"


def session_of(function: Any) -> str | None:  # noqa: ANN401  # any function
    """Answer the name of the notebook that a function is defined in; None: it is of a module.

    ``__main__`` where no front end says it, and at the prompt.
    """
    variables: dict[str, Any] = getattr(function, "__globals__", {})
    if getattr(function, "__module__", None) != "__main__" or "__file__" in variables:
        return None
    spec = variables.get("__spec__")
    if spec is not None and getattr(spec, "name", "__main__") != "__main__":
        return None
    code = getattr(function, "__code__", None)
    if code is not None and code.co_filename == "<string>":  # python -c, exec
        return None
    file = variables.get(_VARIABLE) or os.environ.get(_ENVIRONMENT)
    return PurePath(str(file)).name if file else "__main__"
