/** An option that may be given again and again, each time with one value: a list, which may be empty. */
export function repeated(describe: string) {
  const none: string[] = [];
  return { type: "string", array: true, nargs: 1, default: none, describe } as const;
}
