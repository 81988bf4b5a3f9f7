// Numbers as cgviz writes them everywhere: significant digits, a true minus sign, words for what is not finite.

function number(value, digits = facts.digits) {
  if (value === null || value === undefined) return "";
  if (Number.isNaN(value)) return "nan";
  const minus = value < 0 ? "−" : "";
  if (!Number.isFinite(value)) return `${minus}inf`;
  if (value === 0) return "0";
  const [mantissa, power] = rounded(Math.abs(value), digits);
  const isPlain = power < digits || (Math.abs(value) >= 1 && Math.abs(value) < 10 ** Math.max(digits, 6));
  if (power >= -4 && isPlain) return minus + plain(mantissa, power);
  const [whole, rest] = [mantissa[0], mantissa.slice(1).replace(/0+$/, "")];
  return `${minus}${whole}${rest && "."}${rest}e${power}`.replace("e-", "e−");
}

// The significant digits of a number and its power of ten; what lies exactly between two roundings goes to the even one.
function rounded(value, digits) {
  const exact = value.toExponential(Math.min(digits + 40, 100));
  const [text, power] = exact.split("e");
  const all = text.replace(".", "");
  const tie = /^50*$/.test(all.slice(digits));
  if (tie && Number(all[digits - 1]) % 2 === 0) return [all.slice(0, digits), Number(power)];
  const [near, shifted] = value.toExponential(digits - 1).split("e");
  return [near.replace(".", ""), Number(shifted)];
}

function plain(mantissa, power) {
  if (power < 0) return `0.${"0".repeat(-power - 1)}${mantissa.replace(/0+$/, "")}`;
  const whole = mantissa.slice(0, power + 1).padEnd(power + 1, "0");
  const rest = mantissa.slice(power + 1).replace(/0+$/, "");
  return rest ? `${whole}.${rest}` : whole;
}

// A number as a person types it: a true minus sign, a comma, a fraction. NaN for what is none.
function typed(text) {
  const clean = text.trim().replace(/−/g, "-").replace(",", ".");
  const fraction = clean.match(/^([^/]+)\/([^/]+)$/);
  if (fraction) return Number(fraction[1]) / Number(fraction[2]);
  return clean === "" ? NaN : Number(clean);
}
