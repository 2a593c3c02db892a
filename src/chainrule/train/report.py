"""The report of a training: metrics, the confusion of classes, the learning curve, as text and as one HTML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainrule.train.tabular import Outcome

WIDTH, HEIGHT, MARGIN = 640, 260, 44
COLOURS = ("#3b6fd4", "#d4703b", "#3c9a5f", "#9a3c8c")


def text(outcome: Outcome) -> str:
    """Metrics and confusion for a terminal."""
    lines = [f"held out: {outcome.n_test} rows; trained on {outcome.n_train}"]
    wide = max((len(name) for name in outcome.measures), default=0)
    lines += [
        f"  {name.ljust(wide)}  {number:.4f}"
        for name, number in outcome.measures.items()
    ]
    if outcome.confusion is not None and outcome.n_test:
        classes = outcome.features.target.classes
        cells = [["true \\ found", *classes]]
        cells += [
            [name, *map(str, row)]
            for name, row in zip(classes, outcome.confusion.tolist(), strict=True)
        ]
        widths = [
            max(len(row[place]) for row in cells) for place in range(len(cells[0]))
        ]
        lines.append("")
        lines += [
            "  "
            + "  ".join(
                cell.rjust(width) for cell, width in zip(row, widths, strict=True)
            )
            for row in cells
        ]
    return "\n".join(lines)


def curve(history: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """The learning curve as points in a drawing: one line for each loss of the history."""
    names = [
        name for name in (history[0] if history else {}) if name in ("loss", "val_loss")
    ]
    top = max((row[name] for row in history for name in names), default=1.0) or 1.0
    last = max(len(history) - 1, 1)

    def place(number: int, value: float) -> str:
        x = MARGIN + (WIDTH - 2 * MARGIN) * number / last
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * value / top
        return f"{x:.1f},{y:.1f}"

    lines = [
        {
            "name": {"loss": "training", "val_loss": "validation"}[name],
            "colour": COLOURS[position],
            "points": " ".join(
                place(number, row[name]) for number, row in enumerate(history)
            ),
            "y": MARGIN - 22 + 0 * position,
            "x": MARGIN + 120 * position,
        }
        for position, name in enumerate(names)
    ]
    return {"lines": lines, "top": f"{top:.3g}", "epochs": len(history)}


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .8rem; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); text-align: right; }
th:first-child, td:first-child { text-align: left; }
td.right { background: color-mix(in srgb, #3c9a5f 22%, transparent); }
svg { max-width: 100%; height: auto; } svg text { fill: currentColor; font-size: 13px; }
pre { overflow-x: auto; }
</style></head><body><main>
<h1>{{ title }}</h1>
<p>Trained on {{ n_train }} rows, measured on {{ n_test }} rows that were held out.</p>
<h2>Metrics</h2>
<table><tbody>{% for name, number in measures %}<tr><td>{{ name }}</td><td>{{ number }}</td></tr>{% endfor %}</tbody></table>
{% if confusion %}<h2>Confusion</h2>
<table><thead><tr><th scope="col">true \\ found</th>{% for name in classes %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>{% for name, row in confusion %}{% set outer = loop.index0 %}<tr><th scope="row">{{ name }}</th>
{% for count in row %}<td{% if loop.index0 == outer %} class="right"{% endif %}>{{ count }}</td>{% endfor %}</tr>{% endfor %}</tbody></table>{% endif %}
<h2>Learning curve</h2>
<svg viewBox="0 0 {{ width }} {{ height }}" role="img" aria-label="loss by epoch">
<line x1="{{ margin }}" y1="{{ height - margin }}" x2="{{ width - margin }}" y2="{{ height - margin }}" stroke="currentColor"/>
<line x1="{{ margin }}" y1="{{ margin }}" x2="{{ margin }}" y2="{{ height - margin }}" stroke="currentColor"/>
<text x="{{ margin - 6 }}" y="{{ margin + 4 }}" text-anchor="end">{{ curve.top }}</text>
<text x="{{ margin - 6 }}" y="{{ height - margin }}" text-anchor="end">0</text>
<text x="{{ width - margin }}" y="{{ height - margin + 18 }}" text-anchor="end">epoch {{ curve.epochs }}</text>
{% for line in curve.lines %}<polyline fill="none" stroke="{{ line.colour }}" stroke-width="2" points="{{ line.points }}"/>
<text x="{{ line.x }}" y="{{ line.y }}" style="fill: {{ line.colour }}">{{ line.name }} loss</text>{% endfor %}
</svg>
<h2>Network</h2>
<pre>{{ summary }}</pre>
<h2>Its forward pass in NumPy</h2>
<pre>{{ source }}</pre>
</main></body></html>
"""


def html(outcome: Outcome, title: str) -> str:
    """The report as one page that fetches nothing."""
    import jinja2

    classes = outcome.features.target.classes
    confusion = (
        None
        if outcome.confusion is None
        else list(zip(classes, outcome.confusion.tolist(), strict=True))
    )
    page = jinja2.Environment(autoescape=True).from_string(PAGE)
    return page.render(
        title=title,
        n_train=outcome.n_train,
        n_test=outcome.n_test,
        measures=[(name, f"{number:.4f}") for name, number in outcome.measures.items()],
        classes=classes,
        confusion=confusion,
        curve=curve(outcome.network.history_),
        summary=str(outcome.network.summary()),
        source=outcome.network.source,
        width=WIDTH,
        height=HEIGHT,
        margin=MARGIN,
    )
