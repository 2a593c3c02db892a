"""Products in tiles that stay in registers, as many rows and vectors as the processor has room for."""

from __future__ import annotations

from chainrule.emit.c.lengths import ONE
from chainrule.emit.c.nests import DType, Product

LINE = 64
"""Bytes of a line of cache, and of one row of a narrow tile."""
MOST_ROWS, MOST_LINES = 12, 2
"""No processor has room for more rows than that, and more lines of cache across."""
NEAR = 16384
"""Bytes of a matrix that stay in the nearest cache as it lies: what a larger one gives a tile is laid side by side."""
FAR = 2**18
"""Bytes of an array from which on a part of it has to be waited for, if it is not asked for before."""
BLOCK = 2**19
"""Bytes of a left matrix that are laid side by side at once: they stay in the second cache for all panels."""


def panel(dtype: DType) -> int:
    """How many columns a narrow tile has.

    >>> import numpy as np
    >>> panel(np.dtype(np.float32)), panel(np.dtype(np.float64))
    (16, 8)
    """
    return LINE // dtype.itemsize


def is_laid(product: Product, most: int) -> bool:
    """Whether the rows of a left matrix are laid side by side: those of one turned around lie an entry in each line."""
    row, step = product.left.strides
    # each may lie across two lines; and for few panels a copy is one reading more
    lines = 2 * product.inner.at(most) * LINE
    across = product.columns.at(most) * product.value.dtype.itemsize
    return row == ONE and step != ONE and lines > NEAR and across > 4 * LINE


def room(product: Product, most: int) -> int:
    """The bytes that a product needs to lay things side by side, for batches of at most ``most`` rows."""
    inner = product.inner.at(most)
    panel_bytes = inner * LINE * MOST_LINES
    if not is_laid(product, most):
        return panel_bytes
    tile = MOST_ROWS * inner * product.value.dtype.itemsize
    tiles = product.rows.at(most) // MOST_ROWS + 1
    return panel_bytes + min(max(BLOCK, tile), tiles * tile)


REGISTERS = """\
/* A tile is held in registers: so many rows, each a line of cache, 64 bytes, or so many LINES where they are broad. */
#if defined(__AVX512F__)
#define VECTOR 64
#define ROWS 12
#define LINES 2
#elif defined(__AVX__)
#define VECTOR 32
#define ROWS 6
#define LINES 1
#elif defined(__aarch64__)
#define VECTOR 16
#define ROWS 6
#define LINES 1
#else
#define VECTOR 16
#define ROWS 3
#define LINES 1
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

/* How many rows of a left matrix are laid side by side at once, so many bytes a row: whole tiles, about as many each time. */
static inline long block_of(long rows, long bytes)
{
    long tiles = (rows + ROWS - 1) / ROWS, most = BLOCK / (ROWS * bytes);
    long blocks = most > 1 ? (tiles + most - 1) / most : tiles;
    return (tiles + blocks - 1) / blocks * ROWS;
}
""".replace("BLOCK", str(BLOCK))

