import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../src/kernel/time.js";
import { initScenario } from "../../src/scenario/init.js";
import { foundFiles, mistakes, parsed, scenarioOf, usual } from "./world.js";

describe("the short form", () => {
  test("stands for configuration files with the addresses of the recordings", () => {
    const { nodes, hosts } = scenarioOf(
      `${usual}server: { save: "" }\nsentinel: { down-after-milliseconds: 5000 }\n`,
    );

    expect(nodes.map((node) => node.name)).toEqual(["r1", "r2", "r3", "s1", "s2", "s3"]);
    expect(hosts.map((host) => host.ips[0])).toEqual([
      "10.77.0.11",
      "10.77.0.12",
      "10.77.0.13",
      "10.77.0.21",
      "10.77.0.22",
      "10.77.0.23",
    ]);
    expect(nodes[1]?.config.text).toBe(
      [
        "port 6379",
        "bind 0.0.0.0",
        "protected-mode no",
        "dir /var/lib/redis",
        "replicaof 10.77.0.11 6379",
        'save ""',
        "",
      ].join("\n"),
    );
    expect(nodes[3]?.config.text).toContain(
      "sentinel monitor mymaster 10.77.0.11 6379 2\nsentinel down-after-milliseconds mymaster 5000\n",
    );
    expect(nodes.map((node) => node.groups)).toEqual(Array.from({ length: 6 }, () => ["mymaster"]));
  });

  test("makes fleets: every Sentinel watches every master", () => {
    const text = "duration: 60s\nnodes: { masters: 50, replicas: 2, sentinels: 5 }\n";

    const { nodes } = scenarioOf(text);

    expect(nodes.length).toBe(155);
    expect(nodes.find((node) => node.name === "m50-r3")?.groups).toEqual(["mymaster-50"]);
    expect(nodes.at(-1)?.groups.length).toBe(50);
  });

  test("lets a node differ by its name, and adds others beside it", () => {
    const text = [
      "duration: 60s",
      "nodes:",
      "  replicas: 1",
      "  r2: { version: 6.2, directives: { replica-priority: 0 } }",
      "  r3: { replicaof: r2, restart-after: 2s, data: { keys: 10, bytes: 1gb } }",
      "",
    ].join("\n");

    const { nodes } = scenarioOf(text);

    expect(nodes[1]?.version).toBe("6.2");
    expect(nodes[1]?.config.text).toContain("replica-priority 0\n");
    expect(nodes[2]?.config.text).toContain("replicaof 10.77.0.12 6379\n");
    expect(nodes[2]?.restartAfter).toBe(seconds(2));
    expect(nodes[2]?.data).toEqual({ keys: 10, bytes: 1_073_741_824 });
    expect(nodes[2]?.groups).toEqual(["r1"]);
  });
});

