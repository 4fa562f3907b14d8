import { choice, END, type Grammar, later, literal, sequence } from "../grammar.js";
import type { Build } from "./marks.js";
import { itemAt } from "./plan.js";
import type { Shape } from "./shape.js";

/** What `make` gives for numbers, made once, and not before it is needed. */
function laterBy<K extends readonly number[]>(make: (...key: K) => Grammar): (...key: K) => Grammar {
  const known = new Map<string, Grammar>();
  return (...key) => {
    const name = key.join(" ");
    const found = known.get(name) ?? later(() => make(...key));
    known.set(name, found);
    return found;
  };
}

/** The texts of a shape's arrays. */
export function arrayOf(shape: Shape, { plan, marks, value }: Build): Grammar {
  const { array } = shape;
  const { least, most } = plan.items(shape);
  /** Behind so many, all items are alike. */
  const settled = most === Number.POSITIVE_INFINITY ? Math.max(least, array.prefix.length, 1) : most;

  /** Behind `[` and so many items. */
  const behind: (count: number) => Grammar = laterBy((count: number): Grammar => {
    const item = itemAt(array, count);
    const next = Math.min(count + 1, settled);
    const more =
      item && count < most ? [sequence(count > 0 ? marks.comma : END, value(item), behind(next))] : [];
    return choice(...(count >= least ? [literal("]")] : []), ...more);
  });
  return sequence(literal("["), behind(0));
}

/**
 * The texts of a shape's objects: declared properties in their order, those that are not required or left out, and further
 * ones behind them. A fixed order leaves less to choose, and what is not to choose is drafted.
 */
export function objectOf(shape: Shape, { plan, marks, text, value }: Build): Grammar {
  const { object } = shape;
  const { least, most } = object;
  const properties = object.properties.filter(({ all }) => plan.isPossible(all));
  const extras = object.extras && plan.isPossible(object.extras) ? object.extras : undefined;
  const names = extras && plan.names(shape);
  const needed = properties.map(
    (_, index) => properties.slice(index).filter(({ required }) => required).length,
  );

  /** Whether an object can be brought to an end behind so many properties, written or passed over. */
  const canEnd = (index: number, written: number, counted: number): boolean => {
    const left = Math.max(0, properties.length - index) + (names && index <= properties.length ? 1 : 0);
    const room = most - written;
    return (needed[index] ?? 0) <= room && counted + Math.min(left, room) >= least;
  };

  /**
   * Behind `{` and so many declared properties, written or passed over; one more than there are where a further one was
   * written, too. `counted` are those that surely differ.
   */
  const behind: (index: number, written: number, counted: number) => Grammar = laterBy(
    (index: number, written: number, counted: number): Grammar => {
      const options: Grammar[] = [];
      const add = (name: Grammar, of: Grammar, next: number, count: number) => {
        const after = most === Number.POSITIVE_INFINITY ? 1 : written + 1;
        const sure = Math.min(count, least);
        if (!canEnd(next, after, sure) || written >= most) return;
        const comma = written > 0 ? marks.comma : END;
        options.push(sequence(comma, name, marks.colon, of, behind(next, after, sure)));
      };
      let at = index;
      for (; at < properties.length; at++) {
        const { name, all, required } = properties[at];
        add(literal(text(name)), value(all), at + 1, counted + 1);
        if (required) return choice(...options);
      }
      const further = properties.length + 1;
      if (names && extras) add(names, value(extras), further, index === further ? counted : counted + 1);
      if (counted >= least) options.push(literal("}"));
      return choice(...options);
    },
  );
  return sequence(literal("{"), behind(0, 0, 0));
}
