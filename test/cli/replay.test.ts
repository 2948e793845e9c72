/** A trace is self-contained: `replay` runs it again anywhere, and finds the first line that differs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { redsim } from "./redsim.js";

const folder = mkdtempSync(join(tmpdir(), "redsim-"));
const trace = join(folder, "walkthrough.ndjson");
const run = redsim(["run", "walkthrough", "--quiet", "--until", "70s", "--trace", trace]);
const lines = readFileSync(trace, "utf8").trimEnd().split("\n");

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The trace with its lines changed, as a file of its own. */
function changed(name: string, change: (lines: string[]) => string[], end = "\n"): string {
  const path = join(folder, name);
  writeFileSync(path, change([...lines]).join("\n") + end);
  return path;
}

describe("a trace", () => {
  test("opens with all that a replay needs, and ends with fingerprint and verdicts", () => {
    expect(run.code).toBe(1);
    const header = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    const end = JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>;

    expect(header).toMatchObject({ kind: "redsim-trace", format: 1, seed: "1", level: "notes" });
    expect(Object.keys(header["files"] as object)).toContain("sentinel-26381.conf");
    expect(end).toMatchObject({ kind: "end", t: 70_000_000 });
    expect(end["fingerprint"]).toMatch(/^[0-9a-f]{16}$/);
  });

  test("has the fingerprint so far at the end of each virtual second", () => {
    const seconds = lines.slice(1, -1).filter((line) => line.includes('"kind":"second"'));

    expect(seconds).toHaveLength(70);
    expect(new Set(seconds.map((line) => /"fingerprint":"(\w+)"/.exec(line)?.[1])).size).toBe(70);
  });

  test("tells each act of the scenario with whom it chose", () => {
    const acts = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ kind }) => kind === "act");

    expect(acts.at(-1)).toEqual({ t: 35_000_000, kind: "act", step: "kill", on: ["r6379"] });
  });

  test("replays in a folder that has none of its files", () => {
    const { code, out, err } = redsim(["replay", trace], { cwd: folder });

    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(`${lines.length - 2} records are the same again`);
  });

  test.each(["wire", "steps"])("of level %s replays, too", (level) => {
    const path = join(folder, `${level}.ndjson`);
    redsim(["run", "kill-master", "--quiet", "--until", "4s", "--trace", path, "--level", level]);

    expect(redsim(["replay", path]).code).toBe(0);
  });

  test("with a changed line is found at that line, with the lines before it", () => {
    const at = lines.findIndex((line) => line.includes('"channel":"+switch-master"'));
    const path = changed("changed.ndjson", (all) => {
      all[at] = (all[at] ?? "").replace("+switch-master", "+switch-mistress");
      return all;
    });
    const { code, out } = redsim(["replay", path]);

    expect(code).toBe(3);
    expect(out).toContain(`${path}:${at + 1}: this run differs from its trace`);
    expect(out).toContain(`    ${lines[at - 1]}`);
    expect(out).toMatch(/^ {2}trace {2}.*\+switch-mistress/m);
    expect(out).toMatch(/^ {2}replay .*\+switch-master/m);
  });

  test("with a changed seed diverges", () => {
    const path = changed("seed.ndjson", ([header = "", ...rest]) => [
      header.replace('"seed":"1"', '"seed":"2"'),
      ...rest,
    ]);

    expect(redsim(["replay", path]).code).toBe(3);
  });
});

describe("what is no trace, or not whole", () => {
  const told = (path: string) => {
    const { code, out, err } = redsim(["replay", path]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    return err;
  };

  test("a trace cut off in the middle of a line", () => {
    const path = changed("cut.ndjson", (all) => [...all.slice(0, 40), '{"t":17'], "");

    expect(told(path)).toContain(`${path}:41: the trace was cut off in the middle of this line`);
  });

  test("a trace cut off after a line", () => {
    const path = changed("short.ndjson", (all) => all.slice(0, 40));

    expect(told(path)).toContain(`${path}:40: the trace was cut off after this line`);
  });

  test("a trace of another format version", () => {
    const path = changed("format.ndjson", ([header = "", ...rest]) => [
      header.replace('"format":1', '"format":99'),
      ...rest,
    ]);

    expect(told(path)).toMatch(/the trace has format 99, and this redsim reads format 1/);
  });

  test("a file that is no trace", () => {
    const path = join(folder, "other.txt");
    writeFileSync(path, "hello\n");

    expect(told(path)).toContain(`${path}:1: this is not a trace of redsim`);
  });

  test("an empty file", () => {
    const path = join(folder, "empty");
    writeFileSync(path, "");

    expect(told(path)).toContain("this is not a trace of redsim");
  });

  test("a header whose fields are of the wrong kind", () => {
    const path = changed("header.ndjson", ([, ...rest]) => [
      '{"kind":"redsim-trace","format":1}',
      ...rest,
    ]);

    expect(told(path)).toContain(`${path}:1: the trace's first line has a wrong level`);
  });

  test.each([
    ["host", { ips: [], names: [], offset: 0 }],
    ["served", { network: 300, bare: true }],
    ["served", { announce: "here", bare: true }],
  ])("a header with a %s that cannot be: %j", (key, value) => {
    const path = changed("place.ndjson", ([first = "", ...rest]) => [
      JSON.stringify({ ...JSON.parse(first), [key]: value }),
      ...rest,
    ]);

    expect(told(path)).toContain(`${path}:1: the trace's first line has a wrong ${key}`);
  });

  test("a file that does not exist", () => {
    expect(told(join(folder, "nowhere.ndjson"))).toContain("no such file or directory");
  });

  test("a folder", () => {
    expect(told(folder)).toContain("this is a directory");
  });
});
