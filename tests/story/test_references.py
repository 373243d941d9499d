"""What a manifest may ask for beside a name: checkouts, directories, addresses, hashes, constraints, extras, markers, other places."""

import hashlib
import io
import zipfile

import pytest
from support.archives import sdist_bytes, wheel_bytes, wheel_name
from support.server import Answer, IndexServer
from support.story import GLIBC, MUSL, native_sdist


def outcomes(report):
    return {verdict.name: verdict.outcome.value for verdict in report}


def problem_of(report, name):
    (problem,) = [problem for problem in report.problems if problem.subject == name]
    return problem


NOT_JUDGED = "Give a wheel or an sdist of it to have it judged."


def test_a_checkout_is_listed_and_not_judged(place):
    place.write("r.txt", "fine\ntool @ git+https://user:secret@git.example/acme/tool.git@v1\n")
    ended, report = place.both("r.txt")
    assert outcomes(report) == {"fine": "wheel", "tool": "unknown"}
    assert ended.lines("why") == ["a checkout: its own build, not judged"]
    problem = problem_of(report, "tool")
    assert problem.kind == "local"
    assert problem.hint == NOT_JUDGED
    assert problem.message.endswith("its own build is not judged, and what it requires is not known: nothing is checked out")
    assert "secret" not in ended.out + report.to_json()
    assert place.run("r.txt", "--strict").status == 3


@pytest.mark.parametrize(
    "address",
    [
        "tool.git",
        "tool@fbb8803779",
        "tool.git@feature/faster",
        "tool.git/@49d6938693#subdirectory=client",
    ],
)
def test_a_checkout_that_does_not_say_its_name_is_called_by_its_folder(place, address):
    place.write("r.txt", f"fine\ngit+https://git.example/acme/{address}\n")
    assert outcomes(place.both("r.txt")[1]) == {"fine": "wheel", "tool": "unknown"}


@pytest.mark.parametrize("written", ["./lib[fast]", "-e ./lib[fast]", "mine[fast] @ file:lib"])
def test_a_directory_is_not_judged_and_its_static_dependencies_are_followed(place, written):
    place.native("native")
    place.wheel("quick", "1.0", MUSL)
    table = '[project]\nname = "mine"\nversion = "1"\ndependencies = ["native"]\n[project.optional-dependencies]\nfast = ["quick"]\n'
    place.write("lib/pyproject.toml", table)
    place.write("r.txt", f"fine\n{written.replace('file:lib', (place.folder / 'lib').as_uri())}\n")
    _, report = place.both("r.txt")
    (name,) = {verdict.name for verdict in report} - {"fine", "native", "quick"}
    assert outcomes(report) == {"fine": "wheel", "native": "compile", "quick": "wheel", name: "unknown"}
    assert report["native"].chain == ("r.txt:2", name, "native")
    assert problem_of(report, name).message.endswith("its own build is not judged; what it states that it requires is followed")


def test_a_directory_that_only_setup_py_describes(place):
    place.write("legacy/setup.py", "from setuptools import setup\n\nsetup(name='legacy')\n")
    place.write("r.txt", "fine\n./legacy\n")
    ended, report = place.both("r.txt")
    assert outcomes(report) == {"fine": "wheel", "legacy": "unknown"}
    assert "./legacy: its own build is not judged, and its dependencies are unknown: " in problem_of(report, "legacy").message
    assert str(place.folder) not in ended.out


def test_a_directory_that_is_not_there_is_told_once(place):
    place.write("r.txt", "fine\n./gone\n")
    ended, report = place.both("r.txt")
    assert outcomes(report) == {"fine": "wheel", "gone": "unknown"}
    assert ended.out.count("no such directory") == 1
    assert len(report.problems) == 1


def test_several_directories_are_told_each(place):
    place.write("r.txt", "fine\n./one\n./two\n./three\n")
    ended, report = place.both("r.txt")
    assert len(ended.lines("hint")) == len(report.problems) == 3


