"""The report as one HTML page: nothing is loaded from elsewhere, nothing runs in it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from muslcheck.render.best import best_lines, best_targets
from muslcheck.render.grouping import GRAVITY, alike, by_target, differing, in_groups, noteworthy, plain, telling, where
from muslcheck.render.page import clean
from muslcheck.render.phrases import advice_line, answer, chain_line, counted, headline, reason, release_line, size_line, target_line
from muslcheck.render.places import Places
from muslcheck.render.supplied import adds_line, said_of
from muslcheck.render.versus import versus
from muslcheck.words.verdict import Mark, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muslcheck.render import RenderOptions
    from muslcheck.words.report import Report
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import ApkNames, Verdict

__all__ = ["render"]

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --line: #d7dbe0; --soft: #5b6470; --shade: #f4f6f8;
  --fail: #b3261e; --compile: #8a5300; --unknown: #7a3b9e; --build: #0b6a75; --wheel: #1a6b2d }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #16181b; --line: #3a3f46; --soft: #a3abb5; --shade: #1f2226;
  --fail: #ff8a80; --compile: #ffc266; --unknown: #d9a7f5; --build: #6fd6e0; --wheel: #86d997 } }
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem;
  padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2rem }
.scroll { overflow-x: auto } table { border-collapse: collapse; min-width: 100% }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left; vertical-align: top }
tbody th { background: var(--paper); left: 0; position: sticky }
thead th { background: var(--shade); position: sticky; top: 0 } td.cell { white-space: nowrap }
.fail, .compile, .unknown, .build, .wheel { font-weight: 600 }
.fail { color: var(--fail) } .compile { color: var(--compile) } .unknown { color: var(--unknown) }
.build { color: var(--build) } .wheel { color: var(--wheel) }
.soft { color: var(--soft); font-size: .9em } pre { background: var(--shade); overflow-x: auto; padding: .6rem }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere } article { border-top: 1px solid var(--line) }
article p, article ul { margin: .3rem 0 } h3 { margin: .8rem 0 .3rem }
"""


def render(report: Report, _: RenderOptions) -> str:
    """The report as a page: the answers, the table of what differs, each package with its reason, what to paste, all files."""
    title = _text(headline(report))
    places, verdicts = Places(report.targets), by_target(report)
    body = [*_answers(report, verdicts, places), *(_groups(report, places) if places.are_many else _table(report))]
    body += [*_packages(report), *_versus(verdicts, places), *_apk(report, verdicts, places), *_problems(report), *_files(report)]
    about = f'<p class="soft">muslcheck {_text(report.version)}, {_text(report.created)}</p>'
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style>'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body><h1>{title}</h1>\n' + "\n".join([*body, about]) + "\n</body></html>\n"
    )


def _text(text: str) -> str:
    return escape(clean(text))


def _answers(report: Report, verdicts: Mapping[Target, Sequence[Verdict]], places: Places) -> Iterator[str]:
    """A sentence for each target, or a grid of architectures and images where they are many; and which are the best."""
    best = "".join(f"<p><b>{_text(line)}</b></p>" for line in best_lines(report, verdicts, places))
    if not places.are_many:
        for target, own in verdicts.items():
            outcome, sentence = answer(target.id, own)
            yield f'<p><span class="{outcome.value}">{_text(sentence)}</span><br><span class="soft">{_text(target_line(target))}</span></p>'
        yield best
        return
    yield best
    heads = "".join(f"<th>{_text(column)}</th>" for column in places.grid.columns)
    yield f'<div class="scroll"><table><thead><tr><th></th>{heads}</tr></thead><tbody>'
    for name, row in places.grid.rows:
        cells = "".join(_target(target, report, verdicts[target]) if target is not None else "<td></td>" for target in row)
        yield f"<tr><th>{_text(name)}</th>{cells}</tr>"
    yield "</tbody></table></div>"


def _target(target: Target, report: Report, own: Sequence[Verdict]) -> str:
    """What is not a wheel on one of many targets, and how much there is to download."""
    outcome, sentence = answer(target.id, own)
    found = [verdict.outcome for verdict in own]
    counts = [f"{found.count(each)} {each.value}" for each in GRAVITY if each in found and each is not Outcome.WHEEL]
    sizes = report.sizes(target)
    size = f'<br><span class="soft">{_text(size_line(sizes.wheels + sizes.sdists))}</span>' if sizes.wheels or sizes.sdists else ""
    return f'<td class="{outcome.value}" title="{_text(sentence)}">{_text(", ".join(counts) or "wheels only")}{size}</td>'


def _groups(report: Report, places: Places) -> Iterator[str]:
    """What is not a wheel wherever it is needed, and a column for the targets that have the same of it; the best first."""
    rows = telling(report)
    groups = in_groups(rows, places, _words)
    if not rows or len(groups) == 1:
        return
    heads = "".join(f'<th title="{_text(places.named(targets))}">{number}</th>' for number, (_, targets) in enumerate(groups, 1))
    yield f'<h2>Package by package</h2><div class="scroll"><table><thead><tr><th>package</th>{heads}</tr></thead><tbody>'
    for name, on in rows.items():
        yield f"<tr><th>{_text(name)}</th>" + "".join(_cell(on.get(targets[0])) for _, targets in groups) + "</tr>"
    items = "".join(f"<li>{_text(places.named(targets))}</li>" for _, targets in groups)
    yield f"</tbody></table></div><ol>{items}</ol>"


