/**
 * The fingerprints of the library: each scenario under its own seed and one more. What changes one
 * means that old seeds mean something new, and belongs into the changelog.
 */
import { library, loadScenario } from "../../src/cli/scenario-source.js";
import { Run } from "../../src/run.js";

export type Fingerprints = Readonly<Record<string, Readonly<Record<string, string>>>>;

const seeds = ["1", "2"] as const;

export function fingerprint(name: string, seed: string): string {
  const { scenario } = loadScenario(name, []);
  const run = new Run({ scenario, seed });
  run.finish();
  return run.fingerprint;
}

export function fingerprints(): Fingerprints {
  return Object.fromEntries(
    library().map(({ name }) => [
      name,
      Object.fromEntries(seeds.map((seed) => [seed, fingerprint(name, seed)])),
    ]),
  );
}