@pytest.fixture
def files(place):
    """Addresses of a wheel for musl, one for glibc, and an sdist with a C extension."""
    wheel = {tags: f"/elsewhere/{wheel_name('direct', '2.0', tags)}" for tags in (MUSL, GLIBC)}
    for tags, path in wheel.items():
        place.server.blobs[path] = wheel_bytes("direct", "2.0", tags, ["fine"])
    place.server.blobs["/elsewhere/built-1.0.tar.gz"] = native_sdist("built", "1.0", ["fine"])
    return {"musl": wheel[MUSL], "glibc": wheel[GLIBC], "sdist": "/elsewhere/built-1.0.tar.gz"}


@pytest.mark.parametrize("named", ["direct @ ", ""])
def test_the_address_of_a_wheel(place, files, named):
    place.write("r.txt", f"{named}{place.server.url}{files['musl']}\n")
    _, report = place.both("r.txt")
    assert outcomes(report) == {"direct": "wheel", "fine": "wheel"}
    assert report["direct"].version == "2.0"
    assert report["fine"].chain == ("r.txt:1", "direct", "fine")


@pytest.mark.parametrize("named", ["built @ ", ""])
def test_the_address_of_an_sdist(place, files, named):
    place.write("r.txt", f"{named}{place.server.url}{files['sdist']}\n")
    ended, report = place.both("r.txt")
    assert outcomes(report) == {"built": "compile", "fine": "wheel"}
    assert ended.says("seen built-1.0.tar.gz!/setup.py:3")


def test_the_address_of_a_wheel_that_does_not_fit(place, files):
    place.write("r.txt", f"fine\n{place.server.url}{files['glibc']}\n")
    ended, report = place.both("r.txt", status=1)
    assert outcomes(report) == {"direct": "fail", "fine": "wheel"}
    said = f"direct-2.0-{GLIBC}.whl does not fit python:3.12-alpine/x86_64: glibc wheel (manylinux_2_28_x86_64)"
    assert ended.says(f"why {said} from")
    assert ended.says("do use python:3.12-slim: on glibc a wheel is installed")


def test_an_address_where_nothing_is(place):
    place.write("r.txt", f"fine\n{place.server.url}/elsewhere/gone-1.0.tar.gz\n")
    ended, report = place.both("r.txt", status=3)
    assert outcomes(report) == {"fine": "wheel", "gone": "unknown"}
    assert ended.lines("why") == ["nothing is there (404)"]
    assert ended.lines("hint") == ["Correct the address."]
    assert len(report.problems) == 1


def test_a_wheel_on_disk(place):
    place.write(wheel_name("ondisk", "1.0"), wheel_bytes("ondisk", "1.0", requires_dist=["fine"]))
    place.write("r.txt", f"./{wheel_name('ondisk', '1.0')}\n")
    _, report = place.both("r.txt")
    assert outcomes(report) == {"fine": "wheel", "ondisk": "wheel"}


def test_an_sdist_on_disk(place):
    place.write("ondisk-1.0.tar.gz", sdist_bytes("ondisk", "1.0", {"setup.py": "from setuptools import setup\n\nsetup()\n"}))
    place.write("r.txt", "./ondisk-1.0.tar.gz\n")
    _, report = place.both("r.txt")
    assert outcomes(report) == {"ondisk": "build"}


def test_hashes_that_match(place):
    digest = hashlib.sha256(wheel_bytes("fine", "1.0")).hexdigest()
    place.write("r.txt", f"fine==1.0 --hash=sha256:{digest}\n")
    _, report = place.both("r.txt", require_hashes=True)
    assert outcomes(report) == {"fine": "wheel"}
    assert report.problems == ()