describe("a scenario", () => {
  test("reads network, links and clocks", () => {
    const text = [
      usual,
      "hosts: { s1: { clock: { offset: -2s, drift: 30 } } }",
      "network:",
      "  default: { latency: 2ms, jitter: 1ms, loss: 0.1% }",
      "  links: [{ from: r1, to: [r2, r3], direction: to, bandwidth: 10mb }]",
      "",
    ].join("\n");

    const { defaultLink, links, hosts } = scenarioOf(text);

    expect(defaultLink).toEqual({
      latency: milliseconds(2),
      jitter: milliseconds(1),
      lossPpm: 1_000,
    });
    expect(links).toEqual([
      { from: "r1", to: "r2", settings: { bandwidth: 10_485_760 } },
      { from: "r1", to: "r3", settings: { bandwidth: 10_485_760 } },
    ]);
    expect(hosts.find((host) => host.name === "s1")?.clock).toEqual({ offset: -2_000, ppm: 30 });
  });

  test("takes its prose from the comment at the top and its title from the first sentence", () => {
    const { title, prose } = scenarioOf(`# A master dies. What to notice:\n# nothing.\n${usual}`);

    expect(title).toBe("A master dies");
    expect(prose).toBe("A master dies. What to notice:\nnothing.");
  });

  test("names its steps by what they do", () => {
    const { steps } = scenarioOf(
      `${usual}steps: [{ at: 1s, kill: r1 }, { at: 2s, kill: r2 }, { at: 3s, pause: s1 }]\n`,
    );

    expect(steps.map((step) => step.name)).toEqual(["kill-1", "kill-2", "pause-1"]);
  });

  test("has every fault of the kernel", () => {
    const names = "names: { redis-1: r1 }\n";
    const steps = [
      "kill: r1",
      "terminate: r1",
      "restart: r1",
      "pause: r1",
      "resume: r1",
      "power-off: host of r1",
      "power-on: host of r1",
      "cut: { from: r1, to: [r2, r3], direction: to, mode: reject }",
      "isolate: r1",
      "heal: all",
      "slow: { from: r1, to: r2, latency: 100ms }",
      "restore: { from: r1 }",
      "skew: { on: s1, offset: -1s, drift: 100 }",
      "unskew: s1",
      "jump: { on: s1, by: 5s }",
      "fill-disk: r1",
      "free-disk: r1",
      "slow-disk: { on: s1, factor: 10, added: 1s }",
      "restore-disk: s1",
      "wipe-disk: { on: r1 }",
      "unresolve: redis-1",
      "resolve: { name: redis-1, ip: 10.0.0.9 }",
      "starve: { on: r1, time: 3s }",
    ];
    const text = `${usual}${names}steps:\n${steps.map((each) => `  - { at: 1s, ${each} }\n`).join("")}`;

    const kinds = scenarioOf(text).steps.map(
      ({ action }) => action.kind === "fault" && action.fault.kind,
    );

    expect(new Set(kinds)).toEqual(
      new Set([
        "kill",
        "restart",
        "pause",
        "resume",
        "powerOff",
        "powerOn",
        "cut",
        "heal",
        "slow",
        "restore",
        "skew",
        "unskew",
        "jump",
        "fillDisk",
        "freeDisk",
        "slowDisk",
        "restoreDisk",
        "wipeDisk",
        "unresolve",
        "resolve",
        "starve",
      ]),
    );
  });
});

describe("--set", () => {
  test("changes what the file says, or adds to it, before it is checked", () => {
    const { nodes, version, defaultLink, steps } = scenarioOf(
      `${usual}steps: [{ name: kill, at: 1s, kill: r1 }]\n`,
      {
        set: [
          "version=7.0",
          "nodes.sentinels=5",
          "network.default.latency=2ms",
          "sentinel.down-after-milliseconds=500",
          "steps.kill.at=20s",
        ],
      },
    );

    expect(version).toBe("7.0");
    expect(nodes.length).toBe(8);
    expect(defaultLink.latency).toBe(milliseconds(2));
    expect(nodes.at(-1)?.config.text).toContain("sentinel down-after-milliseconds mymaster 500\n");
    expect(steps[0]?.wait.min).toBe(seconds(20));
  });

  test("changes a node of the short form that the file does not name", () => {
    const { nodes } = scenarioOf(usual, { set: ["nodes.r2.version=6.2", "nodes.s3.port=5000"] });

    expect(nodes.map(({ name, version }) => [name, version])).toContainEqual(["r2", "6.2"]);
    expect(nodes.find(({ name }) => name === "s3")?.port).toBe(5000);
    expect(mistakes(usual, { set: ["nodes.r4.version=6.2"] })).toEqual([
      expect.stringMatching(/^--set nodes\.r4\.version=6\.2: nodes has no key r4/),
    ]);
  });

  test("adds a client as a whole, and takes a part of one that is not there for a slip", () => {
    const { clients } = scenarioOf(usual, {
      set: ["clients.app={}", "clients.app.workload.every=1s"],
    });

    expect(clients.map(({ name }) => name)).toEqual(["app"]);
    expect(mistakes(usual, { set: ["clients.ap.policy=naive"] })).toEqual([
      "--set clients.ap.policy=naive: clients has no key ap (there are none)",
    ]);
  });

  test("tells of a path that does not exist, with the nearest that does, and of a wrong value", () => {
    const set = ["nodes.sentinals=5", "verzion=7.0", "version=9", "nonsense", "duration=long"];

    expect(mistakes(usual, { set })).toEqual([
      "--set nodes.sentinals=5: nodes has no key sentinals (did you mean sentinels?)",
      "--set verzion=7.0: a scenario has no key verzion (did you mean version?)",
      "--set nonsense: expected path=value (such as nodes.sentinels=5)",
      "--set version=9: expected one of the versions 6.2, 7.0, 7.2, not 9",
      "--set duration=long: expected a duration such as 500ms, 1.5s or 2m, not long",
    ]);
  });
});

