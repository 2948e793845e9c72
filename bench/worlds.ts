/** The fixed worlds that are measured: what they are never changes, or old figures mean nothing. */
import { readFileSync } from "node:fs";
import { parseScenario, type Scenario } from "redsim";

const folder = new URL("../../scenarios/", import.meta.url);

export function libraryScenario(path: string, set: readonly string[] = []): Scenario {
  const base = new URL(path, folder);
  return scenario(readFileSync(base, "utf8"), path, set, (file) =>
    readFileSync(new URL(file, base), "latin1"),
  );
}

/** Three servers and three Sentinels at rest for a virtual hour. */
export function idle(): Scenario {
  return scenario("version: '7.0'\nduration: 1h\nnodes: { replicas: 2, sentinels: 3, quorum: 2 }\n", "idle");
}

/** A thousand writes a second for a virtual minute. */
export function busy(): Scenario {
  return scenario(
    `version: "7.0"
duration: 70s
nodes: { replicas: 2, sentinels: 3, quorum: 2 }
clients:
  c1:
    policy: ioredis
    start: 10s
    workload: { rate: 1000, key: "k{i}", value: "{i}" }
`,
    "busy",
  );
}

function scenario(
  text: string,
  file: string,
  set: readonly string[] = [],
  read: (path: string) => string | undefined = () => undefined,
): Scenario {
  const parsed = parseScenario(text, { file, set, read });
  if (parsed.scenario === undefined)
    throw new Error(parsed.problems.map((each) => `${each.where}: ${each.what}`).join("\n"));
  return parsed.scenario;
}