def test_a_hash_that_matches_no_file(place):
    place.write("r.txt", f"fine==1.0 --hash=sha256:{'0' * 64}\n")
    ended, report = place.both("r.txt", status=1)
    assert outcomes(report) == {"fine": "fail"}
    assert ended.says("no wheel fits and there is no sdist; the nearest miss: its hash is none of those required")
    assert ended.says("do fine: allow fine-1.0-py3-none-any.whl (its hash is none of those required)")


def test_hashes_required_and_missing(place):
    place.write("r.txt", "fine==1.0\n")
    ended, report = place.both("r.txt", require_hashes=True, status=2)
    assert ended.lines("problem") == ["fine: hashes are required, and no hash is given for it: pip stops"]
    assert ended.lines("hint") == ["Add fine==1.0 --hash=..."]
    assert outcomes(report) == {"fine": "wheel"}


@pytest.mark.parametrize("option", ["--index-url", "--extra-index-url", "--find-links"])
def test_an_index_at_a_malformed_address(place, option):
    place.write("r.txt", "fine\n")
    ended = place.run("r.txt", option, "https://user:secret@[index.example/simple")
    assert ended.status == 2
    assert "error: https://****@[index.example/simple: this address is malformed\n" in ended.err
    place.write("r.txt", f"fine\n{option} https://user:secret@[index.example/simple\n")
    ended = place.run("r.txt")
    assert ended.status == 2
    assert 'r.txt:2: "https://****@[index.example/simple": this address is malformed\n' in ended.err


def test_an_address_that_is_malformed_in_metadata(place):
    place.wheel("odd", "1.0", requires=["fine"])
    place.wheel("odd", "2.0", requires=["tool @ https://[files.example/tool-1.0-py3-none-any.whl", "fine"])
    place.wheel("odd", "3.0", requires=[f"fine<{'9' * 5000}"])
    place.write("r.txt", "odd\n")
    _, report = place.both("r.txt")
    assert outcomes(report) == {"odd": "wheel", "fine": "wheel"}
    assert report["odd"].version == "1.0"


def test_hashes_are_required_of_what_has_none(place):
    digest = hashlib.sha256(wheel_bytes("fine", "1.0")).hexdigest()
    place.write("local/pyproject.toml", "[project]\nname = 'local'\nversion = '1'\n")
    place.wheel("away", "1.0")
    away = f"away @ {place.server.url}/files/{wheel_name('away', '1.0')}"
    place.write("r.txt", f"fine==1.0 --hash=sha256:{digest}\n-e ./local\ntool @ git+https://git.example/tool.git\n{away}\n")
    ended, report = place.both("r.txt", status=2)
    assert outcomes(report) == {"fine": "wheel", "local": "unknown", "tool": "unknown", "away": "wheel"}
    for sentence in ("a directory has none", "a checkout has none", "no hash is given for it"):
        assert ended.says(f"hashes are required, and {sentence}: pip stops")
    place.write("r.txt", f"fine==1.0 --hash=sha256:{digest}\n{away}#sha256={hashlib.sha256(wheel_bytes('away', '1.0')).hexdigest()}\n")
    assert place.both("r.txt")[1].problems == ()


@pytest.mark.parametrize(("python", "kept"), [("3.11", ["pip", "setuptools"]), ("3.12", ["pip"])])
def test_what_an_image_has_needs_no_hash(place, python, kept):
    place.wheel("pip", "26.0")
    entry = place.wheel("tool", "1.0", requires=["pip>=20", "setuptools"])
    place.write("r.txt", f"tool==1.0 --hash=sha256:{entry['hashes']['sha256']}\n")
    _, report = place.both("r.txt", image=f"python:{python}-alpine", status=0 if len(kept) == 2 else 2)
    held = "no hash is given for it: pip keeps the one that the image has, and stops where that does not do"
    told = {problem.subject: problem.message for problem in report.problems}
    assert told == {
        name: held if name in kept else f"hashes are required, and {held.partition(':')[0]}: pip stops" for name in ("pip", "setuptools")
    }
    place.write("r.txt", f"tool==1.0 --hash=sha256:{entry['hashes']['sha256']}\npip==26.0\n")
    assert place.run("r.txt", "--image", f"python:{python}-alpine").status == 2  # asked for by name, it is


