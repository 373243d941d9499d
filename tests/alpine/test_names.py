"""Did you mean: the nearest project names."""

import pytest
from packaging.utils import canonicalize_name

from muslcheck.alpine.names import nearest_names, parse_names
from muslcheck.alpine.releases import read_table


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("reqeusts", "requests"),
        ("flaskk", "flask"),
        ("numpi", "numpy"),
        ("Djnago", "django"),
        ("sqlalchmey", "sqlalchemy"),
        ("uvicron", "uvicorn"),
        ("psycopg2_binry", "psycopg2-binary"),
        ("beautifulsoup", "beautifulsoup4"),
        ("python-requests", "requests"),
        ("py3-lxml", "lxml"),
    ],
)
def test_a_name_misspelt(written, meant):
    assert nearest_names(written)[0] == meant


@pytest.mark.parametrize(
    ("module", "project"),
    [
        ("cv2", "opencv-python-headless"),
        ("sklearn", "scikit-learn"),
        ("PIL", "pillow"),
        ("yaml", "pyyaml"),
        ("bs4", "beautifulsoup4"),
        ("dotenv", "python-dotenv"),
        ("Crypto", "pycryptodome"),
        ("dateutil", "python-dateutil"),
        ("jwt", "pyjwt"),
        ("serial", "pyserial"),
        ("rest_framework", "djangorestframework"),
    ],
)
def test_a_module_for_its_project(module, project):
    assert nearest_names(module)[0] == project


@pytest.mark.parametrize("name", ["qwertyzxcv", "a", "", "-"])
def test_nothing_is_near(name):
    assert nearest_names(name) == ()


def test_at_most_three_and_never_the_name_itself():
    for name in ("requests", "pytest", "django", "yaml"):
        near = nearest_names(name)
        assert len(near) <= 3
        assert name not in near


def test_the_table_holds_normalised_names_with_their_source():
    table = read_table("names.toml")
    names = [*table["names"].split(), *table["others"].split()]
    assert len(names) > 2000
    assert [name for name in names if canonicalize_name(name) != name] == []
    assert len(names) == len(set(names))
    assert table["source"]
    assert table["read"]


def test_a_name_that_is_not_normalised_is_refused():
    with pytest.raises(ValueError, match=r"names\.toml: not normalised: Foo, b_r"):
        parse_names({"names": "Foo bar", "others": "baz", "imports": {"b_r": ["bar"]}})
