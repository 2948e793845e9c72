import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { library } from "../../src/cli/scenario-source.js";
import { jsonSchema } from "../../src/scenario/schema.js";
import { usual } from "./world.js";

/** What an editor does with `redsim schema`. */
const validate = new Ajv2020({ allErrors: true, strict: false }).compile(jsonSchema());

describe("the JSON Schema", () => {
  test.each(library().map(({ name, path }) => [name, path]))("accepts %s", (_, path) => {
    validate(parse(readFileSync(path, "utf8")));

    expect(validate.errors).toBeNull();
  });

  test.each([
    ["an unknown key", `${usual}clientz: {}\n`],
    ["a duration without a unit", "duration: 60\nnodes: { replicas: 2 }\n"],
    ["a wrong type", "duration: 60s\nnodes: { replicas: two }\n"],
    ["an unknown version", `${usual}version: "5.0"\n`],
    ["a missing key", "nodes: { replicas: 2 }\n"],
    ["a key of a step that does not exist", `${usual}steps: [{ at: 5s, kil: r1 }]\n`],
  ])("refuses %s", (_, text) => {
    expect(validate(parse(text))).toBe(false);
  });
});