KERNEL = """\
typedef TYPE vector_TAG __attribute__((vector_size(VECTOR), aligned(sizeof(TYPE)), may_alias));
enum { NARROW_TAG = WIDTH, BROAD_TAG = WIDTH * LINES };

TURN

/* A tile of a product: rows × columns sums over inner, each left entry times a row of right. */
static inline __attribute__((always_inline)) void tile_TAG(
    const int rows, const int columns, long inner, const TYPE *left, long row, long step, const TYPE *right, long down, TYPE *out, long next)
{
    enum { LANES = VECTOR / sizeof(TYPE) };
    vector_TAG sum[ROWS][BROAD_TAG / LANES];
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
        for (int v = 0; v < columns / LANES; v++)
            sum[r][v] = (vector_TAG){0};
    for (long k = 0; k < inner; k++) {
        vector_TAG across[BROAD_TAG / LANES];
#pragma GCC unroll 16
        for (int v = 0; v < columns / LANES; v++)
            across[v] = *(const vector_TAG *)(right + k * down + v * LANES);
#pragma GCC unroll 16
        for (int r = 0; r < rows; r++) {
            TYPE factor = left[r * row + k * step];
#pragma GCC unroll 16
            for (int v = 0; v < columns / LANES; v++)
                sum[r][v] += factor * across[v];
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
        for (int v = 0; v < columns / LANES; v++)
            *(vector_TAG *)(out + r * next + v * LANES) = sum[r][v];
}

PRODUCTS
static inline __attribute__((always_inline)) void product_TAG(
    const long width, long rows, long inner, const TYPE *left, long row, long step, const TYPE *right, long down, TYPE *out, long next)
{
    if (width == NARROW_TAG)
        narrow_TAG(rows, inner, left, row, step, right, down, out, next);
    else
        broad_TAG(rows, inner, left, row, step, right, down, out, next);
}

/* So many columns of a matrix side by side, filled up with zeros to the width of a tile. */
static inline __attribute__((always_inline)) void gather_TAG(
    TYPE *restrict panel, const TYPE *restrict right, long inner, long down, const long along, const long columns, const long width)
{
    if (along == 1) {
        for (long k = 0; k < inner; k++) {
            for (long c = 0; c < columns; c++)
                panel[k * width + c] = right[k * down + c];
            for (long c = columns; c < width; c++)
                panel[k * width + c] = 0;
        }
        return;
    }
    long k = 0;
#ifdef TURNS
    enum { LANES = VECTOR / sizeof(TYPE) };
    if (down == 1 && columns == width)
        for (; k + LANES <= inner; k += LANES)
            for (long c = 0; c < width; c += LANES)
                turn_TAG(panel + k * width + c, width, right + k + c * along, along);
#endif
    for (; k < inner; k++)
        for (long c = 0; c < width; c++)
            panel[k * width + c] = c < columns ? right[k * down + c * along] : 0;
}

/* A tile of an array is asked for: it comes while other things are computed. */
static inline void fetch_TAG(const TYPE *from, long rows, long next, const long width)
{
    for (long r = 0; r < rows; r++)
        for (long c = 0; c < width; c += NARROW_TAG)
            __builtin_prefetch(from + r * next + c);
}

/* So many rows of a matrix whose columns lie in a row: tile after tile, and in each what a turn of its sums needs side by side. */
static inline void lay_TAG(TYPE *restrict laid, const TYPE *restrict left, long rows, long inner, long step)
{
    for (long k = 0; k < inner; k++) {
        long i = 0;
        for (; i + ROWS <= rows; i += ROWS)
            memcpy(laid + i * inner + k * ROWS, left + k * step + i, ROWS * sizeof(TYPE));
        for (long r = i; r < rows; r++)
            laid[i * inner + k * ROWS + r - i] = left[k * step + r];
    }
}
"""

PRODUCT = """\
static inline void KIND_TAG(
    long rows, long inner, const TYPE *left, long row, long step, const TYPE *right, long down, TYPE *out, long next)
{
    switch (rows) {
CASES
    }
}
"""


def kernel(dtype: DType, tag: str, name: str) -> str:
    """The text of a tile's product for one type."""
    products = "\n".join(
        PRODUCT.replace("CASES", _cases(kind.upper())).replace("KIND", kind)
        for kind in ("narrow", "broad")
    )
    text = KERNEL.replace("PRODUCTS", products).replace("TURN\n", _turn(dtype), 1)
    return (
        text.replace("TYPE", name)
        .replace("TAG", tag)
        .replace("WIDTH", str(panel(dtype)))
    )


def _cases(width: str) -> str:
    """A tile for each number of rows, which the compiler has to know."""
    case = "    case {0}:\n        tile_TAG({0}, {1}_TAG, inner, left, row, step, right, down, out, next);\n        break;"
    return "\n".join(
        f"#if ROWS >= {rows}\n{case.format(rows, width)}\n#endif"
        for rows in range(1, MOST_ROWS + 1)
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
        f"    *(vector_TAG *)(out + {r} * next) = {name};"
        for r, name in enumerate(names)
    ]
    return "\n".join(
        [
            "/* A square of rows becomes columns: rows exchange every other entry, then every other pair, and so on. */",
            "static inline void turn_TAG(TYPE *out, long next, const TYPE *in, long along)",
            "{",
            *loads,
            *mixes,
            *stores,
            "}",
            "",
        ]
    )
