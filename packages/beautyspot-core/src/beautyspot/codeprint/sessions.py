"""What a notebook or prompt is called, whose functions belong to no file."""

import os
from pathlib import PurePath
from typing import Any, Final

from beautyspot.codeprint.ownership import is_typed_in

__all__ = ["session_of"]

#: Where front ends say which file they show: VS Code in the variables, Jupyter in the environment.
_VARIABLE: Final = "__vsc_ipynb_file__"
_ENVIRONMENT: Final = "JPY_SESSION_NAME"
#: What ``python -c`` and ``exec`` call the place of their code.
_GIVEN: Final = "<string>"


def session_of(function: Any) -> str | None:  # noqa: ANN401  # any function
    """Answer the name of the notebook that a function is defined in; None: it is of a module.

    ``__main__`` where no front end says it, and at the prompt.
    """
    variables: dict[str, Any] = getattr(function, "__globals__", {})
    if getattr(function, "__module__", None) != "__main__" or not is_typed_in(variables):
        return None
    if getattr(variables.get("__spec__"), "name", "__main__") != "__main__":
        return None  # python -m module, in a profiler
    code = getattr(function, "__code__", None)
    if code is not None and code.co_filename == _GIVEN:
        return None
    file = variables.get(_VARIABLE) or os.environ.get(_ENVIRONMENT, "")
    name = PurePath(str(file)).name
    return name if name.endswith(".ipynb") else "__main__"
