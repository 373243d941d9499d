"""A small, honest interpreter of setup.py: it follows the code for a target as far as reading can, and never runs any of it.

What it knows (constants, lists, helper functions, files of the archive, the target's Python and platform) it evaluates; all else is
:class:`~muslcheck.archives.interpreter.values.Unknown`. Where a condition is unknown both branches are read, and what they do is noted
as decided later. A condition on the environment is answered as in a plain ``pip install`` (nothing is set), and the other branch is
read for what a switch would do.

``machine`` holds the state, and looks up in tables which function is for which piece of code::

    statements   branches   imports   assignments                        statements
    expressions  operations  calling                                     expressions, and calls of the code's own functions
    external: builds  programs (shell)  library  builtin; methods        calls of functions that are known, by name
    values  lists  signals  exceptions  record  world                    what it works with, notes, and sees of the archive
    lazy  lifting                                                        what hangs on the target, asked for as late as may be
"""

from __future__ import annotations

__all__: list[str] = []
