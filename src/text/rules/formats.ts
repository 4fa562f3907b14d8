/**
 * Texts of JSON Schema's formats, as regular expressions for the whole text. Each gives usual forms, not all that the format's
 * RFC allows: what is written is of the format, and what is of the format need not be written.
 */
export const FORMATS: Readonly<Record<string, string>> = formats();

function formats() {
  const two = (low: number, high: number) => numbers(low, high, 2);
  const leap = "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
  const day = [
    `\\d{4}-(?:0[13578]|1[02])-${two(1, 31)}`,
    `\\d{4}-(?:0[469]|11)-${two(1, 30)}`,
    `\\d{4}-02-${two(1, 28)}`,
    `${leap}-02-29`,
  ];
  const date = `(?:${day.join("|")})`;
  const time = `${two(0, 23)}:${two(0, 59)}:${two(0, 59)}(?:\\.\\d{1,9})?`;
  const zone = `(?:Z|[+-]${two(0, 23)}:${two(0, 59)})`;
  const byte = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  const host = `${label}(?:\\.${label}){0,2}`;
  const domain = `${label}(?:\\.${label}){0,2}\\.[A-Za-z]{2,24}`;
  const group = "[0-9a-fA-F]{1,4}";
  const path = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
  const uri = `https?://${host}(?::\\d{1,4})?(?:/${path}*)*(?:\\?(?:${path}|[/?])*)?(?:#(?:${path}|[/?])*)?`;
  return {
    date,
    time: `${time}${zone}`,
    "date-time": `${date}T${time}${zone}`,
    duration: "P(?:\\d{1,6}D(?:T\\d{1,6}H)?|\\d{1,6}W|T\\d{1,6}[HMS]|\\d{1,6}Y(?:\\d{1,6}M)?)",
    email: `[A-Za-z0-9_+-]{1,32}(?:\\.[A-Za-z0-9_+-]{1,32}){0,3}@${domain}`,
    hostname: host,
    ipv4: `${byte}(?:\\.${byte}){3}`,
    ipv6: `(?:${group}:){7}${group}|::(?:${group}:){0,5}${group}|(?:${group}:){1,6}:${group}`,
    uri,
    "uri-reference": `(?:${uri}|/${path}+(?:/${path}*)*)`,
    uuid: "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
  };
}

/** Whole numbers of so many digits, from one to another of at most two digits. */
function numbers(low: number, high: number, digits: number): string {
  const options: string[] = [];
  for (let tens = Math.floor(low / 10); tens <= Math.floor(high / 10); tens++) {
    const first = tens === Math.floor(low / 10) ? low % 10 : 0;
    const last = tens === Math.floor(high / 10) ? high % 10 : 9;
    options.push(`${String(tens).padStart(digits - 1, "0")}[${first}-${last}]`);
  }
  return `(?:${options.join("|")})`;
}
