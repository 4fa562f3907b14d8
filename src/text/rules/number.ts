/** A bound of a number; `strict`: the number itself is out of bounds. */
export interface Bound {
  readonly value: number;
  readonly strict: boolean;
}

export interface NumberBounds {
  readonly whole: boolean;
  readonly least?: Bound;
  readonly most?: Bound;
}

/** Most digits before the point, and behind it: as many as a double holds, so that what is read is what was written. */
const DIGITS = 15;

/**
 * Regular expressions that a number, as JSON writes it, has to match all of: so many digits at most, an exponent of at most
 * two digits and only where there are no bounds, and the bounds, which are compared digit by digit.
 */
export function numberPatterns({ whole, least, most }: NumberBounds): string[] {
  const bounds = [least, most].filter((bound) => bound !== undefined);
  // Reading rounds to the nearest double, which must not fall onto a bound that is itself out of bounds.
  const lengths = bounds.filter(({ strict }) => strict).map(({ value }) => decimal(value).whole.length);
  const places = Math.max(1, DIGITS - Math.max(0, ...lengths));
  const fraction = whole ? "" : `(?:\\.\\d{1,${places}})?`;
  const exponent = whole || bounds.length > 0 ? "" : "(?:[eE][+-]?\\d{1,2})?";
  const zero = whole ? "0|-?" : "-?(?:0|";
  const form = `${zero}[1-9]\\d{0,${DIGITS - 1}}${whole ? "" : ")"}${fraction}${exponent}`;
  return [form, ...(least ? [atLeast(least)] : []), ...(most ? [atMost(most)] : [])];
}

const FRACTION = "(?:\\.\\d+)?";
const UNSIGNED = `\\d+${FRACTION}`;

function atLeast({ value, strict }: Bound): string {
  const size = decimal(value);
  if (value < 0) return any([UNSIGNED, `-${below(size, strict)}`]);
  return value === 0 && !strict ? any([UNSIGNED, "-0(?:\\.0+)?"]) : above(size, strict);
}

function atMost({ value, strict }: Bound): string {
  const size = decimal(value);
  if (value < 0) return `-${above(size, strict)}`;
  return value === 0 && strict ? `-${above(size, true)}` : any([`-${UNSIGNED}`, below(size, strict)]);
}

/** The size of a number in digits, without zeros at the end of the fraction. */
interface Decimal {
  readonly whole: string;
  readonly fraction: string;
}

/** In the fewest digits that stand for the number: what has them, or more, is compared as the number itself would be. */
function decimal(value: number): Decimal {
  const [digits, exponent] = Math.abs(value).toExponential().split("e");
  const plain = digits.replace(".", "");
  const point = Number(exponent) + 1;
  const padded = point > 0 ? plain.padEnd(point, "0") : plain.padStart(plain.length + 1 - point, "0");
  const places = Math.max(1, point);
  return { whole: padded.slice(0, places), fraction: padded.slice(places).replace(/0+$/, "") };
}

const any = (options: readonly string[]) => `(?:${options.join("|")})`;
const digitFrom = (low: number, high: number) => (low > high ? "[]" : `[${low}-${high}]`);
const rest = (count: number) => `\\d{${count}}`;

/** Numbers without a sign that are larger than a size, or as large. */
function above({ whole, fraction }: Decimal, strict: boolean): string {
  const larger = Array.from(whole, (digit, at) => {
    const left = rest(whole.length - at - 1);
    return `${whole.slice(0, at)}${digitFrom(Number(digit) + 1, 9)}${left}${FRACTION}`;
  });
  const beyond = Array.from(fraction, (digit, at) => {
    return `${whole}\\.${fraction.slice(0, at)}${digitFrom(Number(digit) + 1, 9)}\\d*`;
  });
  const longer = `[1-9]\\d{${whole.length},}${FRACTION}`;
  const onward = `${whole}\\.${fraction}\\d*[1-9]\\d*`;
  return any([longer, ...larger, ...beyond, onward, ...(strict ? [] : [equal({ whole, fraction })])]);
}

/** Numbers without a sign that are smaller than a size, or as small. */
function below({ whole, fraction }: Decimal, strict: boolean): string {
  const smaller = Array.from(whole, (digit, at) => {
    const left = rest(whole.length - at - 1);
    const least = at === 0 && whole.length > 1 ? 1 : 0;
    return `${whole.slice(0, at)}${digitFrom(least, Number(digit) - 1)}${left}${FRACTION}`;
  });
  const short = whole.length > 1 ? [`\\d{1,${whole.length - 1}}${FRACTION}`] : [];
  const within = Array.from(fraction, (digit, at) => [
    `${whole}\\.${fraction.slice(0, at)}${digitFrom(0, Number(digit) - 1)}\\d*`,
    at === 0 ? whole : `${whole}\\.${fraction.slice(0, at)}`,
  ]).flat();
  return any([...short, ...smaller, ...within, ...(strict ? [] : [equal({ whole, fraction })])]);
}

const equal = ({ whole, fraction }: Decimal) =>
  fraction === "" ? `${whole}(?:\\.0+)?` : `${whole}\\.${fraction}0*`;
