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

// A number as a person types it: a true minus sign, a comma, and arithmetic of numbers: 1/3, −0.5·1.5, 2*(3−1), 2e-3.
// NaN for what is none.
function typed(text) {
  const signs = { "−": "-", "–": "-", "·": "*", "×": "*", "÷": "/", ":": "/" };
  const clean = text.replace(/[−–·×÷:]/g, (sign) => signs[sign]).replace(/\*\*/g, "^").replace(/,/g, ".");
  const tokens = clean.match(/(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[-+*/^()]/g) ?? [];
  if (tokens.join("") !== clean.replace(/\s/g, "") || !tokens.length) return NaN;
  const value = sum(tokens);
  return tokens.length ? NaN : value;
}

function sum(tokens) {
  let value = product(tokens);
  while (tokens[0] === "+" || tokens[0] === "-") value = tokens.shift() === "+" ? value + product(tokens) : value - product(tokens);
  return value;
}

function product(tokens) {
  let value = signed(tokens);
  for (;;) {
    if (tokens[0] === "*") tokens.shift(), (value *= signed(tokens));
    else if (tokens[0] === "/") tokens.shift(), (value /= signed(tokens));
    else if (tokens[0] === "(") value *= signed(tokens);
    else return value;
  }
}

function signed(tokens) {
  if (tokens[0] === "-") return tokens.shift(), -signed(tokens);
  if (tokens[0] === "+") return tokens.shift(), signed(tokens);
  const base = atom(tokens);
  return tokens[0] === "^" ? (tokens.shift(), base ** signed(tokens)) : base;
}

function atom(tokens) {
  if (tokens[0] !== "(") return /\d/.test(tokens[0] ?? "") ? Number(tokens.shift()) : NaN;
  tokens.shift();
  const value = sum(tokens);
  return tokens.shift() === ")" ? value : NaN;
}

// A value in a line: a number, a small array element by element, a larger one by its shape.
function shown(value, index) {
  if (!isArray(value)) return number(value);
  const shape = nodes[index]?.shape ?? [value.length];
  if (value.length > 16) return `${shape.join("×")} array`;
  return nested(value.map((x) => number(x ?? 0)), shape);
}

function nested(texts, shape) {
  if (shape.length < 2) return `[${texts.join(", ")}]`;
  const size = texts.length / shape[0];
  const rows = Array.from({ length: shape[0] }, (_, i) => nested(texts.slice(i * size, (i + 1) * size), shape.slice(1)));
  return `[${rows.join(", ")}]`;
}