def test_constraints(place):
    place.wheel("many", "1.0")
    place.wheel("many", "2.0")
    place.write("r.txt", "many\n")
    place.write("c.txt", "many<2\nunused==9\n")
    _, report = place.both("r.txt", constraints=("c.txt",))
    assert [(verdict.name, verdict.version) for verdict in report] == [("many", "1.0")]
    place.write("inside.txt", "-c c.txt\nmany\n")
    assert place.both("inside.txt")[1]["many"].version == "1.0"


def test_two_lines_in_conflict(place):
    place.wheel("lib", "1.0")
    place.wheel("lib", "2.0")
    place.write("r.txt", "fine\nlib<2\nlib>=2\n")
    ended, report = place.both("r.txt", status=1)
    assert ended.lines("why") == ["r.txt:2 asks for lib<2, but r.txt:3 asks for lib>=2"]
    assert ended.lines("do") == ["lib<2: change it in r.txt:2, or lib>=2 in r.txt:3"]
    assert ended.out.count("r.txt:3 asks for lib>=2") == 1
    assert ended.lines("hint") == []  # what to do is said already
    assert outcomes(report) == {"fine": "wheel", "lib": "fail"}
    assert report["lib"].advice[0].action == "correct"
    assert not any(advice.action == "change-image" for advice in report["lib"].advice)


def test_a_conflict_further_down_tells_the_chain(place):
    place.wheel("lib", "1.0")
    place.wheel("lib", "2.0")
    place.wheel("one", "1.0", requires=["lib<2"])
    place.wheel("two", "1.0", requires=["lib>=2"])
    place.wheel("over", "1.0", requires=["two"])
    place.write("r.txt", "fine\none\nover\n")
    ended, report = place.both("r.txt", status=1)
    assert ended.lines("why") == ["one 1.0 (r.txt:2) needs lib<2, but two 1.0 (r.txt:3 → over) needs lib>=2"]
    assert ended.lines("do") == ["one: change it in r.txt:2, or over in r.txt:3"]
    assert outcomes(report) == {"fine": "wheel", "lib": "fail", "one": "wheel", "over": "wheel", "two": "wheel"}


def test_a_constraint_in_conflict(place):
    place.wheel("lib", "2.0")
    place.wheel("two", "1.0", requires=["lib>=2"])
    place.wheel("lib", "1.0")
    place.write("r.txt", "two\n")
    place.write("c.txt", "lib<2\n")
    ended, report = place.both("r.txt", constraints=("c.txt",), status=1)
    assert ended.lines("why") == ["two 1.0 (r.txt:1) needs lib>=2, but c.txt:1 allows only lib<2"]
    assert outcomes(report) == {"lib": "fail", "two": "wheel"}


def test_extras(place):
    place.native("native")
    place.wheel("many", "1.0", requires=["native; extra == 'fast'"], extras=["fast"])
    place.write("r.txt", "many[fast,slow]\n")
    ended, report = place.both("r.txt")
    assert outcomes(report) == {"many": "wheel", "native": "compile"}
    assert ended.lines("problem") == ["many: many 1.0 does not provide the extra 'slow'; pip ignores it"]
    place.write("plain.txt", "many\n")
    assert outcomes(place.both("plain.txt")[1]) == {"many": "wheel"}


