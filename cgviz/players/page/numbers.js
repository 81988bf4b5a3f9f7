// Numbers as cgviz writes them everywhere: significant digits, a true minus sign, words for what is not finite.

function number(value, digits = facts.digits) {
  if (value === null || value === undefined) return "";
  if (Number.isNaN(value)) return "nan";
  const minus = value < 0 ? "−" : "";
  if (!Number.isFinite(value)) return `${minus}inf`;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const [mantissa, power] = rounded(size, digits);
  if (power >= -4 && power < digits) return minus + plain(mantissa, power);
  if (size >= 1 && size < facts.whole) return minus + plain(...rounded(size, String(Math.floor(size)).length));
  const [whole, rest] = [mantissa[0], mantissa.slice(1).replace(/0+$/, "")];
  return `${minus}${whole}${rest && "."}${rest}e${power}`.replace("e-", "e−");
}

// The significant digits of a number and its power of ten; what lies exactly between two roundings goes to the even one.
function rounded(value, digits) {
  const longer = value.toExponential(digits);
  if (Number(longer) === value && /5e/.test(longer)) {
    const [exact, power] = value.toExponential(Math.min(digits + 60, 100)).split("e");
    const all = exact.replace(".", "");
    if (/^50*$/.test(all.slice(digits)) && Number(all[digits - 1]) % 2 === 0) return [all.slice(0, digits), Number(power)];
  }
  const [near, power] = value.toExponential(digits - 1).split("e");
  return [near.replace(".", ""), Number(power)];
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
