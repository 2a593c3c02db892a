"""Functions of entries in C: no branches and no calls, so that a compiler makes vectors of them.

Each states how far it may be from the true value, in units of the last place; the tests hold it to that. NaN and
infinities come out as NumPy has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_TEXTS = r"""
/* e to the x, within 1 ulp: x = k log 2 + r, and 2^k is made of its bits. */
static inline float exp_f32(float x)
{
    float near = x < -104 ? -104 : x;
    near = near > 89 ? 89 : near;
    float shifted = near * 1.44269504f + 12582912.0f;
    float k = shifted - 12582912.0f;
    float r = near - k * 0.693145752f;
    r = r - k * 1.42860677e-6f;
    float p = 0.00139262508f;
    p = p * r + 0.00836323289f;
    p = p * r + 0.0416665542f;
    p = p * r + 0.166665766f;
    p = p * r + 0.5f;
    p = p * (r * r) + r;
    /* 2^k in two factors: k reaches further than an exponent does */
    float half = k * 0.5f + 12582912.0f;
    float rest = k - (half - 12582912.0f) + 12582912.0f;
    p = (p + 1) * from_bits_f32((bits_f32(half) + 127) << 23);
    p = p * from_bits_f32((bits_f32(rest) + 127) << 23);
    return x != x ? x : p;
}

/* e to the x, within 1 ulp. */
static inline double exp_f64(double x)
{
    double near = x < -746 ? -746 : x;
    near = near > 710 ? 710 : near;
    double shifted = near * 1.4426950408889634 + 6755399441055744.0;
    double k = shifted - 6755399441055744.0;
    double r = near - k * 0.693147180369123816490;
    r = r - k * 1.90821492927058770002e-10;
    double p = 2.09147553258932022e-9;
    p = p * r + 2.51053127296221028e-8;
    p = p * r + 2.75572734787185805e-7;
    p = p * r + 2.75572551700008874e-6;
    p = p * r + 0.0000248015873256774619;
    p = p * r + 0.000198412698750022788;
    p = p * r + 0.00138888888888837112;
    p = p * r + 0.00833333333332608312;
    p = p * r + 0.0416666666666666698;
    p = p * r + 0.16666666666666671;
    p = p * r + 0.5;
    p = p * (r * r) + r;
    double half = k * 0.5 + 6755399441055744.0;
    double rest = k - (half - 6755399441055744.0) + 6755399441055744.0;
    p = (p + 1) * from_bits_f64((bits_f64(half) + 1023) << 52);
    p = p * from_bits_f64((bits_f64(rest) + 1023) << 52);
    return x != x ? x : p;
}

/* e to the x, less 1, within 2 ulp, also where x is small. */
static inline float expm1_f32(float x)
{
    float near = x < -17 ? -17 : x;
    near = near > 88 ? 88 : near;
    float shifted = near * 1.44269504f + 12582912.0f;
    float k = shifted - 12582912.0f;
    float r = near - k * 0.693145752f;
    r = r - k * 1.42860677e-6f;
    float p = 0.000198534f;
    p = p * r + 0.00139262508f;
    p = p * r + 0.00833323289f;
    p = p * r + 0.0416665542f;
    p = p * r + 0.166666666f;
    p = p * r + 0.5f;
    p = p * (r * r) + r;
    float scale = from_bits_f32((bits_f32(shifted) + 127) << 23);
    p = p * scale + (scale - 1);
    p = x > 88 ? exp_f32(x) : p;
    return x != x ? x : p;
}

/* e to the x, less 1, within 2 ulp, also where x is small. */
static inline double expm1_f64(double x)
{
    double near = x < -38 ? -38 : x;
    near = near > 709 ? 709 : near;
    double shifted = near * 1.4426950408889634 + 6755399441055744.0;
    double k = shifted - 6755399441055744.0;
    double r = near - k * 0.693147180369123816490;
    r = r - k * 1.90821492927058770002e-10;
    double p = 1.6059e-10;
    p = p * r + 2.0876757e-9;
    p = p * r + 2.50521083854417188e-8;
    p = p * r + 2.75573192239858906e-7;
    p = p * r + 2.75573192239858907e-6;
    p = p * r + 0.0000248015873015873016;
    p = p * r + 0.000198412698412698413;
    p = p * r + 0.00138888888888888889;
    p = p * r + 0.00833333333333333333;
    p = p * r + 0.0416666666666666667;
    p = p * r + 0.166666666666666667;
    p = p * r + 0.5;
    p = p * (r * r) + r;
    double scale = from_bits_f64((bits_f64(shifted) + 1023) << 52);
    p = p * scale + (scale - 1);
    p = x > 709 ? exp_f64(x) : p;
    return x != x ? x : p;
}