def test_extras_and_groups_of_a_project(place):
    place.native("native")
    table = '[project]\nname = "mine"\nversion = "1"\ndependencies = ["fine"]\n[project.optional-dependencies]\nfast = ["native"]\n'
    place.write("pyproject.toml", f'{table}[dependency-groups]\nbuild = ["setuptools"]\n')
    assert outcomes(place.both()[1]) == {"fine": "wheel"}
    assert outcomes(place.both(extras=("fast",))[1]) == {"fine": "wheel", "native": "compile"}
    assert outcomes(place.both(groups=("build",))[1]) == {"fine": "wheel", "setuptools": "wheel"}
    ended = place.run("--extra", "fats")
    assert ended.status == 2
    assert "fats" in ended.err


def test_markers_are_those_of_the_target(place):
    place.wheel("arm", "1.0")
    lines = ["fine; python_version >= '3.12'", "gone; python_version < '3.12'", "windows; sys_platform == 'win32'"]
    place.write("r.txt", "\n".join([*lines, "arm; platform_machine == 'aarch64'", ""]))
    assert outcomes(place.both("r.txt")[1]) == {"fine": "wheel"}
    assert outcomes(place.check("r.txt", arch="arm64")) == {"fine": "wheel", "arm": "wheel"}


def test_find_links_in_a_directory(place):
    place.write(f"wheels/{wheel_name('linked', '1.0')}", wheel_bytes("linked", "1.0"))
    place.write("r.txt", "linked\n")
    _, report = place.both("r.txt", no_index=True, find_links=("wheels",))
    assert outcomes(report) == {"linked": "wheel"}
    assert place.server.requests == []


def test_find_links_on_a_page(place):
    page = f'<a href="/elsewhere/{wheel_name("linked", "1.0", MUSL)}">linked</a>'.encode()
    place.server.projects["links"] = []
    place.server.script("/simple/links/", *[Answer(body=page, content_type="text/html")] * 2)
    place.server.blobs[f"/elsewhere/{wheel_name('linked', '1.0', MUSL)}"] = wheel_bytes("linked", "1.0", MUSL)
    place.write("r.txt", "fine\nlinked\n")
    _, report = place.both("r.txt", find_links=(f"{place.server.index_url}/links/",))
    assert outcomes(report) == {"fine": "wheel", "linked": "wheel"}


def test_find_links_on_a_page_that_is_not_there(place):
    place.write("r.txt", "fine\n")
    ended, report = place.both("r.txt", status=3, find_links=(f"{place.server.url}/gone.html",))
    assert ended.lines("problem") == [f"127.0.0.1:{place.server.port}: passed over, as pip does: answered 404"]
    assert outcomes(report) == {"fine": "wheel"}


def test_find_links_in_a_folder_that_is_not_there(place):
    place.write("r.txt", "fine\n")
    ended, report = place.both("r.txt", find_links=("gone",))
    assert ended.lines("problem") == ["gone: ignored, as pip does: neither a path that exists nor a web address"]
    assert outcomes(report) == {"fine": "wheel"}


def test_no_index_and_nothing_else(place):
    place.write("r.txt", "fine\n")
    ended, report = place.both("r.txt", no_index=True, status=1)
    assert ended.lines("why") == ["no index has a project named fine: there is no index to ask"]
    assert outcomes(report) == {"fine": "fail"}


def test_several_indexes_are_merged(place):
    with IndexServer() as other:
        other.add("fine", wheel_name("fine", "2.0"), wheel_bytes("fine", "2.0"))
        other.add("ours", wheel_name("ours", "1.0", MUSL), wheel_bytes("ours", "1.0", MUSL))
        place.write("r.txt", "fine\nours\n")
        _, report = place.both("r.txt", extra_index_urls=(other.index_url,))
    assert [(verdict.name, verdict.version) for verdict in report] == [("fine", "2.0"), ("ours", "1.0")]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://index.example/simple", "neither https nor a trusted host"),
        ("ftp://index.example/simple", "neither a path that exists nor a web address"),
    ],
)
def test_an_index_address_that_pip_ignores(place, address, said):
    """Nobody was asked: that is no finding about the packages."""
    place.write("r.txt", "fine\n")
    ended, report = place.both("r.txt", index_url=address, status=3)
    assert ended.lines("why") == [f"the index could not be asked: ignored, as pip does: {said}"]
    assert outcomes(report) == {"fine": "unknown"}


