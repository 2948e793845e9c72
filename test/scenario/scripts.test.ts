import { describe, expect, test } from "vitest";
import { milliseconds } from "../../src/kernel/time.js";
import { mistakes, scenarioOf, usual } from "./world.js";

const directives = "sentinel: { notification-script: /opt/notify.sh }\n";

describe("the scripts of a scenario", () => {
  test("are on the disk of every Sentinel, and of the node that has its own", () => {
    const { nodes } = scenarioOf(
      `duration: 60s\nnodes: { replicas: 1, sentinels: 2, s2: { scripts: { /opt/notify.sh: { exit: 3 } } } }\n${directives}scripts: { /opt/notify.sh: { takes: 2s } }\n`,
    );

    const scripts = new Map(nodes.map((node) => [node.name, node.scripts]));
    expect(scripts.get("r1")).toEqual([]);
    expect(scripts.get("s1")).toEqual([
      { path: "/opt/notify.sh", exit: 0, takes: milliseconds(2_000) },
    ]);
    expect(scripts.get("s2")).toEqual([
      { path: "/opt/notify.sh", exit: 3, takes: milliseconds(10) },
    ]);
  });

  // sentinelHandleConfiguration(): a Sentinel does not start without them.
  test("are missed where a Sentinel needs them, with the nearest that is there", () => {
    expect(mistakes(`${usual}${directives}`)[0]).toContain(
      "s1 has no script /opt/notify.sh (scripts: {/opt/notify.sh: {exit: 0}})",
    );
    expect(mistakes(`${usual}${directives}scripts: { /opt/notify: {} }\n`)[0]).toContain(
      "s1 has no script /opt/notify.sh (did you mean /opt/notify?)",
    );
  });
});
