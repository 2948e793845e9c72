/**
 * glob(3) for the paths of `include` lines: step by step through folders, a leading dot only for who asks
 * for it, and in the order of the bytes, as where no locale is set. Redis's own patterns (wire/glob.ts)
 * are others: they know no `[!a]`, no `[[:digit:]]` and no hidden files.
 */

/**
 * The names in a folder, those of folders with a slash at their end; none where there is no such folder. The
 * path of a folder ends in a slash too, and is empty for the one that relative paths start from.
 */
export type ListFolder = (folder: string) => readonly string[];

/** As `loadServerConfig()` asks: a path with one of these in it is a pattern. */
export function hasWildcard(path: string): boolean {
  return /[*?[]/.test(path);
}

/** The paths of all files that the pattern fits, spelt as the pattern spells them. */
export function globPaths(pattern: string, list: ListFolder): readonly string[] {
  const steps = pattern.split("/");
  const last = steps.pop() ?? "";
  let folders = [""];
  for (const step of steps) {
    folders = hasWildcard(step)
      ? folders.flatMap((folder) => fitting(`${step}/`, list(folder)).map((name) => folder + name))
      : folders.map((folder) => `${folder}${unescaped(step)}/`);
  }
  const paths = folders.flatMap((folder) =>
    fitting(last, list(folder)).map((name) => folder + name),
  );
  return paths.sort();
}

/** A pattern that ends in a slash fits folders, and another one files. */
function fitting(pattern: string, names: readonly string[]): readonly string[] {
  const expression = new RegExp(`^${sourceOf(pattern)}$`, "s");
  return names.filter((name) => expression.test(name));
}

function unescaped(step: string): string {
  return step.replace(/\\(.)/gs, "$1");
}

/** fnmatch() with FNM_PERIOD, as the text of a regular expression. */
function sourceOf(pattern: string): string {
  let source = /^\\?\./.test(pattern) ? "" : "(?!\\.)";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    bracket.lastIndex = at;
    const set = bracket.exec(pattern);
    if (char === "*") source += "[^/]*";
    else if (char === "?") source += "[^/]";
    else if (set !== null) {
      source += setOf(set[1] ?? "", set[2] ?? "");
      at = bracket.lastIndex - 1;
    } else {
      if (char === "\\" && at + 1 < pattern.length) at++;
      source += codeOf(pattern.charAt(at));
    }
  }
  return source;
}

/** `[...]`, in which a `]` that comes first stands for itself; without an end it is none. */
const bracket = /\[([!^]?)(\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]/sy;
/** One class, one char, or all from one char to another. */
const member = /\[:([a-z]+):\]|(\\.|[^\\])(?:-(\\.|[^\\]))?/gs;

/** Those of the C locale. */
const classes: ReadonlyMap<string, string> = new Map([
  ["alnum", "0-9A-Za-z"],
  ["alpha", "A-Za-z"],
  ["blank", " \\t"],
  ["digit", "0-9"],
  ["lower", "a-z"],
  ["punct", "!-/:-@\\x5b-`{-~"],
  ["space", " \\t-\\r"],
  ["upper", "A-Z"],
  ["xdigit", "0-9A-Fa-f"],
]);

function setOf(negation: string, members: string): string {
  let set = "";
  for (const [, name, from = "", to = from] of members.matchAll(member)) {
    const [first, final] = [unescaped(from), unescaped(to)];
    if (name !== undefined) set += classes.get(name) ?? "";
    // From a later char to an earlier one there is none.
    else if (first <= final) set += `${codeOf(first)}-${codeOf(final)}`;
  }
  return negation === "" ? `[${set}]` : `[^/${set}]`;
}

function codeOf(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