describe("a new scenario for configuration files", () => {
  test("runs as it is", () => {
    const files = {
      "redis-6379.conf": "port 6379\nrequirepass 123456\n",
      "redis-6380.conf": "port 6380\nreplicaof 192.168.6.86 6379\n",
      "sentinel-26379.conf": "port 26379\nsentinel monitor mymaster 192.168.6.86 6379 1\n",
    };

    const text = initScenario(foundFiles(files));
    const { nodes, hosts } = scenarioOf(text ?? "", { files });

    expect(nodes.map((node) => [node.name, node.kind, node.groups[0]])).toEqual([
      ["r1", "server", "mymaster"],
      ["r2", "server", "mymaster"],
      ["s1", "sentinel", "mymaster"],
    ]);
    expect(hosts[0]?.ips).toEqual(["192.168.6.86"]);
  });

  // Else a replica that announces 10.0.0.2 would be called 10.77.0.12 by everybody.
  test("gives each node the address that its file binds or announces", () => {
    const files = {
      "redis-a.conf": "bind 127.0.0.1 10.0.0.1\n",
      "redis-b.conf": "replicaof 10.0.0.1 6379\nreplica-announce-ip 10.0.0.2\n",
      "sentinel-a.conf": "sentinel monitor shop 10.0.0.1 6379 1\n",
      "sentinel-b.conf":
        "port 26379\nsentinel monitor shop 10.0.0.1 6379 1\nsentinel announce-ip 10.0.0.2\n",
    };

    const text = initScenario(foundFiles(files));
    const { nodes, hosts } = scenarioOf(text ?? "", { files });

    const ipOf = new Map(hosts.map((host) => [host.name, host.ips[0]]));
    expect(nodes.map((node) => [node.name, ipOf.get(node.host)])).toEqual([
      ["r1", "10.0.0.1"],
      ["r2", "10.0.0.2"],
      ["s1", "10.77.0.21"],
      ["s2", "10.0.0.2"],
    ]);
  });

  test("lets the name resolve under which its files look for the master", () => {
    const files = {
      "redis.conf": "port 6379\n",
      "replica.conf": "port 6380\nreplicaof redis-master 6379\n",
      "sentinel.conf":
        "sentinel resolve-hostnames yes\nsentinel monitor mymaster redis-master 6379 1\n",
    };

    const text = initScenario(foundFiles(files));
    const { nodes, names } = scenarioOf(text ?? "", { files });

    expect(names).toEqual([{ name: "redis-master", ip: "10.77.0.11" }]);
    expect(nodes.map((node) => node.groups[0])).toEqual(["mymaster", "mymaster", "mymaster"]);
  });

  test("puts the client beside servers that listen on the loopback only", () => {
    const files = {
      "redis.conf": "bind 127.0.0.1\nport 6379\n",
      "sentinel.conf": "port 26379\nsentinel monitor mymaster 127.0.0.1 6379 1\n",
    };

    const text = initScenario(foundFiles(files));
    const { clients, nodes } = scenarioOf(text ?? "", { files });

    expect(clients.map((client) => client.host)).toEqual([nodes[0]?.host]);
  });

  test("is refused where there is nothing of Redis", () => {
    expect(initScenario([{ name: "nginx.conf", text: "worker_processes 1;\n" }])).toBeUndefined();
  });
});

describe("one name for two masters that have nothing to do with each other", () => {
  const monitor = (ip: string) => `port 26379\nsentinel monitor mymaster ${ip} 6379 1\n`;
  const warnings = (second: string) =>
    parsed(
      [
        "duration: 20s",
        "hosts: { a1: { ip: 10.9.0.1 }, a2: { ip: 10.9.0.2 }, b1: { ip: 10.9.1.1 } }",
        "nodes:",
        "  a1: {}",
        "  a2: { replicaof: a1 }",
        "  b1: {}",
        "  sa: { config: sentinel-a.conf }",
        "  sb: { config: sentinel-b.conf }",
      ].join("\n"),
      { files: { "sentinel-a.conf": monitor("10.9.0.1"), "sentinel-b.conf": monitor(second) } },
    ).warnings.map(({ where, what }) => `${where}: ${what}`);

  test("is warned of, where it is not the replica of the same master", () => {
    expect(warnings("10.9.1.1")).toEqual([
      "partition.yaml:8:3: mymaster is a1 for sa and b1 for sb: whatever is counted takes them for one group",
    ]);
    expect(warnings("10.9.0.2")).toEqual([]);
  });
});
