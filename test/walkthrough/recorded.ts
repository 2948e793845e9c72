/** The recordings of the walkthrough with Redis 6.2.1 and redis-py 4.3.4 (see the README beside them). */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const folder = resolve(import.meta.dirname, "../data/walkthrough");

export function recorded(file: string): readonly string[] {
  return readFileSync(resolve(folder, file), "utf8").trimEnd().split(/\r?\n/);
}

/** The lines of an INFO, each as its field and value; `slave0` stands for its parts, too. */
export function infoFields(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines
      .filter((line) => line.includes(":"))
      .map(
        (line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)] as const,
      ),
  );
}

/** The names of the fields in their order; of a list such as `ip=..,port=..` the names of its parts. */
export function infoShape(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const [field = "", value = ""] = line.split(/:(.*)/s);
      return value.includes("=") ? `${field}:${value.replace(/=[^,]*/g, "")}` : field;
    });
}
