import { toCardinal, toOrdinal } from "n2words/en-US";

/**
 * Text as written -> text as spoken: numbers, money, dates, times, units and abbreviations become words, typography
 * becomes plain ASCII punctuation, and what cannot be spoken (emoji, control characters, markup) is dropped.
 */
export function normalize(text: string): string {
  let spoken = text.normalize("NFC");
  for (const [pattern, replacement] of RULES) {
    spoken = spoken.replace(pattern, replacement as (...groups: string[]) => string);
  }
  return spoken.trim();
}

type Rule = readonly [RegExp, string | ((...groups: string[]) => string)];

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const MONTH = `(?:${MONTHS.map((month) => `${month}|${month.slice(0, 3)}\\.?`).join("|")}|Sept\\.?)`;

const ABBREVIATIONS: Record<string, string> = {
  "Mr.": "Mister",
  "Mrs.": "Missus",
  "Ms.": "Miss",
  "Dr.": "Doctor",
  "Prof.": "Professor",
  "Rev.": "Reverend",
  "Hon.": "Honorable",
  "Capt.": "Captain",
  "Col.": "Colonel",
  "Gen.": "General",
  "Lt.": "Lieutenant",
  "Sgt.": "Sergeant",
  "Gov.": "Governor",
  "Sen.": "Senator",
  "Jr.": "Junior",
  "Sr.": "Senior",
  "Inc.": "Incorporated",
  "Ltd.": "Limited",
  "Corp.": "Corporation",
  "Co.": "Company",
  "Ave.": "Avenue",
  "Blvd.": "Boulevard",
  "Rd.": "Road",
  "Mt.": "Mount",
  "Ft.": "Fort",
  "approx.": "approximately",
  "dept.": "department",
  "etc.": "et cetera",
  "vs.": "versus",
  "e.g.": "for example",
  "i.e.": "that is",
};
const ABBREVIATION = new RegExp(
  `\\b(?:${Object.keys(ABBREVIATIONS)
    .map((short) => short.replaceAll(".", "\\."))
    .join("|")})(?=\\s|[,;:!?)]|$)`,
  "g",
);

/** Unit after a number: [one, many]. */
const UNITS: Record<string, readonly [string, string]> = {
  km: ["kilometer", "kilometers"],
  cm: ["centimeter", "centimeters"],
  mm: ["millimeter", "millimeters"],
  kg: ["kilogram", "kilograms"],
  mg: ["milligram", "milligrams"],
  lbs: ["pound", "pounds"],
  lb: ["pound", "pounds"],
  oz: ["ounce", "ounces"],
  ml: ["milliliter", "milliliters"],
  mph: ["mile per hour", "miles per hour"],
  "km/h": ["kilometer per hour", "kilometers per hour"],
  GB: ["gigabyte", "gigabytes"],
  MB: ["megabyte", "megabytes"],
  kB: ["kilobyte", "kilobytes"],
  GHz: ["gigahertz", "gigahertz"],
  MHz: ["megahertz", "megahertz"],
  kHz: ["kilohertz", "kilohertz"],
  Hz: ["hertz", "hertz"],
  ms: ["millisecond", "milliseconds"],
  "°C": ["degree Celsius", "degrees Celsius"],
  "°F": ["degree Fahrenheit", "degrees Fahrenheit"],
  "°": ["degree", "degrees"],
  "%": ["percent", "percent"],
};
const UNIT = Object.keys(UNITS)
  .sort((a, b) => b.length - a.length)
  .join("|");

/** Sign: [one, many, one hundredth, many hundredths]. */
const CURRENCIES: Record<string, readonly [string, string, string, string]> = {
  $: ["dollar", "dollars", "cent", "cents"],
  "€": ["euro", "euros", "cent", "cents"],
  "£": ["pound", "pounds", "penny", "pence"],
  "¥": ["yen", "yen", "sen", "sen"],
};

const plain = (digits: string) => digits.replaceAll(",", "");

