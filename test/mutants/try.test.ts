import { test } from "vitest";
import { hunt } from "./hunt.js";
import { mutants } from "./mutants.js";

const only = process.env["ONLY"];
for (const m of mutants)
  test(m.name, () => {
    if (only !== undefined && !m.name.includes(only)) return;
    const t = performance.now();
    const c = hunt(m, Number(process.env["SEEDS"] ?? 40));
    const right = c?.findings.some((f) => m.laws.some((l) => f.law.includes(l)));
    console.log(
      c === undefined ? "MISSED" : right ? "ok" : "WRONG LAW",
      "|",
      m.name,
      "| seed",
      c?.seed,
      "|",
      (performance.now() - t).toFixed(0),
      "ms |",
      c?.findings.map((f) => f.law + ": " + f.text).join(" // "),
    );
  });
