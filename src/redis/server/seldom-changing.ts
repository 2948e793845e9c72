/**
 * Lines of INFO that seldom change: looked at with every INFO, and written anew only when one has.
 *
 * The text is made of the very values that were compared, so it can never be out of date; and it is
 * one flat string, where a text put together anew is a tree that its first reader has to copy.
 */

/** A field, and what it shows now. */
export type InfoLine = readonly [name: string, value: () => string | number];

export function seldomChanging(lines: readonly InfoLine[]): () => string {
  const values: (string | number | undefined)[] = lines.map(() => undefined);
  let text = "";
  return () => {
    let isSame = true;
    for (let i = 0; i < lines.length; i++) {
      const value = (lines[i] as InfoLine)[1]();
      if (value === values[i]) continue;
      values[i] = value;
      isSame = false;
    }
    if (!isSame) text = [...lines.map(([name], i) => `${name}:${values[i]}`), ""].join("\r\n");
    return text;
  };
}