/* The natural logarithm, within 1 ulp: x = 2^k m with m near 1. */
static inline float log_f32(float x)
{
    int tiny = x < 1.17549435e-38f;
    float normal = tiny ? x * 8388608.0f : x;
    unsigned bits = bits_f32(normal);
    /* m between the root of 1/2 and the root of 2 */
    unsigned above = bits - 0x3F3504F3u;
    float k = (float)((int)above >> 23) - (tiny ? 23.0f : 0.0f);
    float f = from_bits_f32((above & 0x007FFFFFu) + 0x3F3504F3u) - 1;
    float z = f * f;
    float p = 0.0703768363f;
    p = p * f - 0.115146103f;
    p = p * f + 0.116769987f;
    p = p * f - 0.124201408f;
    p = p * f + 0.142493228f;
    p = p * f - 0.166680577f;
    p = p * f + 0.200007148f;
    p = p * f - 0.24999994f;
    p = p * f + 0.333333312f;
    p = p * f * z - 0.000212194440f * k;
    p = f + (p - 0.5f * z) + 0.693359375f * k;
    p = x == 0 ? -INFINITY : p;
    p = x < 0 ? NAN : p;
    return x < INFINITY ? p : x;
}

/* The natural logarithm, within 1 ulp. */
static inline double log_f64(double x)
{
    int tiny = x < 2.2250738585072014e-308;
    double normal = tiny ? x * 18014398509481984.0 : x;
    unsigned long long bits = bits_f64(normal);
    unsigned long long above = bits - 0x3FE6A09E667F3BCDull;
    double k = (double)((int)(unsigned)(above >> 32) >> 20) - (tiny ? 54.0 : 0.0);
    double f = from_bits_f64((above & 0x000FFFFFFFFFFFFFull) + 0x3FE6A09E667F3BCDull) - 1;
    double s = f / (2 + f);
    double z = s * s;
    double p = 0.1479819860511658591;
    p = p * z + 0.1531383769920937332;
    p = p * z + 0.1818357216161805012;
    p = p * z + 0.2222219843214978396;
    p = p * z + 0.2857142874366239149;
    p = p * z + 0.3999999999940941908;
    p = p * z + 0.6666666666666735130;
    double h = 0.5 * f * f;
    p = s * (h + z * p) + k * 1.90821492927058770002e-10;
    p = f - (h - p) + k * 0.693147180369123816490;
    p = x == 0 ? -INFINITY : p;
    p = x < 0 ? NAN : p;
    return x < INFINITY ? p : x;
}

/* log(1 + x), within 2 ulp: what is lost in 1 + x is put back. */
static inline float log1p_f32(float x)
{
    float u = 1 + x;
    float lost = x - (u - 1);
    float y = log_f32(u) + (lost == 0 ? 0 : lost / u);
    return x < INFINITY ? y : x;
}

/* log(1 + x), within 2 ulp: what is lost in 1 + x is put back. */
static inline double log1p_f64(double x)
{
    double u = 1 + x;
    double lost = u < 2 ? x - (u - 1) : 1 - (u - x);
    double y = log_f64(u) + (lost == 0 ? 0 : lost / u);
    return x < INFINITY ? y : x;
}

/* The hyperbolic tangent, within 2 ulp: from e^-2|x| - 1, which cannot overflow. */
static inline float tanh_f32(float x)
{
    float u = expm1_f32(-2 * fabsf(x));
    float y = -u / (2 + u);
    return x != x ? x : copysignf(y, x);
}

/* The hyperbolic tangent, within 3 ulp. */
static inline double tanh_f64(double x)
{
    double u = expm1_f64(-2 * fabs(x));
    double y = -u / (2 + u);
    return x != x ? x : copysign(y, x);
}

