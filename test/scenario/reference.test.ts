import { describe, expect, test } from "vitest";
import { scenarioGuide } from "../../src/scenario/reference.js";
import { jsonSchema } from "../../src/scenario/schema.js";
import { scenarioOf } from "./world.js";

describe("the reference of scenario files", () => {
  test("is what the schema says", async () => {
    await expect(scenarioGuide()).toMatchFileSnapshot("../../docs/scenarios.md");
  });

  test("has a sentence for every key", () => {
    const rows = scenarioGuide()
      .split("\n")
      .filter((line) => line.startsWith("| `"));

    expect(rows.length).toBeGreaterThan(150);
    expect(rows.filter((row) => row.endsWith("|  |"))).toEqual([]);
  });

  test("opens with a scenario that runs", () => {
    const example = scenarioGuide()
      .split("\n")
      .filter((line) => line.startsWith("    "))
      .map((line) => line.slice(4))
      .join("\n");

    expect(scenarioOf(example).steps.map((step) => step.name)).toEqual(["kill"]);
  });
});

describe("the JSON Schema", () => {
  test("tells an editor the keys, their meaning, and what is required", () => {
    const schema = jsonSchema() as {
      readonly required: readonly string[];
      readonly additionalProperties: boolean;
      readonly properties: Readonly<Record<string, { readonly description?: string }>>;
    };

    expect(schema.required).toEqual(["duration", "nodes"]);
    expect(schema.additionalProperties).toBe(false);
    for (const property of Object.values(schema.properties))
      expect(property.description).toBeTruthy();
  });
});
