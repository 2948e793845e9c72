import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatProblem } from "../../src/redis/config/problem.js";
import { parseScenario } from "../../src/scenario/parse.js";
import { planOf } from "../../src/scenario/plan.js";

const files = readdir();

function readdir(): string[] {
  const root = join(import.meta.dirname, "../../scenarios");
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => join(root, name))
    .sort();
}

function read(path: string, set: readonly string[] = []) {
  return parseScenario(readFileSync(path, "utf8"), {
    file: path,
    read: (name) => {
      const beside = join(dirname(path), name);
      return existsSync(beside) ? readFileSync(beside, "utf8") : undefined;
    },
    set,
  });
}

describe("each scenario of the library", () => {
  test.each(files)("%s is without mistakes", (path) => {
    expect(read(path).problems?.map(formatProblem)).toBeUndefined();
  });

  test.each(files)("%s opens with prose, has steps and says what must come out", (path) => {
    const { scenario } = read(path);

    expect(scenario?.prose.length).toBeGreaterThan(200);
    expect(scenario?.steps.length).toBeGreaterThan(0);
    expect(scenario?.expectations.length).toBeGreaterThan(0);
  });

  test.each(files)("%s makes the same plan from the same seed", (path) => {
    const { scenario } = read(path);
    if (scenario === undefined) throw new Error("it does not parse");

    expect(planOf(scenario, "7")).toEqual(planOf(scenario, "7"));
  });

  test.each(files)("%s runs as every version of Redis", (path) => {
    for (const version of ["6.2", "7.0", "7.2"])
      expect(read(path, [`version=${version}`]).problems?.map(formatProblem)).toBeUndefined();
  });
});
