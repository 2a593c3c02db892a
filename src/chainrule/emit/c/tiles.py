"""Products in tiles that stay in registers, as many rows and vectors as the processor has room for."""

from __future__ import annotations

from chainrule.emit.c.nests import DType

LINE = 64
"""Bytes of a line of cache, and of one row of a tile."""
MOST_ROWS = 12
"""No processor has room for more rows than that."""


def panel(dtype: DType) -> int:
    """How many columns a tile has.

    >>> import numpy as np
    >>> panel(np.dtype(np.float32)), panel(np.dtype(np.float64))
    (16, 8)
    """
    return LINE // dtype.itemsize


REGISTERS = """\
/* A row of a tile is a line of cache, 64 bytes: so many vectors, and so many rows of them, are held in registers. */
#if defined(__AVX512F__)
#define VECTOR 64
#define ROWS 12
#elif defined(__AVX__)
#define VECTOR 32
#define ROWS 6
#elif defined(__aarch64__)
#define VECTOR 16
#define ROWS 6
#else
#define VECTOR 16
#define ROWS 3
#endif

#if defined(__clang__) || __GNUC__ >= 12
#define TURNS
#endif

/* How many rows the next tile takes of those that are left, so that all take about as many. */
static inline long rows_of(long left)
{
    long tiles = (left + ROWS - 1) / ROWS;
    return (left + tiles - 1) / tiles;
}
"""

KERNEL = """\
typedef TYPE vector_TAG __attribute__((vector_size(VECTOR), aligned(sizeof(TYPE)), may_alias));

TURN

/* A tile of a product: rows × WIDTH sums over inner, each left entry times a row of right. */
static inline __attribute__((always_inline)) void tile_TAG(
    const int rows, long inner, const TYPE *left, long row, long step, const TYPE *right, long down, TYPE *out, long next)
{
    enum { LANES = VECTOR / sizeof(TYPE), VECTORS = WIDTH / LANES };
    vector_TAG sum[ROWS][VECTORS];
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
        for (int v = 0; v < VECTORS; v++)
            sum[r][v] = (vector_TAG){0};
    for (long k = 0; k < inner; k++) {
        vector_TAG across[VECTORS];
#pragma GCC unroll 16
        for (int v = 0; v < VECTORS; v++)
            across[v] = *(const vector_TAG *)(right + k * down + v * LANES);
#pragma GCC unroll 16
        for (int r = 0; r < rows; r++) {
            TYPE factor = left[r * row + k * step];
#pragma GCC unroll 16
            for (int v = 0; v < VECTORS; v++)
                sum[r][v] += factor * across[v];
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
        for (int v = 0; v < VECTORS; v++)
            *(vector_TAG *)(out + r * next + v * LANES) = sum[r][v];
}

static void product_TAG(
    long rows, long inner, const TYPE *left, long row, long step, const TYPE *right, long down, TYPE *out, long next)
{
    switch (rows) {
CASES
    }
}

/* So many columns of a matrix side by side, filled up with zeros to the width of a tile. */
static inline __attribute__((always_inline)) void gather_TAG(
    TYPE *restrict panel, const TYPE *restrict right, long inner, long down, const long along, const long columns)
{
    if (along == 1) {
        for (long k = 0; k < inner; k++) {
            for (long c = 0; c < columns; c++)
                panel[k * WIDTH + c] = right[k * down + c];
            for (long c = columns; c < WIDTH; c++)
                panel[k * WIDTH + c] = 0;
        }
        return;
    }
    long k = 0;
#ifdef TURNS
    enum { LANES = VECTOR / sizeof(TYPE) };
    if (down == 1 && columns == WIDTH)
        for (; k + LANES <= inner; k += LANES)
            for (long c = 0; c < WIDTH; c += LANES)
                turn_TAG(panel + k * WIDTH + c, right + k + c * along, along);
#endif
    for (; k < inner; k++)
        for (long c = 0; c < WIDTH; c++)
            panel[k * WIDTH + c] = c < columns ? right[k * down + c * along] : 0;
}
"""


def kernel(dtype: DType, tag: str, name: str) -> str:
    """The text of a tile's product for one type."""
    case = "    case {0}:\n        tile_TAG({0}, inner, left, row, step, right, down, out, next);\n        break;"
    cases = [case.format(rows) for rows in range(1, MOST_ROWS + 1)]
    guarded = "\n".join(
        f"#if ROWS >= {rows}\n{text}\n#endif" for rows, text in enumerate(cases, 1)
    )
    text = KERNEL.replace("CASES", guarded).replace("TURN\n", _turn(dtype), 1)
    return (
        text.replace("TYPE", name)
        .replace("TAG", tag)
        .replace("WIDTH", str(panel(dtype)))
    )


def _turn(dtype: DType) -> str:
    """The text that turns a square of so many rows as a vector has entries, for each length of vector."""
    texts = [
        f"#if defined(TURNS) && VECTOR == {vector}\n{_turned(vector // dtype.itemsize)}#endif\n"
        for vector in (16, 32, 64)
    ]
    return "".join(texts)


def _turned(lanes: int) -> str:
    """Pairs of rows exchange every other entry, then every other pair, and so on until rows are columns."""
    loads = [
        f"    vector_TAG r{r} = *(const vector_TAG *)(in + {r} * along);"
        for r in range(lanes)
    ]
    mixes, names, distance, turn = [], [f"r{r}" for r in range(lanes)], 1, 0
    while distance < lanes:
        new = list(names)
        for r in range(lanes):
            if r & distance:
                continue
            pair = f"{names[r]}, {names[r + distance]}"
            low = [lanes + e - distance if e & distance else e for e in range(lanes)]
            high = [lanes + e if e & distance else e + distance for e in range(lanes)]
            for row, places in ((r, low), (r + distance, high)):
                new[row] = f"{'stuvw'[turn]}{row}"
                listed = ", ".join(map(str, places))
                mixes.append(
                    f"    vector_TAG {new[row]} = __builtin_shufflevector({pair}, {listed});"
                )
        names, distance, turn = new, distance * 2, turn + 1
    stores = [
        f"    *(vector_TAG *)(out + {r} * WIDTH) = {name};"
        for r, name in enumerate(names)
    ]
    return "\n".join(
        [
            "/* A square of rows becomes columns: rows exchange every other entry, then every other pair, and so on. */",
            "static inline void turn_TAG(TYPE *out, const TYPE *in, long along)",
            "{",
            *loads,
            *mixes,
            *stores,
            "}",
            "",
        ]
    )