/* The sigmoid 1 / (1 + e^-x), within 2 ulp, without overflow. */
static inline float sigmoid_f32(float x)
{
    float small = exp_f32(-fabsf(x));
    return (x >= 0 ? 1 : small) / (1 + small);
}

/* The sigmoid 1 / (1 + e^-x), within 2 ulp, without overflow. */
static inline double sigmoid_f64(double x)
{
    double small = exp_f64(-fabs(x));
    return (x >= 0 ? 1 : small) / (1 + small);
}

/* log(e^x + e^y), without overflow. */
static inline float logaddexp_f32(float x, float y)
{
    float apart = -fabsf(x - y);
    float z = (x > y ? x : y) + log1p_f32(exp_f32(apart));
    z = x == y ? x + 0.693147181f : z;
    return x != x || y != y ? x + y : z;
}

/* log(e^x + e^y), without overflow. */
static inline double logaddexp_f64(double x, double y)
{
    double apart = -fabs(x - y);
    double z = (x > y ? x : y) + log1p_f64(exp_f64(apart));
    z = x == y ? x + 0.69314718055994531 : z;
    return x != x || y != y ? x + y : z;
}

/* log(1 + e^x), within 2 ulp, without overflow. */
static inline float softplus_f32(float x)
{
    float z = (x > 0 ? x : 0) + log1p_f32(exp_f32(-fabsf(x)));
    return x != x ? x : z;
}

/* log(1 + e^x), within 2 ulp, without overflow. */
static inline double softplus_f64(double x)
{
    double z = (x > 0 ? x : 0) + log1p_f64(exp_f64(-fabs(x)));
    return x != x ? x : z;
}

/* The larger of two; NaN if one of them is. */
static inline float maximum_f32(float x, float y) { return x > y || x != x ? x : y; }
static inline double maximum_f64(double x, double y) { return x > y || x != x ? x : y; }
static inline int64_t maximum_i64(int64_t x, int64_t y) { return x > y ? x : y; }

/* The smaller of two; NaN if one of them is. */
static inline float minimum_f32(float x, float y) { return x < y || x != x ? x : y; }
static inline double minimum_f64(double x, double y) { return x < y || x != x ? x : y; }
static inline int64_t minimum_i64(int64_t x, int64_t y) { return x < y ? x : y; }

/* What is above 0; NaN stays NaN. */
static inline float relu_f32(float x) { return x <= 0 ? 0 : x; }
static inline double relu_f64(double x) { return x <= 0 ? 0 : x; }

static inline float clip_f32(float x, float low, float high)
{
    return minimum_f32(maximum_f32(x, low), high);
}
static inline double clip_f64(double x, double low, double high)
{
    return minimum_f64(maximum_f64(x, low), high);
}

static inline float where_f32(int yes, float x, float y) { return yes ? x : y; }
static inline double where_f64(int yes, double x, double y) { return yes ? x : y; }
static inline int64_t where_i64(int yes, int64_t x, int64_t y) { return yes ? x : y; }

static inline int64_t absolute_i64(int64_t x) { return x < 0 ? -x : x; }

static inline float sign_f32(float x) { return x != x ? x : (float)((x > 0) - (x < 0)); }
static inline double sign_f64(double x) { return x != x ? x : (double)((x > 0) - (x < 0)); }
static inline int64_t sign_i64(int64_t x) { return (x > 0) - (x < 0); }

static inline float square_f32(float x) { return x * x; }
static inline double square_f64(double x) { return x * x; }
static inline int64_t square_i64(int64_t x) { return x * x; }

/* The rest of a division, with the sign of the divisor as in Python. */
static inline float remainder_f32(float x, float y)
{
    float rest = fmodf(x, y);
    rest = rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
    return rest == 0 ? copysignf(0, y) : rest;
}
static inline double remainder_f64(double x, double y)
{
    double rest = fmod(x, y);
    rest = rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
    return rest == 0 ? copysign(0, y) : rest;
}