function number(digits: string): string {
  const value = plain(digits);
  // Beyond quintillions a person would read the digits, and so do we.
  const [whole, fraction] = value.split(".");
  if (whole.length > 18) return spell(value);
  return fraction ? `${toCardinal(whole)} point ${spell(fraction)}` : toCardinal(whole);
}

function spell(digits: string): string {
  return Array.from(digits, (digit) => (digit === "." ? "point" : toCardinal(digit))).join(" ");
}

/** U.S.A. -> U S ay: a lone "A" would be read as the article. */
const letters = (text: string) =>
  text
    .replace(/[^A-Za-z]/g, "")
    .split("")
    .join(" ")
    .replace(/\bA\b/g, "ay");

/** 1984 -> nineteen eighty-four, 1905 -> nineteen oh five, 2005 -> two thousand five, 1900 -> nineteen hundred. */
function year(digits: string): string {
  const value = Number(digits);
  const [century, rest] = [Math.floor(value / 100), value % 100];
  if (century % 10 === 0 && rest < 10) return toCardinal(value);
  if (rest === 0) return `${toCardinal(century)} hundred`;
  return `${toCardinal(century)} ${rest < 10 ? "oh " : ""}${toCardinal(rest)}`;
}

const isYear = (digits: string) => /^(1[1-9]\d\d|20[1-9]\d)$/.test(digits);

function money(sign: string, amount: string, scale: string | undefined): string {
  const [one, many, part, parts] = CURRENCIES[sign];
  const [whole, hundredths = ""] = plain(amount).split(".");
  if (scale) return `${number(plain(amount))} ${scale} ${many}`;
  const cents = Number(hundredths.padEnd(2, "0").slice(0, 2));
  const spoken: string[] = [];
  if (Number(whole) || !cents) spoken.push(`${number(whole)} ${Number(whole) === 1 ? one : many}`);
  if (cents) spoken.push(`${toCardinal(cents)} ${cents === 1 ? part : parts}`);
  return spoken.join(" and ");
}

function date(month: string, day: string, digits?: string): string {
  const name = MONTHS[Number(month) - 1];
  if (!name || Number(day) < 1 || Number(day) > 31) return [month, day, digits].filter(Boolean).join(" ");
  return `${name} ${toOrdinal(Number(day))}${digits ? `, ${year(digits)}` : ""}`;
}

function clock(hours: string, minutes: string, half: string | undefined): string {
  const suffix = half ? ` ${letters(`${half.toUpperCase()}M`)}` : "";
  if (minutes === "00") return `${toCardinal(Number(hours))}${suffix || " o'clock"}`;
  const late = Number(minutes) < 10 ? `oh ${toCardinal(Number(minutes))}` : toCardinal(Number(minutes));
  return `${toCardinal(Number(hours))} ${late}${suffix}`;
}