def _table(report: Report) -> Iterator[str]:
    """What is not simply a wheel everywhere, target by target; with one target, the packages below say it all."""
    rows = differing(report)
    if len(report.targets) == 1 or not rows:
        return
    heads = "".join(f"<th>{_text(target.image)}<br>{_text(target.arch)}</th>" for target in report.targets)
    yield f'<h2>Target by target</h2><div class="scroll"><table><thead><tr><th>package</th>{heads}</tr></thead><tbody>'
    for name, on in rows.items():
        yield f"<tr><th>{_text(name)}</th>" + "".join(_cell(on.get(target)) for target in report.targets) + "</tr>"
    yield "</tbody></table></div>"


def _cell(verdict: Verdict | None) -> str:
    if verdict is None:
        return '<td class="soft">not needed</td>'
    return f'<td class="cell {verdict.outcome.value}" title="{_text(release_line(verdict))}">{_text(_words(verdict))}</td>'


def _words(verdict: Verdict | None) -> str:
    return " ".join([verdict.outcome.value, *sorted(verdict.marks)]) if verdict is not None else ""


def _packages(report: Report) -> Iterator[str]:
    blocks = noteworthy(report)
    if blocks:
        yield "<h2>Packages to look at</h2>"
    for same in blocks:
        verdict, why = same[0], reason(same[0])
        marks = "".join(f", {mark.value}" for mark in Mark if mark in verdict.marks)
        on = f' <span class="soft">on {_text(where(report, same))}</span>' if len(report.targets) > 1 else ""
        outcome = f'<span class="{verdict.outcome.value}">{verdict.outcome.value}</span>'
        yield f"<article><h3>{outcome} {_text(release_line(verdict))}{marks}{on}</h3>"
        if why:
            yield f'<p>{_text(why.claim)}<br><span class="soft">{_text(why.code)}, seen in {_text(why.seen_in)}</span></p>'
        if verdict.chain:
            yield f'<p class="soft">from {_text(chain_line(verdict))}</p>'
        items = "".join(f"<li>{_text(advice_line(each, same))}</li>" for each in verdict.advice)
        yield f"<ul>{items}</ul></article>" if items else "</article>"


def _versus(verdicts: Mapping[Target, Sequence[Verdict]], places: Places) -> Iterator[str]:
    """Alpine against slim, where both are asked about."""
    title, lines = versus(verdicts, places)
    if title:
        yield f"<h2>{_text(title)}</h2>"
    if lines:
        yield f"<ul>{''.join(f'<li>{_text(line)}</li>' for line in lines)}</ul>"


def _apk(report: Report, verdicts: Mapping[Target, Sequence[Verdict]], places: Places) -> Iterator[str]:
    """What to paste, once for the targets that need the same; of many the best, the others folded."""
    best = set(best_targets(verdicts)) if places.are_many else set(report.targets)
    yield from _commands(report, [target for target in report.targets if target in best])
    if others := [*_commands(report, [target for target in report.targets if target not in best])]:
        yield from ("<details><summary>To add on the other targets</summary>", *others, "</details>")
    for supply in report.supplies[:1]:
        if supply.there:
            items = "".join(f"<li>{_text(f'{label} {text}'.strip())}</li>" for label, text in said_of(supply, report))
            yield f"<p>{_text(adds_line(supply))}:</p><ul>{items}</ul>"


def _commands(report: Report, some: Sequence[Target]) -> Iterator[str]:
    """The commands for some of the targets."""
    together: dict[ApkNames, list[Target]] = {}
    for target in some:
        together.setdefault(report.apk(target), []).append(target)
    for names, targets in together.items():
        commands = [f"apk add --no-cache --virtual .build-deps {' '.join(names.build)}"] if names.build else []
        commands += [f"apk add --no-cache {' '.join(names.runtime)}"] if names.runtime else []
        on = "all targets" if len(targets) == len(report.targets) else Places(report.targets).named(targets)
        if commands:
            yield f"<h2>To add on {_text(on if len(report.targets) > 1 else targets[0].image)}</h2>"
            yield f"<pre>{chr(10).join(map(_text, commands))}</pre>"


def _problems(report: Report) -> Iterator[str]:
    for problem in report.problems:
        hint = f' <span class="soft">{_text(problem.hint)}</span>'
        yield f'<p><span class="unknown">{_text(problem.subject)}</span>: {_text(problem.message)}{hint}</p>'


def _files(report: Report) -> Iterator[str]:
    simple: list[Sequence[Verdict]] = [same for same in alike(report) if plain(same[0])]
    yield f"<details><summary>{counted(len(simple), 'package')} from wheels</summary><table>"
    for same in simple:
        file = same[0].file
        name, size = (file.filename, size_line(file.size)) if file else ("", "")
        yield f"<tr><td>{_text(release_line(same[0]))}</td><td><code>{_text(name)}</code></td><td>{_text(size)}</td></tr>"
    yield "</table></details>"