/* A quotient rounded down, in whole steps of the divisor. */
static inline double floor_divide_f64(double x, double y)
{
    double rest = fmod(x, y);
    double steps = (x - rest) / y;
    steps = rest != 0 && (rest < 0) != (y < 0) ? steps - 1 : steps;
    double whole = floor(steps);
    whole = steps - whole > 0.5 ? whole + 1 : whole;
    return y == 0 ? x / y : steps == 0 ? copysign(0, x / y) : whole;
}
static inline float floor_divide_f32(float x, float y) { return (float)floor_divide_f64(x, y); }

static inline int isnan_f32(float x) { return x != x; }
static inline int isnan_f64(double x) { return x != x; }
static inline int isinf_f32(float x) { return fabsf(x) == INFINITY; }
static inline int isinf_f64(double x) { return fabs(x) == INFINITY; }
static inline int isfinite_f32(float x) { return fabsf(x) < INFINITY; }
static inline int isfinite_f64(double x) { return fabs(x) < INFINITY; }

static inline int logical_and_b(int x, int y) { return x && y; }
static inline int logical_or_b(int x, int y) { return x || y; }
static inline int logical_xor_b(int x, int y) { return !x != !y; }
static inline int logical_not_b(int x) { return !x; }

/* An index as NumPy counts it, from the end where it is negative; one outside is noted, and 0 read instead. */
static inline long at(int64_t index, long length, int *outside)
{
    int64_t place = index < 0 ? index + length : index;
    int wrong = place < 0 || place >= length;
    *outside |= wrong;
    return wrong ? 0 : (long)place;
}

/* A number and its bits. */
static inline unsigned bits_f32(float x) { unsigned n; memcpy(&n, &x, 4); return n; }
static inline float from_bits_f32(unsigned n) { float x; memcpy(&x, &n, 4); return x; }
static inline unsigned long long bits_f64(double x) { unsigned long long n; memcpy(&n, &x, 8); return n; }
static inline double from_bits_f64(unsigned long long n) { double x; memcpy(&x, &n, 8); return x; }
"""
_OF_C = {
    "absolute": "fabs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh", "arctan": "atan",
    "arctan2": "atan2", "arctanh": "atanh", "cbrt": "cbrt", "ceil": "ceil", "cos": "cos", "cosh": "cosh", "erf": "erf",
    "exp2": "exp2", "floor": "floor", "hypot": "hypot", "log10": "log10", "log2": "log2", "power": "pow", "rint": "rint",
    "sin": "sin", "sinh": "sinh", "sqrt": "sqrt", "tan": "tan", "trunc": "trunc",
}  # fmt: skip
"""Functions that C has itself, by NumPy's names."""
_TWO = ("arctan2", "hypot", "power")


def _of_c(name: str) -> str:
    """The text of C's own function for both types of floats, under our name."""
    taken, given = ("{0} x, {0} y", "x, y") if name in _TWO else ("{0} x", "x")
    pairs = (("float", "f32", "f"), ("double", "f64", ""))
    lines = [
        f"static inline {kind} {name}_{tag}({taken.format(kind)}) {{ return {_OF_C[name]}{end}({given}); }}"
        for kind, tag, end in pairs
    ]
    return "\n".join([*lines, ""])


_BLOCK = re.compile(
    r"((?:/\*[^\n]*\*/\n)?)(static inline [\w ]+?(\w+)\([^\n]*\)(?: \{[^\n]*\}|\n\{\n.*?\n\}))\n",
    re.DOTALL,
)
SOURCES: dict[str, str] = {
    found[3]: found[1] + found[2]
    for found in _BLOCK.finditer(_TEXTS + "".join(map(_of_c, _OF_C)))
}
"""The text of each function by its name: ``exp_f32``."""


def with_needed(names: Iterable[str]) -> list[str]:
    """The texts of these functions and of those they call, in an order in which each is known before it is called.

    >>> [text.split("(")[0].split()[-1] for text in with_needed(["tanh_f32"])]
    ['from_bits_f32', 'bits_f32', 'exp_f32', 'expm1_f32', 'tanh_f32']
    """
    found: dict[str, str] = {}

    def add(name: str) -> None:
        if name in found or name not in SOURCES:
            return
        for called in re.findall(r"\b(\w+)\(", SOURCES[name]):
            if called != name:
                add(called)
        found[name] = SOURCES[name]

    for name in names:
        add(name)
    return list(found.values())
