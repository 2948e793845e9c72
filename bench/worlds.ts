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
  return scenario(
    "version: '7.0'\nduration: 1h\nnodes: { replicas: 2, sentinels: 3, quorum: 2 }\n",
    "idle",
  );
}

/** The page's first example, with its configuration files. */
export function walkthrough(): Scenario {
  return libraryScenario("walkthrough/walkthrough.yaml");
}

/** What explorations are made of. */
export function killMaster(): Scenario {
  return libraryScenario("failover/kill-master.yaml");
}

/** A thousand writes a second for a virtual minute, each to a key of its own. */
export function busy(): Scenario {
  return writing("k{i}", "busy");
}

/** The same to one key. */
export function busyOnOneKey(): Scenario {
  return writing("k", "busy on one key");
}

function writing(key: string, name: string): Scenario {
  return scenario(
    `version: "7.0"
duration: 70s
nodes: { replicas: 2, sentinels: 3, quorum: 2 }
clients:
  c1:
    policy: ioredis
    start: 10s
    workload: { rate: 1000, key: "${key}", value: "{i}" }
`,
    name,
  );
}

/** Fifty masters with two replicas each, watched by five Sentinels, for ten virtual minutes. */
export function fleet(): Scenario {
  return scenario(
    'version: "7.0"\nduration: 10m\nnodes: { masters: 50, replicas: 2, sentinels: 5, quorum: 3 }\n',
    "fleet",
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