const RULES: readonly Rule[] = [
  // Typography.
  [/[\u2018\u2019\u201B\u2032`\u00B4]/g, "'"],
  [/["\u201C\u201D\u201E\u00AB\u00BB\u2033]/g, " "],
  [/\.{2,}|\u2026/g, ". "],
  [/\s*(?:[\u2014\u2015]|\s[\u2013-]+\s|--+)\s*/g, ", "],
  [/[\u2010\u2011\u2012\u2013\u2212]/g, "-"],
  [/[()[\]{}]/g, ", "],
  [/https?:\/\//gi, ""],
  // Abbreviations, before their full stops look like the ends of sentences.
  [ABBREVIATION, (short) => ABBREVIATIONS[short]],
  [/\bSt\.(?=\s+[A-Z])/g, "Saint"],
  [/\bSt\./g, "Street"],
  [/\bNo\.\s*(?=\d)/g, "number "],
  [
    new RegExp(`\\b(${MONTH})\\s+(\\d{1,2})(?:st|nd|rd|th)?\\b`, "g"),
    (_, month, day) => `${fullMonth(month)} ${Number(day) ? toOrdinal(Number(day)) : day}`,
  ],
  [
    new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?\\s+(${MONTH})(?=\\W|$)`, "g"),
    (_, day, month) => `${Number(day) ? toOrdinal(Number(day)) : day} ${fullMonth(month)}`,
  ],
  // Telephone numbers, dates, times, money, quantities.
  [/\b(?:\d{3}[- ])?\d{3}-\d{4}\b/g, (digits) => digits.split(/[- ]/).map(spell).join(", ")],
  [/\b(\d{4})-(\d{1,2})-(\d{1,2})\b/g, (_, digits, month, day) => date(month, day, digits)],
  [/\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/g, (_, month, day, digits) => date(month, day, digits)],
  [
    /\b(\d{1,2}):(\d{2})(?:\s*([AaPp])\.?\s?[Mm]\b\.?)?/g,
    (_, hours, minutes, half) => clock(hours, minutes, half),
  ],
  [/\b(\d{1,2})\s*([AaPp])\.?[Mm]\b\.?/g, (_, hours, half) => clock(hours, "00", half)],
  [
    /([$€£¥])\s?(\d[\d,]*(?:\.\d+)?)(?:\s*(thousand|million|billion|trillion)\b)?/g,
    (_, sign, amount, scale) => money(sign, amount, scale),
  ],
  [
    new RegExp(`(\\d[\\d,]*(?:\\.\\d+)?)\\s?(${UNIT})(?![\\w])`, "g"),
    (_, amount, unit) => `${amount} ${UNITS[unit][amount === "1" ? 0 : 1]}`,
  ],
  [
    /\b(\d+)\s?\/\s?(\d+)\b/g,
    (_, top, bottom) => (top === "1" && bottom === "2" ? "one half" : `${top} over ${bottom}`),
  ],
  [/½/g, " one half"],
  [/¼/g, " one quarter"],
  [/¾/g, " three quarters"],
  // Numbers.
  [/\b(\d{1,3}(?:,\d{3})*|\d+)(?:st|nd|rd|th)\b/gi, (_, digits) => toOrdinal(plain(digits))],
  [/\b(\d{3,4})s\b/g, (_, digits) => `${year(digits).replace(/y$/, "ie").replace(/-?$/, "")}s`],
  [/(?<![\d.,])(\d{4})(?![\d,.]*\d)/g, (_, digits) => (isYear(digits) ? year(digits) : digits)],
  [/(?<=^|[\s(])-(?=\d)/g, "minus "],
  [/(?<=\d)\s?-\s?(?=\d)/g, " to "],
  [/\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?/g, (digits) => ` ${number(digits)} `],
  // Letters with full stops (U.S., A.M.), dots inside words (example.com), signs.
  [/\b(?:[A-Z]\.){2,}/g, letters],
  [/\b([A-Z])\.(?=\s+[A-Z])/g, "$1"],
  [/(?<=[A-Za-z])\.(?=[A-Za-z])/g, " dot "],
  [/&/g, " and "],
  [/@/g, " at "],
  [/\+/g, " plus "],
  [/=/g, " equals "],
  [/#/g, " number "],
  [/(?<=\w)\/(?=\w)/g, " slash "],
  // What is left that nobody can say.
  [/[^\p{Script=Latin}\p{M}\s'.,!?;:-]/gu, " "],
  // Punctuation: one mark a place, none at the start, a space behind.
  [/(?<![\p{L}\p{M}])['-]+|['-]+(?![\p{L}\p{M}])/gu, (mark) => (mark === "'" ? "" : " ")],
  [/\s+([.,!?;:])/g, "$1"],
  [/([.,!?;:])[.,!?;:]+/g, (marks) => strongest(marks)],
  [/^[\s.,!?;:]+/, ""],
  [/([.,!?;:])(?=\S)/g, "$1 "],
  [/\s+/g, " "],
];

function fullMonth(month: string): string {
  const start = month.slice(0, 3).toLowerCase();
  return MONTHS.find((name) => name.toLowerCase().startsWith(start)) ?? month;
}

/** Of several marks in a row the one that ends most: "?!" -> "?", ",." -> ".". */
function strongest(marks: string): string {
  return ["?", "!", ".", ";", ":", ","].find((mark) => marks.includes(mark)) ?? "";
}
