"""What is wrong in manifests, however it is told: beside what could be read, or raised where nothing could."""

from muslcheck.errors import ManifestError
from muslcheck.manifests import read

__all__ = ["faults"]


def faults(*paths, **options):
    """The sentence of each fault, in order."""
    try:
        manifests = read(paths, **options)
    except ManifestError as error:
        return [str(fault) for fault in error.faults]
    return [str(fault) for manifest in manifests for fault in manifest.faults]
