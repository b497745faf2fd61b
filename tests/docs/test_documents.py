"""Every Python block of our documents runs as it is printed.

The blocks of one document share a namespace and run in order, in a folder of their own.
"""

import linecache
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from sybil.document import Document
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parents[2]
PATTERNS = ["README.md", "README.ja.md", "docs/**/*.md", "packages/*/README.md"]
DOCUMENTS = sorted(path for pattern in PATTERNS for path in ROOT.glob(pattern))

#: ``python`` is run; the others are for reading. Near misses ("py", "Python") would not be run.
LABELS = {"bash", "console", "ini", "json", "mermaid", "python", "sql", "text", "toml", "yaml"}
FENCE = re.compile(r"^[ >]*(?P<mark>`{3,}|~{3,}) *(?P<label>[^`]*?) *$")


def run_blocks(path):
    """Run the Python blocks of a document; the module is known by name, as that of a script is."""
    document = Document.parse(str(path), PythonCodeBlockParser(), SkipParser())
    module = ModuleType(f"document_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    document.namespace = vars(module)
    _show_source(path, document)
    try:
        for example in document.examples():
            example.evaluate()
    finally:
        del sys.modules[module.__name__]
        linecache.cache.pop(str(path), None)


def _show_source(path, document):
    """Let the blocks be the source of their functions, each at its place."""
    lines = [""] * document.text.count("\n")
    for example in document.examples():
        if isinstance(example.region.parsed, str) and not example.region.parsed.startswith("skip"):
            first = document.text.count("\n", 0, document.text.index(example.region.parsed))
            block = example.region.parsed.splitlines()
            lines[first : first + len(block)] = block
    linecache.cache[str(path)] = (0, None, [f"{line}\n" for line in lines], str(path))


def bad_labels(text):
    """Answer the line numbers of fences that are unlabelled, or labelled as nothing we know."""
    bad, closing = [], None
    for number, line in enumerate(text.splitlines(), start=1):
        fence = FENCE.match(line)
        if fence is None:
            continue
        if closing is None:
            closing = fence["mark"]
            if fence["label"] not in LABELS:
                bad.append(number)
        elif fence["mark"].startswith(closing) and not fence["label"]:
            closing = None
    return bad


@pytest.fixture(params=DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def document(request):
    return request.param


def test_python_blocks_run(document, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    run_blocks(document)


def test_every_fence_has_a_label(document):
    assert bad_labels(document.read_text(encoding="utf-8")) == []


def test_a_broken_block_fails(tmp_path):
    """The line of the document is in the traceback."""
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\nx = 1\n```\n\ntext\n\n```python\n\ny = x / 0\n```\n")

    with pytest.raises(ZeroDivisionError) as caught:
        run_blocks(page)

    assert (str(page), 11) == (str(caught.traceback[-1].path), caught.traceback[-1].lineno + 1)


def test_only_python_blocks_run(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ nothing to run\n```\n\n```toml\n[a]\n```\n")

    run_blocks(page)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```\nx\n```\n", [1]),
        ("a\n\n~~~\nx\n~~~\n", [3]),
        ("```py\nx\n```\n", [1]),
        ("- item\n\n  ```\n  x\n  ```\n", [3]),
        ("```python\nx\n```\n\n```\ny\n```\n", [5]),
        ("````text\n```\nx\n```\n````\n", []),
    ],
)
def test_a_fence_without_a_known_label_is_found(text, expected):
    assert expected == bad_labels(text)