def tree(place, folders, top="repo-main/"):
    """A copy of a source tree as forges offer it: nothing in its name tells what it holds."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in folders.items():
            archive.writestr(f"{top}{name}", text)
    place.server.blobs["/archive/main.zip"] = out.getvalue()
    return f"{place.server.url}/archive/main.zip"


def project(name, *requires, version="1.5"):
    lines = ["[project]", f'name = "{name}"', f'version = "{version}"', f"dependencies = {[*requires]}"]
    return "\n".join([*lines, "[build-system]", 'requires = ["setuptools"]', 'build-backend = "setuptools.build_meta"', ""])


@pytest.mark.parametrize("top", ["repo-main/", "", "python/"])
def test_a_project_in_a_folder_of_an_archive(place, top):
    extension = 'from setuptools import Extension, setup\n\nsetup(ext_modules=[Extension("inner._inner", ["inner.c"])])\n'
    folders = {
        "pyproject.toml": project("outer", "nowhere"),
        "outer.c": "#include <missing.h>\n",
        "python/pyproject.toml": project("inner", "fine"),
        "python/setup.py": extension,
        "python/inner.c": "#include <Python.h>\n",
        "python/pure/pyproject.toml": project("pure"),
        "python/pure/pure/__init__.py": "",
    }
    url = tree(place, folders, top)
    place.write("r.txt", f"inner @ {url}#subdirectory=python\n{url}#egg=pure&subdirectory=python/pure\n")
    _, report = place.both("r.txt")
    assert outcomes(report) == {"fine": "wheel", "inner": "compile", "pure": "build"}
    assert (report["inner"].version, report["pure"].version) == ("1.5", "1.5")
    assert "main.zip!/python/setup.py" in {each.seen_in.partition(":")[0] for each in report["inner"].evidence}
    assert report.problems == ()


def test_a_folder_that_an_archive_does_not_hold(place):
    url = tree(place, {"python/pyproject.toml": project("inner")})
    place.write("r.txt", f"fine\ninner @ {url}#subdirectory=pyhton\n")
    _, report = place.both("r.txt")
    assert outcomes(report) == {"fine": "wheel", "inner": "unknown"}
    assert "holds no folder named pyhton" in problem_of(report, "inner").message


def test_a_folder_outside_of_an_archive(place):
    url = tree(place, {"python/pyproject.toml": project("inner")})
    place.write("r.txt", f"fine\ninner @ {url}#subdirectory=../../etc\n")
    _, report = place.both("r.txt")
    assert outcomes(report) == {"fine": "wheel", "inner": "unknown"}


def test_an_archive_that_tells_its_version_inside_is_fetched_once(place):
    url = tree(place, {"pyproject.toml": project("inner", "fine")})
    place.write("r.txt", f"inner @ {url}\n")
    report = place.check("r.txt")
    assert [(verdict.name, verdict.version) for verdict in report] == [("fine", "1.0"), ("inner", "1.5")]
    assert len(place.server.asked("/archive/main.zip")) == 1


def test_an_archive_with_a_digest_is_not_fetched_again(place):
    url = tree(place, {"python/pyproject.toml": project("inner", "fine"), "python/inner/__init__.py": ""})
    digest = hashlib.sha256(place.server.blobs["/archive/main.zip"]).hexdigest()
    place.write("r.txt", f"inner @ {url}#subdirectory=python&sha256={digest}\n")
    kept = {"cache": True, "cache_dir": place.folder / "kept"}
    reports = [place.check("r.txt", **kept) for _ in range(2)]
    assert [outcomes(report) for report in reports] == [{"fine": "wheel", "inner": "build"}] * 2
    assert len(place.server.asked("/archive/main.zip")) == 1
