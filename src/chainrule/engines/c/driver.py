"""A whole epoch in C: batch after batch is gathered, stepped over, and its loss kept, without Python in between."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

from chainrule.emit.c import TYPES, CSource, Parameter
from chainrule.engines.stretch import least_bits

EXPORT = '__attribute__((visibility("default")))'


class Stretch(ctypes.Structure):
    """What the C function is told, and what it tells."""

    _fields_ = (
        ("first", ctypes.c_int64),
        ("last", ctypes.c_int64),
        ("size", ctypes.c_int64),
        ("samples", ctypes.c_int64),
        ("order", ctypes.c_void_p),
        ("arrays", ctypes.c_void_p),
        ("gathered", ctypes.c_void_p),
        ("rates", ctypes.c_void_p),
        ("losses", ctypes.c_void_p),
        ("work", ctypes.c_void_p),
        ("step", ctypes.c_double),
        ("seconds", ctypes.c_double),
        ("key", ctypes.c_uint64 * 2),
        ("epoch", ctypes.c_uint64),
        ("status", ctypes.c_int64),
    )


HEAD = """\
#include <time.h>

/* A stretch of batches: those from first to before last, of size rows each out of so many samples. */
struct stretch {
    int64_t first, last, size, samples;
    const int64_t *order;
    void **arrays;
    void **gathered;
    const double *rates;
    double *losses;
    unsigned char *work;
    double step, seconds;
    uint64_t key[2], epoch;
    int64_t status;
};

/* Some rows of an array: as they lie, or gathered in the order of the epoch. */
static const void *some_rows(const struct stretch *s, const int which, const size_t bytes, int64_t start, int64_t n)
{
    const char *all = s->arrays[which];
    if (s->order == 0)
        return all + start * bytes;
    char *rows = s->gathered[which];
    for (int64_t i = 0; i < n; i++)
        memcpy(rows + i * bytes, all + s->order[start + i] * bytes, bytes);
    return rows;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}
