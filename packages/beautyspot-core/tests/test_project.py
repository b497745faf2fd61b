"""``Project`` and ``task``, as programs of version 1 spell them."""

import pytest

import beautyspot as bs
from beautyspot import KeyGen


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def square(x):
    return x * x


def length(path):
    return len(path.read_text())


def test_a_project_is_a_spot(here):
    """Its files have the same names, so a program can be changed to ``Spot`` and ``mark``."""
    with bs.Project("old") as project:
        project.task(square)(3)
    with bs.Spot("old") as spot:
        again = spot.mark(square)

        assert 9 == again(3)
        assert (0, 1) == (again.counts.runs, again.counts.hits)
    assert isinstance(project, bs.Spot)


def test_task_is_bare_or_takes_options():
    project = bs.Project("old")

    assert isinstance(project.task(square), bs.Marked)
    assert isinstance(project.task()(square), bs.Marked)
    assert isinstance(project.task(version="2", content_type="text/plain")(square), bs.Marked)


def test_storage_path_is_where_large_results_go(here):
    bs.Project("old", storage_path="./large").task(save_blob=True)(square)(3)

    assert [] != list((here / "large").glob("??/*"))


def test_input_key_fn_names_the_call(here):
    """It is given the arguments; a policy of ``KeyGen`` is taken as well."""
    project = bs.Project("old")
    named = project.task(input_key_fn=lambda path: path.name)(length)
    policy = project.task(input_key_fn=KeyGen.file_content("path"))(length)
    (here / "a").mkdir()
    for file in (here / "text", here / "a" / "text"):
        file.write_text("abc")

    assert named.key(here / "text") == named.key(here / "a" / "text")
    assert policy.key(here / "text") == policy.key(here / "a" / "text")


@pytest.mark.parametrize(
    ("option", "advice"),
    [
        ("s3_opts", "storage="),
        ("io_workers", "leave it out"),
        ("executor", "leave it out"),
    ],
)
def test_an_option_that_means_nothing_is_refused(option, advice):
    """What was asked for is not silently left undone; the message says what to write."""
    with pytest.raises(bs.ConfigurationError, match=f"^{option}= was .*{advice}"):
        bs.Project("old", **{option: None})


def test_both_names_of_one_option_are_refused():
    with pytest.raises(bs.ConfigurationError, match="storage_path='a' and storage='b'"):
        bs.Project("old", storage_path="a", storage="b")
    with pytest.raises(bs.ConfigurationError, match="leave input_key_fn= out"):
        bs.Project("old").task(input_key_fn=len, key=len)


def test_a_misspelt_option_is_a_type_error():
    with pytest.raises(TypeError, match="storagepath"):
        bs.Project("old", storagepath="a")
    with pytest.raises(TypeError, match="verison"):
        bs.Project("old").task(verison="2")
