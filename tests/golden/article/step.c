/* step writes to W1, b1, W2, b2, loss_out; it works in 80 bytes at work, which begin at a
   multiple of 64, and sets *outside to 1 where an index is outside of its array. */
#include <math.h>
#include <stdint.h>
#include <string.h>

static inline double relu_f64(double x) { return x <= 0 ? 0 : x; }

static inline double from_bits_f64(unsigned long long n) { double x; memcpy(&x, &n, 8); return x; }

static inline unsigned long long bits_f64(double x) { unsigned long long n; memcpy(&n, &x, 8); return n; }

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

/* The sigmoid 1 / (1 + e^-x), within 2 ulp, without overflow. */
static inline double sigmoid_f64(double x)
{
    double small = exp_f64(-fabs(x));
    return (x >= 0 ? 1 : small) / (1 + small);
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
static inline double log1p_f64(double x)
{
    double u = 1 + x;
    double lost = u < 2 ? x - (u - 1) : 1 - (u - x);
    double y = log_f64(u) + (lost == 0 ? 0 : lost / u);
    return x < INFINITY ? y : x;
}

/* log(1 + e^x), within 2 ulp, without overflow. */
static inline double softplus_f64(double x)
{
    double z = (x > 0 ? x : 0) + log1p_f64(exp_f64(-fabs(x)));
    return x != x ? x : z;
}

/* z1, h */
static void step_h(const double *restrict W1, const double *restrict x, const double *restrict b1, double *restrict h, const double *restrict W2, double *restrict W2_h_made)
{
    double W2_h;
    W2_h = 0;
#pragma GCC unroll 8
    for (long i = 0; i < 2; i++) {
        double W1_x = 0;
#pragma GCC unroll 8
        for (long j = 0; j < 3; j++) {
            W1_x += W1[3 * i + j] * x[j];
        }
        const double z1 = W1_x + b1[i];
        h[i] = relu_f64(z1);
        W2_h += W2[i] * h[i];
    }
    *W2_h_made = W2_h;
}

/* dh */
/* z2 was reached from h through W2; the gradient comes back through W2, turned around */
static void step_dh(const double *restrict W2, double *restrict dh, const double dz2)
{
#pragma GCC unroll 8
    for (long i = 0; i < 2; i++) {
        dh[i] = W2[i] * dz2;
    }
}

/* dW2, W2, dz1, dW1, W1, b1 */
/* z2 was reached from W2 through h; the gradient comes back through h, turned around */
/* relu passes the gradient where z1 > 0 and stops it elsewhere */
/* z1 was reached from W1 through x; the gradient comes back through x, turned around */
static void step_b1(const double *restrict h, double *restrict W2, const double *restrict dh, const double *restrict x, double *restrict W1, double *restrict b1, const double dz2, const double learning_rate)
{
#pragma GCC unroll 8
    for (long i = 0; i < 2; i++) {
        const double dW2 = dz2 * h[i];
        const double learning_rate_times_dW2 = learning_rate * dW2;
        W2[i] = W2[i] - learning_rate_times_dW2;
        const double dz1 = dh[i] * (double)(h[i] > 0);
#pragma GCC unroll 8
        for (long j = 0; j < 3; j++) {
            const double dW1 = dz1 * x[j];
            const double learning_rate_times_dW1 = learning_rate * dW1;
            W1[3 * i + j] = W1[3 * i + j] - learning_rate_times_dW1;
        }
        const double learning_rate_times_dz1 = learning_rate * dz1;
        b1[i] = b1[i] - learning_rate_times_dz1;
    }
}

void step(
    const double *x, const double *y, double *W1, double *b1, double *W2, double *b2, const double learning_rate, double *loss_out, unsigned char *work, int *outside)
{
    double *const h = (void *)(work + 0);
    double *const dh = (void *)(work + 64);
    double W2_h;
    step_h(W1, x, b1, h, W2, &W2_h);
    double z2 = W2_h + b2[0];
    double y_pred = sigmoid_f64(z2);
    double logaddexp_zero = softplus_f64(z2);
    double y_times_z2 = y[0] * z2;
    /* the cross-entropy in its stable form, finite for every logit */
    double loss = logaddexp_zero - y_times_z2;
    /* sigmoid and cross-entropy together: what is predicted minus what is true */
    double dz2 = y_pred - y[0];
    double learning_rate_times_dz2 = learning_rate * dz2;
    b2[0] = b2[0] - learning_rate_times_dz2;
    step_dh(W2, dh, dz2);
    step_b1(h, W2, dh, x, W1, b1, dz2, learning_rate);
    *loss_out = loss;
    (void)work, (void)outside;
}