"""

MASKS = """\
/* Philox 4x64 with ten rounds (Salmon et al. 2011): random numbers that depend on their place alone, as NumPy draws them. */
static void philox(const uint64_t key[2], const uint64_t counter[4], uint64_t out[4])
{
    uint64_t k0 = key[0], k1 = key[1], c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    for (int round = 0; round < 10; round++) {
        const unsigned __int128 a = (unsigned __int128)0xD2E7470EE14C6C93ull * c0;
        const unsigned __int128 b = (unsigned __int128)0xCA5A826395121157ull * c2;
        c0 = (uint64_t)(b >> 64) ^ c1 ^ k0;
        c2 = (uint64_t)(a >> 64) ^ c3 ^ k1;
        c1 = (uint64_t)b;
        c3 = (uint64_t)a;
        k0 += 0x9E3779B97F4A7C15ull;
        k1 += 0xBB67AE8584CAA73Bull;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

/* A mask: 0 at a share of its entries, and scale at the others. */
static void mask_TAG(TYPE *mask, int64_t count, const struct stretch *s, int64_t batch, uint64_t which, uint32_t least, TYPE scale)
{
    for (int64_t i = 0; i < count; i += 8) {
        const uint64_t place[4] = {(uint64_t)i / 8 + 1, (uint64_t)batch, s->epoch, which};
        uint64_t drawn[4];
        philox(s->key, place, drawn);
        for (int j = 0; j < 8 && i + j < count; j++) {
            const uint32_t bits = (uint32_t)(drawn[j / 2] >> 32 * (j % 2));
            mask[i + j] = bits >= least ? scale : 0;
        }
    }
}
"""

LOOP = """\
EXPORT int64_t epoch(struct stretch *s)
{
    const double begun = now();
    double seen = begun;
    int64_t every = 1, unseen = 0, skipped = 0, batch = s->first;
    int outside = 0;
    s->status = 0;
    while (batch < s->last) {
        const int64_t start = batch * s->size, left = s->samples - start, n = left < s->size ? left : s->size;
        const int64_t done = batch - s->first - skipped;
BODY
        s->losses[batch - s->first] = loss;
        batch++;
        if (!(fabs((double)loss) < INFINITY)) {
            s->status = 1;
            break;
        }
        if (outside) {
            s->status = 2;
            break;
        }
        /* the clock is looked at about once in a millisecond */
        if (++unseen == every) {
            const double t = now();
            every = t - seen < 0.0005 ? every * 2 : t - seen > 0.002 && every > 1 ? every / 2 : every;
            seen = t, unseen = 0;
            if (t - begun > s->seconds)
                break;
        }
    }
    return batch - s->first;
}
"""


def driver(
    step: CSource,
    rows: Mapping[str, int],
    masks: Mapping[str, tuple[int, float]],
    replaced: Mapping[str, str],
) -> str:
    """The text that runs a step over batches.

    ``rows`` are the arrays of samples with the bytes of a row, ``masks`` those that are drawn with their entries a row
    and their rate; ``replaced`` says which number an output takes the place of.
    """
    body: list[str] = []
    after: list[str] = []
    arguments = ["n"]
    for place, one in enumerate(step.parameters):
        kind = TYPES[one.value.dtype.name]
        name = one.value.name or one.name
        if name in rows:
            body.append(
                f"const {kind} *const {one.name}_rows = some_rows(s, {place}, {rows[name]}, start, n);"
            )
            arguments.append(f"{one.name}_rows")
            if name == "weight":
                body += _skipped(f"{one.name}_rows")
        elif name in masks:
            body.append(_mask(one, place, list(masks).index(name), masks[name]))
            arguments.append(f"({kind} *)s->gathered[{place}]")
        elif name == "learning_rate" and not one.is_array:
            arguments.append(f"({kind})s->rates[done]")
        elif name == "t" and not one.is_array:
            arguments.append(f"({kind})(s->step + (double)done)")
        elif not one.is_array:
            arguments.append(f"*({kind} *)s->arrays[{place}]")
        elif one.value is step.parameters[-1].value or one.name.endswith("_out"):
            old = replaced.get(name)
            place_of_old = next(
                (
                    k
                    for k, other in enumerate(step.parameters)
                    if other.value.name == old
                ),
                None,
            )
            arguments.append(f"&{one.name if old else 'loss'}")
            body.append(f"{kind} {one.name if old else 'loss'};")
            if old:
                after.append(f"*({kind} *)s->arrays[{place_of_old}] = {one.name};")
        else:
            arguments.append(f"s->arrays[{place}]")
    call = f"{step.name}({', '.join([*arguments, 's->work', '&outside'])});"
    lines = "\n".join(f"        {line}" for line in [*body, call, *after])
    drawn = ""
    if masks:
        dtype = next(
            one.value.dtype for one in step.parameters if one.value.name in masks
        )
        tag = {"float32": "f32", "float64": "f64"}[dtype.name]
        drawn = MASKS.replace("TYPE", TYPES[dtype.name]).replace("TAG", tag) + "\n"
    return "\n".join(
        [HEAD, drawn + LOOP.replace("EXPORT", EXPORT).replace("BODY", lines)]
    )


def _skipped(weights: str) -> list[str]:
    """Passing over a batch of no weight, as if its samples were not there: a mean over nothing is no number."""
    return [
        "int64_t one = 0;",
        f"while (one < n && {weights}[one] == 0)",
        "    one++;",
        "if (one == n) {",
        "    s->losses[batch++ - s->first] = 0;",
        "    skipped++;",
        "    continue;",
        "}",
    ]


def _mask(one: Parameter, place: int, which: int, about: tuple[int, float]) -> str:
    entries, rate = about
    tag = {"float32": "f32", "float64": "f64"}[one.value.dtype.name]
    least = least_bits(rate)
    scale = f"1.0 / {1 - rate!r}" if tag == "f64" else f"(float)(1.0 / {1 - rate!r})"
    return f"mask_{tag}(s->gathered[{place}], n * {entries}, s, batch, {which}, {least}u, {scale});"
