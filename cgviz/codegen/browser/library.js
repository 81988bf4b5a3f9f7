// The functions that the records of the ops name and that Math lacks; each keeps its digits where the formula as it
// is taught would lose them.

const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798];
const FAR = 16; // from here on the asymptotic series below are exact to the last digit

// Powers

function powBase(x, y) {
  return y === 0 ? 0 : y * Math.pow(x, y - 1);
}

function powExponent(out, x, y) {
  return x > 0 ? out * Math.log(x) : x === 0 && y > 0 ? 0 : NaN;
}

// The error function: a series of positive terms near 0, a continued fraction far from it

function erf(x) {
  if (Math.abs(x) > 2) return Math.sign(x) * (1 - erfc(Math.abs(x)));
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * oddSeries(x, 2 * x * x);
}

function oddSeries(x, ratio) {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
    term *= ratio / (2 * n + 1);
    sum += term;
  }
  return sum;
}

function erfc(x) {
  if (x < -2) return 2 - erfc(-x);
  if (x <= 2) return 1 - erf(x);
  if (x > 27.3) return 0;
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

function erfi(x) {
  if (Math.abs(x) > 27) return Math.sign(x) * Infinity;
  let power = x;
  let sum = x;
  for (let n = 1; n < 3000 && Math.abs(power) > 1e-17 * Math.abs(sum); n++) {
    power *= (x * x) / n;
    sum += power / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function erfinv(x) {
  if (Math.abs(x) >= 1) return Math.abs(x) === 1 ? x * Infinity : NaN;
  const logarithm = Math.log1p(-x * x);
  const half = 2 / (0.147 * Math.PI) + logarithm / 2;
  let y = Math.sign(x) * Math.sqrt(Math.sqrt(half * half - logarithm / 0.147) - half);
  for (let i = 0; i < 6; i++) {
    const error = x > 0 ? 1 - x - erfc(y) : -(1 + x - erfc(-y));
    const step = (error * Math.sqrt(Math.PI) * Math.exp(y * y)) / 2;
    y -= step / (1 + y * step);
  }
  return y;
}

// The gamma function and its kin: shifted up to where their asymptotic series hold

function isPole(x) {
  return x <= 0 && x === Math.floor(x);
}

function stirling(x) {
  let sum = (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2;
  BERNOULLI.forEach((number, i) => (sum += number / ((2 * i + 2) * (2 * i + 1) * x ** (2 * i + 1))));
  return sum;
}

function gamma(x) {
  if (Number.isNaN(x) || isPole(x)) return NaN;
  if (x > 171.7) return Infinity;
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * (x % 2)) * gamma(1 - x));
  let rising = 1;
  for (; x < FAR; x++) rising *= x;
  return Math.exp(stirling(x)) / rising;
}

function loggamma(x) {
  if (!(x > 0)) return NaN;
  if (x < FAR) return Math.log(gamma(x));
  return stirling(x);
}

function digamma(x) {
  if (Number.isNaN(x) || isPole(x)) return NaN;
  if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x % 1));
  let sum = 0;
  for (; x < FAR; x++) sum -= 1 / x;
  sum += Math.log(x) - 1 / (2 * x);
  BERNOULLI.forEach((number, i) => (sum -= number / ((2 * i + 2) * x ** (2 * i + 2))));
  return sum;
}

function polygamma(order, x) {
  if (order === 0) return digamma(x);
  if (Number.isNaN(x) || isPole(x)) return NaN;
  const faculty = gamma(order + 1);
  let sum = 0;
  for (; x < FAR + order; x++) sum += faculty / x ** (order + 1);
  sum += gamma(order) / x ** order + faculty / (2 * x ** (order + 1));
  BERNOULLI.forEach((number, i) => {
    const k = 2 * i + 2;
    sum += (number * gamma(k + order)) / gamma(k + 1) / x ** (k + order);
  });
  return order % 2 ? sum : -sum;
}

function beta(x, y) {
  if (isPole(x + y) && !isPole(x) && !isPole(y)) return 0;
  if (x > 0 && y > 0 && x + y > 100) return Math.exp(loggamma(x) + loggamma(y) - loggamma(x + y));
  return (gamma(x) * gamma(y)) / gamma(x + y);
}

// Lambert's W, the branch through 0, by Halley's method

function lambertW(x) {
  if (x === 0 || x === Infinity) return x;
  let w = x < -0.25 ? Math.sqrt(Math.max(0, 2 * (Math.E * x + 1))) - 1 : x < 3 ? Math.log1p(x) / 1.5 : Math.log(x / Math.log(x));
  for (let i = 0; i < 40; i++) {
    const grown = Math.exp(w);
    const miss = w * grown - x;
    const step = miss / (grown * (w + 1) - ((w + 2) * miss) / (2 * w + 2));
    if (!(Math.abs(step) > 1e-16 * Math.abs(w))) break;
    w -= step;
  }
  return x < -1 / Math.E ? NaN : w;
}
