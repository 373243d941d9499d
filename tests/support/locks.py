"""Following a lock in a test, with an index in memory."""

from muslcheck.resolver import Catalogue, follow_lock
from muslcheck.words.release import Absent
from muslcheck.words.requirement import Selection
from muslcheck.words.resolution import Wanted
from muslcheck.words.target import Libc, Target

__all__ = ["GLIBC", "MUSL", "followed"]

MUSL = Target("python:3.12-alpine3.23", (3, 12), "3.12.11", "x86_64", Libc("musl", 1, 2), "alpine", "3.23")
GLIBC = Target("python:3.12-slim-bookworm", (3, 12), "3.12.11", "x86_64", Libc("glibc", 2, 36), "debian", "12")


def followed(lock, *projects, target=MUSL, selection=None):
    """The resolution, the index having these projects and no other."""
    catalogue = Catalogue()
    for project in projects:
        catalogue.add_project(project)
    answer = follow_lock(lock, target, GLIBC, selection or Selection(), catalogue)
    if isinstance(answer, Wanted):
        for name in answer.projects:
            catalogue.add_project(Absent(name, "not found", ("https://index.example/simple",)))
        answer = follow_lock(lock, target, GLIBC, selection or Selection(), catalogue)
    return answer
